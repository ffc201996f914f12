# A device that is its user's no more (A16): a phone that was lost. Its session ends, wherever it is, and
# its token lets nobody in again.
cluster 3 tokens
token anna phone 3600
token anna laptop 3600
connect anna phone 2
connect anna laptop
push anna phone on
connect ben phone 1
send ben phone anna 1 hello
ack anna phone
wait 2000
devices anna laptop
----
(anna is u_1, on node 0)
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
anna.laptop < welcome: device 2, generation 1
anna.laptop < @0 synced
anna.phone < ok 1: as number 0, next 0
(ben is u_2, on node 2)
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
ben.phone < ok 1: c_1_2 #1 as number 1, next 2
anna.laptop < @1 c_1_2 #1 u_2 message "hello"
ben.phone < @1 c_1_2 #1 u_2 message "hello"
anna.phone < @1 c_1_2 #1 u_2 message "hello"
anna.laptop < receipt c_1_2, u_1 has #1, read #0
ben.phone < receipt c_1_2, u_1 has #1, read #0
anna.phone < receipt c_1_2, u_1 has #1, read #0
anna.laptop < devices 1: 1 phone (here) 2 laptop (here)

revoke anna laptop 1 1
devices anna laptop
----
anna.laptop < ok 2: as number 1, next 2
anna.phone < error 0: unauthenticated (this device was revoked: log in again)
anna.phone < closed 4401
anna.laptop < devices 3: 2 laptop (here)

# The call is repeated as others are.
revoke anna laptop 1 1
revoke anna laptop 2 1
revoke anna laptop 2 7
----
anna.laptop < ok 4: as number 1, next 2
anna.laptop < error 5: not_found (you have no such device)
anna.laptop < error 6: not_found (you have no such device)

# The same token again: "log in again", and not "come back later". Nothing is pushed to it.
connect anna phone 2
drop anna laptop
send ben phone anna 2 are you there?
wait 12000
----
anna.phone < error 0: unauthenticated (this device was revoked: log in again)
anna.phone < closed 4401
ben.phone < ok 2: c_1_2 #2 as number 2, next 3
ben.phone < @2 c_1_2 #2 u_2 message "are you there?"

# It holds after a crash.
crash 0 power
crash 1 power
crash 2 power
start 0
start 1
start 2
connect anna phone 2
connect anna laptop
devices anna laptop
----
anna.phone < error 0: unauthenticated (this device was revoked: log in again)
anna.phone < closed 4401
anna.laptop < welcome: device 2, generation 2
anna.laptop < @2 c_1_2 #2 u_2 message "are you there?"
anna.laptop < @2 synced
anna.laptop < devices 7: 2 laptop (here)

# Who logs in anew has a device of the same name, and of another number: it begins its numbers at 1, and
# has nothing of the inbox.
wait 1000
token anna phone 3600
reinstall anna phone 2
send anna phone ben 1 from my new phone
devices anna laptop
----
anna.phone < welcome: device 3, generation 1
anna.phone < @1 c_1_2 #1 u_2 message "hello"
anna.phone < @2 c_1_2 #2 u_2 message "are you there?"
anna.phone < @2 synced
anna.phone < ok 2: c_1_2 #3 as number 1, next 2
anna.laptop < @3 c_1_2 #3 u_1 message "from my new phone"
anna.phone < @3 c_1_2 #3 u_1 message "from my new phone"
anna.laptop < devices 8: 2 laptop (here) 3 phone (here)

# A session whose server is cut off when its device is revoked is closed when that is back.
pause 2
wait 5000
revoke anna laptop 2 3
resume 2
wait 3000
----
anna.laptop < ok 9: as number 2, next 3
anna.phone < error 0: unauthenticated (this device was revoked: log in again)
anna.phone < closed 4401
anna.laptop < receipt c_1_2, u_1 has #1, read #0

# One may revoke oneself: the answer comes first.
revoke anna laptop 3 2
connect anna laptop
----
anna.laptop < ok 10: as number 3, next 4
anna.laptop < error 0: unauthenticated (this device was revoked: log in again)
anna.laptop < closed 4401
anna.laptop < error 0: unauthenticated (this device was revoked: log in again)
anna.laptop < closed 4401
