# A message can mention members of its conversation. It says so wherever it is shown, and each of them
# has a list of what mentions them, newest first.
cluster 2
connect anna phone
connect ben phone 1
connect carl phone
create anna phone 1 team ben carl
mention anna phone team 1 ben Ben, have you seen this?
mention ben phone team 1 anna,carl,anna,ben Look, both of you
send anna phone team 2 nobody in particular
mention anna phone ben 1 ben here, too
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
anna.phone < ok 1: c_1_1_1 #1 as number 1, next 2
anna.phone < @1 c_1_1_1 #1 u_1 created "team" u_1 u_2 u_3
carl.phone < @1 c_1_1_1 #1 u_1 created "team" u_1 u_2 u_3
ben.phone < @1 c_1_1_1 #1 u_1 created "team" u_1 u_2 u_3
anna.phone < ok 2: c_1_1_1 #2 as number 1, next 2
anna.phone < @2 c_1_1_1 #2 u_1 message "Ben, have you seen this?" mentions u_2
carl.phone < @2 c_1_1_1 #2 u_1 message "Ben, have you seen this?" mentions u_2
ben.phone < @2 c_1_1_1 #2 u_1 message "Ben, have you seen this?" mentions u_2
ben.phone < ok 1: c_1_1_1 #3 as number 1, next 2
anna.phone < @3 c_1_1_1 #3 u_2 message "Look, both of you" mentions u_1 u_3
carl.phone < @3 c_1_1_1 #3 u_2 message "Look, both of you" mentions u_1 u_3
ben.phone < @3 c_1_1_1 #3 u_2 message "Look, both of you" mentions u_1 u_3
anna.phone < ok 3: c_1_1_1 #4 as number 2, next 3
anna.phone < @4 c_1_1_1 #4 u_1 message "nobody in particular"
carl.phone < @4 c_1_1_1 #4 u_1 message "nobody in particular"
ben.phone < @4 c_1_1_1 #4 u_1 message "nobody in particular"
anna.phone < ok 4: c_1_2 #1 as number 1, next 2
anna.phone < @5 c_1_2 #1 u_1 message "here, too" mentions u_2
ben.phone < @5 c_1_2 #1 u_1 message "here, too" mentions u_2

mentions ben phone
mentions anna phone
mentions carl phone
----
ben.phone < mentions 2:
    2. c_1_2 #1 by u_1
    1. c_1_1_1 #2 by u_1
anna.phone < mentions 5:
    1. c_1_1_1 #3 by u_2
carl.phone < mentions 1:
    1. c_1_1_1 #3 by u_2

# Who is no member is not mentioned: the message stands, and tells nobody of it.
mention anna phone team 3 dora,ben Dora would know
----
(dora is u_4, on node 0)
anna.phone < ok 6: c_1_1_1 #5 as number 3, next 4
anna.phone < @6 c_1_1_1 #5 u_1 message "Dora would know" mentions u_2
carl.phone < @5 c_1_1_1 #5 u_1 message "Dora would know" mentions u_2
ben.phone < @6 c_1_1_1 #5 u_1 message "Dora would know" mentions u_2

connect dora phone
mentions dora phone
mentions ben phone 2
mentions ben phone 2 2
----
dora.phone < welcome: device 1, generation 1
dora.phone < @0 synced
dora.phone < mentions 1:
ben.phone < mentions 3, more:
    3. c_1_1_1 #5 by u_1
    2. c_1_2 #1 by u_1
ben.phone < mentions 4:
    1. c_1_1_1 #2 by u_1

# A jump to one is a page of history around it, or the message by its id.
history ben phone team around 2 3
get ben phone team 2
----
ben.phone < page 5 of c_1_1_1, head 5, more:
    #1 u_1 created "team" u_1 u_2 u_3
    #2 u_1 message "Ben, have you seen this?" mentions u_2
    #3 u_2 message "Look, both of you" mentions u_1 u_3
ben.phone < found 6: c_1_1_1 #2 u_1 message "Ben, have you seen this?" mentions u_2

# A repeat that mentions others is another message.
mention anna phone team 3 carl Dora would know
mention anna phone team 3 dora,ben Dora would know
----
anna.phone < error 7: conflict, retry, expected 4 (this is not the device's next number here)
anna.phone < ok 8: c_1_1_1 #5 as number 3, next 4

# Each is listed once, whatever ends: the list is written with the inbox.
crash 0 power
crash 1 power
start 0
start 1
wait 10000
connect ben phone 1
mentions ben phone
connect carl phone
mentions carl phone
----
ben.phone < welcome: device 1, generation 2
ben.phone < @6 synced
ben.phone < mentions 7:
    3. c_1_1_1 #5 by u_1
    2. c_1_2 #1 by u_1
    1. c_1_1_1 #2 by u_1
carl.phone < welcome: device 1, generation 2
carl.phone < @5 synced
carl.phone < mentions 2:
    1. c_1_1_1 #3 by u_2
