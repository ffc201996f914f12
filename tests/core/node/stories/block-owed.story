# A block is not answered before the conversation of the two has stored it. Here its server is away.
cluster 3
name ann u_1
name bea u_2
connect ann phone 0
connect bea laptop 0
crash 2
block ann phone 1 bea
wait 1000
----
ann.phone < welcome: device 1, generation 1
ann.phone < @0 synced
bea.laptop < welcome: device 1, generation 1
bea.laptop < @0 synced

# The device asks again: it is the same call, and waits for the same.
drop ann phone
connect ann phone 0
block ann phone 1 bea
contacts ann phone
----
ann.phone < welcome: device 1, generation 2
ann.phone < @0 synced
ann.phone < contacts 3:
    u_2, blocked

# What is owed survives the power's going: it is a row, with a mark that is found when the partition opens.
crash 0 power
start 0
wait 1000
start 2
wait 1000
connect bea laptop 1
send bea laptop ann 1 hello
----
bea.laptop < welcome: device 1, generation 2
bea.laptop < @0 synced
bea.laptop < error 1: blocked (one of you has blocked the other)

# By then it is stored, and the call is answered at once.
connect ann phone 0
block ann phone 1 bea
unblock ann phone 2 bea
send bea laptop ann 1 hello
----
ann.phone < welcome: device 1, generation 3
ann.phone < @0 synced
ann.phone < ok 4: as number 1, next 2
ann.phone < ok 5: as number 2, next 3
bea.laptop < ok 2: c_1_2 #1 as number 1, next 2
ann.phone < @1 c_1_2 #1 u_2 message "hello"
bea.laptop < @1 c_1_2 #1 u_2 message "hello"
