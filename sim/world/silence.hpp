// When an edge finds that a connection is silent (R24), computed instead of pinged.
//
// The edge pings every `interval`, first at `phase` after the connection stood, and expects to hear
// something, a pong or anything else, within interval + grace of what it heard last. As long as the
// connection works, that is always so, and nothing needs to be simulated. When it is cut, the last
// thing heard is the last frame before the cut or the last pong before it, whichever is later; the
// edge gives up interval + grace after that. For a cut at a random moment and no other traffic that
// is uniform on [grace, interval + grace], as if every ping were sent.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/limits.hpp"
#include "core/base/time.hpp"

namespace hubbub::sim {

struct Pings {
  Duration interval = limits::ping_interval;
  Duration grace = limits::ping_grace;

  /// The first ping's delay, of a connection that stood at a moment and draws `bits`: jittered.
  Duration phase(std::uint64_t bits) const {
    return Duration{static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(interval.count()))};
  }
  /// The last ping answered at or before `cut`; `opened` itself if there was none.
  Duration last_before(Duration opened, Duration first, Duration cut) const {
    if (cut < opened + first) return opened;
    const std::int64_t whole = (cut - opened - first) / interval;
    return opened + first + whole * interval;
  }
  /// When the edge gives up. `heard`: the last frame that arrived.
  Duration gives_up(Duration opened, Duration first, Duration heard, Duration cut) const {
    return std::max(last_before(opened, first, cut), std::min(heard, cut)) + interval + grace;
  }
  /// Pings of a connection that stood for so long.
  std::uint64_t count(Duration opened, Duration first, Duration until) const {
    if (until < opened + first) return 0;
    return static_cast<std::uint64_t>((until - opened - first) / interval) + 1;
  }
};

}  // namespace hubbub::sim
