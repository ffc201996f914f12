# R34: a session ends with its token, five minutes of leeway beside it; a new token keeps it.
cluster 1 tokens
token anna phone 60
connect anna phone
wait 340000
token ben phone 60
connect ben phone
wait 30000
token ben phone 600
wait 300000
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
(ben is u_2, on node 0)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
anna.phone < closed 4402
ben.phone < ok 1: as number 0, next 0

# Who comes with a token that is over is told to get another first: 4402.
connect anna phone
token anna phone 60
connect anna phone
----
anna.phone < closed 4402
anna.phone < welcome: device 1, generation 2
anna.phone < @0 synced

# A server whose clock is wrong lets nobody in, and sends nobody away for good: 4009. Three clocks are
# needed to know whose is wrong.
cluster 3 tokens
wait 5000
clock 0 3600
token anna phone 600
connect anna phone 0
connect anna phone 1
----
anna.phone < closed 4009
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced

# Nor does it end a session that it has.
cluster 3 tokens
wait 5000
token anna phone 600
connect anna phone 0
clock 0 3600
wait 300000
token anna phone 600
wait 900000
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
anna.phone < ok 1: as number 0, next 0
anna.phone < closed 4402

# Alone it has nobody to ask, and goes by its own clock.
cluster 1 tokens
clock 0 -3600
token anna phone 600
connect anna phone
----
anna.phone < closed 4401
