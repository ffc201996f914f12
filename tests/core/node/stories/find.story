# A message by its id, wherever it is. The id names the shard of its conversation, so the asker's shard
# looks through their conversations for one that lies there, and its owner finds the message by halves.
# No row is kept for that.
cluster 2
connect anna phone
connect ben phone 1
connect carl phone
send anna phone ben 1 first
send ben phone anna 1 second
send anna phone ben 2 third
send anna phone ben 3 fourth
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
(ben is u_2, on node 0)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
(carl is u_3, on node 0)
carl.phone < welcome: device 1, generation 1
carl.phone < @0 synced
anna.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "first"
ben.phone < @1 c_1_2 #1 u_1 message "first"
ben.phone < ok 1: c_1_2 #2 as number 1, next 2
anna.phone < @2 c_1_2 #2 u_2 message "second"
ben.phone < @2 c_1_2 #2 u_2 message "second"
anna.phone < ok 2: c_1_2 #3 as number 2, next 3
anna.phone < @3 c_1_2 #3 u_1 message "third"
ben.phone < @3 c_1_2 #3 u_1 message "third"
anna.phone < ok 3: c_1_2 #4 as number 3, next 4
anna.phone < @4 c_1_2 #4 u_1 message "fourth"
ben.phone < @4 c_1_2 #4 u_1 message "fourth"

get anna phone ben 1
get anna phone ben 2
get ben phone anna 4
----
anna.phone < found 4: c_1_2 #1 u_1 message "first"
anna.phone < found 5: c_1_2 #2 u_2 message "second"
ben.phone < found 2: c_1_2 #4 u_1 message "fourth"

# Carl is not of this conversation. What he may not read and what is not there are the same to him: he
# cannot find out by ids what others say to each other, nor when.
get carl phone c_1_2 2
get carl phone 4711
get anna phone 4711
----
carl.phone < error 1: not_found (there is no such message for you)
carl.phone < error 2: not_found (there is no such message for you)
anna.phone < error 6: not_found (there is no such message for you)

# After a crash it is found in the rows alone.
crash 0 power
crash 1 power
start 0
start 1
connect anna phone
wait 1000
get anna phone ben 3
----
anna.phone < welcome: device 1, generation 2
anna.phone < @4 synced
anna.phone < found 7: c_1_2 #3 u_1 message "third"

# Of a group, who was let in late finds what was said since; who has left, what was said until then.
connect ben phone 1
connect carl phone
wait 12000
create anna phone 1 team ben
send anna phone team 1 before
add anna phone 2 team carl
send ben phone team 1 between
remove anna phone 3 team carl
send anna phone team 2 after
----
ben.phone < welcome: device 1, generation 2
ben.phone < @4 synced
carl.phone < welcome: device 1, generation 2
carl.phone < @0 synced
anna.phone < receipt c_1_2, u_1 has #4, read #0
ben.phone < receipt c_1_2, u_1 has #4, read #0
anna.phone < receipt c_1_2, u_2 has #4, read #0
ben.phone < receipt c_1_2, u_2 has #4, read #0
anna.phone < ok 8: c_1_1_1 #1 as number 1, next 2
anna.phone < @5 c_1_1_1 #1 u_1 created "team" u_1 u_2
ben.phone < @5 c_1_1_1 #1 u_1 created "team" u_1 u_2
anna.phone < ok 9: c_1_1_1 #2 as number 1, next 2
anna.phone < @6 c_1_1_1 #2 u_1 message "before"
ben.phone < @6 c_1_1_1 #2 u_1 message "before"
anna.phone < ok 10: c_1_1_1 #3 as number 2, next 3
anna.phone < @7 c_1_1_1 #3 u_1 joined u_3
ben.phone < @7 c_1_1_1 #3 u_1 joined u_3
carl.phone < @1 c_1_1_1 #3 u_1 joined u_3
ben.phone < ok 3: c_1_1_1 #4 as number 1, next 2
anna.phone < @8 c_1_1_1 #4 u_2 message "between"
carl.phone < @2 c_1_1_1 #4 u_2 message "between"
ben.phone < @8 c_1_1_1 #4 u_2 message "between"
anna.phone < ok 11: c_1_1_1 #5 as number 3, next 4
anna.phone < @9 c_1_1_1 #5 u_1 left u_3
carl.phone < @3 c_1_1_1 #5 u_1 left u_3
ben.phone < @9 c_1_1_1 #5 u_1 left u_3
anna.phone < ok 12: c_1_1_1 #6 as number 2, next 3
anna.phone < @10 c_1_1_1 #6 u_1 message "after"
ben.phone < @10 c_1_1_1 #6 u_1 message "after"

get carl phone team 2
get carl phone team 4
get carl phone team 6
get ben phone team 6
----
carl.phone < error 3: not_found (there is no such message for you)
carl.phone < found 4: c_1_1_1 #4 u_2 message "between"
carl.phone < error 5: not_found (there is no such message for you)
ben.phone < found 4: c_1_1_1 #6 u_1 message "after"

# The other server is away: neither "not found" nor silence.
crash 1
wait 3000
get anna phone ben 2
get anna phone team 6
----
anna.phone < found 13: c_1_2 #2 u_2 message "second"
anna.phone < error 14: unavailable, retry after 1000 ms (the message's server cannot be asked now; try again)
