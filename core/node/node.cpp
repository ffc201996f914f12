#include "core/node/node.hpp"

#include <algorithm>

#include "core/node/node_impl.hpp"

namespace hubbub {

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

  if (c.now.mono - busy_since >= limits::patience) {
    busy_since = c.now.mono;
    timers();
    gateway.tidy();
  }
  settle();
  std::size_t taken = 0;
  while (taken < inputs.size() && !c.exhausted()) {
    c.work(1);
    std::visit([this](const auto& i) { take(i); }, inputs[taken++]);
    settle();
  }
  // What arrived comes before what time says: after a pause, answers may lie in the queue (R28).
  const bool idle = taken == inputs.size() && !c.exhausted();
  if (idle) timers();
  busy_since = idle ? never : std::min(busy_since, c.now.mono);
  if (!c.nearly_spent()) conversations.go_on(idle ? limits::fan_out_idle : limits::fan_out_busy);
  if (idle) gateway.tidy();
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
  if (has_work() || conversations.to_go_on()) return c.now.mono;
  Duration due = std::min({gateway.next_deadline(), conversations.next_deadline(), users.next_deadline()});
  due = std::min({due, heads.next_deadline(), contacts.next_deadline(), presences.next_deadline()});
  due = std::min({due, replicas.next_deadline(), registry.next_deadline()});
  due = std::min({due, receipts.next_deadline(), pushes.next_deadline(), reports.next_deadline()});
  if (c.peers.next_deadline() != never)
    due = std::min(due, c.peers.next_deadline() + (c.now.mono - c.judged));
  if (judging()) due = std::min(due, c.now.mono + Duration{limits::pause} / 2);
  if (c.users.size() + c.conversations.size() + c.senders.size() + c.streams.size() + c.contacts.size() +
          c.opaques.size() >
      0)
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
