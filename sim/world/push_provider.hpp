// Whoever carries pushes to devices without a connection, as a simulated service: it takes so many a
// second, is slow, or away, and forgets devices.
#pragma once

#include "core/node/outbox.hpp"
#include "sim/world/answers.hpp"
#include "sim/world/draws.hpp"

namespace hubbub::sim {

class PushProvider {
 public:
  explicit PushProvider(Stage& stage);

  enum class Outcome : std::uint8_t { taken, not_taken, gone };
  /// A server gives it a push; `heard`: the two reach each other. What becomes of it, whatever the
  /// server hears of that.
  Outcome push(const Asker& asker, const output::Push& push, bool heard);

  // --- Faults -----------------------------------------------------------------------------------
  void away(Duration until) { away_until_ = until; }
  void slow(Duration until, double factor) { slow_until_ = until, factor_ = factor; }
  void heal() { away_until_ = slow_until_ = Duration{0}; }

 private:
  /// A device that it does not know any more.
  bool gone(DeviceId device) const;
  Duration latency();

  Stage& stage_;
  Answers answers_;
  Sampler latency_;
  Random random_;
  Duration away_until_{};
  Duration slow_until_{};
  double factor_ = 1;
  Duration free_at_{};  ///< it has worked off what it took
};

}  // namespace hubbub::sim
