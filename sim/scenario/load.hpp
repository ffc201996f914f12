// From scenario files to a Scenario, and back to text.
//
//   const auto scenario = load_scenario("scenarios/first-light.json", {});
//   if (!scenario) for (const auto& error : scenario.error()) print(to_text(error));
//
// Whatever bytes a file has, the result is a scenario whose every value is within its bounds, or
// errors with file, line, column and key; never a crash, and never work or memory beyond a small
// multiple of the file's size, which is bounded.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/base/errors.hpp"
#include "sim/scenario/problems.hpp"
#include "sim/scenario/scenario.hpp"

namespace hubbub::sim {

/// Never empty on failure; at most `problems_shown`, then one that counts the rest.
using ScenarioResult = tl::expected<Scenario, std::vector<ScenarioError>>;

/// Files that may stand on each other by `extends`, the first one included.
inline constexpr std::size_t extends_files = 8;

/// The text of a file that is named by `extends`; the failure says why there is none.
using Resolver = std::function<Result<std::string>(const std::string& path)>;

/// Reads a file and those it extends. `overrides`: "clients.users=500", applied in order, last.
ScenarioResult load_scenario(const std::string& path, std::span<const std::string> overrides);

/// The same for a text at hand. `file` names it in errors and is where relative paths start.
ScenarioResult parse_scenario(std::string_view text, const std::string& file,
                              const Resolver& resolve, std::span<const std::string> overrides);

/// The canonical text: every key that applies, in one order. parse(to_json(s)) == s for every `s`
/// that came from a file.
std::string to_json(const Scenario& scenario);

/// The JSON Schema (draft 2020-12) of scenario files.
std::string schema_json();

/// All keys with kind, default and meaning, as Markdown.
std::string keys_reference();

}  // namespace hubbub::sim
