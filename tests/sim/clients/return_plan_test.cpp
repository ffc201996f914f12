// When a device comes back: by what its server said, and where that says nothing, by its backoff.
#include "sim/clients/return_plan.hpp"

#include <gtest/gtest.h>

namespace hubbub::sim {
namespace {

constexpr OnLoss plan{.spread_ms = 10'000, .fleet_spread_ms = 20'000, .servers = 5};
constexpr Ticket ticket{.slot = 17, .seal = 99};

class ReturnPlanTest : public testing::Test {
 protected:
  Duration next(bool refused = false) { return back.next(refused, backoff, random); }
  /// The mean over many devices in the same position is half of what they spread over.
  template <class Prepare>
  double spread_s(Prepare prepare) {
    double sum = 0;
    constexpr int devices = 4000;
    for (int i = 0; i < devices; ++i) {
      back = {};
      prepare();
      sum += std::chrono::duration<double>(next()).count();
    }
    return 2 * sum / devices;
  }

  Backoff backoff;
  Random random{1, 2, 3};
  ReturnPlan back;
};

TEST_F(ReturnPlanTest, SpreadsTheFirstAttemptAsTheWelcomeSaid) {
  EXPECT_NEAR(spread_s([&] { back.welcomed(plan); }), 10, 0.4);
}

TEST_F(ReturnPlanTest, SpreadsWhatFollowsOverTheFleetAndDoublesIt) {
  for (const auto& [failures, seconds] : {std::pair{1, 20.0}, {2, 30.0}, {5, 30.0}}) {
    const double found = spread_s([&, tries = failures] {
      back.welcomed(plan);
      for (int i = 0; i < tries; ++i) next();
    });
    EXPECT_NEAR(found, seconds, seconds / 20) << failures;
  }
}

TEST_F(ReturnPlanTest, StaysAwayForUpToFiveMinutesWhenItIsRefusedAgainAndAgain) {
  EXPECT_NEAR(spread_s([&] {
                back.welcomed(plan);
                for (int i = 0; i < 6; ++i) next(true);
              }),
              300, 12);
}

TEST_F(ReturnPlanTest, ComesExactlyAtItsSlotWithItsTicketOnce) {
  back.welcomed(plan);
  back.advised({.delay_ms = 1234, .ticket = ticket});
  EXPECT_EQ(next(true), 1234ms);
  EXPECT_EQ(back.ticket(), ticket);
  next();
  EXPECT_TRUE(back.ticket().none());
}

TEST_F(ReturnPlanTest, SpreadsOverTheJitterThatItWasToldBehindTheDelay) {
  EXPECT_NEAR(spread_s([&] {
                back.welcomed(plan);
                back.advised({.delay_ms = 2000, .jitter_ms = 4000});
              }),
              2 * 2 + 4, 0.2);
  EXPECT_GE(next(), 0s);
}

TEST_F(ReturnPlanTest, GoesByTheNewestPlan) {
  EXPECT_NEAR(spread_s([&] {
                back.welcomed(plan);
                back.renewed({.spread_ms = 1000, .fleet_spread_ms = 1000, .servers = 9});
              }),
              1, 0.04);
}

TEST_F(ReturnPlanTest, WithoutAnyPlanJittersFully) {
  EXPECT_NEAR(spread_s([] {}), 0.5, 0.02);
  EXPECT_NEAR(spread_s([&] { next(), next(), next(); }), 4, 0.2);
}

TEST_F(ReturnPlanTest, AnotherPolicyKnowsNeitherPlansNorSlots) {
  backoff.kind = BackoffKind::fixed;
  back.welcomed(plan);
  back.advised({.delay_ms = 1234, .ticket = ticket});
  EXPECT_EQ(next(true), backoff.base);
  EXPECT_TRUE(back.ticket().none());
}

TEST_F(ReturnPlanTest, KnowsASecondTokenInARowThatIsSaidToHaveEnded) {
  EXPECT_FALSE(back.token_ended());
  EXPECT_TRUE(back.token_ended());
  back.welcomed(plan);
  EXPECT_FALSE(back.token_ended());
}

TEST_F(ReturnPlanTest, SaysThatItHadASessionOnceItHadOne) {
  EXPECT_FALSE(back.resumes());
  back.welcomed({});
  EXPECT_TRUE(back.resumes());
}

}  // namespace
}  // namespace hubbub::sim
