# Who does not number its messages names them, by a client_id (R1): a bot, or a call over HTTP that knows
# of no other. It promises no order; what is said again under one name is one message.
cluster 2
connect robot api
connect ben phone 1
post robot api ben build-4711 The build is broken
post robot api ben build-4712 The build is mended
post robot api ben build-4711 The build is broken
----
(robot is u_1, on node 0)
robot.api < welcome: device 1, generation 1
robot.api < @0 synced
(ben is u_2, on node 0)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
robot.api < ok 1: c_1_2 #1
robot.api < @1 c_1_2 #1 u_1 message "The build is broken"
ben.phone < @1 c_1_2 #1 u_1 message "The build is broken"
robot.api < ok 2: c_1_2 #2
robot.api < @2 c_1_2 #2 u_1 message "The build is mended"
ben.phone < @2 c_1_2 #2 u_1 message "The build is mended"
robot.api < ok 3: c_1_2 #1

# Another message under a name that was used is refused for good, and uses nothing up.
post robot api ben build-4711 The build is green
post robot api ben build-4713 The build is green
----
robot.api < error 4: conflict (this client_id was used for another message here; a new message needs a new one)
robot.api < ok 5: c_1_2 #3
robot.api < @3 c_1_2 #3 u_1 message "The build is green"
ben.phone < @3 c_1_2 #3 u_1 message "The build is green"

# The names of one conversation mean nothing in another, nor another device's.
connect carl phone
post robot api carl build-4711 The build is broken
connect robot spare
post robot spare ben build-4711 The build is broken
----
(carl is u_3, on node 0)
carl.phone < welcome: device 1, generation 1
carl.phone < @0 synced
robot.api < ok 6: c_1_3 #1
robot.api < @4 c_1_3 #1 u_1 message "The build is broken"
carl.phone < @1 c_1_3 #1 u_1 message "The build is broken"
robot.spare < welcome: device 2, generation 1
robot.spare < @1 c_1_2 #1 u_1 message "The build is broken"
robot.spare < @2 c_1_2 #2 u_1 message "The build is mended"
robot.spare < @3 c_1_2 #3 u_1 message "The build is green"
robot.spare < @4 c_1_3 #1 u_1 message "The build is broken"
robot.spare < @4 synced
robot.spare < ok 1: c_1_2 #4
robot.api < @5 c_1_2 #4 u_1 message "The build is broken"
robot.spare < @5 c_1_2 #4 u_1 message "The build is broken"
ben.phone < @4 c_1_2 #4 u_1 message "The build is broken"

# It survives whatever its messages do.
crash 0 power
crash 1 power
start 0
start 1
wait 2000
connect robot api
post robot api ben build-4711 The build is broken
post robot api ben build-4713 The build is green
post robot api ben build-4711 The build is green
----
robot.api < welcome: device 1, generation 2
robot.api < @5 synced
robot.api < ok 7: c_1_2 #1
robot.api < ok 8: c_1_2 #3
robot.api < error 9: conflict (this client_id was used for another message here; a new message needs a new one)

# Numbers go on beside it.
send robot api ben 1 numbered
post robot api ben build-4714 named
send robot api ben 2 numbered too
----
robot.api < ok 10: c_1_2 #5 as number 1, next 2
robot.api < @6 c_1_2 #5 u_1 message "numbered"
robot.api < ok 11: c_1_2 #6
robot.api < @7 c_1_2 #6 u_1 message "named"
robot.api < ok 12: c_1_2 #7 as number 2, next 3
robot.api < @8 c_1_2 #7 u_1 message "numbered too"

# What was refused is judged anew when it is said again: a name is used up by a message alone.
connect ben phone 1
block ben phone 1 robot
post robot api ben build-4715 Are you there?
unblock ben phone 2 robot
post robot api ben build-4715 Are you there?
history ben phone robot before 0 10
----
ben.phone < welcome: device 1, generation 2
ben.phone < @5 c_1_2 #5 u_1 message "numbered"
ben.phone < @6 c_1_2 #6 u_1 message "named"
ben.phone < @7 c_1_2 #7 u_1 message "numbered too"
ben.phone < @7 synced
ben.phone < ok 1: as number 1, next 2
robot.api < error 13: blocked (one of you has blocked the other)
ben.phone < ok 2: as number 2, next 3
robot.api < ok 14: c_1_2 #8
robot.api < @9 c_1_2 #8 u_1 message "Are you there?"
ben.phone < @8 c_1_2 #8 u_1 message "Are you there?"
ben.phone < page 3 of c_1_2, head 8:
    #1 u_1 message "The build is broken"
    #2 u_1 message "The build is mended"
    #3 u_1 message "The build is green"
    #4 u_1 message "The build is broken"
    #5 u_1 message "numbered"
    #6 u_1 message "named"
    #7 u_1 message "numbered too"
    #8 u_1 message "Are you there?"
