#include "core/node/tenures.hpp"

#include <algorithm>

#include "core/base/hash.hpp"
#include "core/node/calls.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {

// --- Opening (R5) ------------------------------------------------------------------------------------

void Tenures::start() {
  if (c_.replicated()) return replicas_.follow_map();
  for (std::uint16_t p = 0; p < limits::partitions; ++p)
    if (c_.map.owner(PartitionId{p}) == c_.self()) open(PartitionId{p});
}

void Tenures::open(PartitionId id) {
  Partition& p = c_.partitions[id.value];
  HUBBUB_CHECK(p.state == Partition::State::elsewhere);
  p.state = Partition::State::opening;
  c_.read(reads::PartitionMeta{id}, rows::only(rows::partition(id)));
}

void Tenures::meta_read(PartitionId id, std::string_view rows) {
  Partition& p = c_.partitions[id.value];
  BatchReader reader(rows);
  RowWrite row;
  if (reader.next(row)) {
    const auto meta = rows::decode<rows::PartitionRow>(row.value, c_.scratch);
    if (!meta) return c_.unreadable();
    p.incarnation = meta->incarnation;
    p.ids = MessageIds(meta->ids_reserved_ms);
  } else {
    p.incarnation = Incarnation{1} << 32 | (mix64(c_.config.entropy ^ id.value) & UINT32_MAX);
    p.must_sync = true;
    c_.put(p, rows::partition(id), rows::PartitionRow{.incarnation = p.incarnation});
  }
  p.state = Partition::State::open;
  p.epoch = tenure(id).epoch;
  ++c_.counters.takeovers;
  presences_.opened(id);
  pushes_.opened(id);
  quotas_.opened(id);
  conversations_.sweep_owing(id);
  contacts_.sweep_owing(id);
  announce(id);
}

// --- Who owns what -------------------------------------------------------------------------------------

/// Embedded, a life is what a takeover is in a log.
peer::Tenure Tenures::tenure(PartitionId id) const {
  if (!c_.replicated()) return {id, c_.life, c_.map.version};
  const LogHead& head = replicas_.head(id);
  return {id, head.epoch, head.map_version};
}

/// To everyone.
void Tenures::announce(PartitionId id) {
  const peer::Tenure now = tenure(id);
  for (std::uint16_t n = 0; n < limits::nodes; ++n)
    if (NodeId{n} == c_.self() || c_.up(NodeId{n})) announce(NodeId{n}, {&now, 1});
}

void Tenures::announce(NodeId to, std::span<const peer::Tenure> tenures) {
  if (!tenures.empty()) c_.send(to, peer::Owns{tenures});
}

void Tenures::peer_up(NodeId node) {
  std::array<peer::Tenure, limits::partitions> mine;
  std::size_t count = 0;
  for (std::uint16_t p = 0; p < limits::partitions; ++p)
    if (c_.partitions[p].state == Partition::State::open) mine[count++] = tenure(PartitionId{p});
  announce(node, {mine.data(), count});
}

void Tenures::on(const peer::Owns& owns, NodeId from) {
  Partitions opened;
  for (const peer::Tenure& t : owns.partitions)
    if (t.partition.value < limits::partitions &&
        c_.routes.owned(from, t.partition, t.epoch, t.map_version))
      opened.set(t.partition.value);
  gateway_.opened(opened);
  conversations_.opened(opened);
  receipts_.opened(opened);
}

void Tenures::follow_map() {
  const auto [opened, moved] = c_.routes.follow(c_.map);
  gateway_.opened(opened);
  conversations_.opened(opened | moved);
  receipts_.opened(opened | moved);
  for (std::uint16_t p = 0; p < limits::partitions; ++p) {
    const PartitionId id{p};
    Partition& partition = c_.partitions[p];
    const bool mine = c_.map.owner(id) == c_.self();
    if (partition.state == Partition::State::open && !mine) {
      partition.state = Partition::State::ending;
      ending_.push_back(id);
    } else if (partition.state == Partition::State::ending && mine && !replicas_.releases(id)) {
      partition.state = Partition::State::open;
      announce(id);  // who came up meanwhile, or asked elsewhere, was not told
    }
  }
  replicas_.follow_map();
}

void Tenures::step_ends() {
  std::erase_if(ending_, [&](PartitionId id) {
    return c_.partitions[id.value].state != Partition::State::ending;
  });
  for (const PartitionId id : ending_) replicas_.drained(id);
}

void Tenures::durable(PartitionId id) {
  Partition& p = c_.partitions[id.value];
  p.durable(p.durable_batches() + 1);
  c_.releasing.push(id.value);
  users_.committed(id);
  if (p.can_commit()) c_.mark_dirty(p);
  while (!p.unsure.empty()) {
    const auto [origin, bytes] = p.unsure.front();
    if (origin.received > p.proved) break;
    c_.parked_bytes -= bytes.size();
    c_.local.push(origin, bytes);
    p.unsure.pop();
  }
  if (!p.unsure.empty()) c_.prove(p);
}

// --- Closing -------------------------------------------------------------------------------------------

void Tenures::follow_replicas() {
  using What = Replicas::Change::What;
  for (Replicas::Change change; replicas_.next_change(change);) {
    switch (change.what) {
      case What::taken:
        // It was lost and taken again before it was out of memory: it opens after that.
        if (c_.partitions[change.partition.value].state == Partition::State::elsewhere)
          open(change.partition);
        break;
      case What::durable: durable(change.partition); break;
      case What::lost: lose(change.partition); break;
    }
  }
}

/// R7: what was under way may be there or not; nothing of it is said.
void Tenures::lose(PartitionId id) {
  Partition& p = c_.partitions[id.value];
  if (p.state == Partition::State::elsewhere || p.state == Partition::State::closing) return;
  ++c_.counters.losses;
  while (!p.unsure.empty()) {
    c_.current.from = p.unsure.front().first.from;
    message_.clear();
    message_.append(p.unsure.front().second);
    c_.parked_bytes -= message_.size();
    p.unsure.pop();
    turn_away_bytes(message_.view());
  }
  p = Partition{};
  p.state = Partition::State::closing;
  drop_reads(id);
  users_.closed(id);
  pushes_.closed(id);
  conversations_.closed(id);
  finds_.closed(id);
  closing_.push({id});
}

void Tenures::work() {
  follow_replicas();
  while (!closing_.empty() && !c_.exhausted()) {
    close(closing_.front());
    if (closing_.front().table < 6) continue;
    const PartitionId id = closing_.pop().partition;
    c_.partitions[id.value] = Partition{};
    if (replicas_.owns(id)) open(id);
  }
}

void Tenures::close(Closing& closing) {
  bool done = false;
  switch (closing.table) {
    case 0: done = drop(closing, c_.conversations); break;
    case 1: done = drop(closing, c_.senders); break;
    case 2: done = drop(closing, c_.users); break;
    case 3: done = drop(closing, c_.streams); break;
    case 4: done = drop(closing, c_.contacts); break;
    default: done = drop(closing, c_.opaques);
  }
  if (!done) return;
  ++closing.table;
  closing.next = 0;
}

template <class Table>
bool Tenures::drop(Closing& closing, Table& table) {
  for (; closing.next < table.end() && !c_.exhausted(); ++closing.next) {
    auto& entry = table[closing.next];
    if (!entry.in_use || partition_of(home_shard(entry.key)) != closing.partition) continue;
    c_.work(1);
    if (!entry.loaded) --c_.loads_under_way;
    if (entry.waited_for) turn_away_parked(table.parked(closing.next));
    table.unpark(closing.next);
    table.remove(closing.next);
  }
  return closing.next >= table.end();
}

void Tenures::turn_away_parked(std::deque<Parked>& parked) {
  for (const Parked& waiting : parked) {
    c_.parked_bytes -= waiting.bytes.size();
    c_.current.from = waiting.from;
    turn_away_bytes(waiting.bytes);
  }
}

void Tenures::turn_away_bytes(std::string_view bytes) {
  c_.work(1);
  c_.scratch.clear();
  if (const auto message = wire::decode<peer::Message>(bytes, c_.scratch)) turn_away(*message);
}

void Tenures::turn_away(const peer::Message& message) {
  if (const auto* request = std::get_if<peer::Request>(&message))
    return is_own(*request) ? turn_away_own(c_, *request) : conversations_.turn_away(*request);
  if (const auto* attach = std::get_if<peer::Attach>(&message)) return users_.turn_away(*attach);
  if (const auto* deliver = std::get_if<peer::Deliver>(&message)) return users_.turn_away(*deliver);
  if (const auto* own = std::get_if<peer::ChannelDeliver>(&message)) return users_.turn_away(*own);
  if (const auto* look = std::get_if<peer::Look>(&message)) return heads_.turn_away(*look);
  if (const auto* fetch = std::get_if<peer::Fetch>(&message)) return conversations_.turn_away(*fetch);
  if (const auto* watch = std::get_if<peer::Watch>(&message)) return presences_.turn_away(*watch);
  if (const auto* find = std::get_if<peer::Find>(&message)) return finds_.turn_away(*find);
  if (const auto* due = std::get_if<peer::PushDue>(&message)) return pushes_.turn_away(*due);
}

/// Answers to what was asked for a partition that is lost mean nothing when it is open again.
void Tenures::drop_reads(PartitionId id) {
  absl::erase_if(c_.reading, [&](const auto& entry) {
    if (partition_of_read(entry.second) != id) return false;
    if (std::holds_alternative<reads::Owing>(entry.second) ||
        std::holds_alternative<reads::BlocksOwed>(entry.second) ||
        std::holds_alternative<reads::PushesOwed>(entry.second))
      --c_.loads_under_way;
    return true;
  });
}

PartitionId Tenures::partition_of_read(const reads::Job& job) const {
  const auto home = [](const auto& table, std::uint32_t slot) {
    return partition_of(home_shard(table[slot].key));
  };
  struct Home {
    const Context& c;
    decltype(home)& of;
    PartitionId operator()(const reads::Record& r) const {
      switch (r.kind) {
        case reads::Kind::conversation: return of(c.conversations, r.slot);
        case reads::Kind::sender: return of(c.senders, r.slot);
        case reads::Kind::user: return of(c.users, r.slot);
        case reads::Kind::stream: return of(c.streams, r.slot);
        case reads::Kind::contact: return of(c.contacts, r.slot);
        case reads::Kind::opaque: return of(c.opaques, r.slot);
      }
      return node_row_partition;
    }
    PartitionId operator()(const reads::OwnRows&) const { return node_row_partition; }
    /// A replica's own affair.
    PartitionId operator()(const reads::Head&) const { return node_row_partition; }
    PartitionId operator()(const reads::Slice&) const { return node_row_partition; }
    PartitionId operator()(const reads::PartitionMeta& r) const { return r.partition; }
    PartitionId operator()(const reads::Owing& r) const { return r.partition; }
    PartitionId operator()(const reads::Page& r) const { return partition_of(shard_of(r.conversation)); }
    PartitionId operator()(const reads::Delivery& r) const { return of(c.conversations, r.slot); }
    PartitionId operator()(const reads::Inbox& r) const { return of(c.users, r.slot); }
    PartitionId operator()(const reads::Chats& r) const { return partition_of(shard_of(r.user)); }
    PartitionId operator()(const reads::ContactsPage& r) const { return partition_of(shard_of(r.user)); }
    PartitionId operator()(const reads::DevicesPage& r) const { return partition_of(shard_of(r.user)); }
    PartitionId operator()(const reads::BlocksOwed& r) const { return r.partition; }
    PartitionId operator()(const reads::PresenceChannels& r) const { return partition_of(shard_of(r.of.user)); }
    PartitionId operator()(const reads::Receipted& r) const { return of(c.users, r.slot); }
    PartitionId operator()(const reads::PushInbox& r) const { return partition_of(shard_of(r.user)); }
    PartitionId operator()(const reads::PushesOwed& r) const { return r.partition; }
    PartitionId operator()(const reads::FindChats& r) const { return partition_of(shard_of(r.user)); }
    PartitionId operator()(const reads::FindStep& r) const { return r.partition; }
    PartitionId operator()(const reads::Mentions& r) const { return partition_of(shard_of(r.user)); }
  };
  return std::visit(Home{c_, home}, job);
}

}  // namespace hubbub
