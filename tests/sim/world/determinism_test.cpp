// A run is a function of scenario and seed.
#include <gtest/gtest.h>

#include <thread>

#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

RunResult run_with(const Scenario& scenario, std::uint64_t seed) {
  RunOptions options;
  options.seed = seed;
  return run(scenario, options);
}

TEST(Determinism, TheSameSeedGivesTheSameHash) {
  const Scenario scenario = faulty_scenario();
  const RunResult first = run_with(scenario, 5);
  const RunResult second = run_with(scenario, 5);
  EXPECT_EQ(first.hash, second.hash);
  EXPECT_EQ(first.events, second.events);
  EXPECT_FALSE(Chain::first_difference(first.chain, second.chain).has_value());
}

TEST(Determinism, AnotherSeedGivesAnotherRunAndTheChainSaysWhereTheyPart) {
  const Scenario scenario = faulty_scenario();
  const RunResult first = run_with(scenario, 5);
  const RunResult second = run_with(scenario, 6);
  EXPECT_NE(first.hash, second.hash);
  EXPECT_TRUE(Chain::first_difference(first.chain, second.chain).has_value());
}

TEST(Determinism, RunsSideBySideDoNotTouchEachOther) {
  const Scenario scenario = faulty_scenario();
  std::array<std::uint64_t, 4> together{};
  {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < together.size(); ++i)
      threads.emplace_back([&, i] { together[i] = run_with(scenario, 10 + i).hash; });
    for (std::thread& thread : threads) thread.join();
  }
  for (std::size_t i = 0; i < together.size(); ++i)
    EXPECT_EQ(together[i], run_with(scenario, 10 + i).hash) << "seed " << 10 + i;
}

TEST(Determinism, WatchingARunDoesNotChangeIt) {
  const Scenario scenario = small_scenario();
  RunOptions watched;
  std::uint64_t calls = 0;
  watched.progress = [&](const RunProgress&) { ++calls; };
  EXPECT_EQ(run(scenario, watched).hash, run(scenario, {}).hash);
  EXPECT_GE(calls, 30u);
}

TEST(Determinism, NoVerdictDependsOnTheOrderOfSimultaneousEvents) {
  const Scenario scenario = faulty_scenario();
  for (std::uint64_t ties = 1; ties <= 5; ++ties) {
    RunOptions options;
    options.ties = ties;
    const RunResult result = run(scenario, options);
    EXPECT_TRUE(result.settled);
    EXPECT_TRUE(result.violations.empty()) << violations_of(result);
  }
}

TEST(Determinism, AnInterruptEndsARunWithWhatThereIs) {
  const std::atomic<bool> interrupt{true};
  RunOptions options;
  options.interrupt = &interrupt;
  const RunResult result = run(small_scenario(), options);
  EXPECT_TRUE(result.interrupted);
  EXPECT_LT(result.end, 30s);
  EXPECT_TRUE(result.violations.empty()) << violations_of(result);
}

}  // namespace
}  // namespace hubbub::sim
