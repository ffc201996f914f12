// Chance in the world: purposes of its streams, and distributions of a scenario as samplers.
#pragma once

#include "sim/engine/distributions.hpp"
#include "sim/scenario/scenario.hpp"

namespace hubbub::sim {

namespace purpose {
inline constexpr std::uint64_t client_link = 0x636c696e6b;
inline constexpr std::uint64_t client_dial = 0x6469616c;
inline constexpr std::uint64_t client_ping = 0x70696e67;
inline constexpr std::uint64_t client_arrival = 0x617272697665;
inline constexpr std::uint64_t client_tunnel = 0x74756e6e656c;
inline constexpr std::uint64_t client_absence = 0x616273656e7465;
inline constexpr std::uint64_t client_token = 0x746f6b656e;
inline constexpr std::uint64_t api_key = 0x6170696b6579;
inline constexpr std::uint64_t peer_link = 0x706c696e6b;
inline constexpr std::uint64_t disk = 0x6469736b;
inline constexpr std::uint64_t store_identity = 0x73746f7265;
inline constexpr std::uint64_t fault = 0x6661756c74;
inline constexpr std::uint64_t weather = 0x77656174;
inline constexpr std::uint64_t log = 0x6c6f67;
inline constexpr std::uint64_t registry = 0x726567;
inline constexpr std::uint64_t devices = 0x646576;
inline constexpr std::uint64_t user_region = 0x726567696f6e;
inline constexpr std::uint64_t discovery = 0x646973636f;
inline constexpr std::uint64_t client_looks = 0x6c6f6f6b73;
inline constexpr std::uint64_t client_names = 0x6e616d6573;
inline constexpr std::uint64_t client_asks = 0x61736b73;
inline constexpr std::uint64_t client_typing = 0x747970696e67;
inline constexpr std::uint64_t push_provider = 0x70757368;
inline constexpr std::uint64_t push_gone = 0x70757368676f6e65;
inline constexpr std::uint64_t push_wanted = 0x7075736877616e74;
inline constexpr std::uint64_t push_opens = 0x707573686f70656e;
inline constexpr std::uint64_t transport = 0x7472616e7370;
inline constexpr std::uint64_t exchange = 0x65786368616e6765;
inline constexpr std::uint64_t proxy = 0x70726f7879;
inline constexpr std::uint64_t stays_away = 0x7374617961776179;
}  // namespace purpose

inline Sampler sampler(const Distribution& d) {
  switch (d.kind) {
    case Distribution::Kind::constant:
      return Sampler::constant(d.a);
    case Distribution::Kind::uniform:
      return Sampler::uniform(d.a, d.b);
    case Distribution::Kind::exponential:
      return Sampler::exponential(d.a);
    case Distribution::Kind::normal:
      return Sampler::normal(d.a, d.b);
    case Distribution::Kind::lognormal:
      return Sampler::lognormal(d.a, d.b);
  }
  return {};
}

inline Duration draw(const Sampler& from, Random& random) {
  return Duration{from.draw_integer(random)};
}

}  // namespace hubbub::sim
