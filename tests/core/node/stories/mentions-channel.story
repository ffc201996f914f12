# In a channel nobody gets a copy of what is said (R18), but for who is mentioned: they get that one
# message, and it stands in the list of their mentions.
cluster 2 push-limit 2
connect anna phone
connect ben phone 1
connect carl phone
connect dora phone 1
create anna phone 1 hall ben carl dora
send anna phone hall 1 to nobody
mention anna phone hall 2 ben,dora for Ben and Dora
send ben phone hall 1 to nobody again
mention ben phone hall 2 anna for Anna
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
(ben is u_2, on node 0)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
(carl is u_3, on node 0)
carl.phone < welcome: device 1, generation 1
carl.phone < @0 synced
(dora is u_4, on node 0)
dora.phone < welcome: device 1, generation 1
dora.phone < @0 synced
anna.phone < ok 1: c_1_1_1 #1 as number 1, next 2
anna.phone < @1 c_1_1_1 #1 u_1 created "hall" u_1 u_2 u_3 u_4
anna.phone < @2 c_1_1_1 #2 u_1 became a channel
carl.phone < @1 c_1_1_1 #1 u_1 created "hall" u_1 u_2 u_3 u_4
carl.phone < @2 c_1_1_1 #2 u_1 became a channel
dora.phone < @1 c_1_1_1 #1 u_1 created "hall" u_1 u_2 u_3 u_4
dora.phone < @2 c_1_1_1 #2 u_1 became a channel
ben.phone < @1 c_1_1_1 #1 u_1 created "hall" u_1 u_2 u_3 u_4
ben.phone < @2 c_1_1_1 #2 u_1 became a channel
anna.phone < ok 2: c_1_1_1 #3 as number 1, next 2
anna.phone < ok 3: c_1_1_1 #4 as number 2, next 3
dora.phone < @3 c_1_1_1 #4 u_1 message "for Ben and Dora" mentions u_2 u_4
ben.phone < @3 c_1_1_1 #4 u_1 message "for Ben and Dora" mentions u_2 u_4
ben.phone < ok 1: c_1_1_1 #5 as number 1, next 2
ben.phone < ok 2: c_1_1_1 #6 as number 2, next 3
anna.phone < @3 c_1_1_1 #6 u_2 message "for Anna" mentions u_1

mentions ben phone
mentions dora phone
mentions carl phone
----
ben.phone < mentions 3:
    1. c_1_1_1 #4 by u_1
dora.phone < mentions 1:
    1. c_1_1_1 #4 by u_1
carl.phone < mentions 1:

# Dora's inbox is away. What she is owed survives the end of the channel's owner, too, and comes once.
crash 0 power
wait 3000
mention ben phone hall 3 dora are you there?
send ben phone hall 4 nobody hears this
crash 1 power
start 1
start 0
wait 12000
connect dora phone 1
connect ben phone 1
mention ben phone hall 5 dora and once more
mentions dora phone
history dora phone hall around 8 4
----
ben.phone < ok 4: c_1_1_1 #7 as number 3, next 4
ben.phone < ok 5: c_1_1_1 #8 as number 4, next 5
dora.phone < welcome: device 1, generation 2
dora.phone < @4 c_1_1_1 #7 u_2 message "are you there?" mentions u_4
dora.phone < @4 synced
ben.phone < welcome: device 1, generation 2
ben.phone < @3 synced
ben.phone < ok 6: c_1_1_1 #9 as number 5, next 6
dora.phone < @5 c_1_1_1 #9 u_2 message "and once more" mentions u_4
dora.phone < mentions 2:
    3. c_1_1_1 #9 by u_2
    2. c_1_1_1 #7 by u_2
    1. c_1_1_1 #4 by u_1
dora.phone < page 3 of c_1_1_1, head 9, more:
    #6 u_2 message "for Anna" mentions u_1
    #7 u_2 message "are you there?" mentions u_4
    #8 u_2 message "nobody hears this"
    #9 u_2 message "and once more" mentions u_4

# Somebody who joins is told what mentions them from then on, though a channel's newcomers get no copies.
add ben phone 1 hall eric
connect eric phone 1
mention ben phone hall 6 eric,dora welcome, Eric
mentions eric phone
----
(eric is u_5, on node 1)
ben.phone < ok 7: c_1_1_1 #10 as number 1, next 2
eric.phone < welcome: device 1, generation 1
eric.phone < @1 c_1_1_1 #10 u_2 joined u_5
eric.phone < @1 synced
ben.phone < ok 8: c_1_1_1 #11 as number 6, next 7
eric.phone < @2 c_1_1_1 #11 u_2 message "welcome, Eric" mentions u_5 u_4
dora.phone < @6 c_1_1_1 #11 u_2 message "welcome, Eric" mentions u_5 u_4
eric.phone < mentions 1:
    1. c_1_1_1 #11 by u_2
