# R18: a group of more than the push limit is a channel: nobody is copied to. Becoming one is an entry,
# the last one that is pushed; becoming a group again, the first.
cluster 3 push-limit 4
connect anna phone 0
connect ben phone 1
connect carl phone 2
create anna phone 1 town ben carl u_11 u_12
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
(ben is u_2, on node 2)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
(carl is u_3, on node 2)
carl.phone < welcome: device 1, generation 1
carl.phone < @0 synced
anna.phone < ok 1: c_1_1_1 #1 as number 1, next 2
carl.phone < @1 c_1_1_1 #1 u_1 created "town" u_1 u_2 u_3 u_11 u_12
carl.phone < @2 c_1_1_1 #2 u_1 became a channel
anna.phone < @1 c_1_1_1 #1 u_1 created "town" u_1 u_2 u_3 u_11 u_12
anna.phone < @2 c_1_1_1 #2 u_1 became a channel
ben.phone < @1 c_1_1_1 #1 u_1 created "town" u_1 u_2 u_3 u_11 u_12
ben.phone < @2 c_1_1_1 #2 u_1 became a channel

# What is said now is in nobody's inbox. Who asks for the page has it.
channels ben phone
send anna phone town 1 Market is on Saturday.
wait 1000
history ben phone town after 2 10
----
ben.phone < list 1: c_1_1_1
anna.phone < ok 2: c_1_1_1 #3 as number 1, next 2
ben.phone < page 2 of c_1_1_1, head 3:
    #3 u_1 message "Market is on Saturday."

# Who looks is told of the head, and of a new one soon after. Several messages are one telling.
follow ben phone town
peek carl phone town
send anna phone town 2 Bring bags.
send anna phone town 3 And change.
wait 1000
----
ben.phone < heads: c_1_1_1 #3
carl.phone < heads: c_1_1_1 #3
anna.phone < ok 3: c_1_1_1 #4 as number 2, next 3
anna.phone < ok 4: c_1_1_1 #5 as number 3, next 4
ben.phone < heads: c_1_1_1 #5

# Who is no member is told nothing.
connect dora phone 0
follow dora phone town
----
(dora is u_4, on node 2)
dora.phone < welcome: device 1, generation 1
dora.phone < @0 synced
dora.phone < heads: c_1_1_1 is not yours

# Who joins a channel, or leaves it, is told it, and nobody else is: but who looks is told of the head.
add anna phone 2 town dora
channels dora phone
follow dora phone town
leave carl phone 1 town
channels carl phone
wait 1000
----
anna.phone < ok 5: c_1_1_1 #6 as number 2, next 3
dora.phone < @1 c_1_1_1 #6 u_1 joined u_4
dora.phone < list 1: c_1_1_1
dora.phone < heads: c_1_1_1 #6
carl.phone < ok 1: c_1_1_1 #7 as number 1, next 2
carl.phone < @3 c_1_1_1 #7 u_3 left u_3
carl.phone < list 2:
ben.phone < heads: c_1_1_1 #7
dora.phone < heads: c_1_1_1 #7

# Who is removed looks no longer.
remove anna phone 3 town dora
send anna phone town 4 Dora is gone.
wait 1000
----
dora.phone < heads: c_1_1_1 is not yours
anna.phone < ok 6: c_1_1_1 #8 as number 3, next 4
dora.phone < @2 c_1_1_1 #8 u_1 left u_4
anna.phone < ok 7: c_1_1_1 #9 as number 4, next 5
ben.phone < heads: c_1_1_1 #9

# Four members are no more than the limit, and three not yet few enough; two are.
remove anna phone 4 town u_11
remove anna phone 5 town u_12
channels ben phone
send ben phone town 1 So few?
wait 1000
----
anna.phone < ok 8: c_1_1_1 #10 as number 4, next 5
anna.phone < ok 9: c_1_1_1 #11 as number 5, next 6
anna.phone < @3 c_1_1_1 #12 u_1 became a group again
ben.phone < @3 c_1_1_1 #12 u_1 became a group again
ben.phone < list 3:
ben.phone < ok 4: c_1_1_1 #13 as number 1, next 2
anna.phone < @4 c_1_1_1 #13 u_2 message "So few?"
ben.phone < @4 c_1_1_1 #13 u_2 message "So few?"
ben.phone < heads: c_1_1_1 #13

# Several join at once, by one entry, and it is a channel again.
add anna phone 6 town carl dora u_11 u_12 anna
channels dora phone
unfollow ben phone town
send ben phone town 2 Welcome.
wait 1000
----
anna.phone < ok 10: c_1_1_1 #14 as number 6, next 7
carl.phone < @4 c_1_1_1 #14 u_1 joined u_3 u_4 u_11 u_12
carl.phone < @5 c_1_1_1 #15 u_1 became a channel
anna.phone < @5 c_1_1_1 #14 u_1 joined u_3 u_4 u_11 u_12
anna.phone < @6 c_1_1_1 #15 u_1 became a channel
dora.phone < @3 c_1_1_1 #14 u_1 joined u_3 u_4 u_11 u_12
dora.phone < @4 c_1_1_1 #15 u_1 became a channel
ben.phone < @5 c_1_1_1 #14 u_1 joined u_3 u_4 u_11 u_12
ben.phone < @6 c_1_1_1 #15 u_1 became a channel
dora.phone < list 2: c_1_1_1
ben.phone < ok 5: c_1_1_1 #16 as number 2, next 3
