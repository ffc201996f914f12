# R19: who has a message, and has read it. Devices acknowledge what they were sent, and say what was
# read; a second or two later that is stored and told, together.
cluster 2
name anna u_1
name ben u_2
connect anna phone 0
connect ben phone 1
send anna phone ben 1 are you there?
ack anna phone
ack ben phone
wait 3000
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
anna.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "are you there?"
ben.phone < @1 c_1_2 #1 u_1 message "are you there?"
anna.phone < receipt c_1_2, u_1 has #1, read #0, u_2 has #1, read #0
ben.phone < receipt c_1_2, u_1 has #1, read #0, u_2 has #1, read #0

# Reading says that it was delivered, too. A device that says it again has not been shown it.
read ben phone anna 1
wait 1500
read ben phone anna 1
wait 1500
----
anna.phone < receipt c_1_2, u_2 has #1, read #1
ben.phone < receipt c_1_2, u_2 has #1, read #1
anna.phone < receipt c_1_2, u_1 has #1, read #0, u_2 has #1, read #1
ben.phone < receipt c_1_2, u_1 has #1, read #0, u_2 has #1, read #1

# What several people do within a second is told at once, and the newest of it.
send ben phone anna 1 yes
send ben phone anna 2 why?
ack ben phone
ack anna phone
read anna phone ben 2
read anna phone ben 3
wait 3000
----
ben.phone < ok 1: c_1_2 #2 as number 1, next 2
anna.phone < @2 c_1_2 #2 u_2 message "yes"
ben.phone < @2 c_1_2 #2 u_2 message "yes"
ben.phone < ok 2: c_1_2 #3 as number 2, next 3
anna.phone < @3 c_1_2 #3 u_2 message "why?"
ben.phone < @3 c_1_2 #3 u_2 message "why?"
anna.phone < receipt c_1_2, u_1 has #3, read #3
ben.phone < receipt c_1_2, u_1 has #3, read #3
anna.phone < receipt c_1_2, u_2 has #3, read #1
ben.phone < receipt c_1_2, u_2 has #3, read #1

# Nobody reads further than there is anything, or back.
read anna phone ben 99
read anna phone ben 1
wait 1500
----
anna.phone < receipt c_1_2, u_1 has #3, read #3, u_2 has #3, read #1
ben.phone < receipt c_1_2, u_1 has #3, read #3, u_2 has #3, read #1

# A second device of the same person is told what was read on the first. Who was away asks.
connect ben tablet 0
read ben phone anna 3
wait 1500
drop anna phone
send ben phone anna 3 I am off
ack ben phone
wait 3000
connect anna phone 0
receipts anna phone ben
ack anna phone
wait 3000
----
ben.tablet < welcome: device 2, generation 1
ben.tablet < @1 c_1_2 #1 u_1 message "are you there?"
ben.tablet < @2 c_1_2 #2 u_2 message "yes"
ben.tablet < @3 c_1_2 #3 u_2 message "why?"
ben.tablet < @3 synced
anna.phone < receipt c_1_2, u_2 has #3, read #3
ben.tablet < receipt c_1_2, u_2 has #3, read #3
ben.phone < receipt c_1_2, u_2 has #3, read #3
ben.phone < ok 3: c_1_2 #4 as number 3, next 4
ben.tablet < @4 c_1_2 #4 u_2 message "I am off"
ben.phone < @4 c_1_2 #4 u_2 message "I am off"
ben.tablet < receipt c_1_2, u_2 has #4, read #3
ben.phone < receipt c_1_2, u_2 has #4, read #3
anna.phone < welcome: device 1, generation 2
anna.phone < @4 c_1_2 #4 u_2 message "I am off"
anna.phone < @4 synced
anna.phone < receipts 2: c_1_2, u_1 has #3, read #3, u_2 has #4, read #3
anna.phone < receipt c_1_2, u_1 has #4, read #3
ben.tablet < receipt c_1_2, u_1 has #4, read #3
ben.phone < receipt c_1_2, u_1 has #4, read #3

# What is acknowledged on one device is delivered, and stays so on the other.
ack ben tablet
wait 3000
