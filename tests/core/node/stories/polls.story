# R37: who polls has a session all the same. `welcome` answers `hello`; what is told waits for a poll.
cluster 1
connect anna phone
connect ben phone polled
poll ben phone
send anna phone ben 1 Are you there?
wait 2000
poll ben phone
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
(ben is u_2, on node 0)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
ben.phone < poll 1: that is all
anna.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "Are you there?"
ben.phone < @1 c_1_2 #1 u_1 message "Are you there?"
ben.phone < poll 2: that is all

# A poll with a wait is held until there is something, or until the wait is over.
poll ben phone 20000
wait 5000
send anna phone ben 2 Lunch at one?
poll ben phone 20000
wait 20000
----
anna.phone < receipt c_1_2, u_2 has #1, read #0
ben.phone < receipt c_1_2, u_2 has #1, read #0
ben.phone < poll 3: that is all
anna.phone < ok 2: c_1_2 #2 as number 2, next 3
anna.phone < @2 c_1_2 #2 u_1 message "Lunch at one?"
ben.phone < @2 c_1_2 #2 u_1 message "Lunch at one?"
ben.phone < poll 4: that is all

# Requests are answered by themselves, at once. The poll is for what is new: one's own message, too.
poll ben phone 20000
send ben phone anna 1 At one.
----
ben.phone < ok 6: c_1_2 #3 as number 1, next 2
anna.phone < @3 c_1_2 #3 u_2 message "At one."
ben.phone < @3 c_1_2 #3 u_2 message "At one."
ben.phone < poll 5: that is all

# An answer is lost on its way. The next poll's cursor says so, and the stream begins again there;
# what waited meanwhile comes in its turn, once.
send anna phone ben 3 I will be late.
lose ben phone
poll ben phone
send anna phone ben 4 Ten minutes.
poll ben phone
wait 100
----
anna.phone < ok 3: c_1_2 #4 as number 3, next 4
anna.phone < @4 c_1_2 #4 u_1 message "I will be late."
ben.phone < poll 7: nothing
anna.phone < ok 4: c_1_2 #5 as number 4, next 5
anna.phone < @5 c_1_2 #5 u_1 message "Ten minutes."
ben.phone < @4 c_1_2 #4 u_1 message "I will be late."
ben.phone < @5 c_1_2 #5 u_1 message "Ten minutes."
ben.phone < @5 synced
ben.phone < poll 8: that is all

# Nobody comes for longer than the time between polls: the session is over.
wait 25000
----
anna.phone < receipt c_1_2, u_2 has #3, read #0
ben.phone < closed 4003

# The next one goes on from the cursor.
send anna phone ben 5 Where are you?
connect ben phone polled
poll ben phone
wait 100
----
anna.phone < ok 5: c_1_2 #6 as number 5, next 6
anna.phone < @6 c_1_2 #6 u_1 message "Where are you?"
ben.phone < welcome: device 1, generation 2
ben.phone < @6 c_1_2 #6 u_1 message "Where are you?"
ben.phone < @6 synced
ben.phone < poll 9: that is all
