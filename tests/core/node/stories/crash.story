# R5 to R7, R13: what was acknowledged survives a crash; what was not, may be sent again.
cluster 2
connect anna phone 0
connect ben phone 1
send anna phone ben 1 before the crash
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
(ben is u_2, on node 0)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
anna.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "before the crash"
ben.phone < @1 c_1_2 #1 u_1 message "before the crash"

# The disk of the conversation's node stands still: nothing leaves before it is durable (R6).
hold-disk 0
hold-disk 1
send anna phone ben 2 on its way

# The power goes: nobody was told anything, so nothing was promised.
crash 0 power
crash 1 power
start 0
start 1
connect anna phone 0
connect ben phone 1
send anna phone ben 2 on its way
----
anna.phone < welcome: device 1, generation 2
anna.phone < @1 synced
ben.phone < welcome: device 1, generation 2
ben.phone < @1 synced
anna.phone < ok 3: c_1_2 #2 as number 2, next 3
anna.phone < @2 c_1_2 #2 u_1 message "on its way"
ben.phone < @2 c_1_2 #2 u_1 message "on its way"
