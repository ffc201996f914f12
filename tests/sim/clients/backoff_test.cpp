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

/// Mean and variance, in seconds, of waits that are all within the bounds.
template <class Wait>
void expect_uniform(Duration least, Duration most, Wait wait) {
  Random random(7, 2, 3);
  double sum = 0, squares = 0;
  constexpr int draws = 20'000;
  for (int i = 0; i < draws; ++i) {
    const Duration drawn = wait(random);
    ASSERT_GE(drawn, least);
    ASSERT_LE(drawn, most);
    const double s = std::chrono::duration<double>(drawn).count();
    sum += s;
    squares += s * s;
  }
  const double mean = sum / draws;
  const double width = std::chrono::duration<double>(most - least).count();
  // 3.7 standard errors of the mean, which is width / √12 / √draws.
  EXPECT_NEAR(mean, std::chrono::duration<double>(least + most).count() / 2, width * 0.0075);
  EXPECT_NEAR(squares / draws - mean * mean, width * width / 12, width * width * 0.0024);
}

TEST(Backoff, FullJitterIsUniformBetweenZeroAndTheExponentialWait) {
  const Backoff backoff{BackoffKind::full_jitter, 1s, 30s, 5min};
  expect_uniform(0s, 8s, [&](Random& random) { return backoff.wait(3, false, random); });
}

TEST(Backoff, EqualJitterWaitsForHalfOfTheExponentialWaitAtLeast) {
  const Backoff backoff{BackoffKind::equal_jitter, 1s, 30s, 5min};
  expect_uniform(4s, 8s, [&](Random& random) { return backoff.wait(3, false, random); });
  expect_uniform(15s, 30s, [&](Random& random) { return backoff.wait(9, false, random); });
  expect_uniform(150s, 300s, [&](Random& random) { return backoff.wait(9, true, random); });
}

TEST(Backoff, DecorrelatedJitterGrowsFromTheWaitBeforeUpToTheCap) {
  const Backoff backoff{.base = 1s, .cap = 30s};
  expect_uniform(1s, 3s, [&](Random& random) { return backoff.wait_decorrelated(1s, random); });
  expect_uniform(1s, 12s, [&](Random& random) { return backoff.wait_decorrelated(4s, random); });
  Random random(7, 2, 3);
  int capped = 0;
  for (int i = 0; i < 1000; ++i)
    capped += backoff.wait_decorrelated(30s, random) == Duration{30s} ? 1 : 0;
  EXPECT_NEAR(capped, 1000 * 60 / 89, 60);  // four deviations
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
