// Every scenario holds; and with the mechanism it is about switched off, it fails as it says. A
// checker that finds nothing wrong with a broken system would be found here.
#include "tests/scenarios/mechanisms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "sim/report/exit_status.hpp"
#include "sim/world/summarize.hpp"
#include "tests/sanitized.hpp"
#include "tests/sim/world/small.hpp"

namespace hubbub::sim {

void PrintTo(const Mechanism& mechanism, std::ostream* out) { *out << mechanism.file; }

namespace {

Summary summary_of(const std::string& name, const std::vector<std::string>& overrides) {
  const std::string file = "scenarios/" + name + ".json";
  const auto scenario = load_scenario(file, overrides);
  if (!scenario) throw std::invalid_argument(to_text(scenario.error().front()));
  return summarize(*scenario, run(*scenario, {}), 0s, "");
}

std::string findings(const Summary& summary) {
  std::string text;
  for (const Violation& v : summary.violations) text += v.invariant + ": " + v.what + "\n";
  for (const std::string& line : summary.stuck) text += line + "\n";
  for (const Expected& e : summary.expectations)
    if (!e.met)
      text += e.name + " wanted " + e.wanted + ", is " + format_value(e.measured, e.unit) + "\n";
  return text;
}

class EachScenario : public testing::TestWithParam<Mechanism> {};

TEST_P(EachScenario, Holds) {
  if (test::sanitized && GetParam().file == "storm-20k")
    GTEST_SKIP() << "drain-waves does the same with fewer clients; this takes many minutes";
  if (test::sanitized && GetParam().file == "group-100000-presence")
    GTEST_SKIP() << "channel-crossing does the same with fewer members; this takes many minutes";
  if (test::sanitized && GetParam().file == "group-5000")
    GTEST_SKIP() << "group-500 does the same with fewer members; this takes many minutes";
  const Summary summary = summary_of(GetParam().file, {});
  EXPECT_EQ(exit_status(summary), status::holds) << findings(summary);
}

TEST_P(EachScenario, FailsWithoutItsMechanism) {
  if (test::sanitized) GTEST_SKIP() << "the same code as in `Holds`, slowly";
  const Mechanism& mechanism = GetParam();
  const Summary summary = summary_of(mechanism.file, mechanism.off);
  std::uint64_t violated = 0;
  for (const InvariantResult& check : summary.checks)
    if (std::ranges::count(mechanism.violated, check.name) > 0) violated += check.violated;
  const auto missed = std::ranges::find(summary.expectations, mechanism.missed, &Expected::name);
  const bool is_missed = missed != summary.expectations.end() && !missed->met;
  EXPECT_TRUE(mechanism.violated.empty() ? is_missed : violated > 0) << findings(summary);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, EachScenario, testing::ValuesIn(mechanisms()),
                         [](const auto& scenario) {
                           std::string name = scenario.param.file;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(Regressions, Hold) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator("scenarios/regressions")) {
    if (entry.path().extension() != ".json") continue;
    const Summary summary = summary_of("regressions/" + entry.path().stem().string(), {});
    EXPECT_EQ(exit_status(summary), status::holds) << entry.path() << "\n" << findings(summary);
    ++files;
  }
  EXPECT_GE(files, 2u);
}

/// What the group costs others, beside the same without it: their p99, in ns.
TEST(Mechanisms, AGroupOfThousandsCostsOthersLittle) {
  if (test::sanitized) GTEST_SKIP() << "this takes many minutes";
  const auto others = [](const std::vector<std::string>& overrides) {
    const auto scenario = load_scenario("scenarios/group-5000.json", overrides);
    EXPECT_TRUE(scenario.has_value());
    return run(*scenario, {}).meters;
  };
  const Meters with = others({});
  const Meters without = others({"clients.group_share=0%"});
  EXPECT_GT(with.shown, without.shown + 5 * 5000) << "the group has spoken";
  constexpr std::int64_t little = Duration(10ms).count();
  EXPECT_LE(with.direct_ack.percentile(99), without.direct_ack.percentile(99) + little);
  EXPECT_LE(with.direct_delivery.percentile(99), without.direct_delivery.percentile(99) + little);
}

TEST(Mechanisms, ARepeatThatIsForgottenIsTakenTwice) {
  const Summary summary = summary_of("first-light", {"policy.repeats=forgotten"});
  const auto check = std::ranges::find(summary.checks, "exactly-once", &InvariantResult::name);
  EXPECT_GT(check->violated, 0u);
}

TEST(Mechanisms, EveryKindOfEffectIsSeenToLeaveTooEarly) {
  Scenario scenario = faulty_scenario();
  scenario.faults.clear();
  // Disks take long, and people look often at what was only just written.
  scenario.servers.count = 2;
  for (std::uint32_t server = 0; server < 2; ++server) {
    Fault slow;
    slow.kind = FaultKind::slow_sync;
    slow.server = server;
    slow.at = 5s;
    slow.duration = 20s;
    slow.factor = 100;
    scenario.faults.push_back(slow);
  }
  scenario.clients.open_history = 500ms;
  scenario.clients.blocks_per_day = 5000;
  const auto early_effects = [&](AcknowledgePolicy policy) {
    scenario.policy.acknowledge = policy;
    std::set<std::string> kinds;
    for (const Violation& v : run(scenario, {}).violations) {
      const auto end = v.what.find(" left before what it tells of");
      if (v.invariant == "effects-durable" && end != std::string::npos)
        kinds.insert(v.what.substr(0, end));
    }
    return kinds;
  };
  EXPECT_THAT(early_effects(AcknowledgePolicy::after_commit), testing::IsEmpty());
  EXPECT_THAT(
      early_effects(AcknowledgePolicy::before_commit),
      testing::IsSupersetOf({"a block", "a confirmation", "a delivery", "a page",
                             "a page for a gateway", "a stored block", "a welcome", "an answer to a gateway", "an attachment", "an entry",
                             "an event", "an event's number", "an ok"}));
}

TEST(Mechanisms, ADeliveryThatIsNotSentAgainIsMissed) {
  const Summary summary = summary_of("first-light", {"policy.resend=once"});
  const auto check = std::ranges::find(summary.checks, "delivered-all", &InvariantResult::name);
  EXPECT_GT(check->violated, 0u);
}

}  // namespace
}  // namespace hubbub::sim
