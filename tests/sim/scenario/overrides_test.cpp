#include <gtest/gtest.h>

#include <string>

#include "tests/sim/scenario/parsing.hpp"

namespace hubbub::sim {
namespace {

constexpr std::string_view base = R"({
  "name": "base",
  "clients": {"users": 100},
  "faults": [{"kind": "crash", "at": "1s"}],
  "expect": {"metrics": {"ack.p99": "< 2s"}}
})";

Scenario with(std::vector<std::string> overrides) {
  return right(parsed(base, std::move(overrides)));
}

std::string errors_with(std::vector<std::string> overrides) {
  return errors_of(parsed(base, std::move(overrides)));
}

TEST(Overrides, SetAKeyThatIsThereAndOneThatIsNot) {
  const Scenario scenario = with({"clients.users=500", "policy.durability=buffered", "seed=7"});
  EXPECT_EQ(scenario.clients.users, 500u);
  EXPECT_EQ(scenario.policy.durability, Durability::buffered);
  EXPECT_EQ(scenario.seed, 7u);
}

TEST(Overrides, ApplyInOrder) {
  EXPECT_EQ(with({"clients.users=500", "clients.users=600"}).clients.users, 600u);
}

TEST(Overrides, TakeQuantitiesWithoutQuotes) {
  const Scenario scenario =
      with({"duration=3m", "clients.online=50%", "clients.tunnels.every=20s"});
  EXPECT_EQ(scenario.duration, 3min);
  EXPECT_EQ(scenario.clients.online, 0.5);
  EXPECT_EQ(scenario.clients.tunnels.every, (Distribution{Distribution::Kind::constant, 20e9, 0}));
}

TEST(Overrides, TakeNumbersForANameAsText) { EXPECT_EQ(with({"name=123"}).name, "123"); }

TEST(Overrides, ReachIntoListsAndAddToTheirEnd) {
  const Scenario scenario =
      with({"faults[0].at=3s", "faults[1].kind=pause", "faults[1].every=9s", "faults[1].for=1s"});
  ASSERT_EQ(scenario.faults.size(), 2u);
  EXPECT_EQ(scenario.faults[0].at, 3s);
  EXPECT_EQ(scenario.faults[1].kind, FaultKind::pause);
}

TEST(Overrides, TakeWholeObjectsAndLists) {
  const Scenario scenario =
      with({R"(clients.length={"uniform": ["1B", "2KiB"]})", "faults=[]",
            R"(clients.groups=[{"count": 2, "members": 9}])", "clients.group_share=5%"});
  EXPECT_EQ(scenario.clients.length, (Distribution{Distribution::Kind::uniform, 1, 2048}));
  EXPECT_TRUE(scenario.faults.empty());
  EXPECT_EQ(scenario.clients.groups, (std::vector<Groups>{{2, 9}}));
}

TEST(Overrides, KnowThatMetricsHaveDotsInTheirNames) {
  const Scenario scenario =
      with({"expect.metrics.ack.p99=< 5ms", "expect.checks.acked-kept=>= 10"});
  ASSERT_EQ(scenario.expect.metrics.size(), 1u);
  EXPECT_EQ(scenario.expect.metrics[0].value, 5e6);
  ASSERT_EQ(scenario.expect.checks.size(), 1u);
  EXPECT_EQ(scenario.expect.checks[0].text, ">= 10");
}

TEST(Overrides, NameThemselvesInErrors) {
  EXPECT_EQ(
      errors_with({"clients.usres=4"}),
      "--set clients.usres=4: clients.usres: unknown key \"usres\"; did you mean \"users\"?\n");
  EXPECT_EQ(
      errors_with({"clients.users=many"}),
      "--set clients.users=many: clients.users: found \"many\", expected a whole number from 1 "
      "to 10,000,000, such as 2000\n");
  EXPECT_EQ(errors_with({"clients.users"}),
            "--set clients.users: expected key=value, such as clients.users=500\n");
  EXPECT_EQ(errors_with({"=5"}), "--set =5: expected key=value, such as clients.users=500\n");
  EXPECT_EQ(
      errors_with({"faults.at=5s"}),
      "--set faults.at=5s: faults.at: this is a list, expected an index, such as faults[0]\n");
  EXPECT_EQ(errors_with({"faults[7].at=5s"}),
            "--set faults[7].at=5s: faults[7].at: there is no entry 7, expected at most 1, which "
            "adds one\n");
  EXPECT_EQ(errors_with({"faults[x].at=5s"}),
            "--set faults[x].at=5s: faults[x].at: expected an index, such as faults[0]\n");
  EXPECT_EQ(errors_with({"clients[0]=5"}),
            "--set clients[0]=5: clients[0]: found an index, but this is no list\n");
  EXPECT_EQ(errors_with({"seed.x=5"}), "--set seed.x=5: seed.x: there are no keys below this\n");
  EXPECT_EQ(errors_with({"clients.users.=5"}),
            "--set clients.users.=5: clients.users.: there are no keys below this\n");
  EXPECT_EQ(errors_with({"faults[0]at=5s"}),
            "--set faults[0]at=5s: faults[0]at: expected keys with dots between, such as "
            "clients.users\n");
  EXPECT_EQ(errors_with({"extends=x.json"}),
            "--set extends=x.json: extends: only a file can say this\n");
  EXPECT_EQ(errors_with({"expect.metrics.ack.p98=< 1s"}),
            "--set expect.metrics.ack.p98=< 1s: expect.metrics.ack.p98: unknown name; did you mean "
            "\"ack.p99\"?\n");
}

TEST(Overrides, AreJudgedTogetherWithTheFile) {
  EXPECT_EQ(errors_with({"faults[0].server=5"}),
            "--set faults[0].server=5: faults[0].server: there is no server 5, expected 0 to 0, as "
            "servers.count is 1\n");
}

TEST(Overrides, MayHoldAnyBytes) {
  EXPECT_NE(errors_with({"about=\xFF\xFE"}), "");
  EXPECT_NE(errors_with({"\x1B[31m=\x01"}), "");
  EXPECT_EQ(errors_with({"\x1B[31m=\x01"}).find('\x1B'), std::string::npos);
}

}  // namespace
}  // namespace hubbub::sim
