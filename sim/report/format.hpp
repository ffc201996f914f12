// Figures as people read them, all in one place: three digits, the unit that suits.
// Plain ASCII, the same in every locale.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/time.hpp"

namespace hubbub::sim {

/// What a figure is measured in.
enum class MetricUnit : std::uint8_t {
  count,
  duration,  ///< nanoseconds
  bytes,
  per_second,
  share,  ///< 0 to 1
};

/// "count", "ns", "bytes", "per_second", "share": as in files.
std::string_view to_text(MetricUnit unit);

/// "850 ns", "412 ms", "1.24 s", "3 min 20 s", "2 h 5 min", "4 d 3 h"; `never` is "never".
std::string format_duration(Duration duration);
/// "12 B", "1.31 GiB".
std::string format_bytes(double bytes);
/// "412/s", "12.4 k/s", "1.2 M/s".
std::string format_rate(double per_second);
/// "1,234,567"; "0.25" if it is not whole.
std::string format_count(double count);
/// At most 6 columns up to 10^15: "9,999", "24.7 k", "1.2 M".
std::string format_rough_count(double count);
/// "99.95 %".
std::string format_share(double share);
/// By its unit; "-" for what was not measured (not a number).
std::string format_value(double value, MetricUnit unit);

}  // namespace hubbub::sim
