# A6, R14: all devices of a user see one order; what one of them says, the others see too.
cluster 2
connect anna phone 0
connect anna tablet 1
connect ben phone 1
send anna phone ben 1 from the phone
send anna tablet ben 1 from the tablet
ack anna phone
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
anna.tablet < welcome: device 2, generation 1
anna.tablet < @0 synced
(ben is u_2, on node 0)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
anna.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "from the phone"
anna.tablet < @1 c_1_2 #1 u_1 message "from the phone"
ben.phone < @1 c_1_2 #1 u_1 message "from the phone"
anna.tablet < ok 1: c_1_2 #2 as number 1, next 2
anna.phone < @2 c_1_2 #2 u_1 message "from the tablet"
anna.tablet < @2 c_1_2 #2 u_1 message "from the tablet"
ben.phone < @2 c_1_2 #2 u_1 message "from the tablet"

# A device that was away gets what it missed, then is at the head again.
drop anna tablet
send ben phone anna 1 while the tablet is away
connect anna tablet 0
----
ben.phone < ok 1: c_1_2 #3 as number 1, next 2
anna.phone < @3 c_1_2 #3 u_2 message "while the tablet is away"
ben.phone < @3 c_1_2 #3 u_2 message "while the tablet is away"
anna.tablet < welcome: device 2, generation 2
anna.tablet < @3 c_1_2 #3 u_2 message "while the tablet is away"
anna.tablet < @3 synced

# R3: a second connection of the same device takes over; the first is closed for good.
connect anna phone 1
----
(before) anna.phone < closed 4409
anna.phone < welcome: device 1, generation 2
anna.phone < @3 synced
