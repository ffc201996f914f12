// A device's session as its gateway keeps it. There is one for every client that is connected, so what
// it has for its own moment only is kept elsewhere: a sync by ranges, what it watches, when its token ends.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/base/ids.hpp"
#include "core/base/time.hpp"
#include "core/wire/cursor.hpp"

namespace hubbub {

struct Session {
  static constexpr std::uint32_t no_request = UINT32_MAX;

  enum class State : std::uint8_t { free, open, attaching, live, attaching_again, closing, arriving };

  Session() = default;
  Session(State begins, ConnectionId connection, UserId of = {})
      : state(begins), use(connection.use), user(of) {}

  State state = State::free;
  bool in_sync : 1 = false;  ///< far behind: how far the sync is, the gateway knows
  bool polled : 1 = false;   ///< its device holds no connection (gateway_polls.cpp)
  DeviceNumber device;
  std::uint32_t use = 0;
  std::uint32_t attempt = 0;  ///< which attach is under way
  std::uint32_t stream = 0;   ///< the attach that began the stream that it has
  Generation generation = 0;
  std::uint32_t first_request = no_request;
  UserId user;
  std::uint32_t told_spread_ms = 0;  ///< of the plan that it was last told (R30)
  std::uint16_t requests = 0;        ///< that wait for an answer

  bool attached() const { return state == State::live || state == State::attaching_again; }

  // --- Its place in the inbox ------------------------------------------------------------------------
  Incarnation incarnation() const { return incarnation_; }
  Sequence held() const { return held_; }
  /// The device said that it has its inbox up to there.
  void begin(Incarnation incarnation, Sequence held) {
    incarnation_ = incarnation;
    held_ = held;
    unacknowledged_ = 0;
  }
  /// It was sent its inbox up to there, or starts again from there.
  void move(Incarnation incarnation, Sequence held) {
    const auto known = incarnation == incarnation_ ? acknowledged() : std::nullopt;
    incarnation_ = incarnation;
    held_ = held;
    unacknowledged_ = unknown;
    if (known) acknowledge(incarnation, *known);
  }
  /// What the device acknowledged, to be said again to a new owner of its inbox (R19): never more than it
  /// did. Nothing of another incarnation counts.
  void acknowledge(Incarnation incarnation, Sequence through) {
    if (incarnation != incarnation_) return;
    const Sequence left = held_ - std::min(held_, through);
    unacknowledged_ = static_cast<std::uint32_t>(std::min<Sequence>(unacknowledged_, left));
  }
  std::optional<Sequence> acknowledged() const {
    return unacknowledged_ == unknown ? std::nullopt : std::optional(held_ - unacknowledged_);
  }

  // --- Typing ----------------------------------------------------------------------------------------
  /// True at most once in `interval`.
  bool may_type(Duration now, Duration interval) {
    const auto tick = static_cast<std::uint32_t>(now / type_tick);
    if (tick < types_from_) return false;
    types_from_ = tick + static_cast<std::uint32_t>(interval / type_tick);
    return true;
  }

 private:
  static constexpr std::uint32_t unknown = UINT32_MAX;
  static constexpr Duration type_tick = std::chrono::milliseconds(125);  ///< in 32 bits for 17 years

  std::uint32_t unacknowledged_ = unknown;  ///< of what it was sent
  std::uint32_t types_from_ = 0;
  Incarnation incarnation_{};
  Sequence held_{};
};

}  // namespace hubbub
