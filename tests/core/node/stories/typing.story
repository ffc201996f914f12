# A10: who is typing is told to who is there, stored nowhere, and never repeated.
cluster 2
name anna u_1
name ben u_2
connect anna phone 0
connect ben phone 1
connect ben tablet 0
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
ben.tablet < welcome: device 2, generation 1
ben.tablet < @0 synced

# A conversation that nobody has used for a while is not loaded for it.
typing anna phone ben

# More often than every 3 s is dropped.
send anna phone ben 1 wait, I am writing
typing anna phone ben
wait 3100
typing anna phone ben
typing anna phone ben
----
anna.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "wait, I am writing"
ben.tablet < @1 c_1_2 #1 u_1 message "wait, I am writing"
ben.phone < @1 c_1_2 #1 u_1 message "wait, I am writing"
ben.tablet < u_1 is typing in c_1_2
ben.phone < u_1 is typing in c_1_2

# Only members' typing is told.
connect dora phone 0
typing dora phone c_1_2
----
(dora is u_3, on node 0)
dora.phone < welcome: device 1, generation 1
dora.phone < @0 synced

# Who was away is told nothing of it.
drop ben tablet
wait 3100
typing anna phone ben
connect ben tablet 0
----
ben.phone < u_1 is typing in c_1_2
ben.tablet < welcome: device 2, generation 2
ben.tablet < @1 synced
