# A block is answered when the conversation of the two has stored it: from then on it takes nothing
# from either of them.
cluster 3
name ann u_1
name bea u_2
connect ann phone 0
connect bea laptop 1
send ann phone bea 1 hello
block ann phone 1 bea
send bea laptop ann 1 why
send ann phone bea 2 because
contacts ann phone
----
ann.phone < welcome: device 1, generation 1
ann.phone < @0 synced
bea.laptop < welcome: device 1, generation 1
bea.laptop < @0 synced
ann.phone < ok 1: c_1_2 #1 as number 1, next 2
ann.phone < @1 c_1_2 #1 u_1 message "hello"
bea.laptop < @1 c_1_2 #1 u_1 message "hello"
ann.phone < ok 2: as number 1, next 2
bea.laptop < error 1: blocked (one of you has blocked the other)
ann.phone < error 3: blocked (one of you has blocked the other)
ann.phone < contacts 4:
    u_2, blocked

# What had been accepted before is a repeat, and answered as it was (R2).
send ann phone bea 1 hello
----
ann.phone < ok 5: c_1_2 #1 as number 1, next 2

# Unblocked, the numbers that were refused are free.
unblock ann phone 2 bea
send bea laptop ann 1 at-last
send ann phone bea 2 yes
----
ann.phone < ok 6: as number 2, next 3
bea.laptop < ok 2: c_1_2 #2 as number 1, next 2
ann.phone < @2 c_1_2 #2 u_2 message "at-last"
bea.laptop < @2 c_1_2 #2 u_2 message "at-last"
ann.phone < ok 7: c_1_2 #3 as number 2, next 3
ann.phone < @3 c_1_2 #3 u_1 message "yes"
bea.laptop < @3 c_1_2 #3 u_1 message "yes"

# Whoever is blocked is told at once that the other is gone, and nothing else ever after, not even
# when they ask. The other way round nothing changes.
wait 20000
look bea laptop ann
look ann phone bea
block ann phone 3 bea
glance bea laptop ann
quit bea laptop
wait 1000
connect bea laptop 1
look bea laptop ann
wait 5000
drop ann phone
wait 10000
connect ann phone 0
wait 5000
unblock ann phone 4 bea
glance bea laptop ann
----
bea.laptop < u_1 is online
ann.phone < u_2 is online
bea.laptop < u_1 is offline
ann.phone < ok 8: as number 3, next 4
bea.laptop < u_1 is offline
ann.phone < u_2 is offline, last seen 1800000020000
bea.laptop < welcome: device 1, generation 2
bea.laptop < @3 synced
bea.laptop < u_1 is offline
ann.phone < u_2 is online
ann.phone < welcome: device 1, generation 2
ann.phone < @3 synced
ann.phone < receipt c_1_2, u_1 has #3, read #0, u_2 has #3, read #0
ann.phone < ok 9: as number 4, next 5
bea.laptop < receipt c_1_2, u_1 has #3, read #0, u_2 has #3, read #0
bea.laptop < u_1 is online

# It survives what else is written to one's own row, and the power's going. Of a group both are in.
block ann phone 5 bea
create ann phone 6 tea bea
send bea laptop tea 1 you-cannot-keep-me-from-this
crash 0 power
crash 1 power
crash 2 power
start 0
start 1
start 2
connect ann phone 0
connect bea laptop 1
wait 20000
look bea laptop ann
send bea laptop ann 2 nor-from-this
----
ann.phone < ok 10: as number 5, next 6
ann.phone < ok 11: c_1_1_6 #1 as number 6, next 7
ann.phone < @4 c_1_1_6 #1 u_1 created "tea" u_1 u_2
bea.laptop < @4 c_1_1_6 #1 u_1 created "tea" u_1 u_2
bea.laptop < ok 3: c_1_1_6 #2 as number 1, next 2
ann.phone < @5 c_1_1_6 #2 u_2 message "you-cannot-keep-me-from-this"
bea.laptop < @5 c_1_1_6 #2 u_2 message "you-cannot-keep-me-from-this"
bea.laptop < u_1 is unknown
ann.phone < welcome: device 1, generation 3
ann.phone < @5 synced
bea.laptop < welcome: device 1, generation 3
bea.laptop < @5 synced
ann.phone < receipt c_1_1_6, u_1 has #2, read #0, u_2 has #2, read #0
bea.laptop < receipt c_1_1_6, u_1 has #2, read #0, u_2 has #2, read #0
bea.laptop < u_1 is offline
bea.laptop < error 4: blocked (one of you has blocked the other)
