# R8, R9, R12, R23, R26: a server dies, and another takes its partitions over.
#
# Every partition has a log that outlives all servers. Its owner appends what it decides and answers
# when that is kept; its standby reads along. Everybody connects to node 0 here, so that what the
# servers say to each other can be seen.
cluster 3 replicated
name anna u_1
name dora u_4
connect anna phone 0
connect dora phone 0
where anna dora
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
dora.phone < welcome: device 1, generation 1
dora.phone < @0 synced
c_1_4 is in partition 22: node 1's, node 2 follows

# We look at the conversation's partition: the owner's append, its standby's reading, the answer.
watch 22 request answer owns
send anna phone dora 1 before
----
node 0 > node 1: u_1 asks c_1_4 to take number 1
node 1 > log 22: batch, follows @2
log 22 > node 1: kept at @3
log 22 > node 2: @3 batch
node 1 > node 0: answer: ok, #1
anna.phone < ok 1: c_1_4 #1 as number 1, next 2
anna.phone < @1 c_1_4 #1 u_1 message "before"
dora.phone < @1 c_1_4 #1 u_1 message "before"

# The owner dies. Whoever asks now is told to come back (R23).
crash 1
send anna phone dora 2 during
----
anna.phone < error 2: unavailable, retry after 1000 ms (the conversation's server is away; try again)

# Its registration lapses 2.5 s after it was last refreshed; the assigner puts the standby in its
# place. That one says what it is about to do, lest it die of it unnoticed (R12). It has read the log,
# so one append makes it the owner: a takeover with the next epoch, right behind the last record. When
# that is kept it opens the partition, and says so to all.
wait 3000
----
  (after 2050 ms)
register: node 1 is gone
register: 22 is node 2's, node 0 follows (map 2)
node 2 > register: it is about to open 22
node 2 > log 22: takeover, epoch 2, map 2, follows @3
log 22 > node 0: @1 takeover, epoch 1, by node 1; @2 batch; @3 batch; @4 takeover, epoch 2, by node 2
log 22 > node 2: kept at @4
log 22 > node 2: @4 takeover, epoch 2, by node 2
node 2 > node 0: owns 22, epoch 2, map 2

# The first send that succeeds there. It is the one that was turned away; nothing was lost or repeated.
send anna phone dora 2 during
----
node 0 > node 2: u_1 asks c_1_4 to take number 2
node 2 > log 22: batch, follows @4
log 22 > node 0: @5 batch
log 22 > node 2: kept at @5
node 2 > node 0: answer: ok, #2
anna.phone < ok 3: c_1_4 #2 as number 2, next 3
anna.phone < @2 c_1_4 #2 u_1 message "during"
dora.phone < @2 c_1_4 #2 u_1 message "during"

# The dead server comes back. By its disk, and by the map that it kept, the partition is its own; the
# log says otherwise, and it follows what it reads. (It is given partitions again, a few at a time:
# one is Anna's inbox.)
start 1
wait 1000
send dora phone anna 1 after
----
node 1 > register: it is about to open 22
register: node 1 is there
node 2 > node 1: owns 22, epoch 2, map 2
log 22 > node 1: @4 takeover, epoch 2, by node 2; @5 batch
node 0 > node 2: u_4 asks c_1_4 to take number 1
node 2 > log 22: batch, follows @5
log 22 > node 0: @6 batch
log 22 > node 2: kept at @6
node 2 > node 0: answer: ok, #3
dora.phone < ok 1: c_1_4 #3 as number 1, next 2
anna.phone < @3 c_1_4 #3 u_4 message "after"
dora.phone < @3 c_1_4 #3 u_4 message "after"
