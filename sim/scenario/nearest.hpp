// "Did you mean": the valid name that a mistyped one most likely stands for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hubbub::sim {

/// The candidate with the smallest edit distance (insert, delete, replace, swap neighbours; case
/// ignored, '-' and '_' alike), if that is at most a third of the name's length and at least 1 is
/// allowed. A candidate that starts with the name, or the other way round, is near too.
std::optional<std::string_view> nearest(std::string_view name,
                                        std::span<const std::string_view> candidates);

/// "; did you mean "users"?", or the valid names where none is near, for the end of a sentence.
std::string suggestion(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace hubbub::sim
