#include "loadgen/plan.hpp"

#include <gtest/gtest.h>

#include <set>

namespace hubbub::loadgen {
namespace {

Options options() {
  Options o;
  o.connections = 50;
  o.rate = 1000;
  o.duration = 20s;
  return o;
}

std::vector<Plan::Write> all(Plan& plan) {
  std::vector<Plan::Write> writes;
  while (const auto write = plan.next()) writes.push_back(*write);
  return writes;
}

TEST(Plan, IsTheSameForTheSameSeedAndOtherForAnother) {
  Plan a(options(), 1, 1);
  Plan b(options(), 1, 2);
  Options other = options();
  other.seed = 2;
  Plan c(other, 1, 1);
  const auto first = all(a);
  const auto second = all(b);
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].at, second[i].at);
    EXPECT_EQ(first[i].from, second[i].from);
    EXPECT_EQ(first[i].to, second[i].to);
  }
  EXPECT_NE(all(c).front().at, first.front().at);
}

TEST(Plan, KeepsTheRateAndTheSpreadOfAPoissonProcess) {
  Plan plan(options(), 1, 1);
  const auto writes = all(plan);
  // 20,000 expected, deviation 141: five of them.
  EXPECT_NEAR(static_cast<double>(writes.size()), 20'000, 5 * 141);
  // Gaps of an exponential distribution have a deviation as large as their mean.
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 1; i < writes.size(); ++i) {
    const double gap = std::chrono::duration<double>(writes[i].at - writes[i - 1].at).count();
    sum += gap;
    squares += gap * gap;
  }
  const double n = static_cast<double>(writes.size() - 1);
  const double mean = sum / n;
  EXPECT_NEAR((squares / n - mean * mean) / (mean * mean), 1, 0.1);
}

TEST(Plan, IsEvenIfAsked) {
  Options even = options();
  even.pace = Pace::even;
  Plan plan(even, 1, 1);
  const auto writes = all(plan);
  EXPECT_NEAR(static_cast<double>(writes.size()), 20'000, 1);
  EXPECT_EQ(writes[1].at - writes[0].at, 1ms);
}

TEST(Plan, LetsEveryUserWriteToAsManyOthersAsAskedNeverToItself) {
  Plan plan(options(), 1, 1);
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (const auto& write : all(plan)) {
    EXPECT_NE(write.from, write.to);
    pairs.insert({write.from, write.to});
  }
  EXPECT_EQ(pairs.size(), 50u * 4);
}

TEST(Plan, ServesTwoUsersThoughMoreConversationsAreAsked) {
  Options two = options();
  two.connections = 2;
  Plan plan(two, 1, 1);
  for (const auto& write : all(plan)) EXPECT_EQ(write.to, 1 - write.from);
}

TEST(Plan, KnowsItsOwnTextsAgainAndNoOthers) {
  Plan plan(options(), 1, 7);
  Plan other(options(), 1, 8);
  ASSERT_TRUE(plan.next());
  ASSERT_TRUE(plan.next());
  const std::string text = plan.text(1);
  EXPECT_EQ(text.size(), 100u);
  EXPECT_EQ(plan.index_of(text), 1u);
  EXPECT_FALSE(other.index_of(text));
  EXPECT_FALSE(plan.index_of(plan.text(2)));  // not written yet
  EXPECT_FALSE(plan.index_of("hello"));
}

TEST(Plan, IsEmptyAtRateZero) {
  Options idle = options();
  idle.rate = 0;
  Plan plan(idle, 1, 1);
  EXPECT_FALSE(plan.next());
}

}  // namespace
}  // namespace hubbub::loadgen
