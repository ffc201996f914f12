#include <gtest/gtest.h>

#include <map>
#include <string>

#include "sim/scenario/load.hpp"
#include "tests/sim/scenario/parsing.hpp"

namespace hubbub::sim {
namespace {

/// Files in memory.
class Files {
 public:
  Files(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  ScenarioResult parse(const std::string& file, std::vector<std::string> overrides = {}) const {
    const Resolver resolve = [this](const std::string& path) -> Result<std::string> {
      const auto found = files_.find(path);
      if (found == files_.end()) return failure("there is no such file");
      return found->second;
    };
    return parse_scenario(files_.at(file), file, resolve, overrides);
  }

 private:
  std::map<std::string, std::string> files_;
};

TEST(Extends, HoldsWhereTheFileHasNothing) {
  const Files files({{"a.json", R"({"extends": "b.json", "name": "a", "clients": {"users": 5}})"},
                     {"b.json", R"({"name": "b", "seed": 9, "clients": {"users": 4, "devices": 3},
                                    "policy": {"torn_write": "accept"}})"}});
  const Scenario scenario = right(files.parse("a.json"));
  EXPECT_EQ(scenario.name, "a");
  EXPECT_EQ(scenario.seed, 9u);
  EXPECT_EQ(scenario.clients.users, 5u);
  EXPECT_EQ(scenario.clients.devices, 3u);
  EXPECT_EQ(scenario.policy.torn_write, TornWritePolicy::accept);
}

TEST(Extends, MergesExpectationsByName) {
  const Files files(
      {{"a.json", R"({"extends": "b.json", "expect": {"checks": {"no-gaps": "> 2"}}})"},
       {"b.json", R"({"name": "b", "expect": {"checks": {"no-gaps": "> 1", "bounded": "> 3"}}})"}});
  const Scenario scenario = right(files.parse("a.json"));
  ASSERT_EQ(scenario.expect.checks.size(), 2u);
  EXPECT_EQ(scenario.expect.checks[0].text, "> 2");
  EXPECT_EQ(scenario.expect.checks[1].text, "> 3");
}

TEST(Extends, ReplacesListsAndDistributionsWhole) {
  const Files files({{"a.json", R"({"extends": "b.json", "faults": [{"kind": "crash", "at": "2s"}],
                      "network": {"client": {"exponential": "9ms"}}})"},
                     {"b.json", R"({"name": "b", "network": {"client": {"uniform": ["1ms", "2ms"]}},
                      "faults": [{"kind": "crash", "at": "1s"}, {"kind": "crash", "at": "3s"}]})"}});
  const Scenario scenario = right(files.parse("a.json"));
  ASSERT_EQ(scenario.faults.size(), 1u);
  EXPECT_EQ(scenario.faults[0].at, 2s);
  EXPECT_EQ(scenario.network.client, (Distribution{Distribution::Kind::exponential, 9e6, 0}));
}

TEST(Extends, IsRelativeToTheFileThatSaysIt) {
  const Files files({{"x/a.json", R"({"extends": "../y/b.json"})"},
                     {"y/b.json", R"({"extends": "z/c.json", "name": "b"})"},
                     {"y/z/c.json", R"({"seed": 3})"}});
  EXPECT_EQ(right(files.parse("x/a.json")).seed, 3u);
}

TEST(Extends, ReportsAnErrorInTheFileItStandsIn) {
  const Files files({{"a.json", "{\"extends\": \"b.json\",\n \"name\": \"a\", \"sead\": 1}"},
                     {"b.json", "{\n\n  \"seed\": -1}"}});
  EXPECT_EQ(errors_of(files.parse("a.json")),
            "a.json:2:15: sead: unknown key; did you mean \"seed\"?\n"
            "b.json:3:11: seed: found -1, expected a whole number from 0 to "
            "18,446,744,073,709,551,615, such as 1\n");
}

TEST(Extends, RefusesACircle) {
  const Files files(
      {{"a.json", R"({"extends": "b.json"})"}, {"b.json", R"({"extends": "./sub/../a.json"})"}});
  EXPECT_EQ(errors_of(files.parse("a.json")),
            "b.json:1:13: extends: \"a.json\" extends itself in the end, expected files that end "
            "with one that extends none\n");
}

TEST(Extends, RefusesALongChain) {
  std::map<std::string, std::string> chain;
  for (int i = 0; i < 20; ++i) {
    chain[std::to_string(i)] = "{\"extends\": \"" + std::to_string(i + 1) + "\"}";
  }
  EXPECT_EQ(errors_of(Files(chain).parse("0")),
            "7:1:13: extends: more than 8 files stand on each other, expected fewer\n");
}

TEST(Extends, RefusesWhatIsNotThereOrNotRelative) {
  const Files files({{"a.json", R"({"extends": "none.json"})"},
                     {"b.json", R"({"extends": "/etc/passwd"})"},
                     {"c.json", R"({"name": "c", "extends": 5})"}});
  EXPECT_EQ(errors_of(files.parse("a.json")),
            "a.json:1:13: extends: \"none.json\": there is no such file\n");
  EXPECT_EQ(errors_of(files.parse("b.json")),
            "b.json:1:13: extends: found \"/etc/passwd\", expected a path relative to this file, "
            "such as \"first-light.json\"\n");
  EXPECT_EQ(
      errors_of(files.parse("c.json")),
      "c.json:1:26: extends: found 5, expected a text of at most 1000 bytes of UTF-8, such as "
      "\"first-light.json\"\n");
}

TEST(Extends, IsBelowTheOverrides) {
  const Files files({{"a.json", R"({"extends": "b.json", "name": "a"})"},
                     {"b.json", R"({"clients": {"users": 4}})"}});
  EXPECT_EQ(right(files.parse("a.json", {"clients.users=6"})).clients.users, 6u);
}

}  // namespace
}  // namespace hubbub::sim
