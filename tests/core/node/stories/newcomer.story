# Who joins a group may read what is said from then on.
cluster 3
connect ann phone
connect bea laptop
create ann phone 1 tea bea
send ann phone tea 1 before
add ann phone 2 tea cid
connect cid tablet
history cid tablet tea before 0 10
----
(ann is u_1, on node 0)
ann.phone < welcome: device 1, generation 1
ann.phone < @0 synced
(bea is u_2, on node 2)
bea.laptop < welcome: device 1, generation 1
bea.laptop < @0 synced
ann.phone < ok 1: c_1_1_1 #1 as number 1, next 2
ann.phone < @1 c_1_1_1 #1 u_1 created "tea" u_1 u_2
bea.laptop < @1 c_1_1_1 #1 u_1 created "tea" u_1 u_2
ann.phone < ok 2: c_1_1_1 #2 as number 1, next 2
ann.phone < @2 c_1_1_1 #2 u_1 message "before"
bea.laptop < @2 c_1_1_1 #2 u_1 message "before"
(cid is u_3, on node 2)
ann.phone < ok 3: c_1_1_1 #3 as number 2, next 3
ann.phone < @3 c_1_1_1 #3 u_1 joined u_3
bea.laptop < @3 c_1_1_1 #3 u_1 joined u_3
cid.tablet < welcome: device 1, generation 1
cid.tablet < @1 c_1_1_1 #3 u_1 joined u_3
cid.tablet < @1 synced
cid.tablet < page 1 of c_1_1_1, head 3:
    #3 u_1 joined u_3

# Set otherwise, who joins from then on may read all of it. It is not delivered, nor is it declared.
settings ann phone 3 tea all
add ann phone 4 tea dan
connect dan watch
history dan watch tea before 0 10
history dan watch tea after 0 2
history dan watch tea around 3 3
history cid tablet tea before 0 10
----
ann.phone < ok 4: c_1_1_1 #4 as number 3, next 4
ann.phone < @4 c_1_1_1 #4 u_1 settings (changed by everyone, newcomers read all)
bea.laptop < @4 c_1_1_1 #4 u_1 settings (changed by everyone, newcomers read all)
cid.tablet < @2 c_1_1_1 #4 u_1 settings (changed by everyone, newcomers read all)
(dan is u_4, on node 2)
ann.phone < ok 5: c_1_1_1 #5 as number 4, next 5
ann.phone < @5 c_1_1_1 #5 u_1 joined u_4
bea.laptop < @5 c_1_1_1 #5 u_1 joined u_4
cid.tablet < @3 c_1_1_1 #5 u_1 joined u_4
dan.watch < welcome: device 1, generation 1
dan.watch < @1 c_1_1_1 #5 u_1 joined u_4
dan.watch < @1 synced
dan.watch < page 1 of c_1_1_1, head 5:
    #1 u_1 created "tea" u_1 u_2
    #2 u_1 message "before"
    #3 u_1 joined u_3
    #4 u_1 settings (changed by everyone, newcomers read all)
    #5 u_1 joined u_4
dan.watch < page 2 of c_1_1_1, head 5, more:
    #1 u_1 created "tea" u_1 u_2
    #2 u_1 message "before"
dan.watch < page 3 of c_1_1_1, head 5, more:
    #2 u_1 message "before"
    #3 u_1 joined u_3
    #4 u_1 settings (changed by everyone, newcomers read all)
cid.tablet < page 2 of c_1_1_1, head 5:
    #3 u_1 joined u_3
    #4 u_1 settings (changed by everyone, newcomers read all)
    #5 u_1 joined u_4

# What somebody may read is not taken back when it is set as it was, nor when they have left.
settings ann phone 5 tea
add ann phone 6 tea eve
connect eve phone
history eve phone tea before 0 10
remove ann phone 7 tea dan
send ann phone tea 2 after
history dan watch tea before 0 3
history dan watch tea before 5 10
----
ann.phone < ok 6: c_1_1_1 #6 as number 5, next 6
ann.phone < @6 c_1_1_1 #6 u_1 settings (changed by everyone, newcomers read from joining on)
dan.watch < @2 c_1_1_1 #6 u_1 settings (changed by everyone, newcomers read from joining on)
bea.laptop < @6 c_1_1_1 #6 u_1 settings (changed by everyone, newcomers read from joining on)
cid.tablet < @4 c_1_1_1 #6 u_1 settings (changed by everyone, newcomers read from joining on)
(eve is u_5, on node 2)
ann.phone < ok 7: c_1_1_1 #7 as number 6, next 7
ann.phone < @7 c_1_1_1 #7 u_1 joined u_5
dan.watch < @3 c_1_1_1 #7 u_1 joined u_5
bea.laptop < @7 c_1_1_1 #7 u_1 joined u_5
cid.tablet < @5 c_1_1_1 #7 u_1 joined u_5
eve.phone < welcome: device 1, generation 1
eve.phone < @1 c_1_1_1 #7 u_1 joined u_5
eve.phone < @1 synced
eve.phone < page 1 of c_1_1_1, head 7:
    #7 u_1 joined u_5
ann.phone < ok 8: c_1_1_1 #8 as number 7, next 8
ann.phone < @8 c_1_1_1 #8 u_1 left u_4
dan.watch < @4 c_1_1_1 #8 u_1 left u_4
bea.laptop < @8 c_1_1_1 #8 u_1 left u_4
eve.phone < @2 c_1_1_1 #8 u_1 left u_4
cid.tablet < @6 c_1_1_1 #8 u_1 left u_4
ann.phone < ok 9: c_1_1_1 #9 as number 2, next 3
ann.phone < @9 c_1_1_1 #9 u_1 message "after"
bea.laptop < @9 c_1_1_1 #9 u_1 message "after"
eve.phone < @3 c_1_1_1 #9 u_1 message "after"
cid.tablet < @7 c_1_1_1 #9 u_1 message "after"
dan.watch < page 4 of c_1_1_1, head 8, more:
    #6 u_1 settings (changed by everyone, newcomers read from joining on)
    #7 u_1 joined u_5
    #8 u_1 left u_4
dan.watch < page 5 of c_1_1_1, head 8:
    #1 u_1 created "tea" u_1 u_2
    #2 u_1 message "before"
    #3 u_1 joined u_3
    #4 u_1 settings (changed by everyone, newcomers read all)

# Rejoining while it is set so opens what was said in between, too.
settings ann phone 8 tea all
add ann phone 9 tea dan
history dan watch tea after 8 10
crash 0 power
crash 1 power
crash 2 power
start 0
start 1
start 2
connect dan watch
history dan watch tea after 8 10
----
ann.phone < ok 10: c_1_1_1 #10 as number 8, next 9
ann.phone < @10 c_1_1_1 #10 u_1 settings (changed by everyone, newcomers read all)
bea.laptop < @10 c_1_1_1 #10 u_1 settings (changed by everyone, newcomers read all)
eve.phone < @4 c_1_1_1 #10 u_1 settings (changed by everyone, newcomers read all)
cid.tablet < @8 c_1_1_1 #10 u_1 settings (changed by everyone, newcomers read all)
ann.phone < ok 11: c_1_1_1 #11 as number 9, next 10
ann.phone < @11 c_1_1_1 #11 u_1 joined u_4
dan.watch < @5 c_1_1_1 #11 u_1 joined u_4
bea.laptop < @11 c_1_1_1 #11 u_1 joined u_4
eve.phone < @5 c_1_1_1 #11 u_1 joined u_4
cid.tablet < @9 c_1_1_1 #11 u_1 joined u_4
dan.watch < page 6 of c_1_1_1, head 11:
    #9 u_1 message "after"
    #10 u_1 settings (changed by everyone, newcomers read all)
    #11 u_1 joined u_4
dan.watch < welcome: device 1, generation 2
dan.watch < @5 synced
dan.watch < page 7 of c_1_1_1, head 11:
    #9 u_1 message "after"
    #10 u_1 settings (changed by everyone, newcomers read all)
    #11 u_1 joined u_4
