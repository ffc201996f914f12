#include "sim/report/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/report/format.hpp"

namespace hubbub::sim {
namespace {

/// "01:30", or "26:01:30".
std::string clock(Duration d) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(d).count();
  const auto minutes = seconds / 60;
  return minutes < 60 ? fmt::format("{:02}:{:02}", minutes, seconds % 60)
                      : fmt::format("{:02}:{:02}:{:02}", minutes / 60, minutes % 60, seconds % 60);
}

int percent(const ProgressFigures& p) {
  if (p.total <= Duration::zero()) return 0;
  const double share =
      static_cast<double>(p.virtual_time.count()) / static_cast<double>(p.total.count());
  return static_cast<int>(std::clamp(share, 0.0, 1.0) * 100);
}

/// Against real time.
std::string speed_text(double speed) {
  if (speed < 10) return fmt::format("{:.1f}x", speed);
  return format_count(static_cast<double>(static_cast<std::int64_t>(speed))) + "x";
}

std::string events_text(double per_second) {
  const std::string rate = format_rate(per_second);
  return rate.substr(0, rate.size() - 2) + " ev/s";
}

}  // namespace

std::string progress_line(const ProgressFigures& p, int width) {
  struct Part {
    std::string text;
    int importance;
  };
  std::array<Part, 6> parts{{
      {fmt::format("{:3}% {}/{}", percent(p), clock(p.virtual_time), clock(p.total)), 6},
      {speed_text(p.speed), 4},
      {events_text(p.events_per_second), 1},
      {fmt::format("{} online", format_count(static_cast<double>(p.online))), 3},
      {p.p99 ? fmt::format("p99 {}", format_duration(*p.p99)) : "", 2},
      {p.left && *p.left >= 1s ? fmt::format("{} left", clock(*p.left)) : "", 5},
  }};
  std::string line;
  for (int least = 1; least <= 6; ++least) {
    line.clear();
    for (const Part& part : parts) {
      if (part.text.empty() || part.importance < least) continue;
      if (!line.empty()) line += "  ";
      line += part.text;
    }
    if (line.size() <= static_cast<std::size_t>(std::max(width, 0))) return line;
  }
  return line.substr(0, static_cast<std::size_t>(std::max(width, 0)));
}

std::string TerminalLine::show(std::string_view line) {
  std::string bytes = fmt::format("\r{}", line);
  if (line.size() < shown_) bytes.append(shown_ - line.size(), ' ');
  shown_ = line.size();
  return bytes;
}

std::string TerminalLine::clear() {
  if (shown_ == 0) return {};
  std::string bytes = fmt::format("\r{}\r", std::string(shown_, ' '));
  shown_ = 0;
  return bytes;
}

}  // namespace hubbub::sim
