# R2, R3: what is wrong in itself is refused by the gateway; a final refusal gives the number back.
cluster 2
connect anna phone 0
send anna phone ben 0 no number
history anna phone ben before 0 10
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
(ben is u_2, on node 0)
anna.phone < error 1: bad_request (a message has n and key, where n counts from 1, or client_id)
anna.phone < page 2 of c_1_2, head 0:

create anna phone 1 club ben carl
connect dora phone 1
send dora phone club 1 let me in
add anna phone 2 club dora
send dora phone club 1 thank you
----
(carl is u_3, on node 0)
anna.phone < ok 3: c_1_1_1 #1 as number 1, next 2
anna.phone < @1 c_1_1_1 #1 u_1 created "club" u_1 u_2 u_3
(dora is u_4, on node 0)
dora.phone < welcome: device 1, generation 1
dora.phone < @0 synced
dora.phone < error 1: not_member (you are not a member of it)
anna.phone < ok 4: c_1_1_1 #2 as number 2, next 3
anna.phone < @2 c_1_1_1 #2 u_1 joined u_4
dora.phone < @1 c_1_1_1 #2 u_1 joined u_4
dora.phone < ok 2: c_1_1_1 #3 as number 1, next 2
anna.phone < @3 c_1_1_1 #3 u_4 message "thank you"
dora.phone < @2 c_1_1_1 #3 u_4 message "thank you"

# R4: a call is done once, however often it is sent.
add anna phone 2 club dora
rename anna phone 2 club other-words-under-this-number
add anna phone 3 club dora
----
anna.phone < ok 5: c_1_1_1 #2 as number 2, next 3
anna.phone < error 6: conflict, retry, expected 3 (this call number was used for something else)
anna.phone < error 7: conflict (the user is a member already)
