# R29: ten sessions a second may begin here, one of them at once.
cluster 1 slots 10
name anna u_1
name ben u_2
name carl u_3
name dora u_4
name emil u_5
wait 2000
connect anna phone
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced

# Who comes early is told when to come, and is turned away (4009). One slot in four is for who logs in.
connect ben phone
connect carl phone
----
ben.phone < come back in 400 to 400 ms, with this ticket
ben.phone < closed 4009
carl.phone < come back in 800 to 800 ms, with this ticket
carl.phone < closed 4009

# Who comes back before its time hears the same again.
wait 20
connect ben phone
----
ben.phone < come back in 380 to 380 ms, with this ticket
ben.phone < closed 4009

# At its time the slot is ben's, whoever else is there. One that nobody came for is dora's.
wait 380
connect dora phone
connect emil phone
connect ben phone
----
dora.phone < welcome: device 1, generation 1
dora.phone < @0 synced
emil.phone < come back in 800 to 800 ms, with this ticket
emil.phone < closed 4009
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced

# Who had a session comes back by the other three of four (R31).
drop anna phone
connect anna phone
----
anna.phone < come back in 100 to 100 ms, with this ticket
anna.phone < closed 4009

# A slot is kept for a second beyond its time: carl comes just in time, emil does not try.
wait 1400
connect carl phone
----
carl.phone < welcome: device 1, generation 1
carl.phone < @0 synced
