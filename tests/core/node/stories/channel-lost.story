# R13, R18: what is owed of a channel's changes is owed across a crash; who looks is told again by the
# next life, without asking.
cluster 3 push-limit 3
name anna u_1
name ben u_2
name carl u_3
connect anna phone 0
connect ben phone 0
create anna phone 1 town ben u_11 u_12
wait 6000
follow ben phone town
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
anna.phone < ok 1: c_1_1_1 #1 as number 1, next 2
anna.phone < @1 c_1_1_1 #1 u_1 created "town" u_1 u_2 u_11 u_12
anna.phone < @2 c_1_1_1 #2 u_1 became a channel
ben.phone < @1 c_1_1_1 #1 u_1 created "town" u_1 u_2 u_11 u_12
ben.phone < @2 c_1_1_1 #2 u_1 became a channel
ben.phone < heads: c_1_1_1 #2

# Carl's server is away while he joins: the channel goes on, and he is told when it is back.
crash 2 power
add anna phone 2 town carl
send anna phone town 1 Carl should be here.
wait 3000
start 2
connect carl phone 2
channels carl phone
----
anna.phone < ok 2: c_1_1_1 #3 as number 2, next 3
anna.phone < ok 3: c_1_1_1 #4 as number 1, next 2
ben.phone < heads: c_1_1_1 #4
ben.phone < @2 synced
carl.phone < welcome: device 1, generation 1
carl.phone < @1 c_1_1_1 #3 u_1 joined u_3
carl.phone < @1 synced
carl.phone < list 1: c_1_1_1

# The channel's own server ends. Ben is told of what is said afterwards.
crash 1 power
send ben phone town 1 Is anybody there?
start 1
wait 2000
send anna phone town 2 Back again.
wait 3000
----
ben.phone < error 1: unavailable, retry after 1000 ms (the conversation's server is away; try again)
ben.phone < heads: c_1_1_1 #4
anna.phone < ok 4: c_1_1_1 #5 as number 2, next 3
ben.phone < heads: c_1_1_1 #5
