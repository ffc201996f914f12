#include "sim/world/clock.hpp"

#include <gtest/gtest.h>

#include "sim/engine/random.hpp"
#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

TEST(HostClock, RunsAsTheWorldDoesUntilSomethingIsWrong) {
  HostClock clock(1000h);
  EXPECT_EQ(clock.read(5s).mono, 5s);
  EXPECT_EQ(clock.read(5s).wall, 1000h + 5s);
  EXPECT_EQ(clock.when(7s), 7s);
}

TEST(HostClock, ADriftEndsAndWhatItGainedStays) {
  HostClock clock(1000h);
  clock.drift(10s, 200, 20s);
  EXPECT_EQ(clock.read(15s).mono, 15s + 1ms);
  EXPECT_EQ(clock.read(20s).mono, 20s + 2ms);
  EXPECT_EQ(clock.read(60s).mono, 60s + 2ms);
  EXPECT_EQ(clock.read(60s).wall, 1000h + 60s + 2ms);
  EXPECT_EQ(clock.when(60s + 2ms), 60s);
}

TEST(HostClock, HealingEndsADriftAtOnce) {
  HostClock clock(1000h);
  clock.drift(10s, 200, 1h);
  clock.heal(20s);
  EXPECT_EQ(clock.read(40s).mono, 40s + 2ms);
}

TEST(HostClock, AFrozenClockGoesOnAtItsTimeOrWhenItIsThawed) {
  for (const Duration thawed : {15s, 20s, 30s}) {
    HostClock clock(1000h);
    clock.freeze(10s, 20s);
    EXPECT_EQ(clock.read(14s).mono, 10s);
    clock.thaw(thawed);
    const Duration stood = std::min<Duration>(thawed, 20s) - 10s;
    EXPECT_EQ(clock.read(40s).mono, 40s - stood);
    EXPECT_EQ(clock.read(40s).wall, 1000h + 40s) << "the wall clock is right again";
    EXPECT_EQ(clock.when(35s), 35s + stood);
  }
}

TEST(HostClock, ADriftThatBeginsWhileItStandsStillBeginsWithIt) {
  HostClock clock(1000h);
  clock.freeze(10s, 20s);
  clock.drift(15s, 100, 30s);
  EXPECT_EQ(clock.read(18s).mono, 10s);
  EXPECT_EQ(clock.read(30s).mono, 20s + 1ms);
  EXPECT_EQ(clock.read(40s).mono, 30s + 1ms);
}

/// Whoever sleeps until a time wakes at the first moment at which the clock shows it.
TEST(HostClock, WhenIsTheFirstMomentOfATime) {
  Random random(5, 1, 1);
  const auto some = [&random] { return Duration{static_cast<std::int64_t>(random.below(20'000'000))}; };
  for (int round = 0; round < 2000; ++round) {
    HostClock clock(1000h);
    Duration world{};
    world += some();
    if (random.chance(0.5)) clock.freeze(world, world + some());
    world += some();
    clock.drift(world, static_cast<std::int64_t>(random.below(1'000'000)), world + some());
    Duration last = clock.read(world).mono;
    for (int i = 0; i < 5; ++i) {
      const Duration mono = clock.read(world += some()).mono;
      ASSERT_GE(mono, last) << "a monotonic clock went back";
      last = mono;
      if (mono == clock.read(world - 1ns).mono) continue;
      ASSERT_EQ(clock.read(clock.when(mono)).mono, mono);
      ASSERT_LT(clock.read(clock.when(mono) - 1ns).mono, mono);
    }
  }
}

/// Seen by who writes: a message's time is its conversation's owner's.
TEST(Clocks, AServerThatStartsIn1970IsSetRightAndItsIdsNeverGoBack) {
  Scenario scenario = small_scenario();
  scenario.duration = 60s;
  for (const FaultKind kind : {FaultKind::dead_clock, FaultKind::bad_boot_clock}) {
    Fault fault;
    fault.kind = kind;
    fault.server = kind == FaultKind::dead_clock ? 0 : 1;
    fault.at = 10s;
    fault.duration = 15s;
    fault.by = 24h;
    scenario.faults.push_back(fault);
  }
  const auto ids_that_went_back = [&](MessageIdPolicy policy) {
    scenario.policy.message_ids = policy;
    const RunResult result = run(scenario, {});
    EXPECT_TRUE(result.settled) << violations_of(result);
    EXPECT_EQ(result.faults[static_cast<std::size_t>(FaultKind::dead_clock)], 1u);
    EXPECT_EQ(result.faults[static_cast<std::size_t>(FaultKind::bad_boot_clock)], 1u);
    std::uint64_t count = 0;
    for (const InvariantResult& check : result.invariants) {
      if (check.name == "id-unique")
        count += check.violated;
      else
        EXPECT_EQ(check.violated, 0u) << check.name;
    }
    return count;
  };
  EXPECT_EQ(ids_that_went_back(MessageIdPolicy::never_back), 0u);
  EXPECT_GT(ids_that_went_back(MessageIdPolicy::clock), 0u);
}

}  // namespace
}  // namespace hubbub::sim
