// When a device comes back after its connection was lost, or could not be made, and what it shows
// then. It goes by what its server said last; where that says nothing, by its backoff. The rules
// are written down in this folder's README, for those who write clients.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include "core/wire/advice.hpp"
#include "sim/clients/backoff.hpp"

namespace hubbub::sim {

class ReturnPlan {
 public:
  // --- What the server says -----------------------------------------------------------------------
  /// A session began: what failed before it is forgotten.
  void welcomed(const OnLoss& plan) {
    renewed(plan);
    advice_ = {};
    failures_ = refusals_ = 0;
    resumes_ = true;
    token_ended_ = false;
  }
  void renewed(const OnLoss& plan) {
    spread_ms_ = plan.spread_ms;
    fleet_spread_ms_ = plan.fleet_spread_ms;
  }
  /// It is about to close, or closed, and said when to come back.
  void advised(const Advice& advice) {
    if (advice.none()) return;
    advice_ = advice;
    followed_ = false;
  }

  /// A server closed because its token was over. True: it is the second one in a row, and so more
  /// likely the servers' doing than the token's.
  bool token_ended() { return std::exchange(token_ended_, true); }

  // --- What becomes of it -------------------------------------------------------------------------
  /// How long to wait before the next attempt. `refused`: the server was there and had no room.
  Duration next(bool refused, const Backoff& backoff, Random& random) {
    if (refused && refusals_ < UINT8_MAX) ++refusals_;
    const Duration wait = decide(backoff, random);
    if (failures_ < UINT8_MAX) ++failures_;
    return wait;
  }
  /// What the next attempt shows: none unless the server that gave it is to be asked.
  Ticket ticket() const { return followed_ ? advice_.ticket : Ticket{}; }
  /// There was a session once.
  bool resumes() const { return resumes_; }
  /// Whoever comes back unasked has no slot any more.
  void forget_slot() { advice_ = {}; }

 private:
  /// Refusals in a row after which a device stays away for longer.
  static constexpr std::uint8_t refusals_repeated = 5;

  Duration decide(const Backoff& backoff, Random& random) {
    using std::chrono::milliseconds;
    const bool repeatedly = refusals_ >= refusals_repeated;
    if (followed_ || backoff.kind != BackoffKind::planned) advice_ = {};
    followed_ = true;
    if (!advice_.none())
      return milliseconds(advice_.delay_ms) +
             Backoff::uniform(Duration{0}, milliseconds(advice_.jitter_ms), random);
    if (spread_ms_ == 0 || backoff.kind != BackoffKind::planned)
      return backoff.wait(failures_, repeatedly, random);
    if (failures_ == 0) return Backoff::uniform(Duration{0}, milliseconds(spread_ms_), random);
    const Duration fleet = milliseconds(fleet_spread_ms_);
    const Duration most = std::max(fleet, backoff.most(repeatedly));
    const Duration spread = std::min(most, fleet * (std::int64_t{1} << std::min(failures_ - 1, 20)));
    return Backoff::uniform(Duration{0}, spread, random);
  }

  std::uint32_t spread_ms_ = 0;  ///< 0: nothing is known
  std::uint32_t fleet_spread_ms_ = 0;
  Advice advice_;  ///< the last that was said
  std::uint8_t failures_ = 0;  ///< attempts since the last welcome
  std::uint8_t refusals_ = 0;  ///< of them, refused by a server
  bool resumes_ = false;
  bool token_ended_ = false;  ///< since the last welcome
  bool followed_ = false;  ///< the wait that it asked for has begun
};

}  // namespace hubbub::sim
