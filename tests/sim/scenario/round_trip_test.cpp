#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sim/scenario/load.hpp"
#include "tests/sim/scenario/arbitrary_scenario.hpp"
#include "tests/sim/scenario/parsing.hpp"

namespace hubbub::sim {
namespace {

RC_GTEST_PROP(RoundTrip, AnyScenarioReadsAsItWasWritten, ()) {
  const Scenario scenario = any_scenario();
  const std::string text = to_json(scenario);
  const ScenarioResult again = parsed(text);
  RC_LOG() << text << errors_of(again);
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == scenario);
  RC_ASSERT(to_json(*again) == text);
}

TEST(RoundTrip, DefaultsAreThoseOfTheStructure) {
  Scenario fresh;
  fresh.name = "x";
  EXPECT_EQ(right(parsed(R"({"name": "x"})")), fresh);
}

TEST(RoundTrip, EveryKindOfValueArrives) {
  const Scenario scenario = right(parsed(R"({
    "name": "all-kinds", "about": "\u00e4", "seed": 18446744073709551615, "duration": "90s",
    "servers": {"count": 3, "speed": 0.5, "disk": {"sync": "1ms"}},
    "network": {"client": {"normal": ["40ms", "5ms"]}, "server": {"exponential": "1.5ms"}},
    "clients": {"users": 50, "online": "12.5%", "length": {"uniform": ["1B", "2KiB"]},
                "groups": [{"count": 2, "members": 7}], "reconnect": {"policy": "at_once"}},
    "faults": [{"kind": "slow_cpu", "server": 1, "at": "3s", "for": "2s", "factor": 2.5},
               {"kind": "disconnect", "every": "7s", "share": "50%"}],
    "policy": {"repeats": "forgotten"},
    "expect": {"metrics": {"goodput.ratio": ">= 95%"}, "violations": {"acked-kept": "> 0"}}
  })"));
  EXPECT_EQ(scenario.seed, 18446744073709551615u);
  EXPECT_EQ(scenario.duration, 90s);
  EXPECT_EQ(scenario.servers.speed, 0.5);
  EXPECT_EQ(scenario.servers.disk.sync, (Distribution{Distribution::Kind::constant, 1e6, 0}));
  EXPECT_EQ(scenario.network.client, (Distribution{Distribution::Kind::normal, 40e6, 5e6}));
  EXPECT_EQ(scenario.network.server, (Distribution{Distribution::Kind::exponential, 1.5e6, 0}));
  EXPECT_EQ(scenario.clients.online, 0.125);
  EXPECT_EQ(scenario.clients.groups, (std::vector<Groups>{{2, 7}}));
  EXPECT_EQ(scenario.clients.reconnect.policy, ReconnectPolicy::at_once);
  ASSERT_EQ(scenario.faults.size(), 2u);
  EXPECT_EQ(scenario.faults[0],
            (Fault{FaultKind::slow_cpu, 1, Duration(3s), std::nullopt, Duration(2s), 2.5, 1}));
  EXPECT_EQ(scenario.faults[1],
            (Fault{FaultKind::disconnect, std::nullopt, std::nullopt, Duration(7s), {}, 10, 0.5}));
  EXPECT_EQ(scenario.policy.repeats, RepeatPolicy::forgotten);
  EXPECT_EQ(
      scenario.expect.metrics,
      (std::vector<Expectation>{{"goodput.ratio", Expectation::Op::at_least, 0.95, ">= 95%"}}));
  EXPECT_EQ(scenario.expect.violations,
            (std::vector<Expectation>{{"acked-kept", Expectation::Op::greater, 0, "> 0"}}));
}

}  // namespace
}  // namespace hubbub::sim
