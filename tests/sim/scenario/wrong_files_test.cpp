// Every file in wrong/ is wrong in its own way, and the .txt beside it is all that is said of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/scenario/load.hpp"
#include "tests/sim/scenario/golden.hpp"
#include "tests/sim/scenario/parsing.hpp"

namespace hubbub::sim {
namespace {

const std::string folder = "tests/sim/scenario/wrong/";

std::vector<std::string> wrong_files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string without_folder(std::string text) {
  for (std::size_t at = 0; (at = text.find(folder, at)) != std::string::npos;) {
    text.erase(at, folder.size());
  }
  return text;
}

TEST(WrongFiles, SayFileLineColumnKeyAndWhatWouldBeRight) {
  const std::vector<std::string> names = wrong_files();
  EXPECT_GE(names.size(), 25u);
  for (const std::string& name : names) {
    const ScenarioResult result = load_scenario(folder + name + ".json", {});
    EXPECT_FALSE(result.has_value()) << name << " is not wrong";
    expect_golden(folder + name + ".txt", without_folder(errors_of(result)));
  }
}

TEST(WrongFiles, AreNamedWhenTheyCannotBeRead) {
  EXPECT_EQ(errors_of(load_scenario("tests/no-such.json", {})),
            "tests/no-such.json: there is no such file; a scenario is a file such as "
            "scenarios/first-light.json\n");
  EXPECT_EQ(errors_of(load_scenario("tests", {})),
            "tests: this is a directory, expected a file; a scenario is a file such as "
            "scenarios/first-light.json\n");
}

TEST(WrongFiles, ShowAtMostTwentyErrorsAndCountTheRest) {
  std::string text = "{\"name\": \"x\"";
  for (int i = 0; i < 50; ++i) text += ",\n\"key" + std::to_string(i) + "\": 1";
  const ScenarioResult result = parsed(text + "}");
  ASSERT_FALSE(result.has_value());
  ASSERT_EQ(result.error().size(), problems_shown + 1);
  EXPECT_NE(result.error().back().what.find("more problems"), std::string::npos);
}

}  // namespace
}  // namespace hubbub::sim
