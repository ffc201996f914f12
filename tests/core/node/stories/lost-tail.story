# R21, R22: `buffered` promises nothing. A store that lost its tail finds out from those who know more
# than it does, gets a new incarnation, and resets them.
cluster 2 buffered
connect anna phone 0
connect ben phone 1
send anna phone ben 1 remembered by nobody
send anna phone ben 2 nor this
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
(ben is u_2, on node 0)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
anna.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "remembered by nobody"
ben.phone < @1 c_1_2 #1 u_1 message "remembered by nobody"
anna.phone < ok 2: c_1_2 #2 as number 2, next 3
anna.phone < @2 c_1_2 #2 u_1 message "nor this"
ben.phone < @2 c_1_2 #2 u_1 message "nor this"

crash 0 power
start 0
connect anna phone 0
connect ben phone 1
----
ben.phone < error 0: cursor_expired, retry (the session is not known any more)
ben.phone < closed 4004
node 0 alarm: partition 12: a device knows more of its inbox than is stored; its numbers begin a new incarnation. Was an older copy of the data put back, or does the disk lose what it synced?
anna.phone < welcome: device 1, generation 1
anna.phone < @0 reset
anna.phone < @0 synced
node 0 alarm: partition 44: a device knows more of its inbox than is stored; its numbers begin a new incarnation. Was an older copy of the data put back, or does the disk lose what it synced?
ben.phone < welcome: device 1, generation 1
ben.phone < @0 reset
ben.phone < @0 synced

# Their numbers start again; nothing is said twice under one number of one incarnation.
send anna phone ben 3 again
send anna phone ben 1 again
----
anna.phone < error 3: conflict, retry, expected 1 (this is not the device's next number here)
anna.phone < ok 4: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "again"
ben.phone < @1 c_1_2 #1 u_1 message "again"
