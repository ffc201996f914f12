#include "core/node/conversations.hpp"

#include <algorithm>

#include "core/base/hash.hpp"
#include "core/node/calls.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {

// --- Answers ---------------------------------------------------------------------------------------

void Conversations::turn_away(const peer::Request& r) {
  turn_away_request(c_, r, shard_of(r.conversation),
                    "the conversation has moved to another server; try again");
}

void Conversations::turn_away(const peer::Fetch& f) {
  c_.send(f.asker, peer::Fetched{f.reader, f.ticket, {}});
}

void Conversations::conflict(const peer::Request& r, std::uint64_t expected,
                             std::string_view detail) {
  ++c_.counters.asked_to_retry;
  const to_client::Error error{id_of(r.call), ErrorCode::conflict, true, 0, expected, detail};
  c_.emit(c_.partition(shard_of(r.conversation)), r.session.node, peer::Answer{r.session, error});
}

/// Final: the number is given back, so no older session may use it later (R3).
void Conversations::refuse_finally(const Caller& caller, ErrorCode code, std::string_view detail,
                                   std::uint64_t expected) {
  ++c_.counters.refused;
  store_generation(caller);
  const to_client::Error error{id_of(caller.request.call), code, false, 0, expected, detail};
  c_.emit(caller.partition, caller.request.session.node,
          peer::Answer{caller.request.session, error});
}

void Conversations::ok(const peer::Request& r, RequestId id, const rows::Remembered& what,
                       std::uint64_t next) {
  const to_client::Ok answer{id,     r.conversation,  what.seq,    what.id,
                             what.sent_at_ms, what.number, next};
  c_.emit(c_.partition(shard_of(r.conversation)), r.session.node, peer::Answer{r.session, answer});
}

// --- Requests --------------------------------------------------------------------------------------

void Conversations::on(const peer::Request& r) {
  const Partition& p = c_.partition(shard_of(r.conversation));
  if (p.state != Partition::State::open)
    return put_off(c_, r, ErrorCode::unavailable, limits::retry_unavailable,
                   "the conversation's server is starting; try again");
  const Duration age = std::chrono::milliseconds(r.age_ms) + c_.waited();
  if (age > limits::request_age && c_.config.policy.expired_work == ExpiredWorkPolicy::drop) {
    ++c_.counters.expired;
    return turn_away(r);
  }
  if (Conversation* conv = c_.need(r.conversation))
    std::visit([&](const auto& wanted) { call(r, *conv, wanted); }, r.call);
}

/// Nobody if the sender's record must be loaded first, or the session is older than one that the
/// conversation has heard of (R3).
std::optional<Conversations::Caller> Conversations::caller_of(const peer::Request& r,
                                                              Conversation& conv) {
  SenderRecord* sender = c_.need(SenderKey{r.conversation, r.from});
  if (sender == nullptr || r.generation < sender->generation) return {};
  return Caller{r, conv, *sender, c_.partition(shard_of(r.conversation))};
}

bool Conversations::may_take(const Caller& caller) {
  if (!caller.partition.full()) return true;
  turn_away(caller.request);
  return false;
}

/// R4. A repeat is answered as it was the first time.
bool Conversations::is_new_call(const Caller& caller, std::uint64_t number, std::uint64_t key,
                                std::uint64_t digest) {
  const Numbers& calls = caller.sender.calls;
  const Numbers::Verdict verdict = calls.judge(number, key, digest);
  if (verdict.judgement == Numbers::Judgement::fresh) return true;
  if (verdict.judgement == Numbers::Judgement::repeat)
    ok(caller.request, id_of(caller.request.call), *verdict.first, number + 1);
  else if (number > calls.last())
    refuse_finally(caller, ErrorCode::conflict, key_taken);
  else
    conflict(caller.request, calls.next(), number_taken);
  return false;
}

/// So many that one delivery to them would not fit a step (R35).
bool Conversations::too_many_in_a_shard(std::span<const UserId> users) {
  std::vector<ShardId> shards;
  shards.reserve(users.size());
  for (const UserId user : users) shards.push_back(shard_of(user));
  std::sort(shards.begin(), shards.end());
  for (std::size_t i = limits::members_per_shard; i < shards.size(); ++i)
    if (shards[i] == shards[i - limits::members_per_shard]) return true;
  return false;
}

void Conversations::call(const peer::Request& r, Conversation& conv,
                         const to_server::Create& create) {
  const auto caller = caller_of(r, conv);
  if (!caller) return;
  const std::uint64_t digest = digest_of(create);
  if (!is_new_call(*caller, create.number, create.key, digest)) return;
  if (conv.exists)
    return conflict(r, caller->sender.calls.next(), "this call number already made a conversation");
  std::vector<UserId> members(create.members.begin(), create.members.end());
  members.push_back(r.from.user);
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  if (members.size() > c_.config.policy.group_members || too_many_in_a_shard(members))
    return refuse_finally(*caller, ErrorCode::too_large,
                          "a group has at most \"expected\" members, and few in one shard",
                          c_.config.policy.group_members);
  if (!may_take(*caller)) return;
  conv.exists = true;
  conv.name = create.name;
  conv.settings = create.settings;
  if (conv.settings != GroupSettings{}) put_settings(r.conversation, conv);
  for (const UserId user : members) {
    const std::size_t interval = conv.members.join(user, 1);
    if (user == r.from.user) conv.members.set_role(user, Role::owner);
    if ((interval + 1) % limits::members_per_row == 0) put_members(r.conversation, conv, interval);
  }
  put_members(r.conversation, conv, members.size() - 1);
  conv.add_streams(0);
  Message entry{.kind = EntryKind::created,
                .number = create.number,
                .key = create.key,
                .content = {static_cast<std::uint32_t>(create.name.size()),
                            hash_bytes(create.name), create.name},
                .users = members,
                .settings = create.settings};
  accept(*caller, caller->sender.calls, true, create.id, entry, digest);
  follow_size(*caller);
}

void Conversations::place(const Caller& caller, Message& entry) {
  const peer::Request& r = caller.request;
  Partition& p = caller.partition;
  entry.seq = ++caller.conversation.head;
  if (c_.config.policy.message_ids == MessageIdPolicy::clock) p.ids.follow(c_.now.wall);
  entry.id = p.ids.next(shard_of(r.conversation), c_.now.wall);
  entry.sent_at_ms = to_ms(c_.now.wall);
  entry.from = r.from.user;
  entry.device = r.from.device;
}

/// Gives `entry` its place, writes everything that follows from it, and only then answers.
void Conversations::accept(const Caller& caller, Numbers& numbers, bool is_call, RequestId id,
                           Message& entry, std::uint64_t digest) {
  const peer::Request& r = caller.request;
  Partition& p = caller.partition;
  place(caller, entry);
  const rows::Remembered what{entry.number, entry.key, digest,
                              entry.seq,    entry.id,  entry.sent_at_ms};
  numbers.accept(what);

  store_generation(caller);
  put_entry(caller, entry);
  const std::uint8_t slot = numbers.slot(entry.number);
  c_.put(p,
         is_call ? rows::remembered_call(r.conversation, r.from, slot)
                 : rows::remembered_message(r.conversation, r.from, slot),
         rows::RememberedRow{.what = what});
  spread(caller, entry);
  ok(r, id, what, is_call ? entry.number + 1 : numbers.next());
}

void Conversations::put_entry(const Caller& caller, const Message& entry) {
  const ConversationId& id = caller.request.conversation;
  Partition& p = caller.partition;
  if (p.ids.reserve())
    c_.put(p, rows::partition(partition_of(shard_of(id))),
           rows::PartitionRow{.incarnation = p.incarnation, .ids_reserved_ms = p.ids.reserved_ms()});
  c_.put(p, rows::message(id, entry.seq), rows::MessageRow{.message = entry});
}

/// What follows for those whom an entry is for: it is owed to whom it is due, and who looks hears of it.
void Conversations::spread(const Caller& caller, const Message& entry) {
  const ConversationId& id = caller.request.conversation;
  Conversation& conv = caller.conversation;
  const bool to_all = conv.modes.pushed(entry.seq);
  const bool mentions = entry.kind == EntryKind::text && !entry.users.empty();
  const bool due =
      to_all || mentions || entry.kind == EntryKind::joined || entry.kind == EntryKind::left;
  if (mentions && !to_all) {
    conv.modes.mentions.add(entry.seq, entry.users);
    c_.put(caller.partition, rows::mentioned(id, entry.seq), rows::MentionedRow{.users = entry.users});
  }
  if (due && conv.owing_from == 0) {
    conv.owing_from = entry.seq;
    c_.put(caller.partition, rows::owing(partition_of(shard_of(id)), id),
           rows::OwingRow{.from = entry.seq});
  }
  receipts_.wrote(conv, entry);
  put_self(id, conv);

  c_.recent.add(conv.newest, entry);
  const auto look_at = [&](DeliveryStream& s) {
    if (!s.settled) return;
    const auto run =
        conv.members.next_run(s.shard, s.confirmed, conv.head, recipients_, conv.modes);
    conv.set_settled(s, !run.has_value());
  };
  if (to_all)
    for (DeliveryStream& s : conv.streams) look_at(s);
  else if (due)
    for (const UserId user : entry.users)
      if (DeliveryStream* s = conv.stream(shard_of(user))) look_at(*s);
  if (due) queue(c_.conversations.find(id));
  heads_.wrote(id, conv.head);
}

void Conversations::store_generation(const Caller& caller) {
  const peer::Request& r = caller.request;
  if (r.generation == caller.sender.generation) return;
  caller.sender.generation = r.generation;
  c_.put(caller.partition, rows::sender(r.conversation, r.from),
         rows::SenderRow{.generation = r.generation});
}

void Conversations::put_members(const ConversationId& id, const Conversation& conv,
                                std::size_t interval) {
  const std::size_t chunk = interval / limits::members_per_row;
  const auto all = conv.members.intervals();
  const auto from = chunk * limits::members_per_row;
  const auto size = std::min<std::size_t>(limits::members_per_row, all.size() - from);
  c_.put(c_.partition(shard_of(id)), rows::members(id, static_cast<std::uint16_t>(chunk)),
         rows::MembersRow{.intervals = all.subspan(from, size)});
}

void Conversations::put_self(const ConversationId& id, const Conversation& conv) {
  const auto writers = conv.marks.writers();
  writers_.assign(writers.begin(), writers.end());
  c_.put(c_.partition(shard_of(id)), rows::conversation(id),
         rows::ConversationRow{.head = conv.head, .owing_from = conv.owing_from, .name = conv.name,
                               .writers = writers_});
}

// --- Sweeps and turns ------------------------------------------------------------------------------

void Conversations::sweep_owing(PartitionId partition) {
  owing_sweeps_.begin(partition);
}

void Conversations::owing_read(PartitionId partition, std::string_view rows, bool more) {
  BatchReader reader(rows);
  RowWrite row;
  rows::Key last;
  while (reader.next(row)) {
    const auto parsed = rows::parse(row.key, row.value, c_.scratch);
    if (!parsed) return c_.unreadable();
    c_.work(1);
    last = rows::owing(partition, parsed->conversation);
    if (c_.conversations.find(parsed->conversation) == c_.conversations.none)
      c_.load<reads::Kind::conversation>(c_.conversations, parsed->conversation);
  }
  if (more) owing_sweeps_.go_on(partition, last);
}

void Conversations::opened(const Partitions& partitions) {
  if (partitions.any()) sweeps_.push({partitions, 0});
}

/// Offers what is new to the next stream that may not have it. False: there is none.
bool Conversations::fan_out(const Owed& owed) {
  if (!c_.conversations.is(owed.slot, owed.use)) return false;
  Conversation& conv = c_.conversations[owed.slot].record;
  for (; conv.to_visit > 0; --conv.to_visit) {
    if (conv.next_stream >= conv.streams.size()) conv.next_stream = 0;
    DeliveryStream& s = conv.streams[conv.next_stream++];
    if (s.settled) continue;  // a channel's are nearly always
    --conv.to_visit;
    c_.scratch.clear();
    pump(owed.slot, s);
    return true;
  }
  conv.queued = false;
  unmark_later(owed.slot);
  return false;
}

/// A small one that is queued again and again is no burden.
bool Conversations::is_large(const Owed& owed) const {
  return c_.conversations.is(owed.slot, owed.use) &&
         c_.conversations[owed.slot].record.streams.size() > limits::fan_out_at_once;
}

void Conversations::go_on(std::uint32_t streams) {
  for (; streams > 0 && !rest_.empty(); --streams) {
    const Owed owed = rest_.pop();
    if (fan_out(owed)) rest_.push(owed);
  }
}

void Conversations::work() {
  while (!fan_out_.empty() && !c_.exhausted()) {
    Owed& owed = fan_out_.front();
    if (owed.visited++ >= limits::fan_out_at_once && is_large(owed))
      rest_.push(fan_out_.pop());
    else if (!fan_out(owed))
      fan_out_.pop();
  }
  while (!sweeps_.empty() && !c_.exhausted()) {
    Sweep& sweep = sweeps_.front();
    for (; sweep.next < c_.conversations.end() && !c_.exhausted(); ++sweep.next) {
      auto& entry = c_.conversations[sweep.next];
      c_.work(1);
      if (!entry.in_use || !entry.loaded || entry.record.unsettled == 0) continue;
      // What was under way to whoever owned them before is lost.
      for (DeliveryStream& s : entry.record.streams)
        if (sweep.partitions.test(partition_of(s.shard).value)) s.in_flight = false;
      queue(sweep.next);
    }
    if (sweep.next >= c_.conversations.end()) sweeps_.pop();
  }
  owing_sweeps_.work();
  serve_waiting();
}

void Conversations::timers() {
  while (!retries_.empty() && retries_.front().due <= c_.now.mono && !c_.exhausted()) {
    const Retry r = retries_.pop();
    if (!c_.conversations.is(r.slot, r.use)) continue;
    DeliveryStream* s = c_.conversations[r.slot].record.stream(r.shard);
    if (s == nullptr || !s->waiting) continue;
    s->waiting = false;
    c_.scratch.clear();
    pump(r.slot, *s);
  }
  while (!unmarks_.empty() && unmarks_.front().due <= c_.now.mono && !c_.exhausted()) {
    const Unmark u = unmarks_.pop();
    c_.work(1);
    if (c_.conversations.is(u.slot, u.use)) unmark(u.slot);
  }
}

Duration Conversations::next_deadline() const {
  Duration due = never;
  if (!retries_.empty()) due = std::min(due, retries_.front().due);
  if (!unmarks_.empty()) due = std::min(due, unmarks_.front().due);
  return due;
}

std::uint64_t Conversations::owed() const {
  std::uint64_t owed = 0;
  for (Slot slot = 0; slot < c_.conversations.end(); ++slot)
    if (c_.conversations[slot].in_use) owed += c_.conversations[slot].record.unsettled;
  return owed;
}

}  // namespace hubbub
