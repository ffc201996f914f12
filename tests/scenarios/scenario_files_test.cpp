// The files in scenarios/ are right, say what they are about, and cannot pass by doing nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "sim/check/names.hpp"
#include "sim/scenario/load.hpp"
#include "sim/scenario/names.hpp"
#include "tests/scenarios/mechanisms.hpp"

namespace hubbub::sim {
namespace {

using testing::HasSubstr;

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string path_of(const std::string& name) { return "scenarios/" + name + ".json"; }

Scenario loaded(const std::string& name, const std::vector<std::string>& overrides = {}) {
  const ScenarioResult result = load_scenario(path_of(name), overrides);
  if (result) return *result;
  for (const ScenarioError& error : result.error()) ADD_FAILURE() << to_text(error);
  return {};
}

std::vector<std::string> names_in_folder(const std::string& folder = "scenarios") {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  return names;
}

TEST(ScenarioFiles, AreNamedAsTheirFilesAndListed) {
  const std::string readme = text_of("scenarios/README.md");
  for (const std::string& name : names_in_folder()) {
    const Scenario scenario = loaded(name);
    EXPECT_EQ(scenario.name, name);
    EXPECT_FALSE(scenario.about.empty()) << name;
    EXPECT_THAT(readme, HasSubstr("`" + name + "`"));
  }
}

TEST(ScenarioFiles, EachIsAboutOneMechanism) {
  const std::vector<std::string> names = names_in_folder();
  EXPECT_EQ(names.size(), mechanisms().size());
  for (const Mechanism& mechanism : mechanisms()) {
    EXPECT_NE(std::find(names.begin(), names.end(), mechanism.file), names.end()) << mechanism.file;
    EXPECT_NE(loaded(mechanism.file), loaded(mechanism.file, mechanism.off)) << mechanism.file;
  }
}

TEST(ScenarioFiles, SayHowTheirMechanismIsSwitchedOff) {
  const std::string readme = text_of("scenarios/README.md");
  for (const Mechanism& mechanism : mechanisms()) {
    const std::string text = text_of(path_of(mechanism.file));
    const std::string about = loaded(mechanism.file).about;
    for (const std::string& off : mechanism.off) {
      EXPECT_THAT(text, HasSubstr("--set " + off)) << mechanism.file;
      EXPECT_THAT(readme, HasSubstr("`" + off + "`"));
      EXPECT_THAT(about, HasSubstr(off.substr(0, off.find('=')))) << mechanism.file;
    }
    for (const std::string& name : mechanism.violated) {
      EXPECT_THAT(text, HasSubstr(name)) << mechanism.file;
      EXPECT_TRUE(is_invariant(name));
    }
  }
}

/// The names in `code` of a table's cell, in their order.
std::vector<std::string> names_in(const std::string& cell) {
  std::vector<std::string> names;
  for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at)) {
    const std::size_t end = cell.find('`', at + 1);
    names.push_back(cell.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return names;
}

/// The cells of each line of the README's table that names a scenario, by that name.
std::map<std::string, std::vector<std::string>> table_of_readme() {
  std::map<std::string, std::vector<std::string>> table;
  std::istringstream lines(text_of("scenarios/README.md"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::istringstream row(line.substr(1));
    for (std::string cell; std::getline(row, cell, '|');) cells.push_back(cell);
    const std::string name = names_in(cells.front()).front();
    EXPECT_TRUE(table.emplace(name, std::move(cells)).second) << name << " is listed twice";
  }
  return table;
}

TEST(ScenarioFiles, TheTableSaysWhatEachMechanismsTestWaitsFor) {
  auto table = table_of_readme();
  for (const Mechanism& mechanism : mechanisms()) {
    const std::vector<std::string> cells = std::exchange(table[mechanism.file], {});
    ASSERT_EQ(cells.size(), 4u) << mechanism.file;
    EXPECT_EQ(names_in(cells[2]), mechanism.off) << mechanism.file;
    const auto fails = mechanism.violated.empty() ? std::vector<std::string>{mechanism.missed}
                                                  : mechanism.violated;
    EXPECT_EQ(names_in(cells[3]), fails) << mechanism.file;
    table.erase(mechanism.file);
  }
  EXPECT_TRUE(table.empty()) << table.begin()->first << " is listed and has no mechanism";
}

TEST(ScenarioFiles, CannotPassByDoingNothing) {
  const auto asks_for_some = [](const Expectation& expectation) {
    return (expectation.op == Expectation::Op::at_least ||
            expectation.op == Expectation::Op::equal) &&
           expectation.value >= 1;
  };
  for (const std::string& name : names_in_folder()) {
    const Scenario scenario = loaded(name);
    const Expect& expect = scenario.expect;
    EXPECT_FALSE(expect.checks.empty()) << name;
    EXPECT_TRUE(std::all_of(expect.checks.begin(), expect.checks.end(), asks_for_some)) << name;
    // Every kind of fault that is to happen is also seen to have happened.
    for (const Fault& fault : scenario.faults) {
      const auto kind = choices<FaultKind>[static_cast<std::size_t>(fault.kind)].name;
      EXPECT_TRUE(std::any_of(
          expect.faults.begin(), expect.faults.end(),
          [&](const Expectation& one) { return one.name == kind && asks_for_some(one); }))
          << name << " does not ask for " << kind;
    }
  }
}

TEST(ScenarioFiles, AMissedMetricIsOneThatTheFileBounds) {
  for (const Mechanism& mechanism : mechanisms()) {
    if (mechanism.missed.empty()) continue;
    const Scenario scenario = loaded(mechanism.file);
    const auto& bounds = scenario.expect.metrics;
    EXPECT_TRUE(std::any_of(bounds.begin(), bounds.end(), [&](const Expectation& one) {
      return one.name == mechanism.missed;
    })) << mechanism.file;
  }
}

/// What they stand on may change, and they would pass without meeting what they are kept for.
TEST(Regressions, StandByThemselvesAndExpectToMeetWhatTheyOnceBrokeOn) {
  const std::string readme = text_of("scenarios/regressions/README.md");
  for (const std::string& name : names_in_folder("scenarios/regressions")) {
    const std::string file = "regressions/" + name;
    const Scenario scenario = loaded(file);
    EXPECT_EQ(scenario.name, name);
    EXPECT_THAT(readme, HasSubstr("`" + name + "`"));
    EXPECT_THAT(text_of(path_of(file)), testing::Not(HasSubstr("\"extends\""))) << file;
    const auto& metrics = scenario.expect.metrics;
    EXPECT_TRUE(std::any_of(metrics.begin(), metrics.end(), [](const Expectation& one) {
      return one.op == Expectation::Op::greater && one.value >= 0;
    })) << file;
    EXPECT_FALSE(scenario.expect.checks.empty()) << file;
  }
}

TEST(KnownNames, AreTheCheckersInvariants) {
  EXPECT_EQ(known_checkers.size(), invariant_count);
  for (const Bounded& known : known_checkers) EXPECT_TRUE(is_invariant(known.name)) << known.name;
}

}  // namespace
}  // namespace hubbub::sim
