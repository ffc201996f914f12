#include "core/node/users.hpp"

#include <algorithm>

#include "core/node/calls.hpp"
#include "core/node/devices.hpp"

namespace hubbub {

// --- Sessions (R3, R15) ------------------------------------------------------------------------------

void Users::refuse(const peer::Attach& a, ErrorCode code, bool retry, Duration retry_after) {
  c_.send(a.session.node,
          peer::AttachRefused{a.session, code, retry,
                              static_cast<std::uint32_t>(to_ms(retry_after)), a.attempt});
}

void Users::turn_away(const peer::Attach& a) {
  refuse(a, ErrorCode::overloaded, true, limits::retry_overloaded);
}

void Users::on(const peer::Attach& a) {
  Partition& p = c_.partition(shard_of(a.user));
  if (p.state != Partition::State::open)
    return refuse(a, ErrorCode::unavailable, true, limits::retry_unavailable);
  User* user = c_.need(a.user);
  if (user == nullptr) return;
  if (p.full()) return turn_away(a);
  const bool fresh = a.generation == 0;
  if (knows_more(a, *user, p) && !c_.sure(p)) return;
  Device* known = fresh ? user->device(a.device) : user->device(a.number);
  if (known != nullptr && known->revoked) {
    if (!fresh) return c_.emit(p, a.session.node, peer::Revoked{a.session});
    if (a.issued_s <= user->revoked_s(known->number))
      return c_.emit(p, a.session.node,
                     peer::AttachRefused{a.session, ErrorCode::unauthenticated, false, 0, a.attempt});
    known = nullptr;  // the name again, and another device
  }
  if (known == nullptr && !fresh) return refuse(a, ErrorCode::cursor_expired, false, {});
  if (known == nullptr && user->devices.size() >= limits::devices_per_user)
    return refuse(a, ErrorCode::forbidden, false, {});
  Device& device = known != nullptr ? *known : new_device(a.user, *user, a.device);
  SessionStream& stream = device.stream();
  if (!fresh && a.generation < device.generation)
    return c_.emit(p, a.session.node, peer::Replaced{a.session});
  if (stream.mode != SessionStream::Mode::detached && stream.ref != a.session &&
      c_.alive(stream.ref))
    c_.emit(p, stream.ref.node, peer::Replaced{stream.ref});
  const bool ahead = a.generation > device.generation;
  if (ahead) c_.tail_lost(p, "a session has a generation that is not stored");
  device.generation = fresh ? device.generation + 1 : a.generation;
  if (fresh || ahead) {
    device.issued_s = std::max(device.issued_s, a.issued_s);
    put(p, a.user, *user, device);
  }
  start_stream(p, *user, device, a);
  const Slot slot = c_.users.find(a.user);
  presences_.began(slot);
  reports_.acknowledged(slot);
  pump_later(slot, device.number);
}

/// The session was told of more than is known here.
bool Users::knows_more(const peer::Attach& a, User& user, const Partition& p) {
  const Device* device = a.generation == 0 ? nullptr : user.device(a.number);
  if (a.generation != 0 && (device == nullptr || a.generation > device->generation)) return true;
  return a.has_cursor && a.cursor.incarnation == p.incarnation &&
         std::max(a.cursor.held, a.cursor.target) > user.head;
}

Device& Users::new_device(UserId id, User& user, std::string_view name) {
  Device& added = user.devices.emplace_back();
  added.number = DeviceNumber{static_cast<std::uint16_t>(user.devices.size())};
  added.name = User::hash_of(name);
  c_.put(c_.partition(shard_of(id)), rows::device_name({id, added.number}), rows::DeviceNameRow{.name = name});
  return added;
}

/// Whatever is stored of a device, it is there just now.
void Users::put(Partition& p, UserId id, const User& user, const Device& device) {
  c_.put(p, rows::device({id, device.number}), user.row(device, to_ms(c_.now.wall)));
}

/// Decides where the stream begins, says so, and resets a device whose cursor means nothing here.
void Users::start_stream(Partition& p, User& user, Device& device, const peer::Attach& a) {
  SessionStream& s = device.stream();
  user.end_range_sync(device.number);
  s = SessionStream{.ref = a.session,
                    .attempt = a.attempt,
                    .serial = ++last_serial_,
                    .mode = SessionStream::Mode::entries};
  const bool ahead = a.has_cursor && a.cursor.incarnation == p.incarnation &&
                     std::max(a.cursor.held, a.cursor.target) > user.head;
  if (ahead) c_.tail_lost(p, "a device knows more of its inbox than is stored");
  s.after_loss = p.tail_lost;
  const bool reset = a.has_cursor && (ahead || a.cursor.incarnation != p.incarnation);
  if (reset) {
    s.sent = user.head > limits::reset_window ? user.head - limits::reset_window : 0;
  } else if (a.has_cursor) {
    s.sent = a.cursor.held;
    // The device's own word; a gateway that attaches again says what it has sent.
    if (a.generation == 0) holds(c_.users.find(a.user), device, s.sent);
    if (a.cursor.in_sync()) {
      s.mode = SessionStream::Mode::ranges;
      user.range_sync(device.number) = {device.number, a.cursor.target, a.cursor.reached, a.cursor.reached};
    }
  }
  c_.emit(p, a.session.node,
          peer::Attached{a.session, {a.user, device.number}, device.generation, p.incarnation,
                         s.sent, a.generation == 0, a.attempt});
  if (reset) c_.emit(p, a.session.node, peer::Reset{a.session, a.attempt, Cursor::at(p.incarnation, s.sent)});
}

void Users::on(const peer::Detach& d) {
  const auto slot = c_.users.find(d.device.user);
  if (slot == c_.users.none || !c_.users[slot].loaded) return;
  Device* device = c_.users[slot].record.device(d.device.device);
  if (device == nullptr || device->stream().ref != d.session) return;
  c_.users[slot].record.end_range_sync(device->number);
  device->stream() = SessionStream{};
  presences_.ended(slot, d.left);
}

void Users::on(const peer::Acknowledged& m) {
  const auto slot = c_.users.find(m.device.user);
  if (slot == c_.users.none || !c_.users[slot].loaded) return;
  Device* device = c_.users[slot].record.device(m.device.device);
  if (device == nullptr) return;
  SessionStream& s = device->stream();
  const Incarnation incarnation = c_.partition(shard_of(m.device.user)).incarnation;
  if (s.mode == SessionStream::Mode::detached || s.ref != m.session ||
      m.cursor.incarnation != incarnation || m.cursor.held > s.sent)
    return;
  s.acknowledge(m.cursor.held);
  if (m.cursor.in_sync() && s.mode == SessionStream::Mode::ranges) {
    RangeSync& sync = c_.users[slot].record.range_sync(device->number);
    if (m.cursor.target == sync.target)
      sync.reached_acknowledged = std::min(sync.reached_acknowledged, m.cursor.reached);
  }
  holds(slot, *device, m.cursor.held);
  pump(slot, *device);
}

/// The device has its inbox up to there: it said so, now or when it attached (R19).
void Users::holds(Slot slot, Device& device, Sequence through) {
  if (through <= device.acknowledged) return;
  device.acknowledged = through;
  if (!device.cursor_dirty)
    flushes_.push({{slot, c_.users[slot].use, device.number},
                   c_.now.mono + limits::cursor_write_delay});
  device.cursor_dirty = true;
  reports_.acknowledged(slot);
  pushes_.acknowledged(slot);
}

void Users::store_cursor(UserId id, Device& device) {
  if (!device.cursor_dirty) return;
  device.cursor_dirty = false;
  c_.users.touch(c_.users.find(id), c_.now.mono);
  put(c_.partition(shard_of(id)), id, c_.users[c_.users.find(id)].record, device);
}

// --- Deliveries (R13) --------------------------------------------------------------------------------

// Who sent it is answered: what is known here of who owns the conversation may be old.
void Users::turn_away(const peer::Deliver& d) {
  c_.send(c_.current.from, peer::DeliverRefused{d.conversation, d.shard, d.incarnation, 0, true});
}

void Users::take(const peer::Deliver& d, bool of_channel) {
  Partition& p = c_.partition(d.shard);
  if (p.state != Partition::State::open || d.messages.empty()) return turn_away(d);
  ReceivedStream* stream = c_.need(StreamKey{d.shard, d.conversation});
  if (stream == nullptr) return;
  const NodeId back = c_.current.from;
  const bool same = d.incarnation == stream->incarnation;
  if (same && d.previous > stream->have)
    return c_.emit(p, back,
                   peer::DeliverRefused{d.conversation, d.shard, d.incarnation, stream->have, false});
  // Nothing may change before all who get it are in memory: they load side by side.
  for (const UserId id : d.recipients)
    if (c_.users.find(id) == c_.users.none) c_.load<reads::Kind::user>(c_.users, id);
  recipients_.clear();
  for (const UserId id : d.recipients) {
    if (c_.need(id) == nullptr) return;
    recipients_.push_back(c_.users.find(id));
  }
  for (const Slot slot : recipients_)
    if (!pushes_.knows_senders(slot, d.messages)) return;
  if (p.full()) return turn_away(d);
  // A mark may be there for nothing, and so it is made first: with all else it would be too much for
  // one step.
  if (pushes_.mark(recipients_, d.messages)) return c_.again();
  const auto is_new = [&](const Message& m) { return !same || m.seq > stream->have; };
  const auto first = std::find_if(d.messages.begin(), d.messages.end(), is_new);
  const std::span<const Message> fresh(first, d.messages.end());
  if (!fresh.empty()) {
    for (const Slot slot : recipients_) append(p, slot, d.conversation, fresh, of_channel);
    *stream = {d.incarnation, fresh.back().seq};
    c_.put(p, rows::stream(d.shard, d.conversation),
           rows::StreamRow{.incarnation = d.incarnation, .have = stream->have});
    // What is pushed depends on every row above, so it comes after them.
    for (const Slot slot : recipients_) push(p, slot, d.conversation, fresh);
  }
  c_.emit(p, back, peer::Confirm{d.conversation, d.shard, d.incarnation, stream->have});
}

/// Own messages are in the own inbox, so that all devices of a user see one order (R14).
bool Users::belongs(UserId id, const Message& m) const {
  return m.from != id || m.kind != EntryKind::text ||
         c_.config.policy.own_messages == OwnMessagesPolicy::in_inbox;
}

void Users::append(Partition& p, Slot slot, const ConversationId& conversation,
                   std::span<const Message> messages, bool of_channel) {
  const UserId id = c_.users[slot].key;
  User& user = c_.users[slot].record;
  bool all_quiet = true;
  for (const Message& m : messages) {
    if (!belongs(id, m)) continue;
    ++c_.counters.inbox_entries;
    const bool quiet = pushes_.quiet(slot, m);
    all_quiet = all_quiet && quiet;
    c_.put(p, rows::inbox(id, user.add()), rows::InboxRow{conversation, m.seq, quiet});
    user.note(conversation, m.seq);
    if (Mentions::mentions(id, m)) mentions_.add(p, id, user, conversation, m);
    list(p, id, conversation, m, of_channel);
  }
  c_.put(p, rows::user(id), user.row(to_ms(c_.now.wall)));
  if (!all_quiet) pushes_.appended(slot);
}

/// What an entry changes of the user's lists: of conversations, and of those that are channels.
void Users::list(Partition& p, UserId id, const ConversationId& conversation, const Message& m,
                 bool of_channel) {
  const bool first_of_direct = !conversation.is_group() && m.seq == 1;
  if (m.kind == EntryKind::text && !first_of_direct) return;
  const bool names_user = std::find(m.users.begin(), m.users.end(), id) != m.users.end();
  const bool has_left = m.kind == EntryKind::left && m.users.front() == id;
  if (names_user || first_of_direct)
    c_.put(p, rows::chat(id, conversation), rows::ChatRow{.joined = !has_left});
  if (m.kind == EntryKind::group || (of_channel && has_left))
    c_.erase(p, rows::channel(id, conversation));
  else if (m.kind == EntryKind::channel || of_channel)
    c_.put(p, rows::channel(id, conversation), rows::ChannelRow{});
}

/// Gives new entries to the sessions that are at the head; the others are on their way there.
void Users::push(Partition& p, Slot slot, const ConversationId& conversation,
                 std::span<const Message> messages) {
  const UserId id = c_.users[slot].key;
  User& user = c_.users[slot].record;
  const auto count = static_cast<Sequence>(std::count_if(
      messages.begin(), messages.end(), [&](const Message& m) { return belongs(id, m); }));
  for (Device& d : user.devices) {
    SessionStream& s = d.stream();
    if (s.mode != SessionStream::Mode::live) continue;
    if (!c_.alive(s.ref)) {
      user.end_range_sync(d.number);
      s = SessionStream{};
      presences_.ended(slot, false);
      continue;
    }
    Sequence number = user.head - count;
    for (const Message& m : messages) {
      if (!belongs(id, m)) continue;
      ++number;
      if (c_.nearly_spent() || s.unacknowledged >= limits::unacknowledged_entries) {
        s.mode = SessionStream::Mode::entries;
        pump_later(slot, d.number);
        break;
      }
      send_entry(p, s, number, conversation, m);
    }
  }
}

/// A store that lost its tail has a new incarnation (R21): a session that lives through it is told
/// so before it hears the next number, and goes on from where it is.
void Users::renumber(Partition& p, SessionStream& s) {
  if (s.after_loss == p.tail_lost) return;
  s.after_loss = p.tail_lost;
  c_.emit(p, s.ref.node, peer::Reset{s.ref, s.attempt, Cursor::at(p.incarnation, s.sent)});
}

void Users::send_entry(Partition& p, SessionStream& s, Sequence number,
                       const ConversationId& conversation, const Message& message) {
  renumber(p, s);
  ++c_.counters.entries_sent;
  c_.emit(p, s.ref.node,
          peer::Entry{s.ref, s.attempt, s.sent, number, p.incarnation, conversation, message});
  s.send(number);
}

// --- Lists -------------------------------------------------------------------------------------------

void Users::on(const peer::Request& r) {
  if (c_.partition(shard_of(r.from.user)).state != Partition::State::open) return turn_away_own(c_, r);
  using Which = reads::Chats::Which;
  if (const auto* channels = std::get_if<to_server::Channels>(&r.call))
    read_chats(r, Which::channels, rows::channels_of(r.from.user), *channels);
  else
    read_chats(r, Which::all, rows::chats_of(r.from.user), std::get<to_server::List>(r.call));
}

namespace {

rows::Key key_of(reads::Chats::Which which, UserId user, const ConversationId& conversation) {
  return which == reads::Chats::Which::all ? rows::chat(user, conversation)
                                           : rows::channel(user, conversation);
}

}  // namespace

template <class Wanted>
void Users::read_chats(const peer::Request& r, reads::Chats::Which which, const rows::Bounds& all,
                       const Wanted& wanted) {
  const rows::Key from = wanted.has_after ? key_of(which, r.from.user, wanted.after).next() : all.from;
  const auto limit = std::clamp<std::uint32_t>(wanted.limit, 1, limits::list_conversations);
  c_.read(reads::Chats{r.session, wanted.id, r.from.user, limit, which}, from, all.to, limit);
}

void Users::chats_read(const reads::Chats& job, std::string_view rows, bool more) {
  std::vector<ConversationId> found;
  BatchReader reader(rows);
  RowWrite row;
  rows::Key last;
  while (reader.next(row)) {
    c_.work(1);
    const auto parsed = rows::parse(row.key, row.value, c_.scratch);
    const auto* chat = parsed ? std::get_if<rows::ChatRow>(&parsed->row) : nullptr;
    const bool is_channel = parsed && std::holds_alternative<rows::ChannelRow>(parsed->row);
    if (chat == nullptr && !is_channel) return c_.unreadable();
    last = key_of(job.which, job.user, parsed->conversation);
    if (is_channel || chat->joined) found.push_back(parsed->conversation);
  }
  // A page names where the next begins, so it names at least one.
  if (found.empty() && more)
    return void(c_.read(job, last.next(), rows::chats_of(job.user).to, job.limit));  // never of channels
  c_.emit(c_.partition(shard_of(job.user)), job.session.node,
          peer::Answer{job.session, to_client::ListPage{job.request, found, more}});
}

// --- Turns of a step -----------------------------------------------------------------------------------

void Users::committed(PartitionId partition) {
  for (const Pump& p : after_commit_[partition.value]) pumps_.push(p);
  after_commit_[partition.value].clear();
}

void Users::work() {
  while (!pumps_.empty() && !c_.exhausted()) {
    const Pump next = pumps_.pop();
    c_.work(1);
    if (!c_.users.is(next.slot, next.use)) continue;
    if (Device* device = c_.users[next.slot].record.device(next.device)) pump(next.slot, *device);
  }
}

void Users::timers() {
  while (!flushes_.empty() && flushes_.front().due <= c_.now.mono && !c_.exhausted()) {
    const Pump of = flushes_.pop().of;
    if (!c_.users.is(of.slot, of.use)) continue;
    if (Device* device = c_.users[of.slot].record.device(of.device))
      store_cursor(c_.users[of.slot].key, *device);
  }
  while (!fetch_timeouts_.empty() && fetch_timeouts_.front().due <= c_.judged && !c_.exhausted()) {
    const std::uint64_t ticket = fetch_timeouts_.pop().ticket;
    c_.work(1);
    on(peer::Fetched{.reader = {}, .ticket = ticket, .messages = {}});
  }
}

Duration Users::next_deadline() const {
  Duration due = never;
  if (!flushes_.empty()) due = std::min(due, flushes_.front().due);
  if (!fetch_timeouts_.empty())
    due = std::min(due, fetch_timeouts_.front().due + (c_.now.mono - c_.judged));
  return due;
}

bool Users::evictable(User& u) const {
  u.rest();
  return u.watching.empty() && !u.in_round() && !u.receipts_due && pushes_.evictable(u) && std::all_of(u.devices.begin(), u.devices.end(), [this](const Device& d) {
    const SessionStream& s = d.stream();
    return !d.cursor_dirty && !s.busy &&
           (s.mode == SessionStream::Mode::detached || !c_.alive(s.ref));
  });
}

}  // namespace hubbub
