# A disk that stands still for longer than a record stays in memory: what is not durable yet cannot be loaded again,
# so it stays (R1, R13), and the repeat is the same message.
cluster 2
connect anna phone 0
connect ben phone 1
hold-disk 0
hold-disk 1
send anna phone ben 1 hello
wait 60000
send anna phone ben 1 hello
release-disk 0
release-disk 1
send anna phone ben 2 and again
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
(ben is u_2, on node 0)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
anna.phone < error 1: unavailable, retry after 1000 ms (no answer from the conversation's server; try again)
anna.phone < ok 2: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "hello"
ben.phone < @1 c_1_2 #1 u_1 message "hello"
anna.phone < ok 3: c_1_2 #2 as number 2, next 3
anna.phone < @2 c_1_2 #2 u_1 message "and again"
ben.phone < @2 c_1_2 #2 u_1 message "and again"
