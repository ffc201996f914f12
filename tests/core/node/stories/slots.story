# R29: ten sessions a second may begin here, one of them at once.
cluster 1 slots 10
name anna u_1
name ben u_2
name carl u_3
name dora u_4
wait 2000
connect anna phone
----

# Who comes early is told when to come, and is turned away (4009).
connect ben phone
connect carl phone
----

# Who comes back before its time hears the same again.
wait 20
connect ben phone
----

# At its time the slot is ben's, whoever else is there.
wait 80
connect dora phone
connect ben phone
----

# A slot is kept for a second beyond its time; carl comes just in time.
wait 1050
connect carl phone
----

# dora's was not come for: it was anybody's, and dora is as anybody.
wait 1500
connect dora phone
----
