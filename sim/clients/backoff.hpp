// How long a device waits before it tries again.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/time.hpp"
#include "sim/engine/random.hpp"

namespace hubbub::sim {

/// How the wait grows with the attempts that failed in a row.
enum class BackoffKind : std::uint8_t {
  at_once,       ///< not at all: no wait
  fixed,         ///< always `base`
  exponential,   ///< base * 2^failures, at most `cap`
  full_jitter,   ///< uniform between 0 and what `exponential` would wait
  equal_jitter,  ///< half of what `exponential` would wait, and uniform up to all of it
  planned,       ///< as the server said (return_plan.hpp); where it said nothing, as `full_jitter`
};

struct Backoff {
  BackoffKind kind = BackoffKind::planned;
  Duration base = 500ms;
  Duration cap = 30s;
  /// Takes the place of `cap` after repeated refusals.
  Duration refused_cap = 5min;

  /// The wait after `failures` attempts that failed since the last success (0 or more).
  Duration wait(unsigned failures, bool refused_repeatedly, Random& random) const {
    if (kind == BackoffKind::at_once) return Duration{0};
    if (kind == BackoffKind::fixed) return base;
    // 2^20 times any base is beyond every cap; the bound keeps the shift from overflowing.
    const Duration grown = std::min(most(refused_repeatedly), base * (std::int64_t{1} << std::min(failures, 20u)));
    if (kind == BackoffKind::exponential || grown.count() <= 0) return grown;
    return uniform(kind == BackoffKind::equal_jitter ? grown - grown / 2 : Duration{0}, grown,
                   random);
  }

  Duration most(bool refused_repeatedly) const {
    return refused_repeatedly ? std::max(cap, refused_cap) : cap;
  }

  static Duration uniform(Duration least, Duration most, Random& random) {
    const auto width = static_cast<std::uint64_t>((most - least).count());
    return least + Duration{static_cast<std::int64_t>(random.below(width + 1))};
  }

  /// Decorrelated jitter: uniform between `base` and three times the last wait, at most `cap`; the
  /// last wait before the first is `base` (Brooker, Exponential Backoff and Jitter, AWS Architecture
  /// Blog, 2015). It must be remembered for each thing that is repeated. A device counts its
  /// failures only, so this is not among its kinds.
  /// REQUIRES: base <= last.
  Duration wait_decorrelated(Duration last, Random& random) const {
    return std::min(cap, uniform(base, 3 * last, random));
  }
};

}  // namespace hubbub::sim
