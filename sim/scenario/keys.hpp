// The one description of a scenario file: every key, where its value goes, what it may be, and
// what it means. The reader, the canonical writer, the JSON Schema, the overrides of the command
// line and the reference are all visitors of it; a new key is one line here.
//
// A visitor has
//   directive(key, spec, doc)        a key of the file that is no part of the scenario
//   field(key, member, spec, doc)    a value
//   object(key, member, doc)         an object with keys of its own
//   list(key, members, longest, doc) a list of such objects
//
// Bounds keep a scenario from asking for more memory than a machine has, and durations within
// 100 days so that they are exact in a double (2^53 ns are 104 days). Products of several keys
// are bounded in meaning.cpp.
#pragma once

#include "core/base/limits.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/spec.hpp"

namespace hubbub::sim {

inline constexpr Duration longest_span = std::chrono::hours(24 * 100);

template <class Keys>
void describe(Keys& keys, ServiceTimes& s) {
  const Spec cost = span_of(0ns, 10s, "20us");
  keys.field("frame", s.frame, cost, "A client's frame: read, parse, step.");
  keys.field("event", s.event, cost, "A frame to a client: encode, write.");
  keys.field("peer", s.peer, cost, "A peer message, each way.");
  keys.field("row", s.row, cost, "A row read or written.");
  keys.field("accept", s.accept, cost, "A connection, before anything is read from it.");
  keys.field("handshake", s.handshake, cost, "The TLS handshake of one that is let in, and its upgrade.");
  keys.field("login", s.login, cost, "The check of its token.");
  keys.field("request", s.request, cost,
             "An HTTP request of a client that polls, beside its frames: its heads, its token.");
}

template <class Keys>
void describe(Keys& keys, Disk& d) {
  const Spec time = drawn_span(1h, R"({"lognormal": ["220us", "1.2ms"]})");
  keys.field("read", d.read, time, "Time of a read.");
  keys.field("write", d.write, time, "Time of a write into the page cache.");
  keys.field("sync", d.sync, time, "Time of a sync.");
  keys.field("writeback", d.writeback, span_of(1ms, longest_span, "5s"),
             "How often the system writes back what nobody synced.");
}

template <class Keys>
void describe(Keys& keys, Servers& s) {
  keys.field("count", s.count, whole(1, limits::nodes, "3"), "Servers, each with its own disk.");
  keys.field("spare", s.spare, whole(0, limits::nodes - 1, "2"),
             "Further servers, which are not there until a fault adds them.");
  keys.field("regions", s.regions, whole(1, 64, "3"),
             "Regions: server n is in region n modulo this, and each user in one of them.");
  keys.field("nodes", s.nodes, whole(1, 64, "2"), "Nodes of each server; each has a core.");
  keys.field("version", s.version, whole(oldest_form, newest_form, "1"),
             "Of hubbub, that they run at the start: what its forms of records and messages are.");
  keys.field("speed", s.speed, real(0.001, 1000, "0.1"),
             "Of the cores, against the service times: 0.1 is ten times slower.");
  keys.object("service", s.service, "What work costs on a core. Assumed until measured.");
  keys.object("disk", s.disk, "Each server's disk.");
  keys.field("restart", s.restart, span_of(0s, longest_span, "2s"),
             "From the end of a process to its next start.");
  keys.field("queue", s.queue, whole(1, 10'000'000, "100000"),
             "Inputs that wait for one node before it reads no more.");
  keys.field("room", s.room, whole(1, 10'000'000, "20000"),
             "Connections that each server has room for.");
  keys.field("admission", s.admission, share("50%"),
             "The share of a core that may go into beginning sessions: by what accepting, a "
             "handshake, a login and attaching cost, so many a second. 0%: no schedule.");
  keys.field("connection_memory", s.connection_memory, bytes(1, 1 << 30, "64KiB"),
             "Of a connection: buffers, TLS, the kernel's. Assumed until measured.");
  keys.field("memory", s.memory, bytes(1024, 1e15, "16GB"),
             "That a server has for connections. Who does not fit is refused at once.");
  keys.field("bandwidth", s.bandwidth, bytes(1000, 1e15, "125MB"),
             "A second, to clients: what a server says waits for its turn. Assumed.");
  keys.field("outbound", s.outbound, bytes(1024, 1 << 30, "4MiB"),
             "Bytes that wait for a client that does not read, before it is cut off.");
  keys.field("first_packet", s.first_packet,
             bytes(limits::packet_bytes_least, limits::packet_bytes, "4KiB"),
             "The longest packet that server 0 takes from others; these take 256KiB. Less: a fleet "
             "whose servers have different limits, as while one is replaced.");
}

template <class Keys>
void describe(Keys& keys, Proxy& p) {
  keys.field("cuts", p.cuts, span_of(0s, longest_span, "20s"),
             "Connections and requests that last longer end, and both sides see it; 0s: none.");
  keys.field("loses", p.loses, share("2%"),
             "The share of the answers to HTTP requests that is lost; who asked sees it.");
}

template <class Keys>
void describe(Keys& keys, Network& n) {
  const Spec delay = drawn_span(1h, R"({"lognormal": ["30ms", "120ms"]})");
  keys.field("client", n.client, delay, "Delay between a client and a server, one way.");
  keys.field("server", n.server, delay, "Delay between two servers, one way.");
  keys.field("between_regions", n.between_regions, delay,
             "Delay beside that where the two are in different regions.");
  keys.object("proxy", n.proxy, "What stands between clients and servers.");
}

template <class Keys>
void describe(Keys& keys, Log& l) {
  keys.field("append", l.append, drawn_span(1h, R"({"lognormal": ["2ms", "12ms"]})"),
             "From an append, or a read, to its answer.");
  keys.field("timeout", l.timeout, span_of(1ms, longest_span, "2s"),
             "Without an answer for this long, an append ends unknown.");
  keys.field("late_most", l.late_most, span_of(0s, longest_span, "10s"),
             "How long after that a late one may still land.");
}

template <class Keys>
void describe(Keys& keys, Registry& r) {
  keys.field("latency", r.latency, drawn_span(1h, R"({"lognormal": ["1ms", "5ms"]})"),
             "Delay between a server and the register, one way.");
  keys.field("timeout", r.timeout, span_of(1ms, longest_span, "1s"),
             "Without an answer for this long, the register is away.");
}

template <class Keys>
void describe(Keys& keys, Provider& p) {
  keys.field("latency", p.latency, drawn_span(1h, R"({"lognormal": ["40ms", "300ms"]})"),
             "From a push to its answer. A server waits 10 s for it.");
  keys.field("capacity", p.capacity, real(0, 1e9, "500"),
             "Pushes that it takes a second; what would wait for a second is put off. 0: any.");
  keys.field("gone", p.gone, share("5%"), "The share of devices that it does not know any more.");
}

template <class Keys>
void describe(Keys& keys, Reconnect& r) {
  keys.field("policy", r.policy, one_of<ReconnectPolicy>(), "How long a client waits.");
  keys.field("base", r.base, span_of(1ms, longest_span, "500ms"), "The first wait.");
  keys.field("cap", r.cap, span_of(1ms, longest_span, "30s"), "The longest wait.");
}

template <class Keys>
void describe(Keys& keys, Absence& a) {
  keys.field("every", a.every, drawn_span(longest_span, R"({"exponential": "2m"})"),
             "Time connected before it happens; 0s: never.");
  keys.field("length", a.length, drawn_span(longest_span, R"({"uniform": ["5s", "40s"]})"),
             "How long it lasts.");
  keys.field("share", a.share, share("30%"), "The share of clients it happens to.");
}

template <class Keys>
void describe(Keys& keys, Groups& g) {
  keys.field("count", g.count, whole(1, 1'000'000, "20").required(), "Groups of this size.");
  keys.field("members", g.members, whole(2, limits::group_members_max, "10").required(),
             "Members of each.");
  keys.field("changes", g.changes, one_of<ChangedBy>(),
             "Who adds members and renames them; of admins, their creators alone do.");
  keys.field("history", g.history, one_of<NewcomersRead>(), "What who joins may read of them.");
}

template <class Keys>
void describe(Keys& keys, Tokens& t) {
  keys.field("lifetime", t.lifetime, span_of(0s, longest_span, "15m"),
             "How long a token is good, from a login or a refresh on; 0s: for ever.");
  keys.field("refresh", t.refresh, one_of<TokenRefresh>(), "When a client gets itself a new one.");
}

template <class Keys>
void describe(Keys& keys, Polling& p) {
  keys.field("long_poll", p.long_poll, share("30%"),
             "The share of users whose devices poll, and whose polls are held until there is something.");
  keys.field("poll", p.poll, share("30%"),
             "The share of users whose devices poll, and are answered at once. The rest has WebSockets.");
  keys.field("wait", p.wait, span_of(0s, limits::poll_wait, "25s"), "How long a poll is held.");
  keys.field("interval", p.interval, span_of(1ms, limits::poll_ttl / 2, "1s"),
             "From an answer to the next poll, of those that are answered at once.");
  keys.field("fresh", p.fresh, share("10%"),
             "The share of requests that come on a connection of their own, with a handshake.");
  const Spec head = bytes(0, 65'536, "450B");
  keys.field("request_head", p.request_head, head, "Of an HTTP request. Assumed.");
  keys.field("answer_head", p.answer_head, head, "Of its answer. Assumed.");
}

template <class Keys>
void describe(Keys& keys, ApiKeys& k) {
  keys.field("share", k.share, share("30%").required(), "The share of users that come by these keys.");
  keys.field("keys", k.keys, whole(1, 10'000, "1"), "How many keys those are.");
  keys.field("quota", k.quota, whole(1, 1'000'000'000, "600").required(),
             "Sends, creations and pages of history that each may ask for in a window.");
}

template <class Keys>
void describe(Keys& keys, Clients& c) {
  const Spec rate = real(0, 8'640'000, "40");  // 100 a second
  keys.field("users", c.users, whole(1, 10'000'000, "2000"), "Users.");
  keys.field("devices", c.devices, whole(1, limits::devices_per_user, "2"),
             "Devices of each user.");
  keys.field("online", c.online, share("80%"), "The share of users that connect at all.");
  keys.field("arrive", c.arrive, span_of(0s, longest_span, "5s"),
             "First connections are spread over this.");
  keys.field("acquaintances", c.acquaintances, whole(0, 1000, "50"),
             "Users that each user may write to.");
  keys.field("conversations", c.conversations, whole(0, 1000, "5"),
             "Direct conversations each user writes in, among the acquaintances.");
  keys.list("groups", c.groups, 64, "Group conversations, by size.");
  keys.field("group_share", c.group_share, share("25%"),
             "The share of messages that go to groups, for users in one.");
  keys.field("messages_per_day", c.messages_per_day, rate, "Messages each user sends, daily mean.");
  keys.field("peak", c.peak, real(0, 1000, "3"), "The simulated hour's rate over the daily mean.");
  keys.field("length", c.length,
             drawn_size(limits::text_bytes, R"({"lognormal": ["60B", "600B"]})"),
             "Bytes of a message.");
  keys.field("typed_ahead", c.typed_ahead, share("10%"),
             "The share of messages sent without waiting for the last answer.");
  keys.field("group_changes_per_day", c.group_changes_per_day, rate,
             "Additions, removals, leaves and renamings by each user in groups.");
  keys.field("blocks_per_day", c.blocks_per_day, rate,
             "How often each user blocks somebody they write to, or ends that: a third are blocks.");
  keys.field("mentions", c.mentions, share("10%"),
             "The share of messages that mention somebody: in groups two, who may have left.");
  keys.field("bots", c.bots, share("5%"),
             "The share of devices that name their messages by a client_id, and number none.");
  keys.field("questions", c.questions, share("20%"),
             "The share of looks at a conversation's history that instead ask for a message by its id, "
             "one's own or another's, or for what mentions the asker.");
  keys.field("revokes_per_day", c.revokes_per_day, rate,
             "How often each user revokes another of its devices, which does not come back.");
  keys.field("acknowledge_every", c.acknowledge_every, span_of(1ms, longest_span, "1s"),
             "How often a device acknowledges what it was shown.");
  keys.field("answer_timeout", c.answer_timeout, span_of(1ms, longest_span, "15s"),
             "Without an answer for this long, a client gives its connection up.");
  keys.field("open_history", c.open_history, span_of(0s, longest_span, "1m"),
             "Mean time between looks at a conversation's history; 0s: never.");
  keys.field("retry_budget", c.retry_budget, real(0, 1e9, "0.1"),
             "Repeats allowed per first send; 1e9 is without limit (unsafe).");
  keys.field("watched", c.watched, whole(0, limits::watched_users, "8"),
             "Acquaintances whose presence each device watches.");
  keys.field("viewport", c.viewport, whole(0, limits::watched_in_frame, "20"),
             "Users of a conversation whose presence is asked for when somebody looks at it.");
  keys.field("look", c.look, share("30%"),
             "The share of devices that look at their channels while they are connected, and pull "
             "what is said; the others ask for the heads. 0%: no device takes notice of channels.");
  keys.object("token", c.token, "The tokens that sessions begin with, and end with.");
  keys.list("api_keys", c.api_keys, 64, "Developers' keys with quotas; the rest of the users has none.");
  keys.object("polling", c.polling, "Users who hold no connection, and ask for what is new.");
  keys.object("tunnels", c.tunnels, "The connection is lost without a word.");
  keys.object("absence", c.absence, "The user logs off and comes back.");
  keys.field("push", c.push, share("80%"), "The share of devices that want to be pushed to.");
  keys.field("push_opens", c.push_opens, share("20%"),
             "The share of pushes to who stays away that bring them back, 2 s to 20 s later.");
  keys.field("stay_away", c.stay_away, share("30%"),
             "The share of users who log off after absence.every and do not come back, even at the "
             "end, unless a push brings them or something they wrote is not answered.");
  keys.object("reconnect", c.reconnect, "How a client comes back.");
  keys.field("read_after", c.read_after, drawn_span(longest_span, R"({"exponential": "3s"})"),
             "From being shown a message to having read it: devices say so, and keep receipts of what "
             "they wrote; 0s: they do neither.");
  keys.field("typing", c.typing, share("30%"),
             "The share of messages that a device announces while they are written.");
}

template <class Keys>
void describe(Keys& keys, Fault& f) {
  keys.field("kind", f.kind, one_of<FaultKind>().required(), "What goes wrong.");
  keys.field("server", f.server, whole(0, limits::nodes - 1, "0"),
             "Which server, from 0; without it, any one, drawn each time.");
  keys.field("at", f.at, span_of(0s, longest_span, "30s"), "Once, at this time.");
  keys.field("every", f.every, span_of(1ms, longest_span, "20s"),
             "Again and again, at random, with this mean time between.");
  const FaultTraits kind = traits(f.kind);
  keys.field("for", f.duration,
             span_of(0s, longest_span, "5s").when(kind.lasts || kind.may_last, "a kind that lasts"),
             "How long it lasts; for the end of a process, how long until it starts again, where "
             "that differs from servers.restart.");
  keys.field("factor", f.factor,
             real(1, 1e6, "10").when(kind.factor, "kind slow_sync, slow_cpu, log_slow, push_slow or clock_drift"),
             "How many times slower; of clock_drift, how many millionths faster.");
  keys.field("share", f.share,
             share("50%").when(kind.share, "a kind that strikes some connections, packets, appends or rows"),
             "Which share of the connections, packets, appends or rows.");
  keys.field("by", f.by,
             span_of(0s, longest_span, "3s").when(kind.by, "a kind that goes back, steps, reorders, "
                                                           "forgets or is stale"),
             "How far a clock steps, packets overtake each other, or what is old lies back; how long "
             "nothing went on what is forgotten; of register_flapping, how often it vanishes.");
  keys.field("region", f.region, whole(0, 63, "0").when(kind.region, "a kind that strikes a region"),
             "Which region, from 0; without it, that of the server.");
  keys.field("chance", f.chance, share("30%"),
             "In which share of runs it exists at all: so every seed has faults of its own.");
}

template <class Keys>
void describe(Keys& keys, PresencePolicy& p) {
  keys.field("heartbeat", p.heartbeat, span_of(100ms, longest_span, "25s"),
             "How often a server pings a connection.");
  keys.field("ttl", p.ttl, span_of(100ms, longest_span, "35s"),
             "Without anything heard for this long, a connection is dead; more than the heartbeat.");
  keys.field("delay", p.delay, span_of(0s, longest_span, "3s"),
             "How long somebody is online before that is told.");
  keys.field("grace", p.grace, span_of(0s, longest_span, "5s"),
             "How long somebody is gone before that is told; 0s: tunnels are seen (unsafe).");
  keys.field("settles", p.settles, span_of(0s, longest_span, "10s"),
             "How long a new owner waits before it says who is there; 0s: it tells of people as gone "
             "who have not come back to it yet (unsafe).");
  keys.field("group", p.group, one_of<GroupPresencePolicy>(),
             "Who is told who is there in a channel.");
}

template <class Keys>
void describe(Keys& keys, Policy& p) {
  keys.field("durability", p.durability, one_of<Durability>(), "What an acknowledgement survives.");
  keys.field("acknowledge", p.acknowledge, one_of<AcknowledgePolicy>(),
             "When what depends on a batch leaves.");
  keys.field("unknown_commit", p.unknown_commit, one_of<UnknownCommitPolicy>(),
             "What a node does when a commit's end is unknown.");
  keys.field("torn_write", p.torn_write, one_of<TornWritePolicy>(),
             "What the store does with a torn record at its log's end.");
  keys.field("catch_up", p.catch_up, one_of<CatchUpPolicy>(),
             "How a device far behind catches up.");
  keys.field("step", p.step, one_of<StepPolicy>(), "Whether a step's work is bounded.");
  keys.field("expired_work", p.expired_work, one_of<ExpiredWorkPolicy>(),
             "What happens to a request that waited too long.");
  keys.field("own_messages", p.own_messages, one_of<OwnMessagesPolicy>(),
             "Whether own messages are in the own inbox.");
  keys.field("repeats", p.repeats, one_of<RepeatPolicy>(), "How a repeat is recognised.");
  keys.field("resend", p.resend, one_of<ResendPolicy>(),
             "Whether an unconfirmed delivery is sent again.");
  keys.field("stale_owner", p.stale_owner, one_of<StaleOwnerPolicy>(),
             "What an owner does that has not proved itself for a while.");
  keys.field("fencing", p.fencing, one_of<FencingPolicy>(), "Which records of a log count.");
  keys.field("unknown_append", p.unknown_append, one_of<UnknownAppendPolicy>(),
             "What an owner does with an append whose end is unknown.");
  keys.field("failover", p.failover, one_of<FailoverPolicy>(),
             "Whether a dead server's partitions go to others.");
  keys.field("discovery", p.discovery, one_of<DiscoveryPolicy>(),
             "What is made of many registrations that vanish at once.");
  keys.field("older_map", p.older_map, one_of<OlderMapPolicy>(),
             "What a node does with a partition that was taken over on a newer map than it knows.");
  keys.field("hand_over", p.hand_over, one_of<HandOverPolicy>(),
             "How a server that goes down leaves its partitions.");
  keys.field("peers", p.peers, one_of<PeerPolicy>(), "How nodes talk to each other.");
  keys.field("message_ids", p.message_ids, one_of<MessageIdPolicy>(),
             "What the time bits of message ids come from.");
  keys.field("poison", p.poison, one_of<PoisonPolicy>(),
             "What happens to a partition that kills whoever opens it.");
  keys.field("takeovers", p.takeovers, one_of<TakeoverPolicy>(),
             "How a server that starts again comes to own what it owned.");
  keys.field("forms", p.forms, one_of<FormPolicy>(), "In which form records are written.");
  keys.field("trimming", p.trimming, one_of<TrimPolicy>(),
             "When the beginning of a partition's log is given up.");
  keys.field("admission", p.admission, one_of<AdmissionPolicy>(),
             "Whether sessions begin on a schedule, and clients are told when to come.");
  keys.field("blocks", p.blocks, one_of<BlockPolicy>(), "When a block is answered.");
  keys.field("push", p.push, one_of<PushPolicy>(), "What becomes of what who is away is to be told of.");
  keys.field("log_kept", p.log_kept, whole(1, 1e15, "16777216"),
             "Bytes that a partition's log keeps before its owner sees to it that it can be trimmed.");
  keys.field("token_clock", p.token_clock, one_of<TokenClockPolicy>(),
             "By which clock tokens are judged.");
  keys.field("quota", p.quota, one_of<QuotaPolicy>(),
             "Where what a developer's key asks for is counted.");
  keys.field("quota_window", p.quota_window, span_of(1s, longest_span, "1m"),
             "The window of quotas.");
  keys.field("overload", p.overload, one_of<OverloadPolicy>(),
             "What a server does that is behind with its work.");
  keys.field("polls", p.polls, one_of<PollPolicy>(),
             "What becomes of a session when a poll was answered.");
  keys.object("presence", p.presence, "When somebody is there, and when that is told.");
  keys.field("push_limit", p.push_limit, whole(2, 1e9, "5000"),
             "Above so many members a group is a channel, and nobody is copied to; a group again "
             "below 80% of that.");
  keys.field("receipts", p.receipts, one_of<ReceiptPolicy>(),
             "What people are told of who has a message, and has read it.");
  keys.field("group_members", p.group_members, whole(2, limits::group_members_max, "100"),
             "Members a group may have.");
}

template <class Keys>
void describe(Keys& keys, Expect& e) {
  keys.field("metrics", e.metrics, bounds_on(known_metrics, "< 500ms"),
             "Figures of the run's summary.");
  keys.field("violations", e.violations, bounds_on(known_checkers, "> 0"),
             "Violations that are wanted; of all other invariants there must be none.");
  keys.field("checks", e.checks, bounds_on(known_checkers, ">= 1000"),
             "Comparisons a checker made, so that a run that checked nothing fails.");
  keys.field("faults", e.faults, bounds_on(known_faults, ">= 3"), "Faults that took effect.");
}

template <class Keys>
void describe(Keys& keys, Scenario& s) {
  keys.directive("$schema", text(1000, "schema/scenario.schema.json"), "For editors; not looked at.");
  keys.directive("extends", text(1000, "first-light.json"),
                 "Another file, relative to this one, whose keys hold where this one has none. "
                 "Objects are merged; lists and distributions are replaced.");
  keys.field("name", s.name, name(64, "first-light").required(), "Names the run in reports.");
  keys.field("about", s.about, text(2000, "Crashes lose nothing."),
             "What it shows, in a sentence or two.");
  keys.field("seed", s.seed, whole(0, 0x1p64, "1"), "Of all that is drawn.");
  keys.field("warm_up", s.warm_up, span_of(0s, longest_span, "10s"),
             "Figures are counted after this.");
  keys.field("duration", s.duration, span_of(1ms, longest_span, "2m"),
             "Of the safety phase, in which faults happen; warm-up included.");
  keys.field("settle", s.settle, span_of(1ms, longest_span, "2m"),
             "Bound of the liveness phase, in which everything must come true.");
  keys.object("servers", s.servers, "What runs the nodes.");
  keys.object("log", s.log, "The replicated log, where policy.durability is a quorum's.");
  keys.object("register", s.registry, "The register of who lives and owns what, likewise.");
  keys.object("push_provider", s.push_provider, "Whoever carries pushes to devices without a connection.");
  keys.object("network", s.network, "What lies between.");
  keys.object("clients", s.clients, "Who uses it, and how.");
  keys.list("faults", s.faults, 1000, "What goes wrong.");
  keys.object("policy", s.policy, "Variants of the system under test; defaults are the safe ones.");
  keys.object("expect", s.expect, "What must come of it.");
}

}  // namespace hubbub::sim
