# R16: content that cannot be had now is declared as a range, and the stream goes on.
cluster 3
connect anna phone 0
send anna phone ben 1 one
send anna phone ben 2 two
send anna phone carl 1 for Carl
connect carl phone 2
ack anna phone
drop anna phone
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
(ben is u_2, on node 2)
anna.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "one"
anna.phone < ok 2: c_1_2 #2 as number 2, next 3
anna.phone < @2 c_1_2 #2 u_1 message "two"
(carl is u_3, on node 2)
anna.phone < ok 3: c_1_3 #1 as number 1, next 2
anna.phone < @3 c_1_3 #1 u_1 message "for Carl"
carl.phone < welcome: device 1, generation 1
carl.phone < @1 c_1_3 #1 u_1 message "for Carl"
carl.phone < @1 synced
