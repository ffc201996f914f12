// When to look at a connection again: a wheel of coarse ticks.
//
// A connection has one entry for each reason to look. When its tick comes it is looked at, and
// enters again where its deadline now lies; traffic in between moves a time stamp and nothing
// else. So ten thousand idle connections cost a few hundred looks a second, and twelve bytes each,
// where timers would cost a hundred.
#pragma once

#include <array>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/time.hpp"

namespace hubbub::server {

class Deadlines {
 public:
  enum class Reason : std::uint8_t {
    greeting,   ///< upgraded and greeted by now, or closed
    heartbeat,  ///< heard of by now, or pinged, or silent
    closing,    ///< gone by now, or cut
  };
  static constexpr Duration tick = 250ms;
  static constexpr std::size_t ticks = 256;
  /// The furthest deadline; what lies further is looked at here and entered again.
  static constexpr Duration reach = tick * (ticks - 1);

  explicit Deadlines(Duration now) : current_(now / tick) {}

  /// Looks at `connection` at `at` or up to one tick later, never earlier.
  void enter(ConnectionId connection, Reason reason, Duration at) {
    std::int64_t due = (at + tick - 1ns) / tick;
    if (due <= current_) due = current_ + 1;
    if (due > current_ + static_cast<std::int64_t>(ticks) - 1) due = current_ + ticks - 1;
    slots_[static_cast<std::size_t>(due) % ticks].push_back({connection, reason});
  }

  /// When the next tick comes.
  Duration next() const { return tick * (current_ + 1); }

  /// Calls `look(connection, reason)` for all whose tick has come. `look` may enter again.
  template <class Look>
  void advance(Duration now, Look&& look) {
    const std::int64_t target = now / tick;
    while (current_ < target) {
      ++current_;
      due_.swap(slots_[static_cast<std::size_t>(current_) % ticks]);
      for (const Entry& entry : due_) look(entry.connection, entry.reason);
      due_.clear();
    }
  }

 private:
  struct Entry {
    ConnectionId connection;
    Reason reason;
  };
  std::int64_t current_;
  std::array<std::vector<Entry>, ticks> slots_;
  std::vector<Entry> due_;
};

}  // namespace hubbub::server
