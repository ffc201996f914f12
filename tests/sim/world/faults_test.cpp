// Each fault takes effect, and the system bears it.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "sim/scenario/load.hpp"
#include "sim/scenario/names.hpp"
#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

class EachFault : public testing::TestWithParam<FaultKind> {};

TEST_P(EachFault, TakesEffectAndBreaksNothing) {
  Scenario scenario = small_scenario();
  for (std::uint32_t server = 0; server < 3; ++server) {
    Fault fault;
    fault.kind = GetParam();
    fault.at = 8s + server * 6s;
    fault.server = server;
    fault.duration = 2s;
    fault.factor = 30;
    scenario.faults.push_back(fault);
  }
  const RunResult result = run(scenario, {});
  EXPECT_EQ(result.faults[static_cast<std::size_t>(GetParam())], 3u);
  EXPECT_TRUE(result.settled);
  EXPECT_TRUE(result.violations.empty()) << violations_of(result);
  EXPECT_GE(result.meters.acknowledged, 100u);
}

INSTANTIATE_TEST_SUITE_P(Faults, EachFault,
                         testing::Values(FaultKind::crash, FaultKind::power_loss,
                                         FaultKind::torn_write, FaultKind::slow_sync,
                                         FaultKind::sync_error, FaultKind::disconnect,
                                         FaultKind::pause, FaultKind::slow_cpu));

TEST(Faults, AllOfThemAtOnceBreakNothing) {
  const Scenario scenario = faulty_scenario();
  std::array<std::uint64_t, fault_kinds> total{};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RunOptions options;
    options.seed = seed;
    const RunResult result = run(scenario, options);
    EXPECT_TRUE(result.settled) << "seed " << seed << "\n" << violations_of(result);
    EXPECT_TRUE(result.violations.empty()) << "seed " << seed << "\n" << violations_of(result);
    for (std::size_t kind = 0; kind < fault_kinds; ++kind) total[kind] += result.faults[kind];
  }
  for (const Fault& fault : scenario.faults) {
    const auto kind = static_cast<std::size_t>(fault.kind);
    EXPECT_GT(total[kind], 5u) << choices<FaultKind>[kind].name;
  }
}

/// The same servers, each with its own disk, and people who mention each other, ask for messages by their
/// ids, name messages, and revoke devices.
TEST(Faults, BreakNothingOfMentionsNamesQuestionsAndRevocations) {
  Scenario scenario = faulty_scenario();
  scenario.clients.mentions = 0.3;
  scenario.clients.bots = 0.3;
  scenario.clients.questions = 0.6;
  scenario.clients.open_history = 2s;
  scenario.clients.devices = 3;
  scenario.clients.revokes_per_day = 200;
  NodeCounters sum;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    RunOptions options;
    options.seed = seed;
    const RunResult result = run(scenario, options);
    EXPECT_TRUE(result.settled) << "seed " << seed << "\n" << violations_of(result);
    EXPECT_TRUE(result.violations.empty()) << "seed " << seed << "\n" << violations_of(result);
    sum.mentions += result.counters.mentions;
    sum.devices_revoked += result.counters.devices_revoked;
  }
  EXPECT_GT(sum.mentions, 200u);
  EXPECT_GT(sum.devices_revoked, 10u);
}

/// Runs a file of tests/sim/world with these seeds: all is well in the end, and nothing false was said.
NodeCounters break_nothing(const char* file, std::initializer_list<std::uint64_t> seeds) {
  NodeCounters sum;
  const auto scenario = load_scenario(std::string("tests/sim/world/") + file, {});
  if (!scenario) {
    ADD_FAILURE() << to_text(scenario.error().front());
    return sum;
  }
  for (const std::uint64_t seed : seeds) {
    RunOptions options;
    options.seed = seed;
    const RunResult result = run(*scenario, options);
    EXPECT_TRUE(result.settled) << "seed " << seed << "\n" << violations_of(result);
    EXPECT_TRUE(result.violations.empty()) << "seed " << seed << "\n" << violations_of(result);
    EXPECT_GT(result.meters.acknowledged, 500u) << "seed " << seed;
    sum.trims += result.counters.trims;
    sum.copies += result.counters.copies;
    sum.mentions += result.counters.mentions;
    sum.devices_revoked += result.counters.devices_revoked;
    sum.repeats += result.counters.repeats;
  }
  return sum;
}

/// Seeds that once broke something, and a few more. Each draws which kinds of fault there are.
TEST(Faults, OfEveryKindBreakNothingOfAReplicatedFleet) {
  break_nothing("replicated_swarm.json", {8, 16, 23, 64, 104, 201});
}

TEST(Faults, BreakNothingWhileLogsAreTrimmedAndCopiesMade) {
  const NodeCounters counters = break_nothing("trimming_swarm.json", {1, 2, 3, 4});
  EXPECT_GT(counters.trims, 200u);
  EXPECT_GT(counters.copies, 50u);
}

TEST(Faults, BreakNothingWhilePeopleMentionEachOtherNameMessagesAndRevokeDevices) {
  const NodeCounters counters = break_nothing("people_swarm.json", {1, 2, 3, 4, 5, 6});
  EXPECT_GT(counters.mentions, 1000u);
  EXPECT_GT(counters.devices_revoked, 20u);
  EXPECT_GT(counters.repeats, 20u);
}

/// As they say: but for the one kind whose effects nobody has promised to find in time.
TEST(Faults, AreOfEveryKindWhereTheFilesSaySo) {
  for (const char* file : {"replicated_swarm.json", "twenty_servers.json"}) {
    const auto scenario = load_scenario(std::string("tests/sim/world/") + file, {});
    ASSERT_TRUE(scenario.has_value()) << to_text(scenario.error().front());
    std::set<FaultKind> missing;
    for (std::size_t kind = 0; kind < fault_kinds; ++kind)
      missing.insert(static_cast<FaultKind>(kind));
    for (const Fault& fault : scenario->faults) missing.erase(fault.kind);
    EXPECT_EQ(missing, std::set<FaultKind>{FaultKind::diverging_replica}) << file;
    EXPECT_NE(scenario->about.find("all kinds of fault but diverging replicas"), std::string::npos);
  }
}

/// A shorter run with fewer people, of which the faults do not know.
TEST(Faults, BreakNothingOfTwentyServers) {
  auto scenario = load_scenario("tests/sim/world/twenty_servers.json", {});
  ASSERT_TRUE(scenario.has_value()) << to_text(scenario.error().front());
  scenario->duration = 2min;
  scenario->clients.users = 500;
  scenario->clients.messages_per_day = 2000;
  const RunResult result = run(*scenario, {});
  EXPECT_TRUE(result.settled && result.violations.empty()) << violations_of(result);
  EXPECT_GT(result.meters.acknowledged, 1000u);
  const auto seen =
      std::ranges::count_if(result.faults, [](std::uint64_t count) { return count > 0; });
  EXPECT_GE(seen, 25) << "kinds of fault that took effect";
}

/// What is written and not durable must not be given up as idle: it cannot be loaded again.
TEST(Faults, ADiskMayStandStillForLongerThanRecordsStayInMemory) {
  const Scenario scenario = parsed(
      R"({"name": "stalls", "about": "A test.", "warm_up": "5s", "duration": "4m", "settle": "4m",
          "servers": {"count": 3, "disk": {"sync": "3ms"}},
          "clients": {"users": 100, "messages_per_day": 4000,
                      "tunnels": {"every": {"exponential": "20s"}, "length": {"uniform": ["3s", "45s"]},
                                  "share": "100%"}},
          "faults": [{"kind": "slow_sync", "server": 0, "at": "40s", "for": "500ms", "factor": 20000},
                     {"kind": "crash", "server": 1, "at": "85s"},
                     {"kind": "slow_sync", "server": 1, "at": "130s", "for": "500ms", "factor": 25000},
                     {"kind": "crash", "server": 2, "at": "170s"}]})");
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    RunOptions options;
    options.seed = seed;
    const RunResult result = run(scenario, options);
    EXPECT_EQ(result.faults[static_cast<std::size_t>(FaultKind::slow_sync)], 2u);
    EXPECT_TRUE(result.settled) << "seed " << seed << "\n" << violations_of(result);
    EXPECT_TRUE(result.violations.empty()) << "seed " << seed << "\n" << violations_of(result);
  }
}

TEST(Faults, AFailedSyncEndsTheProcess) {
  Scenario scenario = small_scenario();
  Fault fault;
  fault.kind = FaultKind::sync_error;
  fault.at = 10s;
  scenario.faults.push_back(fault);
  const RunResult result = run(scenario, {});
  EXPECT_EQ(result.faults[static_cast<std::size_t>(FaultKind::sync_error)], 1u);
  EXPECT_EQ(result.meters.exits, 1u);
}

/// A server's disk goes wrong twice, under each kind of durability; what it ends is counted.
struct DiskFault {
  FaultKind kind;
  Duration duration;
};

class EachDiskFault : public testing::TestWithParam<std::tuple<DiskFault, Durability>> {};

TEST_P(EachDiskFault, EndsTheProcessAndBreaksNothing) {
  const auto& [what, durability] = GetParam();
  const auto kind = static_cast<std::size_t>(what.kind);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Scenario scenario = small_scenario();
    scenario.duration = 60s;
    scenario.clients.open_history = 10s;
    scenario.policy.durability = durability;
    for (const Duration at : {15s, 35s}) {
      Fault fault;
      fault.kind = what.kind;
      fault.at = at;
      fault.server = at == 15s ? 0 : 1;
      fault.duration = what.duration;
      scenario.faults.push_back(fault);
    }
    RunOptions options;
    options.seed = seed;
    const RunResult result = run(scenario, options);
    EXPECT_GE(result.faults[kind], 2u);
    EXPECT_GE(result.meters.exits, 2u) << "it does not go on as if nothing had happened";
    EXPECT_LE(result.meters.exits, 4u) << "and what is put right stays so";
    EXPECT_TRUE(result.settled) << "seed " << seed << "\n" << violations_of(result);
    EXPECT_TRUE(result.violations.empty()) << "seed " << seed << "\n" << violations_of(result);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Disks, EachDiskFault,
    testing::Combine(testing::Values(DiskFault{FaultKind::disk_full, 8s},
                                     DiskFault{FaultKind::read_error, 0s},
                                     DiskFault{FaultKind::corrupted_block, 0s},
                                     DiskFault{FaultKind::corrupted_block, 10s}),
                     testing::Values(Durability::synced, Durability::quorum_synced)));

TEST(Faults, WithoutRoomNoProcessStarts) {
  Scenario scenario = small_scenario();
  Fault fault;
  fault.kind = FaultKind::disk_full;
  fault.server = 0;
  fault.at = 10s;
  fault.duration = 15s;
  scenario.faults.push_back(fault);
  const RunResult result = run(scenario, {});
  // It ended once; had it been started in vain, each of its starts would have ended at its first write.
  EXPECT_EQ(result.meters.exits, 1u);
  EXPECT_TRUE(result.settled) << violations_of(result);
}

TEST(Faults, ADamagedBlockKeepsAnEmbeddedServerDownUntilItIsFoundElsewhere) {
  Scenario scenario = small_scenario();
  scenario.duration = 60s;
  scenario.clients.open_history = 5s;
  Fault fault;
  fault.kind = FaultKind::corrupted_block;
  fault.server = 0;
  fault.at = 10s;
  const auto acknowledged_at_last = [&](Duration replaced_after) {
    fault.duration = replaced_after;
    scenario.faults = {fault};
    const RunResult result = run(scenario, {});
    EXPECT_EQ(result.faults[static_cast<std::size_t>(FaultKind::corrupted_block)], 1u);
    EXPECT_TRUE(result.settled) << violations_of(result);
    return result.meters.acknowledged_last_third;
  };
  EXPECT_LT(acknowledged_at_last(0s) * 10, acknowledged_at_last(5s) * 9);
}

TEST(Faults, NoneStrikesAfterTheSafetyPhase) {
  Scenario scenario = small_scenario();
  Fault fault;
  fault.kind = FaultKind::crash;
  fault.at = 40s;
  scenario.faults.push_back(fault);
  EXPECT_EQ(run(scenario, {}).faults[static_cast<std::size_t>(FaultKind::crash)], 0u);
}

TEST(Faults, AMailboxObeysLittlesLaw) {
  // Waits and lengths are added up apart, in whole nanoseconds; a mailbox that loses or invents
  // something, or a time, would make them differ.
  Mailbox mailbox;
  Duration now{0};
  Random random(3, 1, 4);
  std::uint64_t pushed = 0;
  for (int i = 0; i < 10'000; ++i) {
    now += Duration{static_cast<std::int64_t>(random.below(1000))};
    if (random.chance(0.5) || mailbox.empty()) {
      Mail mail;
      mail.at = now;
      mailbox.push(mail);
      ++pushed;
    } else {
      mailbox.pop_front(now);
    }
  }
  while (!mailbox.empty()) mailbox.pop_front(now += 7ns);
  EXPECT_EQ(mailbox.taken(), pushed);
  EXPECT_EQ(mailbox.area(), mailbox.waited());
}

}  // namespace
}  // namespace hubbub::sim
