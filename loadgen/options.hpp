// What a load is.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/time.hpp"

namespace hubbub::loadgen {

/// When messages are meant to be sent.
enum class Pace : std::uint8_t {
  poisson,  ///< independent of each other: exponential times between
  even,     ///< always the same time between
};

struct Options {
  std::string url;
  std::uint32_t connections = 100;  ///< users, each with one device and one connection
  double rate = 100;                ///< messages a second, of all together; 0: idle connections
  Duration duration = 10s;
  std::uint64_t seed = 1;
  Pace pace = Pace::poisson;
  std::uint32_t conversations = 4;    ///< direct ones that each user writes in
  std::uint32_t length = 100;         ///< bytes of a message's text
  std::uint32_t connect_rate = 2000;  ///< connections begun per second at the start
  Duration connect_within = 60s;      ///< all must be attached by then
  Duration settle = 60s;              ///< after the load: for the last answers and reconnects
  std::uint64_t first_user = 0;       ///< 0: drawn from the clock, so that every run has fresh ones
  bool verify_history = true;         ///< page all conversations at the end
  std::uint32_t server_pid = 0;  ///< of a server on this host, to read its memory and CPU; 0: none
};

/// More than this, and less, is surely a slip: nobody means a trillion messages a second.
inline constexpr double rate_max = 1e6;
inline constexpr Duration duration_min = 1ms;
inline constexpr Duration duration_max = 24h;
/// Users are numbered up to 2^48 - 1; this leaves room for all of a run.
inline constexpr std::uint64_t first_user_max = std::uint64_t{1} << 47;

/// Connections that one local address can have to one port; the system has about 28,000 ports, and
/// other programs want some.
inline constexpr std::uint32_t connections_per_source = 2000;

}  // namespace hubbub::loadgen
