// A host's two clocks, as they run wrong: against the world's time, in nanoseconds.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/time.hpp"

namespace hubbub::sim {

class HostClock {
 public:
  explicit HostClock(Duration wall) : epoch_(wall) {}

  Instant read(Duration world) const {
    const Duration mono = monotonic(world);
    return {mono, epoch_ + wall_ + mono};
  }
  /// When the monotonic clock will show this; never before it does.
  Duration when(Duration mono) const {
    if (mono == never) return never;
    if (mono <= shown_) return since_;
    const Duration ahead = mono - shown_;
    const Duration fast = drift_left();
    if (ahead > fast + gained(fast)) return since_ + ahead - gained(fast);
    const auto wide = static_cast<Wide>(ahead.count()) * million;
    return since_ + Duration{static_cast<std::int64_t>((wide + million + ppm_ - 1) / (million + ppm_))};
  }

  void step_wall(Duration by) { wall_ += by; }
  /// Until then it runs so many millionths fast; what it gained stays.
  void drift(Duration world, std::int64_t ppm, Duration until) {
    shown_ = monotonic(world);
    since_ = std::max(since_, world);
    ppm_ = ppm;
    drift_until_ = until;
  }
  /// The monotonic clock stands still until then; the wall clock is put right.
  void freeze(Duration world, Duration until) {
    shown_ = monotonic(world);
    since_ = until;
    wall_ += until - world;
  }
  /// Whatever stood still goes on.
  void thaw(Duration world) {
    if (world >= since_) return;
    wall_ -= since_ - world;
    since_ = world;
  }
  /// From now on it runs as it should.
  void heal(Duration world) {
    thaw(world);
    drift(world, 0, world);
  }

 private:
  __extension__ typedef __int128 Wide;
  static constexpr std::int64_t million = 1'000'000;

  Duration monotonic(Duration world) const {
    if (world <= since_) return shown_;
    const Duration passed = world - since_;
    return shown_ + passed + gained(std::min(passed, drift_left()));
  }
  /// How long it drifts, from `since_` on.
  Duration drift_left() const { return std::max(drift_until_ - since_, Duration{}); }
  Duration gained(Duration drifting) const {
    return Duration{static_cast<std::int64_t>(static_cast<Wide>(drifting.count()) * ppm_ / million)};
  }

  Duration epoch_;    ///< what the wall clock shows at the start
  Duration wall_{};   ///< ahead of what the monotonic clock says
  Duration since_{};  ///< in the world's time, when the monotonic clock showed `shown_`
  Duration shown_{};
  std::int64_t ppm_ = 0;
  Duration drift_until_{};
};

}  // namespace hubbub::sim
