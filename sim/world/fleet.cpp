// The life of processes: starting, linking, ending.
#include "sim/world/fleet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "core/wire/rows.hpp"
#include "sim/clients/device_edge.hpp"

namespace hubbub::sim {
namespace {

/// Numbers of hosts as senders of events; nodes count from 0, clients from 4096.
constexpr std::uint32_t first_host_source = 1024;
static_assert(limits::nodes <= first_host_source);

/// A peer that lost its power says nothing more; its peers notice by missing heartbeats.
constexpr Duration peer_silence = 2s;
/// Between nodes of one process.
constexpr Duration in_process = 2us;

}  // namespace

Fleet::Fleet(Stage& stage)
    : stage_(stage),
      map_(static_map(
          static_cast<std::uint16_t>(stage.scenario.servers.count * stage.scenario.servers.nodes))),
      client_latency_(sampler(stage.scenario.network.client)),
      server_latency_(sampler(stage.scenario.network.server)),
      pings_{stage.scenario.policy.presence.heartbeat,
             stage.scenario.policy.presence.ttl - stage.scenario.policy.presence.heartbeat},
      links_(stage.scenario.servers.all() * stage.scenario.servers.nodes),
      log_(stage, [this](NodeId node) { return clock_of(node.value).mono; }),
      register_(stage),
      discovery_(stage, register_),
      push_provider_(stage) {
  for (std::uint32_t h = 0; h < stage.scenario.servers.all(); ++h) {
    Host& host = hosts_.emplace_back(stage.scenario, stage.seed, h, stage.slab,
                                     [this, h](FaultKind kind) { disk_struck(h, kind); });
    host.source.number = first_host_source + h;
    host.there = h < stage.scenario.servers.count;
  }
  weather_.random = Random(stage.seed, purpose::weather, 0);
  for (std::uint32_t n = 0; n < links_.nodes(); ++n) nodes_.emplace_back().source.number = n;
}

void Fleet::start_all() {
  for (std::uint32_t h = 0; h < hosts(); ++h) host_starts(h, 0);
}

void Fleet::host_starts(std::uint32_t host, std::uint32_t life) {
  Host& h = hosts_[host];
  if (h.up || !h.there || h.life != life) return;
  const bool first = life == 0;
  stage_.presence_disturbed(Duration{0});
  if (!first && h.disk.full(stage_.now)) {
    // Opening a store rewrites what it finds there: without room that fails, and is tried again.
    stage_.agenda.put(stage_.now + std::max(stage_.scenario.servers.restart, Duration{1ms}),
                      Happening::host_starts, h.source, Agenda::pair(host, h.life));
    return;
  }
  h.up = h.powered = true;
  if (!first) h.disk.reopen();
  const std::uint32_t per_host = stage_.scenario.servers.nodes;
  for (std::uint32_t n = host * per_host; n < (host + 1) * per_host; ++n) {
    Random identity(stage_.seed, purpose::store_identity, std::uint64_t{n} << 32 | life);
    NodeConfig config;
    config.id = NodeId{static_cast<std::uint16_t>(n)};
    config.map = replicated() ? ShardMap{.version = 0} : map_;
    config.home.host = static_cast<std::uint16_t>(host);
    config.home.region = stage_.regions.of_host(host);
    config.home.connections_most = stage_.scenario.servers.room;
    config.policy = stage_.scenario.policy;
    config.packet_bytes = longest_packet(n);
    config.entropy = identity.bits();
    config.admission = admission_of(identity.bits());
    config.tokens = stage_.scenario.clients.token.lifetime > Duration{0};
    config.reads = h.reads = h.next_reads;
    nodes_[n].node = std::make_unique<Node>(config);
    if (stage_.story && !first) stage_.story->start(stage_.now, config.id);
  }
  for (std::uint32_t n = host * per_host; n < (host + 1) * per_host; ++n) {
    start_links(n);
    go_on(n);
  }
  if (stage_.scenario.policy.durability != Durability::synced)
    stage_.agenda.put(stage_.now + stage_.scenario.servers.disk.writeback, Happening::writeback,
                      h.source, Agenda::pair(host, h.life));
}

void Fleet::start_links(std::uint32_t node) {
  for (std::uint32_t other = 0; other < nodes(); ++other) {
    if (other == node || !up(other)) continue;
    // Of two that start together, the later one in order sees the other up.
    if (host_of(other) == host_of(node) && other > node) continue;
    stage_.agenda.put(stage_.now + peer_latency(node, other), Happening::link_up,
                      nodes_[node].source, Agenda::pair(node, other));
  }
}

void Fleet::link_up(std::uint32_t a, std::uint32_t b) {
  if (!up(a) || !up(b) || links_.end(a, b).stands) return;
  for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}})
    if (links_.end(from, to).known)
      mail(to, Mail{.kind = Mail::Kind::peer_lost,
                    .number = static_cast<std::uint16_t>(from),
                    .connection = {},
                    .piece = nullptr,
                    .at = stage_.now});
  links_.connect(a, b, stage_.now);
  for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}})
    mail(to, Mail{.kind = Mail::Kind::peer_linked,
                  .number = static_cast<std::uint16_t>(from),
                  .connection = {},
                  .piece = nullptr,
                  .at = stage_.now});
  go_on(a);
  go_on(b);
}

void Fleet::link_down(std::uint32_t from, std::uint32_t to) {
  LinkEnd& end = links_.end(from, to);
  // Linked anew in the meantime, or gone itself.
  if (links_.end(to, from).stands || !end.known || !up(to)) return;
  links_.cut(from, to);
  end.known = false;
  mail(to, Mail{.kind = Mail::Kind::peer_lost,
                .number = static_cast<std::uint16_t>(from),
                .connection = {},
                .piece = nullptr,
                .at = stage_.now});
  go_on(to);
}

Duration Fleet::peer_latency(std::uint32_t from, std::uint32_t to) {
  if (host_of(from) == host_of(to)) return in_process;
  LinkEnd& end = links_.end(from, to);
  Random random(stage_.seed, purpose::peer_link ^ mix64(Agenda::pair(from, to)), end.drawn++);
  const Duration within = draw(server_latency_, random);
  return within + stage_.regions.between(region_of(from), region_of(to), random);
}

void Fleet::end_process(std::uint32_t host, Crash how, Duration down_for) {
  Host& h = hosts_[host];
  stage_.checker.server_lost();
  h.up = false;
  h.powered = how == Crash::process;
  if (h.leaves) h.there = false;
  ++h.life;
  h.paused_until = Duration{0};
  h.clock.thaw(stage_.now);
  h.tear_down_for.reset();
  h.fail_sync = false;
  const std::uint32_t per_host = stage_.scenario.servers.nodes;
  for (std::uint32_t n = host * per_host; n < (host + 1) * per_host; ++n) {
    end_node(n, h.powered);
    if (stage_.story)
      stage_.story->crash(stage_.now, NodeId{static_cast<std::uint16_t>(n)}, !h.powered);
  }
  if (how == Crash::process) {
    h.disk.process_crash();
  } else {
    if (how == Crash::torn) stage_.struck(FaultKind::torn_write, down_for);
    h.disk.power_loss(how == Crash::torn);
  }
  stage_.agenda.put(stage_.now + std::max(down_for, Duration{1ms}), Happening::host_starts,
                    h.source, Agenda::pair(host, h.life));
}

void Fleet::end_node(std::uint32_t node, bool tell_clients) {
  NodeSlot& slot = nodes_[node];
  log_.node_ended(node);
  slot.past_hash = slot.node ? mix64(slot.past_hash ^ slot.node->hash()) : slot.past_hash;
  for (std::uint32_t other = 0; other < nodes(); ++other) {
    if (other == node) continue;
    links_.cut(other, node);
    links_.end(other, node).known = false;
    LinkEnd& towards = links_.end(node, other);
    if (!towards.known) continue;
    // What it sent still arrives, then the end of the stream; after a loss of power, only silence.
    const Duration at = tell_clients
                            ? Links::arrival(towards, stage_.now, peer_latency(node, other))
                            : std::max(towards.last, stage_.now + peer_silence);
    towards.stands = false;
    stage_.agenda.put(at, Happening::link_down, slot.source, Agenda::pair(node, other));
  }
  std::vector<ConnectionId> open;
  slot.connections.for_each([&](ConnectionId id, Connection&) { open.push_back(id); });
  for (const ConnectionId id : open) drop_connection(node, id, broken, tell_clients);
  while (!slot.mailbox.empty()) {
    if (Piece* piece = slot.mailbox[0].piece) stage_.slab.release(piece);
    slot.mailbox.pop_front(stage_.now);
  }
  if (slot.node) {
    const NodeCounters now = counters_of(slot);
    slot.past = now;
  }
  slot.node.reset();
  slot.out.clear();
  slot.busy = false;
  slot.wakes_at = never;
}

// --- Looking -------------------------------------------------------------------------------------

namespace {

void add(NodeCounters& sum, const NodeCounters& more) {
  constexpr std::size_t counters = sizeof(NodeCounters) / sizeof(std::uint64_t);
  using All = std::array<std::uint64_t, counters>;
  static_assert(sizeof(All) == sizeof(NodeCounters), "it holds counters and nothing else");
  auto total = std::bit_cast<All>(sum);
  const auto some = std::bit_cast<All>(more);
  for (std::size_t i = 0; i < counters; ++i) total[i] += some[i];
  sum = std::bit_cast<NodeCounters>(total);
}

}  // namespace

NodeCounters Fleet::counters_of(const NodeSlot& slot) const {
  NodeCounters sum = slot.past;
  if (slot.node) add(sum, slot.node->counters());
  return sum;
}

NodeCounters Fleet::counters() const {
  NodeCounters sum;
  for (const NodeSlot& slot : nodes_) add(sum, counters_of(slot));
  return sum;
}

std::vector<std::uint32_t> Fleet::those_there() const {
  std::vector<std::uint32_t> those;
  for (std::uint32_t host = 0; host < hosts(); ++host)
    if (is_there(host)) those.push_back(host);
  return those;
}

bool Fleet::quiet() const {
  for (const Host& host : hosts_)
    if (host.there && (!host.up || host.disk.busy() || host.disk.waiting())) return false;
  for (const NodeSlot& slot : nodes_)
    if (slot.busy || !slot.mailbox.empty()) return false;
  return true;
}

std::size_t Fleet::untold() const {
  std::size_t sum = 0;
  for (const NodeSlot& slot : nodes_) sum += slot.node ? slot.node->sizes().untold : 0;
  return sum;
}

std::size_t Fleet::unpushed() const {
  std::size_t sum = 0;
  for (const NodeSlot& slot : nodes_) sum += slot.node ? slot.node->sizes().unpushed : 0;
  return sum;
}

std::vector<ConversationId> Fleet::owing(std::uint32_t node) {
  std::vector<ConversationId> conversations;
  for (std::uint16_t p = 0; p < limits::partitions; ++p) {
    if (map_.owner(PartitionId{p}).value != node) continue;
    const rows::Bounds bounds = rows::owing_of(PartitionId{p});
    rows_.clear();
    const ReadRange range{bounds.from, bounds.to, UINT32_MAX, UINT32_MAX, false};
    if (!durable_rows(node).read(range, rows_)) continue;
    arena_.clear();
    BatchReader reader(rows_.view());
    for (RowWrite row; reader.next(row);)
      if (const auto mark = rows::parse(row.key, row.value, arena_))
        conversations.push_back(mark->conversation);
  }
  return conversations;
}

std::vector<std::string> Fleet::unserved() const {
  std::vector<std::string> lines;
  for (std::uint16_t p = 0; replicated() && p < limits::partitions; ++p) {
    const bool served = std::any_of(nodes_.begin(), nodes_.end(), [p](const NodeSlot& slot) {
      return slot.node && slot.node->serves(PartitionId{p});
    });
    const LogHead& head = log_.head(PartitionId{p});
    if (!served)
      lines.push_back(fmt::format("nobody serves partition {}; node {} took it over last, in epoch {}{}",
                                  p, head.owner.value, head.epoch, head.released ? ", and released it" : ""));
  }
  return lines;
}

std::uint64_t Fleet::unconfirmed(std::uint32_t node) const {
  return nodes_[node].node ? nodes_[node].node->sizes().owed : 0;
}

bool Fleet::receipts_under_way(std::uint32_t node) const {
  return nodes_[node].node && nodes_[node].node->sizes().receipts > 0;
}

void Fleet::put_hashes_into_chain() {
  for (std::uint32_t n = 0; n < nodes(); ++n) {
    const NodeSlot& slot = nodes_[n];
    stage_.chain.set(n, slot.node ? mix64(slot.past_hash ^ slot.node->hash()) : slot.past_hash);
  }
}

HostDisk::Counts Fleet::disk_counts() const {
  HostDisk::Counts sum;
  for (const Host& host : hosts_) {
    const HostDisk::Counts& c = host.disk.counts();
    sum.writes += c.writes, sum.commits += c.commits, sum.rows += c.rows, sum.bytes += c.bytes;
    sum.busy += c.busy;
  }
  return sum;
}

std::uint64_t Fleet::rows() const {
  std::uint64_t sum = 0;
  for (const Host& host : hosts_) sum += host.disk.store().rows();
  return sum;
}

std::size_t Fleet::store_bytes() const {
  std::size_t sum = 0;
  for (const Host& host : hosts_) sum += host.disk.store().bytes();
  return sum;
}

std::size_t Fleet::connection_bytes() const {
  std::size_t sum = 0;
  for (const NodeSlot& slot : nodes_)
    sum += slot.connections.reserved_bytes() + slot.mailbox.reserved_bytes();
  return sum;
}

bool Fleet::little_holds() const {
  for (const NodeSlot& slot : nodes_)
    if (slot.mailbox.empty() && slot.mailbox.area() != slot.mailbox.waited()) return false;
  return true;
}

}  // namespace hubbub::sim
