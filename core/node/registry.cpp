#include "core/node/registry.hpp"

#include <algorithm>
#include <string>

#include "core/place/keys.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {

void Registry::start() {
  if (!c_.replicated()) return;
  started_ = true;
  wire::Writer holder(holder_);
  holder.write(c_.self());
  holder.write(c_.life);
  register_self();
  read();
}

// --- Asking ----------------------------------------------------------------------------------------

void Registry::read() {
  if (reading_ != 0) return;
  if (read_at_ > c_.now.mono) return wake_at(read_at_);
  reading_ = ++last_ticket_;
  c_.out->register_reads.push_back({reading_, view_.revision(), limits::register_wait});
}

void Registry::set(Slot& slot, std::string_view key, std::string_view value, Duration ttl) {
  if (slot.ticket != 0) return;
  slot.ticket = ++last_ticket_;
  Arena& arena = c_.out->arena;
  c_.out->register_sets.push_back(
      {slot.ticket, {arena.copy(key), slot.version, arena.copy(value), ttl}});
}

void Registry::on(const input::RegisterRead& i) {
  if (i.ticket != reading_) return;
  reading_ = 0;
  if (i.page.away) {
    away_ = true;
    read_at_ = c_.now.mono + limits::register_retry;
  } else {
    if (std::exchange(away_, false))
      patient_until_ = c_.now.mono + limits::registration_ttl + limits::registration_interval;
    if (view_.apply(i.page)) look();
  }
  read();
}

void Registry::on(const input::RegisterSet& i) {
  for (Slot* slot : {&self_, &lease_, &map_}) {
    if (slot->ticket != i.ticket) continue;
    slot->ticket = 0;
    if (slot == &self_ && i.answer.outcome == RegisterOutcome::done) {
      announce_at_ = {};
      replicas_.announced(opening_);
    }
    if (i.answer.outcome == RegisterOutcome::done) slot->set_at = c_.now.mono;
    // Of what ended unknown the next reading or the next conflict tells.
    if (i.answer.outcome <= RegisterOutcome::conflict) slot->version = i.answer.version;
    if (slot == &self_ && i.answer.outcome == RegisterOutcome::conflict) register_self();
  }
}

// --- Living ----------------------------------------------------------------------------------------

void Registry::register_self() {
  if (self_.ticket == 0) {
    describe_self();
    set(self_, keys::node(c_.self()), registration_.view(), limits::registration_ttl);
  }
  heartbeat_at_ = c_.now.mono + limits::registration_interval;
  wake_at(heartbeat_at_);
}

/// Who dies of opening a partition is counted, and who dies later is not: so both the beginning and the
/// end of it are said at once.
bool Registry::must_announce() const {
  if (replicas_.unannounced()) return true;
  for (std::uint16_t p = 0; opening_.any() && p < limits::partitions; ++p)
    if (opening_.test(p) && c_.partitions[p].state == Partition::State::open) return true;
  return false;
}

void Registry::step_ends() {
  if (!started_ || self_.ticket != 0 || !must_announce()) return;
  if (c_.now.mono < announce_at_) return wake_at(announce_at_);
  announce_at_ = c_.now.mono + limits::register_retry;
  register_self();
}

void Registry::describe_self() {
  const bool measure = c_.now.mono >= loads_at_;
  if (measure) loads_at_ = c_.now.mono + limits::load_interval;
  count_connections(measure);
  std::array<Holding, limits::partitions> holdings;
  std::size_t count = 0;
  for (std::uint16_t p = 0; p < limits::partitions; ++p) {
    const Partition& partition = c_.partitions[p];
    if (measure) loads_[p] = load(PartitionId{p});
    const auto state = replicas_.state(PartitionId{p}, partition.state);
    opening_.set(p, state == Holding::State::opening);
    if (state)
      holdings[count++] = {PartitionId{p}, *state, replicas_.head(PartitionId{p}).epoch, loads_[p]};
  }
  const Registration self{.node = c_.self(),
                          .life = c_.life,
                          .host = c_.config.home.host,
                          .region = c_.config.home.region,
                          .reads_form = c_.config.reads,
                          .draining = draining_,
                          .connections = connections_,
                          .connections_most = room(),
                          .address = c_.config.home.address,
                          .holdings = {holdings.data(), count}};
  registration_.clear();
  encode(self, registration_);
}

/// Nobody is to be sent to a server that lets nobody in because its clock is wrong (R34).
std::uint32_t Registry::room() const {
  return gateway_.clock_right() ? c_.config.home.connections_most : 0;
}

/// Commits a second since the last look; of a partition that was not open then, 0: not known.
std::uint32_t Registry::load(PartitionId id) {
  const Partition& partition = c_.partitions[id.value];
  const std::uint64_t now = partition.speaks() ? partition.durable_batches() + 1 : 0;
  const std::uint64_t before = std::exchange(counted_[id.value], now);
  if (before == 0 || now < before) return 0;
  return static_cast<std::uint32_t>((now - before) / (limits::load_interval / 1s)) + 1;
}

/// Said as often as loads are; between, when it is off by so much of the room that clients would be
/// sent to the wrong server: whoever watches the register reads every change.
void Registry::count_connections(bool measure) {
  const auto now = static_cast<std::uint32_t>(gateway_.sessions());
  const std::uint32_t off = now > connections_ ? now - connections_ : connections_ - now;
  if (measure || off > c_.config.home.connections_most / 16) connections_ = now;
}

// --- Following and deciding ------------------------------------------------------------------------

void Registry::look() {
  if (!follow_map()) return;
  hold_lease();
  decide();
}

/// False: this node has no business with what is there.
bool Registry::follow_map() {
  const RegisterEntry entry = view_.find(keys::map);
  if (map_.ticket == 0) map_.version = entry.version;
  if (entry.version == 0) return true;
  const auto map = decode_map(entry.value);
  if (!c_.may_go_by(map)) return false;
  if (map->version <= c_.map.version) return true;
  c_.map = *map;
  map_came_ = true;
  keep_map();
  return true;
}

/// Not synced: what a crash takes is an older map, and a hint all the same.
void Registry::keep_map() {
  if (keeping_ != 0) return;
  keeping_ = c_.map.version;
  map_bytes_.clear();
  encode(c_.map, map_bytes_);
  ByteBuffer batch;
  BatchWriter(batch).put(rows::map(c_.self()), rows::MapRow{.map = map_bytes_.view()});
  c_.out->commits.push_back({node_row_partition, ++kept_batch_, c_.out->arena.copy(batch.view()), false});
}

void Registry::map_kept() {
  if (std::exchange(keeping_, 0) != c_.map.version) keep_map();
}

/// Whoever finds the lease free takes it; whoever has it refreshes it with each heartbeat.
void Registry::hold_lease() {
  const RegisterEntry entry = view_.find(keys::assigner);
  if (lease_.ticket == 0) lease_.version = entry.version;
  if (draining_ || (entry.version != 0 && entry.value != holder_.view())) return;
  if (lease_.set_at + limits::registration_interval <= c_.now.mono || entry.version == 0)
    set(lease_, keys::assigner, holder_.view(), limits::registration_ttl);
}

bool Registry::holds_lease() const {
  return view_.find(keys::assigner).value == holder_.view() &&
         c_.now.mono < lease_.set_at + limits::registration_ttl;
}

void Registry::decide() {
  if (view_.revision() == 0) return;
  if (away_) return;
  if (c_.now.mono < patient_until_) return wake_at(patient_until_);
  if (!holds_lease()) return assigner_.observe(c_.map, view_.fleet(), c_.now.mono);
  const auto map = assigner_.decide(c_.map, view_.fleet(), c_.now.mono);
  if (!assigner_.alarm().empty()) c_.alarm(assigner_.alarm());
  if (assigner_.next_deadline() != never) wake_at(assigner_.next_deadline());
  if (!map) return;
  map_bytes_.clear();
  encode(*map, map_bytes_);
  // What was decided follows from the map that was seen. Where another has come since, be it one of
  // this node's own, the register must refuse it: of one version there is one map.
  map_.version = view_.find(keys::map).version;
  set(map_, keys::map, map_bytes_.view(), {});
}

void Registry::timers() {
  if (!started_ || c_.now.mono < due_) return;
  due_ = never;
  read();
  if (c_.now.mono >= heartbeat_at_) {
    register_self();
    hold_lease();
  }
  wake_at(heartbeat_at_);
  decide();
}

}  // namespace hubbub
