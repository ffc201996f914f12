// `token-bound` and `quota`: sessions that outlive their tokens, and keys that are served too much.
#include "sim/check/limit_checks.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/check/checker.hpp"

namespace hubbub::sim {
namespace {

using namespace std::chrono_literals;

std::uint64_t found(const Checker& checker, std::string_view invariant) {
  const auto results = checker.results();
  return std::ranges::find(results, invariant, &InvariantResult::name)->violated;
}

// --- token-bound ---------------------------------------------------------------------------------

TEST(TokenBound, AllowsFiveMinutesAndNoMore) {
  Checker checker;
  checker.tokens().holds(1, 10min);
  checker.tokens().served(15min, 1);
  EXPECT_EQ(found(checker, "token-bound"), 0u);
  checker.tokens().served(15min + 1s, 1);
  EXPECT_EQ(found(checker, "token-bound"), 1u);
}

TEST(TokenBound, GoesByTheLastToken) {
  Checker checker;
  checker.tokens().holds(1, 10min);
  checker.tokens().holds(1, 20min);
  checker.tokens().holds(1, 12min);  // a shorter one takes nothing away
  checker.tokens().served(25min, 1);
  EXPECT_EQ(found(checker, "token-bound"), 0u);
}

TEST(TokenBound, IsOfEachConnection) {
  Checker checker;
  checker.tokens().holds(1, 10min);
  checker.tokens().holds(2, 20min);
  checker.tokens().served(16min, 2);
  checker.tokens().served(16min, 3);  // has no token that ends
  EXPECT_EQ(found(checker, "token-bound"), 0u);
}

TEST(TokenBound, NoneStandsAtTheEndThatIsOver) {
  for (const bool ends : {true, false}) {
    Checker checker;
    checker.tokens().holds(1, 10min);
    if (ends) checker.tokens().ended(1);
    checker.tokens().finish(16min);
    EXPECT_EQ(found(checker, "token-bound"), ends ? 0u : 1u);
  }
}

// --- quota ---------------------------------------------------------------------------------------

constexpr QuotaChecks::Terms hundred_in_ten{100, 10s};

void serve(Checker& checker, std::uint32_t key, Duration from, Duration until, int each_second) {
  for (Duration at = from; at < until; at += 1s)
    for (int i = 0; i < each_second; ++i) checker.quotas().served(at, key);
}

TEST(Quota, AllowsWhatTheWindowsAllowThatAnyTimeTouches) {
  Checker checker;
  checker.quotas().may(1, hundred_in_ten);
  // A window's at its end, and the next one's at its beginning.
  serve(checker, 1, 9s, 11s, 100);
  serve(checker, 1, 20s, 21s, 100);
  checker.quotas().finish(60s);
  EXPECT_EQ(found(checker, "quota"), 0u);
}

TEST(Quota, NotTwoWindowsWorthAndOneMoreWithinOne) {
  Checker checker;
  checker.quotas().may(1, hundred_in_ten);
  serve(checker, 1, 9s, 11s, 100);
  checker.quotas().served(12s, 1);
  checker.quotas().finish(60s);
  EXPECT_EQ(found(checker, "quota"), 1u);
}

TEST(Quota, NotALittleTooMuchForLong) {
  Checker checker;
  checker.quotas().may(1, hundred_in_ten);
  serve(checker, 1, 0s, 60s, 13);  // 130 in a window: less than two windows' worth
  checker.quotas().finish(60s);
  EXPECT_EQ(found(checker, "quota"), 1u);
}

TEST(Quota, IsOfEachKeyAndOfNoneThatHasNone) {
  Checker checker;
  checker.quotas().may(1, hundred_in_ten);
  checker.quotas().may(2, hundred_in_ten);
  serve(checker, 1, 0s, 60s, 9);
  serve(checker, 2, 0s, 60s, 9);
  serve(checker, 0, 0s, 60s, 1000);
  checker.quotas().finish(60s);
  EXPECT_EQ(found(checker, "quota"), 0u);
}

}  // namespace
}  // namespace hubbub::sim
