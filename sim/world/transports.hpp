// Who reaches servers how, and what it is that goes over the network then.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/ids.hpp"
#include "sim/clients/device.hpp"
#include "sim/engine/random.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/world/draws.hpp"

namespace hubbub::sim {

inline bool anybody_polls(const Scenario& scenario) {
  return scenario.clients.polling.long_poll > 0 || scenario.clients.polling.poll > 0;
}

/// Of all devices of a user.
inline Transport transport_of(const Scenario& scenario, std::uint64_t seed, UserId user) {
  const Polling& p = scenario.clients.polling;
  if (!anybody_polls(scenario)) return Transport::websocket;
  const double place = Random(seed, purpose::transport, user.value).unit();
  if (place < p.long_poll) return Transport::long_poll;
  return place < p.long_poll + p.poll ? Transport::poll : Transport::websocket;
}

/// A WebSocket message's own head, with the mask of a client's (RFC 6455, 5.2).
inline constexpr std::size_t websocket_head_up = 8;
inline constexpr std::size_t websocket_head_down = 4;

/// A request, or its answer: what stands before their frames in the simulator.
struct ExchangeHead {
  enum class Outcome : std::uint8_t {
    carried,
    lost,  ///< between; both ends see that it ended
    gone,  ///< there is no such session, or nobody there: `code` says which
  };
  std::uint32_t number = 0;
  Device::Exchange what{};
  Outcome outcome{};
  bool fresh = false;  ///< on a connection of its own
  CloseCode code{};
};

}  // namespace hubbub::sim
