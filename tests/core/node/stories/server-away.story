# R23: what a dead server held is unavailable until it is back; everything else goes on.
cluster 3
connect anna phone 0
connect ben phone 1
connect carl phone 2
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

# Ben's and Carl's inboxes are on node 2, Anna's is on node 0.
send anna phone ben 1 before
crash 2
send anna phone ben 2 after
send anna phone ben 2 after
----
anna.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "before"
ben.phone < @1 c_1_2 #1 u_1 message "before"
anna.phone < error 2: unavailable, retry after 1000 ms (the conversation's server is away; try again)
anna.phone < error 3: unavailable, retry after 1000 ms (the conversation's server is away; try again)

# The conversation goes on where it lives; Ben gets what he is owed when his server is back (R13).
start 2
wait 1000
----
ben.phone < @1 synced

send ben phone anna 1 I am back
----
ben.phone < ok 1: c_1_2 #2 as number 1, next 2
anna.phone < @2 c_1_2 #2 u_2 message "I am back"
ben.phone < @2 c_1_2 #2 u_2 message "I am back"
