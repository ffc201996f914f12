// An event: when it happens, its place among those of the same moment, and what it is about.
//
// The order is total and does not depend on when an event was put into the queue:
//   1. time, in nanoseconds of virtual time;
//   2. order class: a small number that says which kinds go first when moments coincide;
//   3. source: the entity that sent it;
//   4. counter: the source's own count, assigned when it sent.
// The four are packed into two words, so that comparing two events is one 128-bit comparison and
// an event with eight bytes of payload takes 24.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "core/base/hash.hpp"
#include "core/base/time.hpp"

namespace hubbub::sim {

struct EventKey {
  Duration time{};  ///< since the start of the simulation; below `event_time_end`
  std::uint8_t order_class = 0;
  std::uint32_t source = 0;
  /// Unique among the source's pending events of one moment and class; may wrap.
  std::uint32_t counter = 0;
};

/// 2^56 ns: two years and a quarter of virtual time fit beside the class in one word.
inline constexpr Duration event_time_end{std::int64_t{1} << 56};

template <class Payload>
struct Event {
  static_assert(std::is_trivially_copyable_v<Payload>, "events are moved as bytes");

  std::uint64_t when;  ///< time << 8 | class
  std::uint64_t tie;   ///< source << 32 | counter, or the source's shuffled place
  Payload payload;

  std::uint64_t ticks() const { return when >> 8; }
  Duration time() const { return Duration(static_cast<std::int64_t>(when >> 8)); }
  std::uint8_t order_class() const { return static_cast<std::uint8_t>(when); }

  /// By key; payloads never decide.
  friend bool operator<(const Event& a, const Event& b) { return a.order() < b.order(); }

 private:
  __extension__ typedef unsigned __int128 Order;
  Order order() const { return static_cast<Order>(when) << 64 | tie; }
};

/// How events of one time and class are ordered: by (source, counter), or with the sources
/// shuffled anew for every moment. A correct simulation reaches correct verdicts under any seed;
/// one that leans on who happens to come first does not. Events of one source keep their order,
/// because ordered links are something the model may promise.
class TieRule {
 public:
  TieRule() = default;
  static TieRule shuffled(std::uint64_t seed) {
    TieRule rule;
    rule.seed_ = seed;
    return rule;
  }

  std::uint64_t tie(const EventKey& key) const {
    const std::uint32_t source = seed_ ? shuffle(key) : key.source;
    return static_cast<std::uint64_t>(source) << 32 | key.counter;
  }

 private:
  // A bijection of 32 bits for every (seed, time): xor, odd multiplications and xor-shifts are.
  std::uint32_t shuffle(const EventKey& key) const {
    const std::uint64_t salt = mix64(*seed_ ^ mix64(static_cast<std::uint64_t>(key.time.count())));
    std::uint32_t x = key.source ^ static_cast<std::uint32_t>(salt);
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16) ^ static_cast<std::uint32_t>(salt >> 32);
  }

  std::optional<std::uint64_t> seed_;
};

}  // namespace hubbub::sim
