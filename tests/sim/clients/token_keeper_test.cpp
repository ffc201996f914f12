// When a client gets itself a new token.
#include "sim/clients/token_keeper.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace hubbub::sim {
namespace {

constexpr TokenSpan span{1, 2};

class TokenKeeperTest : public testing::Test {
 protected:
  TokenKeeper got(bool early) {
    TokenKeeper token;
    token.got(100s, 1000s, early, span, random);
    return token;
  }
  Random random{1, 2, 3};
};

TEST_F(TokenKeeperTest, RefreshesAnywhereInTheLastTenth) {
  Duration least = never, most{};
  for (int i = 0; i < 1000; ++i) {
    const Duration at = got(true).refresh_at();
    least = std::min(least, at), most = std::max(most, at);
  }
  EXPECT_GE(least, 1000s);
  EXPECT_LT(least, 1005s);
  EXPECT_GT(most, 1095s);
  EXPECT_LE(most, 1100s);
}

TEST_F(TokenKeeperTest, LateOnesDoNotRefreshOfThemselves) {
  EXPECT_EQ(got(false).refresh_at(), never);
}

TEST_F(TokenKeeperTest, NeedsOneWhenItsOwnIsOverOrAServerSaysSo) {
  TokenKeeper token = got(true);
  EXPECT_FALSE(token.needs(1099s));
  EXPECT_TRUE(token.needs(1100s));
  token.refused();
  EXPECT_TRUE(token.needs(101s));
  token.got(102s, 1000s, true, span, random);
  EXPECT_FALSE(token.needs(103s));
}

TEST_F(TokenKeeperTest, AsksAgainAtAnyMomentOfTheHalfMinuteAfterFiveSeconds) {
  TokenKeeper token = got(true);
  Duration least = never, most{};
  for (int i = 0; i < 1000; ++i) {
    token.failed(200s, random);
    const Duration wait = token.refresh_at() - 200s;
    least = std::min(least, wait), most = std::max(most, wait);
  }
  EXPECT_GE(least, 5s);
  EXPECT_LT(least, 6s);
  EXPECT_GT(most, 34s);
  EXPECT_LE(most, 35s);
}

TEST_F(TokenKeeperTest, KnowsWhichConnectionWaitsForIt) {
  TokenKeeper token = got(true);
  token.holds_up(7);
  EXPECT_EQ(token.take_held_up(), 7u);
  EXPECT_EQ(token.take_held_up(), 0u);
}

}  // namespace
}  // namespace hubbub::sim
