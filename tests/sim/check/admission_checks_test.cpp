// `admitted`: how often a client may be turned away.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/check/checker.hpp"

namespace hubbub::sim {
namespace {

constexpr UserId anna{1}, ben{2};

std::uint64_t found(const Checker& checker) {
  const auto results = checker.results();
  return std::ranges::find(results, "admitted", &InvariantResult::name)->violated;
}

void turn_away(Checker& checker, UserId user, int times, std::uint16_t index = 0) {
  for (int i = 0; i < times; ++i) checker.turned_away(1s, user, index);
}

TEST(Admitted, FiveTimesIsAllowedAndASixthIsNot) {
  Checker checker;
  turn_away(checker, anna, 5);
  EXPECT_EQ(found(checker), 0u);
  turn_away(checker, anna, 1);
  EXPECT_EQ(found(checker), 1u);
}

TEST(Admitted, ASessionBeginsItAnew) {
  Checker checker;
  turn_away(checker, anna, 5);
  checker.let_in(anna, 0);
  turn_away(checker, anna, 5);
  EXPECT_EQ(found(checker), 0u);
}

TEST(Admitted, IsOfEachClient) {
  Checker checker;
  turn_away(checker, anna, 4);
  turn_away(checker, anna, 4, 1);
  turn_away(checker, ben, 4);
  EXPECT_EQ(found(checker), 0u);
}

TEST(Admitted, AServerLostMeanwhileAllowsFiveMore) {
  Checker checker;
  checker.server_lost();  // before: that is what the first five are for
  turn_away(checker, anna, 3);
  checker.server_lost();
  turn_away(checker, anna, 7);
  EXPECT_EQ(found(checker), 0u);
  turn_away(checker, anna, 1);
  EXPECT_EQ(found(checker), 1u);
}

TEST(Admitted, SaysHowOftenInARow) {
  Checker checker;
  EXPECT_EQ(checker.turned_away(1s, anna, 0), 1u);
  EXPECT_EQ(checker.turned_away(1s, anna, 0), 2u);
  checker.let_in(anna, 0);
  EXPECT_EQ(checker.turned_away(1s, anna, 0), 1u);
}

}  // namespace
}  // namespace hubbub::sim
