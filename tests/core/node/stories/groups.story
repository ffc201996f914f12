# A2, R17: membership changes are entries of the conversation, seen by who was and who will be a member.
cluster 3
connect anna phone 0
connect ben phone 1
connect carl phone 2
create anna phone 1 picnic ben
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
(ben is u_2, on node 2)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
(carl is u_3, on node 2)
carl.phone < welcome: device 1, generation 1
carl.phone < @0 synced
anna.phone < ok 1: c_1_1_1 #1 as number 1, next 2
anna.phone < @1 c_1_1_1 #1 u_1 created "picnic" u_1 u_2
ben.phone < @1 c_1_1_1 #1 u_1 created "picnic" u_1 u_2

send ben phone picnic 1 Who brings bread?
send carl phone picnic 1 May I?
----
ben.phone < ok 1: c_1_1_1 #2 as number 1, next 2
anna.phone < @2 c_1_1_1 #2 u_2 message "Who brings bread?"
ben.phone < @2 c_1_1_1 #2 u_2 message "Who brings bread?"
carl.phone < error 1: not_member (you are not a member of it)

add anna phone 2 picnic carl
send carl phone picnic 1 I do.
----
anna.phone < ok 2: c_1_1_1 #3 as number 2, next 3
anna.phone < @3 c_1_1_1 #3 u_1 joined u_3
ben.phone < @3 c_1_1_1 #3 u_1 joined u_3
carl.phone < @1 c_1_1_1 #3 u_1 joined u_3
carl.phone < ok 2: c_1_1_1 #4 as number 1, next 2
carl.phone < @2 c_1_1_1 #4 u_3 message "I do."
anna.phone < @4 c_1_1_1 #4 u_3 message "I do."
ben.phone < @4 c_1_1_1 #4 u_3 message "I do."

# Carl reads from the entry that let him in.
history carl phone picnic before 0 10
history ben phone picnic before 0 10
----
carl.phone < page 3 of c_1_1_1, head 4:
    #3 u_1 joined u_3
    #4 u_3 message "I do."
ben.phone < page 2 of c_1_1_1, head 4:
    #1 u_1 created "picnic" u_1 u_2
    #2 u_2 message "Who brings bread?"
    #3 u_1 joined u_3
    #4 u_3 message "I do."

rename ben phone 1 picnic Picnic-at-the-lake
remove ben phone 2 picnic carl
remove anna phone 3 picnic carl
send anna phone picnic 1 Carl is gone
history carl phone picnic before 0 10
----
ben.phone < ok 3: c_1_1_1 #5 as number 1, next 2
carl.phone < @3 c_1_1_1 #5 u_2 renamed "Picnic-at-the-lake"
anna.phone < @5 c_1_1_1 #5 u_2 renamed "Picnic-at-the-lake"
ben.phone < @5 c_1_1_1 #5 u_2 renamed "Picnic-at-the-lake"
ben.phone < error 4: forbidden (your role in the group does not allow it)
anna.phone < ok 3: c_1_1_1 #6 as number 3, next 4
carl.phone < @4 c_1_1_1 #6 u_1 left u_3
anna.phone < @6 c_1_1_1 #6 u_1 left u_3
ben.phone < @6 c_1_1_1 #6 u_1 left u_3
anna.phone < ok 4: c_1_1_1 #7 as number 1, next 2
anna.phone < @7 c_1_1_1 #7 u_1 message "Carl is gone"
ben.phone < @7 c_1_1_1 #7 u_1 message "Carl is gone"
carl.phone < page 4 of c_1_1_1, head 6:
    #3 u_1 joined u_3
    #4 u_3 message "I do."
    #5 u_2 renamed "Picnic-at-the-lake"
    #6 u_1 left u_3

list anna phone
list carl phone
leave ben phone 2 picnic
list ben phone
----
anna.phone < list 5: c_1_1_1
carl.phone < list 5:
ben.phone < ok 5: c_1_1_1 #8 as number 2, next 3
anna.phone < @8 c_1_1_1 #8 u_2 left u_2
ben.phone < @8 c_1_1_1 #8 u_2 left u_2
ben.phone < list 6:
