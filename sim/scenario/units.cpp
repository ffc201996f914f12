#include "sim/scenario/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

namespace hubbub::sim {

namespace {

/// value = number * 10^decimals * factor: powers of ten are read as such, so that 0.1us is 100 ns.
struct NamedUnit {
  std::string_view name;
  int decimals;
  double factor;
};

// Each from the largest to the smallest.
constexpr std::array durations{NamedUnit{"d", 0, 86'400e9}, NamedUnit{"h", 0, 3'600e9},
                               NamedUnit{"m", 0, 60e9},     NamedUnit{"s", 9, 1},
                               NamedUnit{"ms", 6, 1},       NamedUnit{"us", 3, 1},
                               NamedUnit{"ns", 0, 1}};
constexpr std::array sizes{NamedUnit{"GiB", 0, 0x1p30}, NamedUnit{"MiB", 0, 0x1p20},
                           NamedUnit{"KiB", 0, 0x1p10}, NamedUnit{"GB", 9, 1},
                           NamedUnit{"MB", 6, 1},       NamedUnit{"KB", 3, 1},
                           NamedUnit{"B", 0, 1}};
constexpr std::array shares{NamedUnit{"%", -2, 1}};
constexpr std::array plain{NamedUnit{"", 0, 1}};

std::span<const NamedUnit> units_of(Unit unit) {
  switch (unit) {
    case Unit::duration:
      return durations;
    case Unit::size:
      return sizes;
    case Unit::share:
      return shares;
    case Unit::none:
      break;
  }
  return plain;
}

struct Mistaken {
  std::string_view written;
  std::string_view meant;
};

/// What people write for the units above.
constexpr std::array mistaken{
    Mistaken{"sec", "s"},     Mistaken{"secs", "s"},     Mistaken{"second", "s"},
    Mistaken{"seconds", "s"}, Mistaken{"S", "s"},        Mistaken{"min", "m"},
    Mistaken{"mins", "m"},    Mistaken{"minute", "m"},   Mistaken{"minutes", "m"},
    Mistaken{"M", "m"},       Mistaken{"hr", "h"},       Mistaken{"hour", "h"},
    Mistaken{"hours", "h"},   Mistaken{"H", "h"},        Mistaken{"day", "d"},
    Mistaken{"days", "d"},    Mistaken{"D", "d"},        Mistaken{"msec", "ms"},
    Mistaken{"millis", "ms"}, Mistaken{"\u00B5s", "us"}, Mistaken{"\u03BCs", "us"},
    Mistaken{"usec", "us"},   Mistaken{"micros", "us"},  Mistaken{"nsec", "ns"},
    Mistaken{"kB", "KB"},     Mistaken{"kb", "KB"},      Mistaken{"k", "KB"},
    Mistaken{"K", "KB"},      Mistaken{"mb", "MB"},      Mistaken{"gb", "GB"},
    Mistaken{"kib", "KiB"},   Mistaken{"kiB", "KiB"},    Mistaken{"mib", "MiB"},
    Mistaken{"gib", "GiB"},   Mistaken{"b", "B"},        Mistaken{"byte", "B"},
    Mistaken{"bytes", "B"},   Mistaken{"percent", "%"},  Mistaken{"pct", "%"}};

/// Digits, and at most one point between digits.
std::string_view number_part(std::string_view text) {
  const auto digits = [&](std::size_t from) {
    while (from < text.size() && text[from] >= '0' && text[from] <= '9') ++from;
    return from;
  };
  const std::size_t whole = digits(0);
  if (whole == 0 || whole >= text.size() || text[whole] != '.') return text.substr(0, whole);
  const std::size_t fraction = digits(whole + 1);
  return text.substr(0, fraction > whole + 1 ? fraction : whole);
}

std::string without_space(std::string_view text) {
  std::string result(text);
  std::erase(result, ' ');
  return result;
}

std::string unit_complaint(std::string_view number, std::string_view written, Unit unit) {
  if (written.empty()) return fmt::format("the unit is missing ({})", unit_names(unit));
  if (unit == Unit::none) return "a plain number has no unit";
  const std::string name = without_space(written);
  for (const NamedUnit& known : units_of(unit)) {
    if (name == known.name) return fmt::format("did you mean \"{}{}\"?", number, name);
  }
  for (const Mistaken& entry : mistaken) {
    if (name != entry.written) continue;
    for (const NamedUnit& known : units_of(unit)) {
      if (known.name == entry.meant) {
        return fmt::format("did you mean \"{}{}\"?", number, entry.meant);
      }
    }
  }
  return fmt::format("the unit is one of {}", unit_names(unit));
}

/// Shortest digits of a finite value >= 0, in plain notation, times 10^shift.
std::string plain_decimal(double value, int shift) {
  std::array<char, 64> buffer;
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                     std::chars_format::scientific);
  const std::string_view text(buffer.data(), written.ptr);
  const std::size_t e = text.find('e');
  int exponent = 0;
  const char* digits_of_exponent = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(digits_of_exponent, written.ptr, exponent);
  std::string digits(text.substr(0, e));
  std::erase(digits, '.');
  const int point = 1 + exponent + shift;  // so many digits stand before the point
  if (value == 0) return "0";
  if (point <= 0) return "0." + std::string(-point, '0') + digits;
  if (static_cast<std::size_t>(point) >= digits.size()) {
    return digits + std::string(point - digits.size(), '0');
  }
  return digits.substr(0, point) + "." + digits.substr(point);
}

}  // namespace

Result<double> parse_quantity(std::string_view text, Unit unit) {
  const std::string_view number = number_part(text);
  if (number.empty()) return failure("it starts with digits");
  if (number.size() > 400) return failure("the number has too many digits");
  const std::string_view name = text.substr(number.size());
  for (const NamedUnit& known : units_of(unit)) {
    if (name != known.name) continue;
    const std::string scaled = fmt::format("{}e{}", number, known.decimals);
    double value = 0;
    const auto read = std::from_chars(scaled.data(), scaled.data() + scaled.size(), value);
    value *= known.factor;
    if (read.ec != std::errc{} || !std::isfinite(value))
      return failure("the number is out of range");
    return value;
  }
  return failure(unit_complaint(number, name, unit));
}

std::string format_quantity(double value, Unit unit) {
  if (unit == Unit::share) return plain_decimal(value, 2) + "%";
  if (unit == Unit::none) return plain_decimal(value, 0);
  if (unit == Unit::duration && value == 0) return "0s";
  // Beyond 2^53 not every whole number exists, so division proves nothing.
  if (value == std::floor(value) && value < 0x1p53) {
    for (const NamedUnit& named : units_of(unit)) {
      const double scale = std::pow(10.0, named.decimals) * named.factor;
      const bool binary_or_one = unit != Unit::size || named.decimals == 0;
      if (binary_or_one && std::fmod(value, scale) == 0 && value > 0) {
        return plain_decimal(value / scale, 0) + std::string(named.name);
      }
    }
  }
  return plain_decimal(value, 0) + (unit == Unit::size ? "B" : "ns");
}

std::string_view unit_names(Unit unit) {
  switch (unit) {
    case Unit::duration:
      return "ns, us, ms, s, m, h or d";
    case Unit::size:
      return "B, KB, MB, GB, KiB, MiB or GiB";
    case Unit::share:
      return "%";
    case Unit::none:
      break;
  }
  return "none";
}

std::string with_thousands(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t from_end = 3; from_end < digits.size(); from_end += 4) {
    digits.insert(digits.size() - from_end, ",");
  }
  return digits;
}

}  // namespace hubbub::sim
