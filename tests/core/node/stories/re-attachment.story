# R15: a session lives at the gateway to which its device is connected, its inbox at the owner of a
# partition. When that server dies the device hears nothing of it: its gateway attaches again.
cluster 3 replicated
name anna u_1
name ben u_21
connect anna phone 0
connect ben phone 0
where ben
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
ben's inbox is in partition 28: node 1's, node 2 follows

# Ben's inbox is on node 1, his conversation with Anna is not. An entry is one piece of his stream, and
# names the one before it.
watch 28 owns attach attached entry
send anna phone ben 1 one
----
anna.phone < ok 1: c_1_21 #1 as number 1, next 2
node 1 > log 28: batch, follows @3
log 28 > node 1: kept at @4
log 28 > node 2: @4 batch
anna.phone < @1 c_1_21 #1 u_1 message "one"
node 1 > node 0: entry @1 after @0
ben.phone < @1 c_1_21 #1 u_1 message "one"

# The inbox's owner dies. The conversation goes on, and keeps what it owes (R13).
crash 1
send anna phone ben 2 two
send anna phone ben 3 three
----
anna.phone < ok 2: c_1_21 #2 as number 2, next 3
anna.phone < @2 c_1_21 #2 u_1 message "two"
anna.phone < ok 3: c_1_21 #3 as number 3, next 4
anna.phone < @3 c_1_21 #3 u_1 message "three"

# The new owner says that it owns the partition. The gateway attaches the session again, from where
# its stream had come; entries go on from there, none left out and none twice.
wait 3000
send anna phone ben 4 four
----
  (after 2050 ms)
register: node 1 is gone
register: 28 is node 2's, node 0 follows (map 2)
node 2 > register: it is about to open 28
node 2 > log 28: takeover, epoch 2, map 2, follows @4
log 28 > node 0: @1 takeover, epoch 1, by node 1; @2 batch; @3 batch; @4 batch; @5 takeover, epoch 2, by node 2
log 28 > node 2: kept at @5
log 28 > node 2: @5 takeover, epoch 2, by node 2
node 2 > node 0: owns 28, epoch 2, map 2
node 0 > node 2: attach u_21 at @1
node 2 > node 0: attached u_21 at @1
ben.phone < @1 synced
  (after 2550 ms)
node 2 > log 28: batch, follows @5
log 28 > node 0: @6 batch
log 28 > node 2: kept at @6
node 2 > node 0: entry @2 after @1
node 2 > node 0: entry @3 after @2
ben.phone < @2 c_1_21 #2 u_1 message "two"
ben.phone < @3 c_1_21 #3 u_1 message "three"
anna.phone < ok 4: c_1_21 #4 as number 4, next 5
node 2 > log 28: batch, follows @6
log 28 > node 0: @7 batch
log 28 > node 2: kept at @7
anna.phone < @4 c_1_21 #4 u_1 message "four"
node 2 > node 0: entry @4 after @3
ben.phone < @4 c_1_21 #4 u_1 message "four"

# Many sessions may come at once to an owner that has to load each of them: a gateway attaches 64,
# then waits 20 ms.
cluster 3 replicated
crowd 200 0 28
watch attaches
crash 1
wait 4000
----
  (after 2050 ms)
register: node 1 is gone
node 0 > node 2: attach, 64 sessions
  (after 2070 ms)
node 0 > node 2: attach, 64 sessions
  (after 2090 ms)
node 0 > node 2: attach, 64 sessions
  (after 2110 ms)
node 0 > node 2: attach, 8 sessions
