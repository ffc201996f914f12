# Contacts are rows of one's own shard, changed by calls that are numbered and repeated like others.
cluster 3
connect ann phone
contact ann phone 1 bea Bea
contact ann phone 2 cid
contacts ann phone
----
(ann is u_1, on node 0)
ann.phone < welcome: device 1, generation 1
ann.phone < @0 synced
(bea is u_2, on node 2)
ann.phone < ok 1: as number 1, next 2
(cid is u_3, on node 2)
ann.phone < ok 2: as number 2, next 3
ann.phone < contacts 3:
    u_2, contact "Bea"
    u_3, contact

# The same call again is the same call; another under its number is told what comes next.
contact ann phone 1 bea Bea
contact ann phone 2 dan
contact ann phone 3 dan Dan
contacts ann phone 2
contacts ann phone 2 cid
----
ann.phone < ok 4: as number 1, next 2
(dan is u_4, on node 2)
ann.phone < error 5: conflict, retry, expected 3 (this call number was used for something else)
ann.phone < ok 6: as number 3, next 4
ann.phone < contacts 7, more:
    u_2, contact "Bea"
    u_3, contact
ann.phone < contacts 8:
    u_4, contact "Dan"

# Whoever is one already gets a new name, and whoever is none may be dropped: it is as it is to be.
contact ann phone 4 bea Beatrice
uncontact ann phone 5 cid
uncontact ann phone 6 cid
contact ann phone 7 ann
----
ann.phone < ok 9: as number 4, next 5
ann.phone < ok 10: as number 5, next 6
ann.phone < ok 11: as number 6, next 7
ann.phone < error 12: bad_request (user must be another than you)

# They survive the power's going, as do the numbers of the calls.
crash 0 power
crash 1 power
crash 2 power
start 0
start 1
start 2
connect ann phone
contact ann phone 4 bea Beatrice
contact ann phone 3 eve
contacts ann phone
----
ann.phone < welcome: device 1, generation 2
ann.phone < @0 synced
ann.phone < ok 13: as number 4, next 5
(eve is u_5, on node 2)
ann.phone < error 14: conflict, retry, expected 7 (this call number was used for something else)
ann.phone < contacts 15:
    u_2, contact "Beatrice"
    u_4, contact "Dan"

# Who is visible to contacts alone is offline for everyone else, and nobody is told why.
connect bea laptop
connect cid tablet
wait 20000
look cid tablet ann
look bea laptop ann
contact ann phone 7 bea Bea
visible ann phone 8 contacts
glance cid tablet ann
glance bea laptop ann
contacts ann phone
----
bea.laptop < welcome: device 1, generation 1
bea.laptop < @0 synced
cid.tablet < welcome: device 1, generation 1
cid.tablet < @0 synced
cid.tablet < u_1 is online
bea.laptop < u_1 is online
ann.phone < ok 16: as number 7, next 8
ann.phone < ok 17: as number 8, next 9
bea.laptop < u_1 is online
cid.tablet < u_1 is offline
cid.tablet < u_1 is offline
bea.laptop < u_1 is online
ann.phone < contacts 18, to whom alone I am visible:
    u_2, contact "Bea"
    u_4, contact "Dan"

# A contact that is dropped sees no more; all see again when they are asked to.
uncontact ann phone 9 bea
visible ann phone 10 everyone
look bea laptop ann
----
ann.phone < ok 19: as number 9, next 10
bea.laptop < u_1 is offline
ann.phone < ok 20: as number 10, next 11
bea.laptop < u_1 is online
