// Scenario texts in tests: parse and show what is wrong in one line each.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/load.hpp"

namespace hubbub::sim {

inline Result<std::string> no_other_file(const std::string&) {
  return failure("there is no such file");
}

inline ScenarioResult parsed(std::string_view text, std::vector<std::string> overrides = {}) {
  return parse_scenario(text, "test.json", no_other_file, overrides);
}

/// All errors, a line each; empty for a scenario that is right.
inline std::string errors_of(const ScenarioResult& result) {
  std::string text;
  if (result) return text;
  for (const ScenarioError& error : result.error()) text += to_text(error) + "\n";
  return text;
}

/// The scenario, or a failed test that shows the errors.
inline Scenario right(const ScenarioResult& result) {
  EXPECT_EQ(errors_of(result), "");
  return result ? *result : Scenario{};
}

}  // namespace hubbub::sim
