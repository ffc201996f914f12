#include "core/place/discovery.hpp"

namespace hubbub {
namespace {

/// Connections that it may be sent.
std::uint64_t room(const Registration& server) {
  if (server.draining || server.connections >= server.connections_most) return 0;
  return server.connections_most - server.connections;
}

template <class Suits>
const Registration* draw(std::span<const Registration> live, std::uint64_t random, Suits suits) {
  std::uint64_t free = 0;
  for (const Registration& server : live)
    if (suits(server)) free += room(server);
  if (free == 0) return nullptr;
  std::uint64_t place = random % free;
  for (const Registration& server : live) {
    if (!suits(server)) continue;
    if (place < room(server)) return &server;
    place -= room(server);
  }
  return nullptr;
}

}  // namespace

const Registration* choose(std::span<const Registration> live, std::uint16_t region,
                           std::uint64_t random, NodeId except) {
  const auto near = [&](const Registration& s) { return s.region == region && s.node != except; };
  const auto other = [&](const Registration& s) { return s.node != except; };
  if (const Registration* server = draw(live, random, near)) return server;
  if (const Registration* server = draw(live, random, other)) return server;
  return draw(live, random, [](const Registration&) { return true; });
}

}  // namespace hubbub
