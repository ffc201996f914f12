# R10, R21: what an owner does when it does not know whether it was heard, or whether it is one still.
cluster 3 replicated
name anna u_1
name dora u_4
connect anna phone 0
connect dora phone 0
where anna dora
watch 22 request answer owns
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
dora.phone < welcome: device 1, generation 1
dora.phone < @0 synced
c_1_4 is in partition 22: node 1's, node 2 follows

# An append whose end is unknown: the record is kept, but the owner does not hear so. It says nothing
# to anybody, and appends the same bytes again. Both lie in the log then. They follow the same
# record, so only one of them can; the other is void for every reader.
append 22 unheard
send anna phone dora 1 kept, but unheard
wait 200
----
node 0 > node 1: u_1 asks c_1_4 to take number 1
node 1 > log 22: batch, follows @2
log 22 > node 1: kept or not, nobody knows
log 22 > node 2: @3 batch
  (after 100 ms)
node 1 > log 22: the same batch, byte for byte
log 22 > node 1: kept at @4
log 22 > node 2: @4 batch (void)
log 22 > node 1: @3 batch; @4 batch (void)
node 1 > node 0: answer: ok, #1
anna.phone < ok 1: c_1_4 #1 as number 1, next 2
anna.phone < @1 c_1_4 #1 u_1 message "kept, but unheard"
dora.phone < @1 c_1_4 #1 u_1 message "kept, but unheard"

# The other way round: the first copy is under way somewhere, and lands behind the second.
append 22 late
send anna phone dora 2 late
wait 200
land 22
wait 200
send anna phone dora 3 goes on
----
node 0 > node 1: u_1 asks c_1_4 to take number 2
node 1 > log 22: batch, follows @3
log 22 > node 1: kept or not, nobody knows
  (after 100 ms)
node 1 > log 22: the same batch, byte for byte
log 22 > node 1: kept at @5
log 22 > node 2: @5 batch
log 22 > node 1: @5 batch
node 1 > node 0: answer: ok, #2
anna.phone < ok 2: c_1_4 #2 as number 2, next 3
anna.phone < @2 c_1_4 #2 u_1 message "late"
dora.phone < @2 c_1_4 #2 u_1 message "late"
log 22 > node 2: @6 batch (void)
node 0 > node 1: u_1 asks c_1_4 to take number 3
node 1 > log 22: batch, follows @5
log 22 > node 1: kept at @7
log 22 > node 2: @7 batch
log 22 > node 1: @6 batch (void); @7 batch
node 1 > node 0: answer: ok, #3
anna.phone < ok 3: c_1_4 #3 as number 3, next 4
anna.phone < @3 c_1_4 #3 u_1 message "goes on"
dora.phone < @3 c_1_4 #3 u_1 message "goes on"

# A while later the owner takes off a mark that it kept for deliveries. Then, for more than 5 s, it
# has nothing to append. Somebody may have taken the partition over, unseen: so before it answers as
# much as a question it appends a settle, which writes nothing but proves that it is the owner.
wait 17000
history dora phone anna after 0 10
----
  (after 9500 ms)
node 1 > log 22: batch, follows @7
log 22 > node 1: kept at @8
log 22 > node 2: @8 batch
node 0 > node 1: u_4 asks c_1_4 for what it has
node 1 > log 22: settle, follows @8
log 22 > node 1: kept at @9
log 22 > node 2: @9 settle
node 1 > node 0: answer: a page
dora.phone < page 1 of c_1_4, head 3:
    #1 u_1 message "kept, but unheard"
    #2 u_1 message "late"
    #3 u_1 message "goes on"
