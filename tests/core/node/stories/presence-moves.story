# R11, R25: the partition of somebody who is watched moves to another server.
cluster 3 replicated
name anna u_1
name dora u_4
connect anna phone 0
connect dora phone 0
where dora
look anna phone dora
wait 12000
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
dora.phone < welcome: device 1, generation 1
dora.phone < @0 synced
dora's inbox is in partition 44: node 2's, node 0 follows
anna.phone < u_4 is unknown
  (after 9000 ms)
anna.phone < u_4 is online

# Its server drains. Who watched asks the next owner, who says that it does not know yet, and what it
# knows when everybody has had the time to attach there.
drain 2
wait 3000
wait 12000
----
  (after 500 ms)
register: node 2 drains
anna.phone < u_4 is unknown
dora.phone < @0 synced
  (after 7500 ms)
anna.phone < u_4 is online

# From then on it tells.
quit dora phone
wait 1000
----
anna.phone < u_4 is offline, last seen 1800000028000
