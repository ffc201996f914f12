#include "core/base/stable_vector.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace hubbub {
namespace {

TEST(StableVector, KeepsItsElementsWhereTheyAreWhileItGrows) {
  StableVector<int> numbers;
  std::vector<int*> places;
  for (int i = 0; i < 1'000; ++i) {
    numbers.emplace_back();
    places.push_back(&numbers[static_cast<std::size_t>(i)]);
    *places.back() = i;
  }
  ASSERT_EQ(numbers.size(), 1'000u);
  for (std::size_t i = 0; i < places.size(); ++i) {
    EXPECT_EQ(&numbers[i], places[i]);
    EXPECT_EQ(numbers[i], static_cast<int>(i));
  }
}

TEST(StableVector, GrowsToASizeAndNeverShrinks) {
  StableVector<int> numbers;
  numbers.grow_to(100);
  EXPECT_EQ(numbers.size(), 100u);
  EXPECT_EQ(numbers[99], 0);
  numbers.grow_to(3);
  EXPECT_EQ(numbers.size(), 100u);
}

TEST(StableVector, HoldsLittleMoreThanItNeeds) {
  StableVector<std::uint64_t> numbers;
  numbers.grow_to(100'001);
  EXPECT_GE(numbers.memory(), 100'001u * sizeof(std::uint64_t));
  EXPECT_LE(numbers.memory(), 100'001u * sizeof(std::uint64_t) * 5 / 4);
}

}  // namespace
}  // namespace hubbub
