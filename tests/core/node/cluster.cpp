#include "tests/core/node/cluster.hpp"

#include <algorithm>

#include "core/wire/codec.hpp"

namespace hubbub::test {

Cluster::Cluster(std::uint16_t nodes, Policy policy) : policy_(policy), map_(static_map(nodes)) {
  boxes_.resize(nodes);
  for (std::uint16_t n = 0; n < nodes; ++n) {
    boxes_[n].store = std::make_unique<MemoryStore>(policy.unknown_commit);
    start(NodeId{n});
  }
}

void Cluster::start(NodeId id) {
  Box& b = box(id);
  b.node = std::make_unique<Node>(NodeConfig{id, map_, policy_, 7});
  for (std::uint16_t n = 0; n < boxes_.size(); ++n)
    if (NodeId{n} != id && is_up(NodeId{n})) link(id, NodeId{n});
  run();
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
  b.disk_held = b.reads_held = b.paused = false;
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

void Cluster::open(NodeId node, ConnectionId connection, UserId user) {
  push(node, input::Opened{connection, user});
}
void Cluster::close(NodeId node, ConnectionId connection) { push(node, input::Closed{connection}); }
void Cluster::silent(NodeId node, ConnectionId connection) { push(node, input::Silent{connection}); }

void Cluster::send(NodeId node, ConnectionId connection, const to_server::Frame& frame,
                   Duration waited) {
  // Through the byte form, so that the frame's views live as long as the test.
  ByteBuffer bytes;
  wire::encode(frame, bytes);
  const auto copy = wire::decode<to_server::Frame>(frames_.copy(bytes.view()), frames_);
  push(node, input::Frame{connection, waited.count(), *copy});
}

void Cluster::run() {
  for (bool busy = true; busy;) {
    busy = false;
    for (std::uint16_t n = 0; n < boxes_.size(); ++n) busy |= step(NodeId{n});
  }
}

void Cluster::wait(Duration duration) {
  const Duration until = now_ + duration;
  run();
  for (;;) {
    Duration next = until;
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
  for (Queued& q : b.inputs) {
    if (auto* peer = std::get_if<input::FromPeer>(&q.input)) peer->bytes = q.bytes;
    if (auto* read = std::get_if<input::ReadDone>(&q.input)) read->rows = q.bytes;
    inputs.push_back(q.input);
  }
  out_.clear();
  const std::size_t taken = b.node->step(inputs, now(), out_);
  units_max_ = std::max(units_max_, out_.units);
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
  for (const auto& f : out_.frames) listener.frame(f.connection, id, f.frame);
  for (const auto& c : out_.closes) listener.close(c.connection, id, c.code);
  for (const auto& m : out_.peers)
    if (is_up(m.node)) box(m.node).inputs.push_back({input::FromPeer{id, {}}, std::string(m.bytes)});
  for (const auto& r : out_.reads) {
    ByteBuffer rows;
    const auto more = b.store->read(r.range, rows);
    HUBBUB_CHECK(more.has_value());
    Queued done{input::ReadDone{r.ticket, {}, *more}, std::string(rows.view())};
    b.reads_held ? b.held_reads.push_back(done) : b.inputs.push_back(done);
  }
  for (const auto& c : out_.commits) {
    const Held held{c.partition, c.batch, std::string(c.rows), c.sync};
    b.disk_held ? b.held.push_back(held) : commit(id, held);
  }
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
