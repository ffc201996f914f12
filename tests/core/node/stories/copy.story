# R11: logs do not grow for ever, and who needs what was given up of one gets it from another server.
cluster 3 replicated log-kept 600
name anna u_1
name dora u_4
connect anna phone 0
connect dora phone 0
where anna dora
watch 22 copies
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
dora.phone < welcome: device 1, generation 1
dora.phone < @0 synced
c_1_4 is in partition 22: node 1's, node 2 follows

# When a log has grown long enough, its owner appends checkpoints. Whoever comes to one reads the slice
# of rows that it names, as they are there; the next one says what the owner had read. The standby
# found all of them equal, has them on its disk, and says so. What lies below is given up.
send anna phone dora 1 one
send anna phone dora 2 two
wait 200
----
node 1 > log 22: batch, follows @2
log 22 > node 1: kept at @3
log 22 > node 2: @3 batch
anna.phone < ok 1: c_1_4 #1 as number 1, next 2
anna.phone < @1 c_1_4 #1 u_1 message "one"
dora.phone < @1 c_1_4 #1 u_1 message "one"
node 1 > log 22: batch, follows @3
log 22 > node 1: kept at @4
log 22 > node 2: @4 batch
node 1 > log 22: checkpoint, the first slice, follows @4
anna.phone < ok 2: c_1_4 #2 as number 2, next 3
log 22 > node 1: kept at @5
log 22 > node 2: @5 checkpoint, the first slice
anna.phone < @2 c_1_4 #2 u_1 message "two"
dora.phone < @2 c_1_4 #2 u_1 message "two"
  (after 10 ms)
node 1 > log 22: checkpoint, the next slice, follows @5
log 22 > node 1: kept at @6
log 22 > node 2: @6 checkpoint, the next slice
  (after 20 ms)
node 1 > log 22: checkpoint, that was the last slice, follows @6
log 22 > node 1: kept at @7
log 22 > node 2: @7 checkpoint, that was the last slice
node 2 > node 1: all rows of 22 are on disk here and equal, in the pass of @5
node 1 > log 22: give up what is below @5

# The standby's disk is lost. It comes back with nothing, and what it would have to read first is not
# there any more. The first answer only says that somebody has the rows: whatever was here may go now,
# and not before.
crash 2
new-disk 2
start 2
wait 500
send anna phone dora 3 three
wait 100
----
log 22 > node 2: @5 checkpoint, the first slice; @6 checkpoint, the next slice; @7 checkpoint, that was the last slice
node 2 > node 1: the first rows of 22 are wanted, as at @4 or later
node 1 > node 2: rows of 22 as at @7
node 2 > node 1: the first rows of 22 are wanted, as at @4 or later
node 1 > node 2: rows of 22 as at @7
node 2 > node 1: the next rows of 22 are wanted, as at @7 or later
node 1 > node 2: rows of 22 as at @7, the last
dora.phone < @2 synced
node 1 > log 22: batch, follows @7
log 22 > node 1: kept at @8
log 22 > node 2: @8 batch
anna.phone < ok 3: c_1_4 #3 as number 3, next 4
anna.phone < @3 c_1_4 #3 u_1 message "three"
dora.phone < @3 c_1_4 #3 u_1 message "three"
