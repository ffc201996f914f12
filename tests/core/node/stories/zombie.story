# R8, R21: a server that stood still, and does not know that its partitions were taken over.
cluster 3 replicated
name anna u_1
name dora u_4
connect anna phone 0
connect dora tablet 1
where anna dora
watch 22 request answer owns
send anna phone dora 1 before
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
dora.tablet < welcome: device 1, generation 1
dora.tablet < @0 synced
c_1_4 is in partition 22: node 1's, node 2 follows
node 0 > node 1: u_1 asks c_1_4 to take number 1
node 1 > log 22: batch, follows @2
log 22 > node 1: kept at @3
log 22 > node 2: @3 batch
node 1 > node 0: answer: ok, #1
anna.phone < ok 1: c_1_4 #1 as number 1, next 2
anna.phone < @1 c_1_4 #1 u_1 message "before"
dora.tablet < @1 c_1_4 #1 u_1 message "before"

# The owner stands still, and is taken for dead. Its standby takes over.
pause 1
wait 6000
send anna phone dora 2 taken elsewhere
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
node 0 > node 2: u_1 asks c_1_4 to take number 2
node 2 > log 22: batch, follows @4
log 22 > node 0: @5 batch
log 22 > node 2: kept at @5
node 2 > node 0: answer: ok, #2
anna.phone < ok 2: c_1_4 #2 as number 2, next 3
anna.phone < @2 c_1_4 #2 u_1 message "taken elsewhere"

# It wakes up and finds a question from a device of its own. It has proved nothing for 5 s, so it
# appends a settle before it answers. That does not follow the last record that counts: it is void, and
# the question is turned away instead of answered with what was true once. Nor does anybody believe
# what it says of itself: its epoch is over.
history dora tablet anna after 0 10
resume 1
wait 1000
----
node 1 > log 22: settle, follows @3
node 2 > node 1: owns 22, epoch 2, map 2
log 22 > node 0: @6 settle (void)
log 22 > node 1: kept at @6
node 1 > node 2: owns 22, epoch 1, map 1
dora.tablet < error 1: unavailable, retry after 1000 ms (no answer from the conversation's server; try again)
register: node 1 is there
log 22 > node 1: @4 takeover, epoch 2, by node 2; @5 batch; @6 settle (void)
dora.tablet < @2 c_1_4 #2 u_1 message "taken elsewhere"
dora.tablet < @2 synced
anna.phone < @2 synced
  (after 50 ms)
register: 22 is node 2's, node 1 follows (map 17)

# Asked again, it asks the owner.
history dora tablet anna after 0 10
----
node 1 > node 2: u_4 asks c_1_4 for what it has
node 2 > node 1: answer: a page
dora.tablet < page 2 of c_1_4, head 2:
    #1 u_1 message "before"
    #2 u_1 message "taken elsewhere"
