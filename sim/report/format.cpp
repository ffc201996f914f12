#include "sim/report/format.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <span>

namespace hubbub::sim {
namespace {

/// Three significant digits, without zeros at the end; whole numbers stay whole.
std::string three_digits(double value) {
  const double size = std::abs(value);
  const int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (decimals == 0) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

struct Scale {
  double size;
  const char* name;
};

/// In the greatest unit in which the rounded value is at least 1. `scales` ascend from 1.
std::string scaled(double value, std::span<const Scale> scales) {
  std::size_t i = 0;
  while (i + 1 < scales.size()) {
    const double step = scales[i + 1].size / scales[i].size;
    // 999.6 would be rounded to 1000 of the smaller unit.
    if (std::abs(value) / scales[i].size < step * (1 - 0.0005)) break;
    ++i;
  }
  return three_digits(value / scales[i].size) + scales[i].name;
}

std::string two_units(std::int64_t value, std::int64_t per, const char* large, const char* small) {
  const std::int64_t rest = value % per;
  std::string text = fmt::format("{} {}", value / per, large);
  return rest == 0 ? text : fmt::format("{} {} {}", text, rest, small);
}

}  // namespace

std::string_view to_text(MetricUnit unit) {
  switch (unit) {
    case MetricUnit::count:
      return "count";
    case MetricUnit::duration:
      return "ns";
    case MetricUnit::bytes:
      return "bytes";
    case MetricUnit::per_second:
      return "per_second";
    case MetricUnit::share:
      return "share";
  }
  return {};
}

std::string format_duration(Duration duration) {
  if (duration == never) return "never";
  if (duration < Duration::zero() && duration != Duration::min())
    return "-" + format_duration(-duration);
  const double ns = static_cast<double>(duration.count());
  if (ns < 59.95e9) {
    static constexpr std::array<Scale, 4> scales{
        {{1, " ns"}, {1e3, " us"}, {1e6, " ms"}, {1e9, " s"}}};
    return scaled(ns, scales);
  }
  const auto rounded = [ns](double unit) { return static_cast<std::int64_t>(ns / unit + 0.5); };
  if (const auto seconds = rounded(1e9); seconds < 3600) return two_units(seconds, 60, "min", "s");
  if (const auto minutes = rounded(60e9); minutes < 24 * 60)
    return two_units(minutes, 60, "h", "min");
  return two_units(rounded(3600e9), 24, "d", "h");
}

std::string format_bytes(double bytes) {
  static constexpr std::array<Scale, 5> scales{
      {{1, " B"}, {0x1p10, " KiB"}, {0x1p20, " MiB"}, {0x1p30, " GiB"}, {0x1p40, " TiB"}}};
  return scaled(bytes, scales);
}

std::string format_rate(double per_second) {
  static constexpr std::array<Scale, 4> scales{
      {{1, "/s"}, {1e3, " k/s"}, {1e6, " M/s"}, {1e9, " G/s"}}};
  return scaled(per_second, scales);
}

std::string format_count(double count) {
  if (count != std::floor(count) || std::abs(count) >= 0x1p63) return three_digits(count);
  std::string text = fmt::format("{}", static_cast<std::int64_t>(count));
  const std::ptrdiff_t first = count < 0 ? 1 : 0;
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > first; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string format_rough_count(double count) {
  if (std::abs(count) < 10'000) return format_count(count);
  static constexpr std::array<Scale, 5> scales{
      {{1, ""}, {1e3, " k"}, {1e6, " M"}, {1e9, " G"}, {1e12, " T"}}};
  return scaled(count, scales);
}

std::string format_share(double share) {
  std::string text = fmt::format("{:.2f}", share * 100);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " %";
}

std::string format_value(double value, MetricUnit unit) {
  if (std::isnan(value)) return "-";
  switch (unit) {
    case MetricUnit::count:
      return format_count(value);
    case MetricUnit::duration:
      return format_duration(value >= 0x1p63 ? never : Duration(static_cast<std::int64_t>(value)));
    case MetricUnit::bytes:
      return format_bytes(value);
    case MetricUnit::per_second:
      return format_rate(value);
    case MetricUnit::share:
      return format_share(value);
  }
  return {};
}

}  // namespace hubbub::sim
