# R11: a server goes down by choice, and nobody waits for it to be missed.
cluster 3 replicated
name anna u_1
name dora u_4
connect anna phone 0
connect dora phone 0
where anna dora
watch 22 request answer owns
send anna phone dora 1 before
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
dora.phone < welcome: device 1, generation 1
dora.phone < @0 synced
c_1_4 is in partition 22: node 1's, node 2 follows
node 0 > node 1: u_1 asks c_1_4 to take number 1
node 1 > log 22: batch, follows @2
log 22 > node 1: kept at @3
log 22 > node 2: @3 batch
node 1 > node 0: answer: ok, #1
anna.phone < ok 1: c_1_4 #1 as number 1, next 2
anna.phone < @1 c_1_4 #1 u_1 message "before"
dora.phone < @1 c_1_4 #1 u_1 message "before"

# It says in the register that it drains. The assigner gives its partitions away, a few at a time. The
# owner takes nothing new, ends what it began, and appends its last word; the next one finds it in the
# log and takes over at once. Its `owns` makes every gateway ask there, whatever map that has seen.
#
# Node 2 cannot reach the logs for a moment, so that the time between the two records can be seen:
# whoever asks now is told to come back (R23).
drain 1
wait 400
hold-log 2
wait 300
send anna phone dora 2 after
release-log 2
----
  (after 100 ms)
register: node 1 drains
register: 22 is node 2's, node 0 follows (map 5)
node 1 > log 22: released, follows @3
log 22 > node 1: kept at @4
log 22 > node 0: @1 takeover, epoch 1, by node 1; @2 batch; @3 batch; @4 released
node 0 > node 2: u_1 asks c_1_4 to take number 2
node 2 > node 0: answer: unavailable
anna.phone < error 2: unavailable, retry after 1000 ms (the conversation's server is starting; try again)
log 22 > node 2: @4 released
node 2 > register: it is about to open 22
node 2 > log 22: takeover, epoch 2, map 5, follows @4
log 22 > node 0: @5 takeover, epoch 2, by node 2
log 22 > node 2: kept at @5
node 2 > node 0: owns 22, epoch 2, map 5
node 2 > node 1: owns 22, epoch 2, map 5

# Its device sends it again, and it goes to the new owner.
send anna phone dora 2 after
----
node 0 > node 2: u_1 asks c_1_4 to take number 2
node 2 > log 22: batch, follows @5
log 22 > node 0: @6 batch
log 22 > node 2: kept at @6
node 2 > node 0: answer: ok, #2
anna.phone < ok 3: c_1_4 #2 as number 2, next 3
anna.phone < @2 c_1_4 #2 u_1 message "after"
dora.phone < @2 c_1_4 #2 u_1 message "after"

# The server can end now: it owns nothing, and its end is no news to anyone.
wait 4000
crash 1
send dora phone anna 1 still here
----
node 0 > node 2: u_4 asks c_1_4 to take number 1
node 2 > log 22: batch, follows @6
log 22 > node 0: @7 batch
log 22 > node 2: kept at @7
node 2 > node 0: answer: ok, #3
dora.phone < ok 1: c_1_4 #3 as number 1, next 2
anna.phone < @3 c_1_4 #3 u_4 message "still here"
dora.phone < @3 c_1_4 #3 u_4 message "still here"
