#include "core/base/ring.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "sim/engine/random.hpp"

namespace hubbub {
namespace {

RC_GTEST_PROP(Ring, IsAQueueHoweverItGrowsAndShrinks, (std::uint64_t seed)) {
  sim::Random random(seed, 0, 0);
  Ring<std::string> ring;
  std::deque<std::string> model;
  for (int phase = 0; phase < 6; ++phase) {
    // Phases of growth and of decline, so that it goes round and grows at any place.
    const double growth = random.unit();
    for (std::uint64_t i = random.below(200); i > 0; --i) {
      if (random.chance(growth)) {
        model.push_back(std::string(random.below(40), 'x') + std::to_string(i));
        ring.push(model.back());
      } else if (!model.empty()) {
        RC_ASSERT(ring.pop() == model.front());
        model.pop_front();
      }
      RC_ASSERT(ring.size() == model.size());
      RC_ASSERT(ring.empty() == model.empty());
      if (!model.empty()) RC_ASSERT(std::as_const(ring).front() == model.front());
    }
  }
}

TEST(Ring, TakesWhatCanOnlyBeMovedAndKeepsNothingOfWhatLeft) {
  Ring<std::shared_ptr<int>> ring;
  const auto watched = std::make_shared<int>(7);
  ring.push(watched);
  EXPECT_EQ(watched.use_count(), 2);
  EXPECT_EQ(*ring.pop(), 7);
  EXPECT_EQ(watched.use_count(), 1);

  Ring<std::unique_ptr<int>> movable;
  for (int i = 0; i < 100; ++i) movable.push(std::make_unique<int>(i));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(*movable.pop(), i);
}

TEST(Ring, LetsItsFrontBeChangedInPlace) {
  Ring<int> ring;
  ring.push(1);
  ring.push(2);
  ring.front() = 10;
  EXPECT_EQ(ring.pop(), 10);
  EXPECT_EQ(ring.pop(), 2);
}

TEST(Ring, StaysInItsMemoryWhileItHoldsFew) {
  Ring<int> ring;
  for (int i = 0; i < 16; ++i) ring.push(i);
  const int* lowest = &ring.front();
  const int* highest = lowest;
  for (int i = 0; i < 100'000; ++i) {
    ring.push(ring.pop());
    lowest = std::min(lowest, static_cast<const int*>(&ring.front()));
    highest = std::max(highest, static_cast<const int*>(&ring.front()));
  }
  EXPECT_LT(highest - lowest, 64);
}

TEST(RingDeath, NothingComesOutOfAnEmptyOne) {
  Ring<int> ring;
  EXPECT_EXIT(ring.pop(), testing::ExitedWithCode(70), "size_ > 0");
}

}  // namespace
}  // namespace hubbub
