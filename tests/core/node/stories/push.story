# R20: who is away is pushed to, once what they are told of is in their inbox; not before a new server
# had time to hear who is there.
cluster 1
name anna u_1
name bea u_2
connect anna phone
connect bea phone
push bea phone on
send anna phone bea 1 before she goes
ack bea phone
quit bea phone
send anna phone bea 2 one
send anna phone bea 3 two
wait 2000
wait 9000
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
bea.phone < welcome: device 1, generation 1
bea.phone < @0 synced
bea.phone < ok 1: as number 0, next 0
anna.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "before she goes"
bea.phone < @1 c_1_2 #1 u_1 message "before she goes"
anna.phone < ok 2: c_1_2 #2 as number 2, next 3
anna.phone < @2 c_1_2 #2 u_1 message "one"
anna.phone < ok 3: c_1_2 #3 as number 3, next 4
anna.phone < @3 c_1_2 #3 u_1 message "two"
anna.phone < receipt c_1_2, u_2 has #1, read #0
node 0 > provider: u_2, device 1; c_1_2 up to 3, 2 new

# What comes while she is away is told of together, and nothing twice.
send anna phone bea 4 three
send anna phone bea 5 four
wait 5000
----
anna.phone < ok 4: c_1_2 #4 as number 4, next 5
anna.phone < @4 c_1_2 #4 u_1 message "three"
anna.phone < ok 5: c_1_2 #5 as number 5, next 6
anna.phone < @5 c_1_2 #5 u_1 message "four"
node 0 > provider: u_2, device 1; c_1_2 up to 5, 2 new

# The provider puts it off: it is asked again after 1 s, then 2 s, then 4 s.
provider puts-off
send anna phone bea 6 five
wait 9000
----
anna.phone < ok 6: c_1_2 #6 as number 6, next 7
anna.phone < @6 c_1_2 #6 u_1 message "five"
node 0 > provider: u_2, device 1; c_1_2 up to 6, 1 new
node 0 > provider: u_2, device 1; c_1_2 up to 6, 1 new
node 0 > provider: u_2, device 1; c_1_2 up to 6, 1 new
node 0 > provider: u_2, device 1; c_1_2 up to 6, 1 new

# The server ends meanwhile. What is owed is known from its store, and what was pushed is not pushed again.
crash 0
provider takes
start 0
wait 12000
----
node 0 > provider: u_2, device 1; c_1_2 up to 6, 1 new

# Who comes back is told by her stream, and no push is due. What she says herself is not pushed.
connect bea phone
ack bea phone
send bea phone anna 1 I am back
drop bea phone
wait 15000
----
bea.phone < welcome: device 1, generation 2
bea.phone < @2 c_1_2 #2 u_1 message "one"
bea.phone < @3 c_1_2 #3 u_1 message "two"
bea.phone < @4 c_1_2 #4 u_1 message "three"
bea.phone < @5 c_1_2 #5 u_1 message "four"
bea.phone < @6 c_1_2 #6 u_1 message "five"
bea.phone < @6 synced
bea.phone < ok 2: c_1_2 #7 as number 1, next 2
bea.phone < @7 c_1_2 #7 u_2 message "I am back"

# Nor what somebody says whom she has blocked.
connect bea phone
connect cleo phone
connect anna phone
block bea phone 1 cleo
create anna phone 1 g bea cleo
ack bea phone
quit bea phone
send cleo phone g 1 hear me
wait 2000
send anna phone g 1 and me
wait 2000
----
bea.phone < welcome: device 1, generation 3
bea.phone < @7 synced
(cleo is u_3, on node 0)
cleo.phone < welcome: device 1, generation 1
cleo.phone < @0 synced
anna.phone < welcome: device 1, generation 2
anna.phone < @7 c_1_2 #7 u_2 message "I am back"
anna.phone < @7 synced
bea.phone < ok 3: as number 1, next 2
anna.phone < ok 7: c_1_1_1 #1 as number 1, next 2
anna.phone < @8 c_1_1_1 #1 u_1 created "g" u_1 u_2 u_3
cleo.phone < @1 c_1_1_1 #1 u_1 created "g" u_1 u_2 u_3
bea.phone < @8 c_1_1_1 #1 u_1 created "g" u_1 u_2 u_3
cleo.phone < ok 1: c_1_1_1 #2 as number 1, next 2
anna.phone < @9 c_1_1_1 #2 u_3 message "hear me"
cleo.phone < @2 c_1_1_1 #2 u_3 message "hear me"
anna.phone < receipt c_1_2, u_1 has #6, read #0, u_2 has #7, read #0
anna.phone < receipt c_1_1_1, u_2 has #1, read #0
cleo.phone < receipt c_1_1_1, u_2 has #1, read #0
anna.phone < ok 8: c_1_1_1 #3 as number 1, next 2
anna.phone < @10 c_1_1_1 #3 u_1 message "and me"
cleo.phone < @3 c_1_1_1 #3 u_1 message "and me"
node 0 > provider: u_2, device 1; c_1_1_1 up to 3, 1 new

# The provider does not know the device any more: nothing is pushed to it from then on.
provider forgets
send anna phone g 2 again
wait 2000
provider takes
send anna phone g 3 and again
wait 20000
----
anna.phone < ok 9: c_1_1_1 #4 as number 2, next 3
anna.phone < @11 c_1_1_1 #4 u_1 message "again"
cleo.phone < @4 c_1_1_1 #4 u_1 message "again"
node 0 > provider: u_2, device 1; c_1_1_1 up to 4, 1 new
anna.phone < ok 10: c_1_1_1 #5 as number 3, next 4
anna.phone < @12 c_1_1_1 #5 u_1 message "and again"
cleo.phone < @5 c_1_1_1 #5 u_1 message "and again"
