// What goes wrong between clients and servers.
//
// A dead connection carries nothing in either direction, and neither end is told: the server finds
// out by its pings, the client by its own or because an answer does not come.
#include <algorithm>

#include "sim/check/presence_checks.hpp"
#include "sim/world/crowd.hpp"

namespace hubbub::sim {
namespace {

/// Frames longer than this take more than one packet, whose size some networks drop untold.
constexpr std::size_t long_frame_bytes = 1400;

}  // namespace

bool Crowd::strike(const Fault& fault, std::uint32_t host, Random& random) {
  bool any = false;
  for (std::uint32_t number = 0; number < clients(); ++number) {
    const Client& client = at(number);
    if (client.link != Link::open || client.dead) continue;
    if (fleet_.host_of(client.node.value) != host) continue;
    // Nobody is left at the other end: whatever happens to this connection happens to nobody.
    if (!fleet_.stands(client.node.value, client.connection) || !random.chance(fault.share))
      continue;
    any |= strike_one(fault, number, random);
  }
  return any;
}

bool Crowd::strike_one(const Fault& fault, std::uint32_t number, Random& random) {
  Client& client = at(number);
  if (polls(client)) return strike_exchanges(fault, number);
  const std::uint32_t node = client.node.value;
  const Duration until = stage_.now + fault.duration;
  switch (fault.kind) {
    case FaultKind::half_open:
      go_dead(client, number);
      return true;
    case FaultKind::nat_forgets: {
      const auto used = fleet_.used_at(node, client.connection);
      if (std::max(used.value_or(stage_.now), std::min(client.last_up, stage_.now)) + fault.by >
          stage_.now)
        return false;
      go_dead(client, number);
      return true;
    }
    case FaultKind::changed_addresses:
      edge_.actions.clear();
      // It wants a connection since before, or since it lost this one: that is said by then.
      lose(client);
      client.device.go_online(stage_.now, edge_);
      carry_out(number);
      return true;
    case FaultKind::slow_readers:
      if (!fleet_.stop_reading(node, client.connection, until)) return false;
      hold(client, number, until);
      return true;
    case FaultKind::stalled_uplinks: {
      const auto most = static_cast<std::uint64_t>(fault.duration.count());
      const Duration late = stage_.now + Duration{static_cast<std::int64_t>(random.below(most) + 1)};
      client.last_up = std::max(client.last_up, late);
      hold(client, number, client.last_up);
      fleet_.expect_silence(node, client.connection, client.last_up);
      return true;
    }
    case FaultKind::large_vanish:
      narrow_[number] = until;
      return false;  // it takes effect with the first long frame
    default:
      return false;
  }
}

void Crowd::cut_off(std::uint16_t region) {
  for (std::uint32_t number = 0; number < clients(); ++number) {
    Client& client = at(number);
    if (client.link != Link::open || client.dead) continue;
    const bool inside = region_of(number) == region;
    if (inside == (fleet_.region_of(client.node.value) == region)) continue;
    // Requests of who polls do not arrive as it is; the session itself is no connection that dies.
    if (polls(client) && client.welcomed)
      stage_.checker.presence().lost(stage_.now, client.device.id());
    else
      go_dead(client, number);
  }
}

void Crowd::go_dead(Client& client, std::uint32_t number) {
  client.dead = true;
  // What it shows from now on is its own mistake, which its own pings bound.
  stage_.checker.presence().lost(stage_.now, client.device.id());
  fleet_.cut(client.node.value, client.connection);
  Piece* piece = stage_.slab.hold({});
  piece->a = number, piece->b = client.attempt, piece->c = static_cast<std::uint32_t>(broken);
  piece->flag = own_pings;
  stage_.agenda.put(fleet_.missed_at(client.node.value, client.connection),
                    Happening::hang_up_at_client, client.source, piece);
}

/// A frame this long is on its way to the client or from it. If it vanishes, what comes behind it
/// never gets its turn: the connection is dead.
bool Crowd::vanishes(std::uint32_t number, std::size_t longest) {
  if (narrow_.empty() || longest <= long_frame_bytes) return false;
  const auto at_client = narrow_.find(number);
  if (at_client == narrow_.end() || stage_.now >= at_client->second) return false;
  Client& client = at(number);
  if (client.link != Link::open || client.dead) return false;
  stage_.struck(FaultKind::large_vanish, Duration{0});
  go_dead(client, number);
  return true;
}

void Crowd::hold(const Client& client, std::uint32_t number, Duration until) {
  Held& held = held_[number];
  held.until = held.attempt == client.attempt ? std::max(held.until, until) : until;
  held.attempt = client.attempt;
}

/// With the faults healed nobody waits any more: both ends of what still stands still are told that
/// it is gone, and with it goes what is on its way. The client comes back on another.
void Crowd::reset_held() {
  for (const auto& [number, held] : std::exchange(held_, {})) {
    Client& client = at(number);
    if (client.attempt != held.attempt || client.link != Link::open) continue;
    if (client.dead || stage_.now >= held.until) continue;
    fleet_.hang_up(client.node.value, client.connection, broken);
    ended(client, number, broken);
  }
}

}  // namespace hubbub::sim
