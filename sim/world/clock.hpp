// A host's two clocks, as they run wrong: against the world's time, in nanoseconds.
#pragma once

#include "core/base/time.hpp"

namespace hubbub::sim {

class HostClock {
 public:
  explicit HostClock(Duration epoch) : epoch_(epoch) {}

  Instant read(Duration world) const {
    const Duration mono = monotonic(world);
    return {mono, epoch_ + wall_ + mono};
  }
  /// When the monotonic clock will show this; never before it does.
  Duration when(Duration mono) const {
    if (mono == never) return never;
    if (mono <= shown_) return since_;
    const auto ahead = static_cast<Wide>((mono - shown_).count()) * million;
    return since_ + Duration{static_cast<std::int64_t>((ahead + million + ppm_ - 1) / (million + ppm_))};
  }

  void step_wall(Duration by) { wall_ += by; }
  /// From now on it runs so many millionths fast.
  void drift(Duration world, std::int64_t ppm) {
    shown_ = monotonic(world);
    since_ = world;
    ppm_ = ppm;
  }
  /// The monotonic clock stands still until then; the wall clock is put right.
  void freeze(Duration world, Duration until) {
    shown_ = monotonic(world);
    since_ = until;
    wall_ += until - world;
  }

 private:
  __extension__ typedef __int128 Wide;
  static constexpr std::int64_t million = 1'000'000;

  Duration monotonic(Duration world) const {
    if (world <= since_) return shown_;
    const auto passed = static_cast<Wide>((world - since_).count()) * (million + ppm_) / million;
    return shown_ + Duration{static_cast<std::int64_t>(passed)};
  }

  Duration epoch_;
  Duration wall_{};   ///< ahead of what the monotonic clock says
  Duration since_{};  ///< in the world's time, when the monotonic clock showed `shown_`
  Duration shown_{};
  std::int64_t ppm_ = 0;
};

}  // namespace hubbub::sim
