# Two people on two nodes. Anna's and Ben's inboxes and their conversation may each live elsewhere.
cluster 2
connect anna phone 0
connect ben phone 1
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
(ben is u_2, on node 0)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced

# One message: the sender's answer, and the entry in both inboxes. Own messages are in the own inbox.
send anna phone ben 1 Lunch at one?
----
anna.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "Lunch at one?"
ben.phone < @1 c_1_2 #1 u_1 message "Lunch at one?"

send ben phone anna 1 Yes!
ack anna phone
ack ben phone
----
ben.phone < ok 1: c_1_2 #2 as number 1, next 2
anna.phone < @2 c_1_2 #2 u_2 message "Yes!"
ben.phone < @2 c_1_2 #2 u_2 message "Yes!"
