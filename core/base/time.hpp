// Time as the core sees it: handed in, never read.
//
// A host has two clocks. The monotonic one orders what happens on that host and is the only one
// that leases, timeouts and deadlines may use; the wall clock may jump, and is only shown to
// people and used for the time bits of message ids.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace hubbub {

using Duration = std::chrono::nanoseconds;
using namespace std::chrono_literals;

/// One moment on one host. `mono`: since that host's boot. `wall`: since the Unix epoch.
struct Instant {
  Duration mono{};
  Duration wall{};
  auto operator<=>(const Instant&) const = default;
};

/// A deadline that never comes.
inline constexpr Duration never = Duration::max();

inline std::int64_t to_ms(Duration d) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

}  // namespace hubbub
