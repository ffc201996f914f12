# R19, R6: nothing of it is lost by a crash, and nothing is told that a crash could take back.
cluster 3
name anna u_1
name ben u_2
connect anna phone 0
connect ben phone 0
send anna phone ben 1 are you there?
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
anna.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.phone < @1 c_1_2 #1 u_1 message "are you there?"
ben.phone < @1 c_1_2 #1 u_1 message "are you there?"

# The conversation's server is away while both acknowledge. They do not say so again: their inboxes'
# servers do, until it is confirmed.
crash 1
crash 2
ack ben phone
ack anna phone
wait 3000
start 1
start 2
wait 15000
----
ben.phone < @1 synced
anna.phone < receipt c_1_2, u_2 has #1, read #0
ben.phone < receipt c_1_2, u_2 has #1, read #0
anna.phone < receipt c_1_2, u_1 has #1, read #0, u_2 has #1, read #0
ben.phone < receipt c_1_2, u_1 has #1, read #0, u_2 has #1, read #0

# What was read is stored with the next second's marks. A server that dies before has told nobody.
read ben phone anna 1
wait 500
crash 1 power
crash 2 power
start 1
start 2
wait 5000
receipts anna phone ben
read ben phone anna 1
wait 3000
----
ben.phone < @1 synced
anna.phone < receipts 2: c_1_2, u_1 has #1, read #0, u_2 has #1, read #0
anna.phone < receipt c_1_2, u_2 has #1, read #1
ben.phone < receipt c_1_2, u_2 has #1, read #1

# After that it is there, whatever happens.
crash 1 power
crash 2 power
start 1
start 2
wait 5000
receipts anna phone ben
----
ben.phone < @1 synced
anna.phone < receipts 3: c_1_2, u_1 has #1, read #0, u_2 has #1, read #1
