#include "core/node/context.hpp"

#include <string>

namespace hubbub {

Context::Context(const NodeConfig& c)
    : pressure(c.policy.overload), config(c), map(c.map), routes(c.map), peers(c.policy.peers, c.packet_bytes, c.reads) {
  HUBBUB_CHECK(c.policy.group_members <= limits::group_members_max);
}

void Context::route(NodeId to, std::string_view bytes) {
  if (to == self())
    local.push({self(), now.mono}, bytes);
  else if (to != nobody)
    peers.send(to, bytes, judged);
}

void Context::release() {
  NodeId to;
  std::string_view bytes;
  while (!releasing.empty()) {
    Partition& from = partitions[releasing.front()];
    while (from.next_free(to, bytes)) {
      if (exhausted()) return;
      if (!proven(from)) {
        if (!from.in_flight()) prove(from);
        break;
      }
      work(1);
      route(to, bytes);
      from.pop_free();
    }
    releasing.pop();
  }
}

bool Context::sure(Partition& p) {
  if (!replicated() || p.proved >= current.received) return true;
  if (parked_bytes + current.bytes.size() > limits::parked_bytes) {
    turned_away = true;
    return false;
  }
  parked_bytes += current.bytes.size();
  p.unsure.push({current.from, current.received}, current.bytes);
  prove(p);
  return false;
}

void Context::mark_dirty(Partition& p) {
  const auto index = static_cast<std::uint16_t>(&p - partitions.data());
  if (std::find(dirty.begin(), dirty.end(), index) == dirty.end()) dirty.push_back(index);
}

void Context::tail_lost(Partition& p, std::string_view what) {
  if (p.tail_lost) return;
  p.tail_lost = true;
  p.incarnation += Incarnation{1} << 32;
  p.must_sync = true;
  const PartitionId id{static_cast<std::uint16_t>(&p - partitions.data())};
  put(p, rows::partition(id),
      rows::PartitionRow{.incarnation = p.incarnation, .ids_reserved_ms = p.ids.reserved_ms()});
  alarm("partition " + std::to_string(id.value) + ": " + std::string(what) +
        "; its numbers begin a new incarnation. Was an older copy of the data put back, or does the "
        "disk lose what it synced?");
}

std::uint64_t Context::read(const reads::Job& job, std::string_view from, std::string_view to,
                            std::uint32_t rows, bool reverse) {
  const std::uint64_t ticket = ++last_ticket_;
  reading.emplace(ticket, job);
  out->reads.push_back({ticket,
                        {out->arena.copy(from), out->arena.copy(to), rows,
                         static_cast<std::uint32_t>(limits::read_bytes), reverse}});
  return ticket;
}

void Context::park(std::deque<Parked>& queue) {
  if (queue.size() >= limits::parked_per_entity ||
      parked_bytes + current.bytes.size() > limits::parked_bytes) {
    turned_away = true;
    return;
  }
  parked_bytes += current.bytes.size();
  queue.push_back({current.from, current.received, std::string(current.bytes)});
}

}  // namespace hubbub
