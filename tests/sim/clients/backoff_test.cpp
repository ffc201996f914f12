#include "sim/clients/backoff.hpp"

#include <gtest/gtest.h>

#include "sim/clients/retry_budget.hpp"

namespace hubbub::sim {
namespace {

TEST(Backoff, DoublesUpToItsCap) {
  const Backoff backoff{BackoffKind::exponential, 500ms, 30s, 5min};
  Random random(1, 2, 3);
  EXPECT_EQ(backoff.wait(0, false, random), Duration(500ms));
  EXPECT_EQ(backoff.wait(1, false, random), Duration(1s));
  EXPECT_EQ(backoff.wait(5, false, random), Duration(16s));
  EXPECT_EQ(backoff.wait(6, false, random), Duration(30s));
  EXPECT_EQ(backoff.wait(255, false, random), Duration(30s));
}

TEST(Backoff, StaysAwayForFiveMinutesAfterRepeatedRefusals) {
  const Backoff backoff{BackoffKind::exponential, 500ms, 30s, 5min};
  Random random(1, 2, 3);
  EXPECT_EQ(backoff.wait(20, true, random), Duration(5min));
}

TEST(Backoff, FullJitterIsUniformBetweenZeroAndTheExponentialWait) {
  const Backoff backoff{BackoffKind::full_jitter, 1s, 30s, 5min};
  Random random(7, 2, 3);
  double sum = 0, squares = 0;
  constexpr int draws = 20'000;
  for (int i = 0; i < draws; ++i) {
    const Duration wait = backoff.wait(3, false, random);
    ASSERT_GE(wait, 0s);
    ASSERT_LE(wait, 8s);
    const double s = std::chrono::duration<double>(wait).count();
    sum += s;
    squares += s * s;
  }
  const double mean = sum / draws;
  EXPECT_NEAR(mean, 4, 0.06);  // 3.7 standard errors
  EXPECT_NEAR(squares / draws - mean * mean, 64.0 / 12, 0.15);
}

TEST(RetryBudget, GrantsItsInitialTokensThenOneForEveryTenFirstSendings) {
  RetryBudget budget;
  int granted = 0;
  while (budget.take(Duration{0})) ++granted;
  EXPECT_EQ(granted, 5);
  for (int i = 0; i < 9; ++i) budget.deposit(0.1);
  EXPECT_FALSE(budget.take(Duration{0}));
  budget.deposit(0.11);
  EXPECT_TRUE(budget.take(Duration{0}));
  EXPECT_FALSE(budget.take(Duration{0}));
}

TEST(RetryBudget, TricklesSoThatNothingWaitsForEver) {
  RetryBudget budget;
  while (budget.take(Duration{0})) continue;
  const Duration next = budget.next(Duration{0});
  EXPECT_LE(next, 31s);
  EXPECT_FALSE(budget.take(next / 2));
  EXPECT_TRUE(budget.take(next + 1ms));
}

TEST(RetryBudget, DoesNotSaveUpWithoutLimit) {
  RetryBudget budget;
  for (int i = 0; i < 1000; ++i) budget.deposit(0.5);
  int granted = 0;
  while (budget.take(Duration{0})) ++granted;
  EXPECT_EQ(granted, 10);
}

}  // namespace
}  // namespace hubbub::sim
