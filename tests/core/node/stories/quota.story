# R33: a developer's key has a quota over all gateways. One request counts one: a send, a new group, a
# page of history. A gateway may be a slice ahead of what it was given: here that is one.
cluster 2
wait 2000
key anna phone 5 3
key ben phone 5 3
connect anna phone 0
connect ben phone 1
send anna phone ben 1 one
send ben phone anna 1 two
history anna phone ben before 0 1
send ben phone anna 2 three
send anna phone ben 2 one too many?
send ben phone anna 2 three
----
(anna is u_1, on node 0)
(ben is u_2, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
anna.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "one"
ben.phone < @1 c_1_2 #1 u_1 message "one"
ben.phone < ok 1: c_1_2 #2 as number 1, next 2
anna.phone < @2 c_1_2 #2 u_2 message "two"
ben.phone < @2 c_1_2 #2 u_2 message "two"
anna.phone < page 2 of c_1_2, head 2, more:
    #2 u_2 message "two"
ben.phone < error 2: quota, retry after 60000 ms (your key's quota is spent until its window ends)
anna.phone < error 3: quota, retry after 60000 ms (your key's quota is spent until its window ends)
ben.phone < error 3: quota, retry after 60000 ms (your key's quota is spent until its window ends)

# What is not counted goes on; with the next window, all does.
list anna phone
wait 60000
send anna phone ben 2 again
----
anna.phone < list 4: c_1_2
anna.phone < ok 5: c_1_2 #3 as number 2, next 3
anna.phone < @3 c_1_2 #3 u_1 message "again"
ben.phone < @3 c_1_2 #3 u_1 message "again"
