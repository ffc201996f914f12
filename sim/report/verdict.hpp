// A run's verdict, on one screen: what was expected and measured, what went wrong on purpose, what
// the checkers compared, what they found, and how to run it again.
#pragma once

#include <span>
#include <string>

#include "sim/report/plain_text.hpp"
#include "sim/report/summary.hpp"

namespace hubbub::sim {

/// Lines, each ended; at most about 40 unless expectations or findings need more. Long lists of
/// figures are cut, and say so: summary.json has them all.
std::string verdict_text(const Summary& summary, const Style& style);

/// One line: name, verdict, times. For runs side by side.
std::string verdict_line(const Summary& summary, const Style& style);

/// One line below several: "8 runs: 6 hold, 1 broke safety, 1 not begun". `statuses`: of those that
/// were begun.
std::string tally(std::span<const int> statuses, std::size_t not_begun);

}  // namespace hubbub::sim
