# R25: who cannot be heard is not known, and is asked for again when they can be.
cluster 2
name anna u_1
connect anna phone 0
look anna phone u_2 u_3 u_5 u_6
wait 11000
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
anna.phone < u_2 is unknown
anna.phone < u_3 is unknown
anna.phone < u_6 is unknown
anna.phone < u_5 is unknown
anna.phone < u_6 is offline
anna.phone < u_2 is offline
anna.phone < u_3 is offline
anna.phone < u_5 is offline

# The server of some of their inboxes ends.
crash 1
wait 3000
----
anna.phone < u_5 is unknown

# It is back, and says what it knows when it has waited for everyone.
start 1
wait 3000
wait 10000
----
anna.phone < u_5 is unknown
anna.phone < u_5 is offline
