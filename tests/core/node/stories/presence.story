# R24, R25: who is there, and when that is told.
cluster 2
name anna u_1
name dora u_4
connect anna phone 0
connect dora phone 1
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
dora.phone < welcome: device 1, generation 1
dora.phone < @0 synced

# A server that has just opened its partitions knows nobody until they have had the time to attach.
look anna phone dora
wait 9000
wait 1500
----
anna.phone < u_4 is unknown
anna.phone < u_4 is online

# A tunnel shorter than the grace is not seen by those who watch.
drop dora phone
wait 3000
connect dora phone 1
wait 10000
----
dora.phone < welcome: device 1, generation 2
dora.phone < @0 synced

# One that is longer is.
drop dora phone
wait 7000
connect dora phone 1
wait 4000
----
anna.phone < u_4 is offline, last seen 1800000023500
dora.phone < welcome: device 1, generation 3
dora.phone < @0 synced
anna.phone < u_4 is online

# Who says good-bye is gone at once.
quit dora phone
wait 600
----
anna.phone < u_4 is offline, last seen 1800000034500

# Who comes is told of after a little while, and not if it was for a moment only.
connect dora phone 1
wait 1000
drop dora phone
wait 9000
----
dora.phone < welcome: device 1, generation 4
dora.phone < @0 synced

# Another server's end ends the sessions there.
connect dora phone 1
wait 4000
crash 1
wait 3000
wait 6000
----
dora.phone < welcome: device 1, generation 5
dora.phone < @0 synced
anna.phone < u_4 is online
anna.phone < u_4 is offline, last seen 1800000049100

# Who looks away is told nothing more; who glances is told once.
start 1
wait 12000
look-away anna phone dora
connect dora phone 1
wait 5000
glance anna phone dora
wait 1000
drop dora phone
wait 9000
----
dora.phone < welcome: device 1, generation 6
dora.phone < @0 synced
anna.phone < u_4 is online
