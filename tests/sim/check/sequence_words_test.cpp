#include "sim/check/sequence_words.hpp"

#include <gmock/gmock.h>

namespace hubbub::sim {
namespace {

TEST(SequenceWords, AreFoundAgainWhereverTheyWereLeft) {
  SequenceWords words;
  words.at(1) = 10;
  words.at(1'000'000'000'000) = 20;
  words.at(2) = 30;
  EXPECT_EQ(words.get(1), 10u);
  EXPECT_EQ(words.get(2), 30u);
  EXPECT_EQ(words.get(3), 0u);
  EXPECT_EQ(words.get(0), 0u);
  EXPECT_EQ(words.get(1'000'000'000'000), 20u);
}

TEST(SequenceWords, AClaimedSequenceDoesNotMakeMemoryOfItsSize) {
  SequenceWords words;
  for (Sequence seq = 1; seq <= 100; ++seq) words.at(seq * 1'000'000'000) = seq;
  EXPECT_LT(words.memory(), 100'000u);
}

TEST(SequenceWords, WordsThatLayApartJoinTheRowWhenItReachesThem) {
  SequenceWords words;
  words.at(300) = 7;
  for (Sequence seq = 1; seq <= 400; ++seq) words.at(seq) += 1;
  EXPECT_EQ(words.get(300), 8u);
  EXPECT_EQ(words.row_end(), 400u);
  std::vector<Sequence> met;
  words.for_each([&](Sequence seq, std::uint64_t) { met.push_back(seq); });
  EXPECT_EQ(met.size(), 400u);
  EXPECT_TRUE(std::ranges::is_sorted(met));
}

}  // namespace
}  // namespace hubbub::sim
