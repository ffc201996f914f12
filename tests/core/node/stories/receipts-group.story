# R19: up to 20 members are told of each other; of more, who wrote lately is told how many have it.
cluster 2
name anna u_1
name ben u_2
name cleo u_3
connect anna phone 0
connect ben phone 1
connect cleo phone 0
create anna phone 1 friends ben cleo
send anna phone friends 1 hello
ack anna phone
ack ben phone
read cleo phone friends 2
wait 3000
----
anna.phone < welcome: device 1, generation 1
anna.phone < @0 synced
ben.phone < welcome: device 1, generation 1
ben.phone < @0 synced
cleo.phone < welcome: device 1, generation 1
cleo.phone < @0 synced
anna.phone < ok 1: c_1_1_1 #1 as number 1, next 2
anna.phone < @1 c_1_1_1 #1 u_1 created "friends" u_1 u_2 u_3
cleo.phone < @1 c_1_1_1 #1 u_1 created "friends" u_1 u_2 u_3
ben.phone < @1 c_1_1_1 #1 u_1 created "friends" u_1 u_2 u_3
anna.phone < ok 2: c_1_1_1 #2 as number 1, next 2
anna.phone < @2 c_1_1_1 #2 u_1 message "hello"
cleo.phone < @2 c_1_1_1 #2 u_1 message "hello"
ben.phone < @2 c_1_1_1 #2 u_1 message "hello"
anna.phone < receipt c_1_1_1, u_3 has #2, read #2
cleo.phone < receipt c_1_1_1, u_3 has #2, read #2
ben.phone < receipt c_1_1_1, u_3 has #2, read #2
anna.phone < receipt c_1_1_1, u_1 has #2, read #0, u_2 has #2, read #0
cleo.phone < receipt c_1_1_1, u_1 has #2, read #0, u_2 has #2, read #0
ben.phone < receipt c_1_1_1, u_1 has #2, read #0, u_2 has #2, read #0

# Who is not in it is told nothing, and has read nothing.
connect dora phone 0
read dora phone friends 2
receipts dora phone friends
wait 1500
----
(dora is u_4, on node 0)
dora.phone < welcome: device 1, generation 1
dora.phone < @0 synced
dora.phone < error 1: not_member (you were never a member of it)

# Who leaves is not told of the others any more, but has what they have.
leave cleo phone 1 friends
ack cleo phone
wait 3000
receipts cleo phone friends
receipts anna phone friends
----
cleo.phone < ok 1: c_1_1_1 #3 as number 1, next 2
anna.phone < @3 c_1_1_1 #3 u_3 left u_3
cleo.phone < @3 c_1_1_1 #3 u_3 left u_3
ben.phone < @3 c_1_1_1 #3 u_3 left u_3
cleo.phone < receipts 2: c_1_1_1, u_3 has #3, read #2
anna.phone < receipts 3: c_1_1_1, u_1 has #2, read #0, u_2 has #2, read #0

# A large one.
create anna phone 2 village ben u_101 u_102 u_103 u_104 u_105 u_106 u_107 u_108 u_109 u_110 u_111 u_112 u_113 u_114 u_115 u_116 u_117 u_118 u_119
send anna phone village 1 hello all
ack anna phone
ack ben phone
wait 3000
connect u_101 phone 0
connect u_102 phone 1
ack u_101 phone
ack u_102 phone
read u_102 phone village 2
wait 3000
receipts anna phone village
receipts ben phone village
----
anna.phone < ok 4: c_1_1_2 #1 as number 2, next 3
anna.phone < @4 c_1_1_2 #1 u_1 created "village" u_1 u_2 u_101 u_102 u_103 u_104 u_105 u_106 u_107 u_108 u_109 u_110 u_111 u_112 u_113 u_114 u_115 u_116 u_117 u_118 u_119
ben.phone < @4 c_1_1_2 #1 u_1 created "village" u_1 u_2 u_101 u_102 u_103 u_104 u_105 u_106 u_107 u_108 u_109 u_110 u_111 u_112 u_113 u_114 u_115 u_116 u_117 u_118 u_119
anna.phone < ok 5: c_1_1_2 #2 as number 1, next 2
anna.phone < @5 c_1_1_2 #2 u_1 message "hello all"
ben.phone < @5 c_1_1_2 #2 u_1 message "hello all"
anna.phone < receipt c_1_1_2, #2 is with 1 others, read by 0
anna.phone < receipt c_1_1_1, u_1 has #3, read #0, u_2 has #3, read #0
ben.phone < receipt c_1_1_1, u_1 has #3, read #0, u_2 has #3, read #0
u_101.phone < welcome: device 1, generation 1
u_101.phone < @1 c_1_1_2 #1 u_1 created "village" u_1 u_2 u_101 u_102 u_103 u_104 u_105 u_106 u_107 u_108 u_109 u_110 u_111 u_112 u_113 u_114 u_115 u_116 u_117 u_118 u_119
u_101.phone < @2 c_1_1_2 #2 u_1 message "hello all"
u_101.phone < @2 synced
u_102.phone < welcome: device 1, generation 1
u_102.phone < @1 c_1_1_2 #1 u_1 created "village" u_1 u_2 u_101 u_102 u_103 u_104 u_105 u_106 u_107 u_108 u_109 u_110 u_111 u_112 u_113 u_114 u_115 u_116 u_117 u_118 u_119
u_102.phone < @2 c_1_1_2 #2 u_1 message "hello all"
u_102.phone < @2 synced
anna.phone < receipt c_1_1_2, #2 is with 2 others, read by 1
u_102.phone < receipt c_1_1_2, u_102 has #2, read #2
anna.phone < receipt c_1_1_2, #2 is with 3 others, read by 1
anna.phone < receipts 6: c_1_1_2, u_1 has #2, read #0, #2 is with 3 others, read by 1
ben.phone < receipts 1: c_1_1_2, u_2 has #2, read #0

# Nobody is told who types in it.
typing ben phone village
