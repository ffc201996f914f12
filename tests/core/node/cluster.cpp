#include "tests/core/node/cluster.hpp"

#include <algorithm>

#include "core/base/hash.hpp"
#include "core/wire/exchange.hpp"
#include "core/wire/keep.hpp"

namespace hubbub::test {

Cluster::Cluster(std::uint16_t nodes, Policy policy, AdmissionConfig admission, bool tokens)
    : policy_(policy), admission_(admission), tokens_(tokens), map_(static_map(nodes)) {
  boxes_.resize(nodes);
  for (Box& b : boxes_) b.store = std::make_unique<MemoryStore>(policy.unknown_commit);
  if (!replicated(policy.durability)) {
    for (std::uint16_t n = 0; n < nodes; ++n) start(NodeId{n});
    return;
  }
  map_ = {.version = 0};
  services_ = std::make_unique<Services>([this](NodeId node, const Input& input) { push(node, input); });
  for (std::uint16_t n = 0; n < nodes; ++n) begin(NodeId{n});
  run();
  for (int tenths = 0; !settled(); ++tenths) {
    HUBBUB_CHECK(tenths < 600);
    wait(100ms);
  }
  wait(2 * limits::registration_interval);  // until the register says so, too
}

void Cluster::start(NodeId id) {
  begin(id);
  run();
}

void Cluster::begin(NodeId id) {
  NodeConfig config{id, map_, policy_, 7};
  config.admission = admission_;
  config.tokens = tokens_;
  if (services_) {
    config.entropy = mix64(++starts_);
    config.home.host = id.value;
  }
  box(id).node = std::make_unique<Node>(config);
  for (std::uint16_t n = 0; n < boxes_.size(); ++n)
    if (NodeId{n} != id && is_up(NodeId{n})) link(id, NodeId{n});
}

/// Every partition is open where the map says, and has who follows it, if there is anybody else.
bool Cluster::settled() const {
  for (std::uint16_t p = 0; p < limits::partitions; ++p) {
    const Place& place = map().places[p];
    if (place.owner == nobody || (size() > 1 && place.standby == nobody)) return false;
    const auto& owner = boxes_[place.owner.value].node;
    if (owner == nullptr || !owner->serves(PartitionId{p})) return false;
  }
  return true;
}

Cluster::Queued Cluster::queued(Input input) {
  auto memory = std::make_shared<Arena>(1024);
  wire::keep(input, *memory);
  return {input, std::move(memory)};
}

void Cluster::link(NodeId a, NodeId b) {
  push(a, input::PeerLinked{b});
  push(b, input::PeerLinked{a});
}

void Cluster::crash(NodeId id, bool lose_unsynced) {
  Box& b = box(id);
  b.node.reset();
  b.inputs.clear();
  b.held.clear();
  b.held_reads.clear();
  b.polled.clear();
  b.disk_held = b.reads_held = b.paused = false;
  if (services_) services_->ended(id);
  std::erase_if(held_packets_, [id](const Packet& p) { return p.from == id || p.to == id; });
  if (lose_unsynced)
    b.store->power_loss();
  else
    b.store->process_crash(Unfinished::found);
  b.store->reopen();
  for (std::uint16_t n = 0; n < boxes_.size(); ++n) {
    if (NodeId{n} == id || !is_up(NodeId{n})) continue;
    // What was under way from the dead node is lost with its link.
    std::erase_if(boxes_[n].inputs, [&](const Queued& q) {
      const auto* peer = std::get_if<input::FromPeer>(&q.input);
      return peer != nullptr && peer->node == id;
    });
    push(NodeId{n}, input::PeerLost{id});
  }
}

void Cluster::release_disk(NodeId id) {
  Box& b = box(id);
  b.disk_held = false;
  for (const Held& held : std::exchange(b.held, {})) commit(id, held);
}

void Cluster::release_reads(NodeId id) {
  Box& b = box(id);
  b.reads_held = false;
  for (Queued& done : std::exchange(b.held_reads, {})) b.inputs.push_back(std::move(done));
}

void Cluster::lose_disk(NodeId id) {
  HUBBUB_CHECK(!is_up(id));
  box(id).store = std::make_unique<MemoryStore>(policy_.unknown_commit);
}

void Cluster::release_packets(NodeId from, NodeId to) {
  std::erase(held_links_, std::pair(from, to));
  std::erase_if(held_packets_, [&](const Packet& p) {
    if (p.from != from || p.to != to) return false;
    push(to, input::FromPeer{from, p.bytes});
    return true;
  });
}

void Cluster::open(NodeId node, ConnectionId connection, UserId user) {
  push(node, input::Opened{connection, user});
}
void Cluster::close(NodeId node, ConnectionId connection, bool left) {
  push(node, input::Closed{connection, left});
}
void Cluster::silent(NodeId node, ConnectionId connection) { push(node, input::Silent{connection}); }

void Cluster::send(NodeId node, ConnectionId connection, const to_server::Frame& frame,
                   Duration waited) {
  const auto* hello = std::get_if<to_server::Hello>(&frame);
  if (hello != nullptr && hello->polled) box(node).polled[connection.slot] = {};
  push(node, input::Frame{connection, waited.count(), frame});
}

void Cluster::run() {
  for (bool busy = true; busy;) {
    busy = false;
    for (std::uint16_t n = 0; n < boxes_.size(); ++n) busy |= step(NodeId{n});
    if (services_) busy |= services_->poll(now_);
  }
}

void Cluster::wait(Duration duration) {
  const Duration until = now_ + duration;
  run();
  for (;;) {
    Duration next = services_ ? std::min(until, services_->next_deadline()) : until;
    for (const Box& b : boxes_)
      if (b.node && !b.paused) next = std::min(next, b.node->next_deadline());
    now_ = std::max(now_, next);
    run();
    if (now_ >= until) return;
  }
}

bool Cluster::step(NodeId id) {
  Box& b = box(id);
  if (!b.node || b.paused) return false;
  if (b.inputs.empty() && b.node->next_deadline() > now_) return false;
  std::vector<Input> inputs;
  for (const Queued& q : b.inputs) inputs.push_back(q.input);
  out_.clear();
  const std::size_t taken = b.node->step(inputs, {now().mono, now().wall + b.wall_ahead}, out_);
  units_max_ = std::max(units_max_, out_.units);
  listener.step(id, std::span(inputs).first(taken), out_);
  b.inputs.erase(b.inputs.begin(), b.inputs.begin() + static_cast<std::ptrdiff_t>(taken));
  carry_out(id);
  return true;
}

void Cluster::carry_out(NodeId id) {
  Box& b = box(id);
  if (!out_.alarm.empty()) listener.note(id, "alarm: " + std::string(out_.alarm));
  if (!out_.fatal.empty()) {
    listener.note(id, "exits with 70: " + std::string(out_.fatal));
    return crash(id);
  }
  std::size_t next_poll = 0;
  for (std::size_t i = 0; i <= out_.frames.size(); ++i) {
    while (next_poll < out_.polls.size() && out_.polls[next_poll].after <= i)
      poll(id, out_.polls[next_poll++]);
    if (i < out_.frames.size()) tell(id, out_.frames[i]);
  }
  for (const auto& c : out_.closes) {
    b.polled.erase(c.connection.slot);
    if (!c.advice.none()) listener.advice(c.connection, id, c.advice);
    listener.close(c.connection, id, c.code);
  }
  for (const auto& m : out_.peers) {
    if (!is_up(m.node)) continue;
    if (std::find(held_links_.begin(), held_links_.end(), std::pair(id, m.node)) != held_links_.end())
      held_packets_.push_back({id, m.node, std::string(m.bytes)});
    else
      push(m.node, input::FromPeer{id, m.bytes});
  }
  for (const auto& r : out_.reads) {
    ByteBuffer rows;
    const auto more = b.store->read(r.range, rows);
    HUBBUB_CHECK(more.has_value());
    const Queued done = queued(input::ReadDone{r.ticket, rows.view(), *more});
    b.reads_held ? b.held_reads.push_back(done) : b.inputs.push_back(done);
  }
  for (const auto& c : out_.commits) {
    const Held held{c.partition, c.batch, std::string(c.rows), c.sync};
    b.disk_held ? b.held.push_back(held) : commit(id, held);
  }
  for (const auto& p : out_.pushes) {
    listener.push(id, p);
    if (provider_) push(id, input::PushDone{p.ticket, *provider_});
  }
  if (services_) services_->carry_out(id, out_);
}

void Cluster::tell(NodeId id, const output::Frame& told) {
  const auto polled = box(id).polled.find(told.connection.slot);
  if (polled == box(id).polled.end() || !waits_for_poll(told.frame))
    return listener.frame(told.connection, id, told.frame);
  auto memory = std::make_shared<Arena>();
  to_client::Frame frame = told.frame;
  wire::keep(frame, *memory);
  polled->second.waiting.push_back({frame, std::move(memory)});
}

void Cluster::poll(NodeId id, const output::Poll& what) {
  const auto at = box(id).polled.find(what.connection.slot);
  if (at == box(id).polled.end()) return;
  Polled& polled = at->second;
  using What = output::Poll::What;
  if (what.what == What::forget) {
    std::erase_if(polled.waiting,
                  [](const Polled::Waiting& w) { return stream_cursor(w.frame) != nullptr; });
    return;
  }
  const bool lost = what.what == What::answer && std::exchange(polled.loses, false);
  if (what.what == What::answer) {
    const auto taken = std::exchange(polled.waiting, {});
    for (const Polled::Waiting& w : taken)
      if (!lost) listener.frame(what.connection, id, w.frame);
  }
  listener.polled(what.connection, id, what.id, what.what == What::answer && !lost);
}

void Cluster::commit(NodeId id, const Held& held) {
  const std::string_view batch = held.rows;
  const bool sync = held.sync || policy_.durability == Durability::synced;
  const auto done = box(id).store->write({&batch, 1}, sync ? Sync::yes : Sync::no);
  if (done)
    push(id, input::CommitDurable{held.partition, held.batch});
  else
    push(id, input::CommitUnknown{held.partition, held.batch, "the disk said: sync failed"});
}

}  // namespace hubbub::test
