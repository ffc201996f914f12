// The line that moves while a run goes on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.hpp"

namespace hubbub::sim {

struct ProgressFigures {
  Duration virtual_time{};
  Duration total{};  ///< virtual, as far as it is known
  double speed = 0;  ///< virtual time for real time
  double events_per_second = 0;
  std::uint64_t online = 0;
  std::optional<Duration> p99;   ///< of acknowledgements
  std::optional<Duration> left;  ///< real time
};

///   " 37% 00:22/01:00  1,234x  194 k ev/s  100,000 online  p99 412 ms  00:03 left"
/// One line of ASCII of at most `width` columns. What does not fit is left out, the least
/// important first.
std::string progress_line(const ProgressFigures& progress, int width = 80);

/// Repaints one line of a terminal without flicker: what is new is written over what was there.
class TerminalLine {
 public:
  /// The bytes to write so that the terminal shows `line` instead of the last one.
  std::string show(std::string_view line);
  /// The bytes to write so that the line is empty again and the cursor at its start.
  std::string clear();

 private:
  std::size_t shown_ = 0;
};

}  // namespace hubbub::sim
