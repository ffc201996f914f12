// How far behind a node is with its work, and what gives way first (R32).
//
// What frames waited until they were taken says it. Not the longest of these waits, which a burst
// makes, but the least within a while: while it is small the line empties again and again, and
// nothing need be done; what even the quickest had to wait is work that is not going to be caught up
// with. In the order of the levels less is done, each in place of the next.
#pragma once

#include <algorithm>

#include "core/base/limits.hpp"
#include "core/base/policy.hpp"
#include "core/base/time.hpp"

namespace hubbub {

class Pressure {
 public:
  enum class Level : std::uint8_t {
    none,
    sheds,          ///< typing is dropped; presence and receipts are told later, together
    delays_reads,   ///< reads wait
    refuses_sends,  ///< sends are put off, with when to come back
  };

  explicit Pressure(OverloadPolicy policy) : policy_(policy) {}

  /// At the beginning of each step. `now`: of the node's monotonic clock.
  void look(Duration now) {
    if (now < ends_) return;
    // Long over: what was seen then says nothing of now.
    const bool lately = now < ends_ + Duration{limits::pressure_interval};
    level_ = lately && frames_ > 0 && policy_ == OverloadPolicy::ordered ? level_of(least_) : Level::none;
    sent_lately_ = lately ? sent_ : 0;
    frames_ = sent_ = 0;
    least_ = never;
    ends_ = now + limits::pressure_interval;
  }
  /// A frame was taken that had waited so long.
  void took(Duration waited) {
    ++frames_;
    least_ = std::min(least_, waited);
  }

  Level level() const { return level_; }
  bool sheds() const { return level_ >= Level::sheds; }
  bool delays_reads() const { return level_ >= Level::delays_reads; }
  /// Of a send that has waited so long: one that has not may go, for the line is short again.
  bool refuses(Duration waited) const {
    return level_ == Level::refuses_sends && waited >= limits::pressure_refuses_sends / 2;
  }
  void sent() { ++sent_; }

  /// For who is put off: one after the other, twice as far apart as sends go through now, so that
  /// the longer the row the later its end, and they do not all come at once.
  Duration come_back(Duration now) {
    const std::uint64_t rate = std::max<std::uint64_t>(sent_lately_, sends_least);
    booked_ = std::max(booked_, now + Duration{limits::come_back_least});
    booked_ += 2 * Duration{limits::pressure_interval} / static_cast<std::int64_t>(rate);
    booked_ = std::min(booked_, now + Duration{limits::come_back_most});
    return booked_ - now;
  }

 private:
  /// Of an interval: who gets nothing done is not to put people off for hours.
  static constexpr std::uint64_t sends_least = 20;

  static Level level_of(Duration least) {
    if (least >= limits::pressure_refuses_sends) return Level::refuses_sends;
    if (least >= limits::pressure_delays_reads) return Level::delays_reads;
    return least >= limits::pressure_sheds ? Level::sheds : Level::none;
  }

  OverloadPolicy policy_;
  Level level_ = Level::none;
  std::uint64_t frames_ = 0;  ///< in this interval
  std::uint64_t sent_ = 0;
  std::uint64_t sent_lately_ = 0;  ///< in the one before it
  Duration least_ = never;
  Duration ends_{};
  Duration booked_{};
};

}  // namespace hubbub
