#include "sim/scenario/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hubbub::sim {

namespace {

/// Longer than every valid name, with room for mistakes; bounds the work for any input.
constexpr std::size_t longest_compared = 64;

std::string folded(std::string_view name) {
  std::string result(name);
  for (char& letter : result) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    if (letter == '_' || letter == ' ') letter = '-';
  }
  return result;
}

/// Optimal string alignment distance, by rows (Damerau 1964, restricted).
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> before_last(right.size() + 1), last(right.size() + 1),
      row(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const bool same = left[i - 1] == right[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[right.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view name,
                                        std::span<const std::string_view> candidates) {
  if (name.empty() || name.size() > longest_compared) return std::nullopt;
  const std::string wanted = folded(name);
  std::size_t best = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  std::optional<std::string_view> result;
  for (const std::string_view candidate : candidates) {
    const std::size_t far = distance(wanted, folded(candidate));
    if (far < best) {
      best = far;
      result = candidate;
    }
  }
  if (result || wanted.size() < 3) return result;
  for (const std::string_view candidate : candidates) {
    const std::string known = folded(candidate);
    if (known.starts_with(wanted) || wanted.starts_with(known)) return candidate;
  }
  return std::nullopt;
}

std::string suggestion(std::string_view name, std::span<const std::string_view> candidates) {
  if (const auto near = nearest(name, candidates)) {
    return fmt::format("; did you mean \"{}\"?", *near);
  }
  if (candidates.empty()) return "";
  return fmt::format("; valid are {}", fmt::join(candidates, ", "));
}

}  // namespace hubbub::sim
