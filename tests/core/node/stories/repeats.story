# R1: a repeat is answered as it was the first time, on any connection, and makes no second message.
cluster 2
connect anna phone 0
connect ben phone 1
send anna phone ben 1 Hello
send anna phone ben 1 Hello
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
(ben is u_2, on node 0)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
anna.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "Hello"
ben.phone < @1 c_1_2 #1 u_1 message "Hello"
anna.phone < ok 2: c_1_2 #1 as number 1, next 2

drop anna phone
connect anna phone 1
send anna phone ben 1 Hello
----
anna.phone < welcome: device 1, generation 2
anna.phone < @1 synced
anna.phone < ok 3: c_1_2 #1 as number 1, next 2

# A number with other words, and a number too high, get the number that is expected.
send anna phone ben 1 Something else
send anna phone ben 5 Too early
send anna phone ben 2 Just right
----
anna.phone < error 4: conflict, retry, expected 2 (this is not the device's next number here)
anna.phone < error 5: conflict, retry, expected 2 (this is not the device's next number here)
anna.phone < ok 6: c_1_2 #2 as number 2, next 3
anna.phone < @2 c_1_2 #2 u_1 message "Just right"
ben.phone < @2 c_1_2 #2 u_1 message "Just right"

# The same intention under another number (the device renumbered) is still the same message.
send anna phone ben 3 Hello
----
anna.phone < ok 7: c_1_2 #1 as number 1, next 3
