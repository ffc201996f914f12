# R32: a node that is behind lets go of what matters least first. All that comes has waited 250 ms:
# reads wait, sends go on.
cluster 1
connect anna phone
connect ben phone
behind 250
list anna phone
wait 600
list anna phone
wait 600
history anna phone ben before 0 5
send anna phone ben 1 before the page
wait 20
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
(ben is u_2, on node 0)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
anna.phone < list 1:
anna.phone < list 2:
anna.phone < ok 4: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "before the page"
ben.phone < @1 c_1_2 #1 u_1 message "before the page"
anna.phone < page 3 of c_1_2, head 1:
    #1 u_1 message "before the page"

# Behind by a second, it puts sends off, too, and says when to come back: one after the other.
behind 1000
list anna phone
wait 600
list ben phone
wait 600
send anna phone ben 2 later
send ben phone anna 1 later, too
----
anna.phone < list 5: c_1_2
ben.phone < list 1: c_1_2
anna.phone < error 6: overloaded, retry after 1050 ms (the server is busy; try again)
ben.phone < error 2: overloaded, retry after 1100 ms (the server is busy; try again)

# Once there is time again, all goes on.
behind 0
wait 600
list ben phone
wait 600
send anna phone ben 2 later
----
ben.phone < list 3: c_1_2
anna.phone < ok 7: c_1_2 #2 as number 2, next 3
anna.phone < @2 c_1_2 #2 u_1 message "later"
ben.phone < @2 c_1_2 #2 u_1 message "later"
