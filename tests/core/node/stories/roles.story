# Whoever makes a group owns it. Here its admins alone change it.
cluster 3
connect ann phone
connect bea laptop
connect cid tablet
create ann phone 1 tea admins bea cid
add bea laptop 1 tea dan
rename bea laptop 1 tea coffee
remove cid tablet 1 tea bea
promote bea laptop 1 tea bea
leave cid tablet 1 tea
members ann phone tea
----
(ann is u_1, on node 0)
ann.phone < welcome: device 1, generation 1
ann.phone < @0 synced
(bea is u_2, on node 2)
bea.laptop < welcome: device 1, generation 1
bea.laptop < @0 synced
(cid is u_3, on node 2)
cid.tablet < welcome: device 1, generation 1
cid.tablet < @0 synced
ann.phone < ok 1: c_1_1_1 #1 as number 1, next 2
ann.phone < @1 c_1_1_1 #1 u_1 created "tea" u_1 u_2 u_3 (changed by admins, newcomers read from joining on)
bea.laptop < @1 c_1_1_1 #1 u_1 created "tea" u_1 u_2 u_3 (changed by admins, newcomers read from joining on)
cid.tablet < @1 c_1_1_1 #1 u_1 created "tea" u_1 u_2 u_3 (changed by admins, newcomers read from joining on)
(dan is u_4, on node 2)
bea.laptop < error 1: forbidden (your role in the group does not allow it)
bea.laptop < error 2: forbidden (your role in the group does not allow it)
cid.tablet < error 1: forbidden (your role in the group does not allow it)
bea.laptop < error 3: forbidden (your role in the group does not allow it)
cid.tablet < ok 2: c_1_1_1 #2 as number 1, next 2
ann.phone < @2 c_1_1_1 #2 u_3 left u_3
bea.laptop < @2 c_1_1_1 #2 u_3 left u_3
cid.tablet < @2 c_1_1_1 #2 u_3 left u_3
ann.phone < members 2 of c_1_1_1 "tea" (changed by admins, newcomers read from joining on), owner here: u_1 owner u_2 member

# An admin adds, removes, renames and promotes; the owner is not an admin's affair.
promote ann phone 2 tea bea
promote ann phone 3 tea bea
add bea laptop 1 tea cid
promote bea laptop 2 tea cid
remove bea laptop 3 tea ann
demote bea laptop 3 tea ann
demote bea laptop 3 tea cid
settings bea laptop 4 tea
hand-over bea laptop 4 tea bea
members bea laptop tea
----
ann.phone < ok 3: c_1_1_1 #3 as number 2, next 3
ann.phone < @3 c_1_1_1 #3 u_1 promoted u_2
bea.laptop < @3 c_1_1_1 #3 u_1 promoted u_2
ann.phone < error 4: conflict (the user is an admin already, or the owner)
bea.laptop < ok 4: c_1_1_1 #4 as number 1, next 2
ann.phone < @4 c_1_1_1 #4 u_2 joined u_3
bea.laptop < @4 c_1_1_1 #4 u_2 joined u_3
cid.tablet < @3 c_1_1_1 #4 u_2 joined u_3
bea.laptop < ok 5: c_1_1_1 #5 as number 2, next 3
ann.phone < @5 c_1_1_1 #5 u_2 promoted u_3
bea.laptop < @5 c_1_1_1 #5 u_2 promoted u_3
cid.tablet < @4 c_1_1_1 #5 u_2 promoted u_3
bea.laptop < error 6: forbidden (the owner of a group cannot be removed)
bea.laptop < error 7: forbidden (the owner hands the group over first)
bea.laptop < ok 8: c_1_1_1 #6 as number 3, next 4
ann.phone < @6 c_1_1_1 #6 u_2 demoted u_3
bea.laptop < @6 c_1_1_1 #6 u_2 demoted u_3
cid.tablet < @5 c_1_1_1 #6 u_2 demoted u_3
bea.laptop < error 9: forbidden (your role in the group does not allow it)
bea.laptop < error 10: forbidden (your role in the group does not allow it)
bea.laptop < members 11 of c_1_1_1 "tea" (changed by admins, newcomers read from joining on), admin here: u_1 owner u_2 admin u_3 member

# The owner hands the group over, and is an admin then.
hand-over ann phone 3 tea cid
settings ann phone 4 tea all
settings cid tablet 2 tea all
members ann phone tea
----
ann.phone < ok 5: c_1_1_1 #7 as number 3, next 4
ann.phone < @7 c_1_1_1 #7 u_1 handed over to u_3
bea.laptop < @7 c_1_1_1 #7 u_1 handed over to u_3
cid.tablet < @6 c_1_1_1 #7 u_1 handed over to u_3
ann.phone < error 6: forbidden (your role in the group does not allow it)
cid.tablet < ok 3: c_1_1_1 #8 as number 2, next 3
ann.phone < @8 c_1_1_1 #8 u_3 settings (changed by everyone, newcomers read all)
bea.laptop < @8 c_1_1_1 #8 u_3 settings (changed by everyone, newcomers read all)
cid.tablet < @7 c_1_1_1 #8 u_3 settings (changed by everyone, newcomers read all)
ann.phone < members 7 of c_1_1_1 "tea" (changed by everyone, newcomers read all), admin here: u_1 admin u_2 admin u_3 owner

# An owner who leaves hands it over to the admin who joined first, else to the oldest member.
leave cid tablet 3 tea
members ann phone tea
promote ann phone 4 tea bea
demote bea laptop 4 tea bea
leave ann phone 5 tea
members bea laptop tea
members ann phone tea
----
cid.tablet < ok 4: c_1_1_1 #9 as number 3, next 4
ann.phone < @9 c_1_1_1 #9 u_3 left u_3 u_1
bea.laptop < @9 c_1_1_1 #9 u_3 left u_3 u_1
cid.tablet < @8 c_1_1_1 #9 u_3 left u_3 u_1
ann.phone < members 8 of c_1_1_1 "tea" (changed by everyone, newcomers read all), owner here: u_1 owner u_2 admin
ann.phone < error 9: conflict (the user is an admin already, or the owner)
bea.laptop < ok 12: c_1_1_1 #10 as number 4, next 5
ann.phone < @10 c_1_1_1 #10 u_2 demoted u_2
bea.laptop < @10 c_1_1_1 #10 u_2 demoted u_2
ann.phone < ok 10: c_1_1_1 #11 as number 5, next 6
ann.phone < @11 c_1_1_1 #11 u_1 left u_1 u_2
bea.laptop < @11 c_1_1_1 #11 u_1 left u_1 u_2
bea.laptop < members 13 of c_1_1_1 "tea" (changed by everyone, newcomers read all), owner here: u_2 owner
ann.phone < error 11: not_member (you are not a member of it)

# All of it is rows.
crash 0 power
crash 1 power
crash 2 power
start 0
start 1
start 2
connect bea laptop
add bea laptop 5 tea ann
members bea laptop tea
----
bea.laptop < welcome: device 1, generation 2
bea.laptop < @11 synced
bea.laptop < ok 14: c_1_1_1 #12 as number 5, next 6
bea.laptop < @12 c_1_1_1 #12 u_2 joined u_1
bea.laptop < members 15 of c_1_1_1 "tea" (changed by everyone, newcomers read all), owner here: u_2 owner u_1 member

# A direct conversation has two members and nothing to change.
members bea laptop ann
----
bea.laptop < members 16 of c_1_2 "" (changed by everyone, newcomers read from joining on), member here: u_1 member u_2 member
