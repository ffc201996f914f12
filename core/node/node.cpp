#include "core/node/node.hpp"

#include <algorithm>

#include "core/node/calls.hpp"
#include "core/node/contacts.hpp"
#include "core/node/context.hpp"
#include "core/node/conversations.hpp"
#include "core/node/gateway.hpp"
#include "core/node/heads.hpp"
#include "core/node/quotas.hpp"
#include "core/node/receipts.hpp"
#include "core/node/registry.hpp"
#include "core/node/replicas.hpp"
#include "core/node/reports.hpp"
#include "core/node/step_chain.hpp"
#include "core/node/tenures.hpp"
#include "core/node/users.hpp"

namespace hubbub {

struct Node::Impl {
  explicit Impl(const NodeConfig& config)
      : c(config),
        gateway(c),
        receipts(c),
        heads(c),
        conversations(c, receipts, heads),
        pushes(c),
        presences(c, pushes),
        reports(c),
        users(c, presences, reports, pushes),
        contacts(c, presences),
        replicas(c),
        registry(c, replicas, gateway),
        quotas(c),
        tenures(c, replicas, gateway, conversations, users, presences, contacts, receipts, heads,
                pushes, quotas) {}

  std::size_t step(std::span<const Input> inputs, Instant now, Outbox& out);

  // --- Inputs ----------------------------------------------------------------------------------------
  void take(const input::Arrived& i) { gateway.on(i); }
  void take(const input::Opened& i) { gateway.on(i); }
  void take(const input::Closed& i) { gateway.on(i); }
  void take(const input::Silent& i) { gateway.on(i); }
  void take(const input::Frame& i) { gateway.on(i); }
  void take(const input::OpenedWith& i) { gateway.on(i); }
  void take(const input::Renewed& i) { gateway.on(i); }
  void take(const input::PeerLinked& i) { c.peers.linked(i.node, c.judged); }
  void take(const input::PeerLost& i) { c.peers.unlinked(i.node, c.judged); }
  void take(const input::FromPeer& i);
  void take(const input::ReadDone& i);
  void take(const input::ReadFailed& i) { fatal(i.reason); }
  void take(const input::CommitDurable& i);
  void take(const input::CommitUnknown& i);
  void take(const input::Drain&) {
    registry.drain();
    gateway.drain();
  }
  void take(const input::Appended& i) { replicas.on(i); }
  void take(const input::LogRead& i) { replicas.on(i); }
  void take(const input::RegisterSet& i) { registry.on(i); }
  void take(const input::PushDone& i) { pushes.on(i); }
  void take(const input::RegisterRead& i) {
    registry.on(i);
    if (registry.map_came()) tenures.follow_map();
  }

  // --- Peer messages -----------------------------------------------------------------------------------
  void handle(NodeId from, std::string_view bytes, Duration received);
  bool handle_next();
  void follow_peers();
  template <class M>
  void on(const M& m) {
    using T = std::remove_cvref_t<M>;
    if constexpr (is_any<T, peer::Attach, peer::Detach, peer::Acknowledged, peer::Deliver,
                         peer::ChannelDeliver, peer::Fetched>)
      users.on(m);
    else if constexpr (is_any<T, peer::Watch, peer::Unwatch>)
      presences.on(m);
    else if constexpr (is_any<T, peer::Look, peer::Unlook, peer::GroupPresence>)
      heads.on(m);
    else if constexpr (is_any<T, peer::Delivered, peer::Read, peer::Typing>)
      receipts.on(m);
    else if constexpr (is_any<T, peer::Receipted, peer::Relay>)
      reports.on(m);
    else if constexpr (is_any<T, peer::Confirm, peer::DeliverRefused, peer::Fetch, peer::SetBlock>)
      conversations.on(m);
    else if constexpr (is_any<T, peer::BlockStored>)
      contacts.on(m);
    else if constexpr (is_any<T, peer::PushDue, peer::PushReady>)
      pushes.on(m);
    else if constexpr (is_any<T, peer::Request>)
      is_about_pushes(m) ? pushes.on(m) : is_about_contacts(m) ? contacts.on(m) : is_own(m) ? users.on(m) : conversations.on(m);
    else if constexpr (is_any<T, peer::Owns>)
      tenures.on(m, c.current.from);
    else if constexpr (is_any<T, peer::CopyWanted, peer::Copied, peer::Verified>)
      replicas.on(m, c.current.from);
    else if constexpr (is_any<T, peer::TakeSlice>)
      quotas.on(m, c.current.from);
    else if constexpr (is_any<T, peer::Capacity, peer::Clock>)
      gateway.on(m, c.current.from);
    else
      gateway.on(m);
  }
  template <class T, class... Any>
  static constexpr bool is_any = (std::is_same_v<T, Any> || ...);

  // --- Opening (R5) --------------------------------------------------------------------------------------
  void own_rows(std::string_view rows);
  void open();

  // --- Reads -----------------------------------------------------------------------------------------------
  void done(const reads::Record& job, const input::ReadDone& i);
  void done(const reads::OwnRows&, const input::ReadDone& i) { own_rows(i.rows); }
  void done(const reads::Head& job, const input::ReadDone& i) {
    replicas.head_read(job.partition, i.rows);
  }
  void done(const reads::Slice& job, const input::ReadDone& i) { replicas.slice_read(job, i); }
  void done(const reads::PartitionMeta& job, const input::ReadDone& i) {
    tenures.meta_read(job.partition, i.rows);
  }
  void done(const reads::Owing& job, const input::ReadDone& i) {
    --c.loads_under_way;
    conversations.owing_read(job.partition, i.rows, i.more);
  }
  void done(const reads::Page& job, const input::ReadDone& i) { conversations.page_read(job, i.rows, i.more); }
  void done(const reads::Delivery& job, const input::ReadDone& i) {
    conversations.delivery_read(job, i.rows);
  }
  void done(const reads::Inbox& job, const input::ReadDone& i) { users.inbox_read(job, i.rows); }
  void done(const reads::Chats& job, const input::ReadDone& i) {
    users.chats_read(job, i.rows, i.more);
  }
  void done(const reads::ContactsPage& job, const input::ReadDone& i) {
    contacts.page_read(job, i.rows, i.more);
  }
  void done(const reads::PresenceChannels& job, const input::ReadDone& i) {
    presences.channels_read(job, i.rows);
  }
  void done(const reads::BlocksOwed& job, const input::ReadDone& i) {
    --c.loads_under_way;
    contacts.owing_read(job.partition, i.rows, i.more);
  }
  void done(const reads::Receipted& job, const input::ReadDone& i) {
    reports.inbox_read(job, i.rows, i.more);
  }
  void done(const reads::PushInbox& job, const input::ReadDone& i) { pushes.inbox_read(job, i.rows); }
  void done(const reads::PushesOwed& job, const input::ReadDone& i) {
    --c.loads_under_way;
    pushes.owed_read(job.partition, i.rows, i.more);
  }
  template <class Table>
  void loaded(Table& table, const reads::Record& job, const input::ReadDone& i);
  template <class Table>
  bool drain(Table& table, const Context::Drain& of);
  bool drain_next();

  // --- Turns -------------------------------------------------------------------------------------------------
  void settle();
  bool has_work() const;
  void timers();
  void evict();
  template <class Table, class Evictable>
  void evict(Table& table, Evictable evictable);
  void commit();
  Duration deadline() const;
  void notice_pause();
  bool judging() const { return gateway.judging() || users.judging() || c.peers.judging() || registry.judging(); }
  void fatal(std::string_view why) { c.out->fatal = c.out->arena.copy(why); }

  Context c;
  Gateway gateway;
  Receipts receipts;
  Heads heads;
  Conversations conversations;
  Pushes pushes;
  Presences presences;
  Reports reports;
  Users users;
  Contacts contacts;
  Replicas replicas;
  Registry registry;
  Quotas quotas;
  Tenures tenures;

  bool started = false;
  NodeGeneration next_life = 0;
  ByteBuffer own_batch;
  Duration last_step{};
  Duration paused{};
  Duration evict_at{};
  Duration next{};
  ByteBuffer local_bytes;
  StepChain chain;
};

// --- The step ------------------------------------------------------------------------------------------------

std::size_t Node::Impl::step(std::span<const Input> inputs, Instant now, Outbox& out) {
  HUBBUB_CHECK(!started || now.mono >= last_step);
  c.now = now;
  c.out = &out;
  if (!started) {
    started = true;
    evict_at = now.mono + 1s;
    c.read(reads::OwnRows{}, rows::node_rows(c.self()));
  } else {
    notice_pause();
  }
  last_step = now.mono;
  c.judged = now.mono - paused;
  c.pressure.look(now.mono);

  settle();
  std::size_t taken = 0;
  while (taken < inputs.size() && !c.exhausted()) {
    c.work(1);
    std::visit([this](const auto& i) { take(i); }, inputs[taken++]);
    settle();
  }
  // What arrived comes before what time says: after a pause, answers may lie in the queue (R28).
  if (taken == inputs.size() && !c.exhausted()) timers();
  tenures.step_ends();
  registry.step_ends();
  gateway.step_ends();
  c.peers.flush(c.judged, out);
  commit();
  next = deadline();
  if (c.config.chained) chain.add(inputs.first(taken), now, out);
  return taken;
}

/// A gap between steps that this node did not ask for: it stood still, and others are not to be
/// judged by that time (R28). While somebody is being judged, a step comes at least twice a second.
void Node::Impl::notice_pause() {
  const Duration gap = c.now.mono - last_step;
  if (gap <= limits::pause || !judging()) return;
  ++c.counters.pauses;
  paused += gap;
  if (gap > limits::peer_silence) c.peers.was_away(c.now.mono - paused);
}

/// Follows what has begun to its end, as far as the step's units go.
void Node::Impl::settle() {
  while (has_work() && !c.exhausted()) {
    follow_peers();
    c.release();
    while (!c.exhausted() && drain_next()) {
    }
    while (!c.exhausted() && c.drains.empty() && handle_next()) {
    }
    tenures.work();
    gateway.work();
    conversations.work();
    users.work();
    contacts.work();
    presences.work();
    receipts.work();
    pushes.work();
  }
}

bool Node::Impl::has_work() const {
  return !c.releasing.empty() || !c.drains.empty() || !c.local.empty() || c.peers.waiting() ||
         tenures.has_work() || gateway.has_work() || conversations.has_work() || users.has_work() ||
         contacts.has_work() || presences.has_work() || receipts.has_work() || pushes.has_work();
}

void Node::Impl::timers() {
  c.peers.timers(c.judged);
  replicas.timers();
  registry.timers();
  gateway.timers();
  conversations.timers();
  heads.timers();
  users.timers();
  contacts.timers();
  presences.timers();
  receipts.timers();
  reports.timers();
  pushes.timers();
  if (c.now.mono >= evict_at) evict();
  settle();
}

Duration Node::Impl::deadline() const {
  if (has_work()) return c.now.mono;
  Duration due = std::min({gateway.next_deadline(), conversations.next_deadline(), users.next_deadline()});
  due = std::min({due, heads.next_deadline(), contacts.next_deadline(), presences.next_deadline()});
  due = std::min({due, replicas.next_deadline(), registry.next_deadline()});
  due = std::min({due, receipts.next_deadline(), pushes.next_deadline(), reports.next_deadline()});
  if (c.peers.next_deadline() != never)
    due = std::min(due, c.peers.next_deadline() + (c.now.mono - c.judged));
  if (judging()) due = std::min(due, c.now.mono + Duration{limits::pause} / 2);
  if (c.users.size() + c.conversations.size() + c.senders.size() + c.streams.size() + c.contacts.size() > 0)
    due = std::min(due, evict_at);
  return std::max(due, c.now.mono);
}

void Node::Impl::commit() {
  std::size_t kept = 0;
  for (const std::uint16_t index : c.dirty) {
    Partition& p = c.partitions[index];
    const bool may = !c.replicated() || replicas.may_write(PartitionId{index});
    if (!p.can_commit() || !may) {
      if (p.stamp() != 0 && p.speaks()) c.dirty[kept++] = index;
      continue;
    }
    if (c.replicated()) {
      replicas.write(PartitionId{index});
      continue;
    }
    std::string_view bytes;
    const std::uint64_t batch = p.commit(bytes);
    c.out->commits.push_back({PartitionId{index}, batch, bytes, std::exchange(p.must_sync, false)});
  }
  c.dirty.resize(kept);
}

// --- Opening -------------------------------------------------------------------------------------------------

void Node::Impl::own_rows(std::string_view rows) {
  BatchReader reader(rows);
  RowWrite row;
  // A disk that is new, or was lost, does not know which lives there were.
  next_life = c.replicated() ? 1 + static_cast<NodeGeneration>(c.config.entropy & 0x3fffffff) : 1;
  if (reader.next(row)) {
    const auto own = rows::decode<rows::NodeRow>(row.value, c.scratch);
    if (!own) return c.unreadable();
    next_life = own->life + 1;
  }
  if (reader.next(row)) {
    const auto kept = rows::decode<rows::MapRow>(row.value, c.scratch);
    const auto map = kept ? decode_map(kept->map) : std::nullopt;
    if (!c.may_go_by(map)) return;
    if (map->version > c.map.version) c.map = *map;
    c.routes.follow(c.map);
  }
  BatchWriter(own_batch).put(rows::node(c.self()), rows::NodeRow{.life = next_life});
  c.out->commits.push_back({node_row_partition, 1, own_batch.view(), true});
}

/// The start counter is durable: from here on this node has a name that no earlier life had.
void Node::Impl::open() {
  c.life = next_life;
  c.peers.open(c.life, c.judged);
  tenures.start();
  registry.start();
}

// --- Inputs --------------------------------------------------------------------------------------------------

void Node::Impl::take(const input::FromPeer& i) {
  switch (c.peers.packet(i.node, i.bytes, c.judged, c.now.mono)) {
    case Peers::Verdict::fine: return;
    case Peers::Verdict::not_a_packet: return c.alarm("a peer sent what is not a packet");
    case Peers::Verdict::other_version: return c.alarm("a peer speaks another version");
    case Peers::Verdict::takes_too_little: return c.alarm("a peer takes hardly any packet: what limits does it run with?");
  }
}

void Node::Impl::take(const input::CommitDurable& i) {
  if (i.partition == node_row_partition) return i.batch == 1 ? open() : registry.map_kept();
  if (c.replicated()) return replicas.applied(i.partition);
  tenures.durable(i.partition);
}

/// A commit never "fails": it may be there after the next start or not, so this life must end
/// before it says anything that depends on it (R7).
void Node::Impl::take(const input::CommitUnknown& i) {
  if (c.config.policy.unknown_commit == UnknownCommitPolicy::assume_done)
    return take(input::CommitDurable{i.partition, i.batch});
  fatal(i.reason);
}

void Node::Impl::take(const input::ReadDone& i) {
  const auto at = c.reading.find(i.ticket);
  if (at == c.reading.end()) return;
  const reads::Job job = at->second;
  c.reading.erase(at);
  c.scratch.clear();
  std::visit([&](const auto& j) { done(j, i); }, job);
}

void Node::Impl::done(const reads::Record& job, const input::ReadDone& i) {
  switch (job.kind) {
    case reads::Kind::conversation: return loaded(c.conversations, job, i);
    case reads::Kind::sender: return loaded(c.senders, job, i);
    case reads::Kind::user: return loaded(c.users, job, i);
    case reads::Kind::stream: return loaded(c.streams, job, i);
    case reads::Kind::contact: return loaded(c.contacts, job, i);
  }
}

template <class Table>
void Node::Impl::loaded(Table& table, const reads::Record& job, const input::ReadDone& i) {
  if (!table.is(job.slot, job.use)) return;  // its partition was lost meanwhile
  auto& entry = table[job.slot];
  BatchReader reader(i.rows);
  RowWrite row;
  std::string last;
  while (reader.next(row)) {
    c.work(1);
    if (!entry.record.restore(row.key, row.value, c.scratch)) return c.unreadable();
    if (i.more) last = row.key;
  }
  if (i.more) {
    last.push_back('\0');
    c.read(job, last, entry.record.bounds(entry.key).to, limits::read_rows);
    return;
  }
  entry.record.restored(entry.key);
  entry.loaded = true;
  --c.loads_under_way;
  if (entry.parked != nullptr && entry.parked->empty()) entry.parked.reset();
  if (entry.parked != nullptr) c.drains.push({job.kind, job.slot, job.use});
  if (job.kind == reads::Kind::conversation) conversations.loaded(job.slot);
  if (job.kind == reads::Kind::contact) contacts.loaded(job.slot);
}

/// Handles the first message that waited for the record. True when none is left.
template <class Table>
bool Node::Impl::drain(Table& table, const Context::Drain& of) {
  if (!table.is(of.slot, of.use)) return true;  // its partition was lost meanwhile
  auto& entry = table[of.slot];
  const Parked next_message = std::move(entry.parked->front());
  entry.parked->pop_front();
  c.parked_bytes -= next_message.bytes.size();
  c.work(1);
  c.draining = &entry;
  handle(next_message.from, next_message.bytes, next_message.received);
  c.draining = nullptr;
  if (!entry.parked->empty()) return false;
  entry.parked.reset();
  return true;
}

bool Node::Impl::drain_next() {
  if (c.drains.empty()) return false;
  const Context::Drain d = c.drains.front();
  bool empty = false;
  switch (d.kind) {
    case reads::Kind::conversation: empty = drain(c.conversations, d); break;
    case reads::Kind::sender: empty = drain(c.senders, d); break;
    case reads::Kind::user: empty = drain(c.users, d); break;
    case reads::Kind::stream: empty = drain(c.streams, d); break;
    case reads::Kind::contact: empty = drain(c.contacts, d); break;
  }
  if (empty) c.drains.pop();
  return true;
}

// --- Peer messages -------------------------------------------------------------------------------------------

void Node::Impl::handle(NodeId from, std::string_view bytes, Duration received) {
  c.scratch.clear();
  c.current = {from, received, bytes};
  c.turned_away = false;
  const auto message = wire::decode<peer::Message>(bytes, c.scratch);
  if (!message) return c.alarm("a peer sent what is not a message");
  std::visit([&](const auto& m) { on(m); }, *message);
  if (c.turned_away) tenures.turn_away(*message);
}

/// The next message of this node to itself, or of a peer. False: there is none.
bool Node::Impl::handle_next() {
  if (!c.local.empty()) {
    const auto [origin, bytes] = c.local.front();
    local_bytes.clear();
    local_bytes.append(bytes);
    c.local.pop();
    c.work(1);
    handle(origin.from, local_bytes.view(), origin.received);
    return true;
  }
  Peers::Arrived how;
  std::string_view message;
  if (!c.peers.next_message(how, message)) return false;
  c.work(1);
  handle(how.from, message, how.received);
  return true;
}

void Node::Impl::follow_peers() {
  for (Peers::Change change; c.peers.next_change(change);) {
    if (!change.up) {
      gateway.peer_lost(change.node);
      presences.peer_lost(change.node);
      continue;
    }
    tenures.peer_up(change.node);
    gateway.peer_up(change.node);
  }
}

// --- Giving up what is idle ------------------------------------------------------------------------------------

void Node::Impl::evict() {
  evict_at = c.now.mono + 1s;
  evict(c.conversations, [this](const Conversation& r) { return conversations.evictable(r); });
  evict(c.users, [this](const User& r) { return users.evictable(r); });
  evict(c.senders, [](const SenderRecord&) { return true; });
  evict(c.streams, [](const ReceivedStream&) { return true; });
  evict(c.contacts, [this](const Contact& r) { return contacts.evictable(r); });
}

/// A record goes only when all that was written of it is durable: what is loaded in its place comes
/// from the store. Whoever writes a record touches it, so that its last write is no later than that.
template <class Table, class Evictable>
void Node::Impl::evict(Table& table, Evictable evictable) {
  for (int looked_at = 0; looked_at < 16; ++looked_at) {
    const auto slot = table.oldest();
    if (slot == Table::none || table[slot].touched + limits::idle > c.now.mono) return;
    c.work(1);
    const auto& entry = table[slot];
    const bool stored = entry.touched < c.partition(home_shard(entry.key)).undurable_since();
    if (entry.ready() && stored && evictable(entry.record)) {
      ++c.counters.evictions;
      table.remove(slot);
    } else {
      table.touch(slot, c.now.mono);
    }
  }
  // More are idle than one look takes: look again at once.
  evict_at = c.now.mono;
}

// --- The face --------------------------------------------------------------------------------------------------

Node::Node(const NodeConfig& config) : impl_(std::make_unique<Impl>(config)) {}
Node::~Node() = default;
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(Node&&) noexcept = default;

std::size_t Node::step(std::span<const Input> inputs, Instant now, Outbox& out) {
  return impl_->step(inputs, now, out);
}

void Node::prefetch(const Input& input) const {
  if (const auto* frame = std::get_if<input::Frame>(&input))
    impl_->gateway.prefetch(frame->connection);
}

Duration Node::next_deadline() const { return impl_->next; }
const NodeCounters& Node::counters() const { return impl_->c.counters; }
std::uint64_t Node::hash() const { return impl_->chain.hash(); }
NodeGeneration Node::life() const { return impl_->c.life; }
bool Node::open() const {
  return life() != 0 && std::none_of(impl_->c.partitions.begin(), impl_->c.partitions.end(),
                                     [](const Partition& p) {
                                       return p.state == Partition::State::opening;
                                     });
}

bool Node::serves(PartitionId partition) const {
  return impl_->c.partitions[partition.value].state == Partition::State::open;
}

Node::Sizes Node::sizes() const {
  const Context& c = impl_->c;
  Sizes sizes{.sessions = impl_->gateway.sessions(),
              .conversations = c.conversations.size(),
              .users = c.users.size(),
              .parked_bytes = c.parked_bytes,
              .owed = impl_->conversations.owed() + impl_->contacts.owed(),
              .untold = impl_->presences.untold(),
              .receipts = impl_->receipts.under_way() + impl_->reports.under_way(),
              .unpushed = impl_->pushes.unpushed()};
  for (const Partition& p : c.partitions) sizes.held_bytes += p.held_bytes();
  return sizes;
}

}  // namespace hubbub
