// How many repeats a device may send: a fraction of what it sends for the first time, so that a
// fleet in trouble is not finished off by its own clients.
#pragma once

#include <algorithm>

#include "core/base/time.hpp"

namespace hubbub::sim {

/// A token bucket. Each first sending puts `deposit` tokens in, each repeat takes one, unless it is
/// because a connection broke: that says nothing of overload, and reconnecting has its own bounds.
/// A slow trickle makes sure that nothing waits for ever.
class RetryBudget {
 public:
  static constexpr float initial = 5;
  static constexpr float most = 10;
  /// One token in this time, whatever else happens.
  static constexpr Duration trickle = 30s;

  void deposit(double tokens) {
    tokens_ = static_cast<float>(std::min<double>(std::max(most, tokens_), tokens_ + tokens));
  }
  /// Takes a token, if there is one.
  bool take(Duration now) {
    refill(now);
    if (tokens_ < almost_one) return false;
    tokens_ = std::max(0.0f, tokens_ - 1);
    return true;
  }
  /// When the next token will be there. REQUIRES: `take` has just refused.
  Duration next(Duration now) const {
    const double missing = 1.0 - static_cast<double>(tokens_);
    return now +
           Duration{static_cast<std::int64_t>(missing * static_cast<double>(trickle.count())) +
                    1000};
  }

 private:
  /// Sums of tenths and of slices of time in single precision do not always reach one.
  static constexpr float almost_one = 0.9999f;

  void refill(Duration now) {
    const double gained =
        static_cast<double>((now - refilled_).count()) / static_cast<double>(trickle.count());
    refilled_ = now;
    if (gained > 0) deposit(gained);
  }

  float tokens_ = initial;
  Duration refilled_{0};
};

}  // namespace hubbub::sim
