// Quantities as people write them: "40ms", "16KiB", "5%", and their numbers.
//
// Reading is correctly rounded and writing is exact: parse(format(x)) == x for every finite x >= 0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/errors.hpp"

namespace hubbub::sim {

enum class Unit : std::uint8_t {
  none,      ///< a plain number
  duration,  ///< nanoseconds; written with ns, us, ms, s, m, h, d
  size,      ///< bytes; written with B, KB, MB, GB (powers of 1000), KiB, MiB, GiB (of 1024)
  share,     ///< of 1; written with %
};

/// A number and its unit without a space between: "1.5s". Never negative. The failure says what is
/// wrong with the unit or the number, as the end of a sentence.
Result<double> parse_quantity(std::string_view text, Unit unit);

/// The shortest text that reads as exactly `value`: in the largest unit that divides it.
std::string format_quantity(double value, Unit unit);

/// The units that may be written: "ns, us, ms, s, m, h or d".
std::string_view unit_names(Unit unit);

/// A whole number with a comma between thousands.
std::string with_thousands(std::uint64_t value);

}  // namespace hubbub::sim
