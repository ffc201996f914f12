#include "core/base/byte_queue.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "sim/engine/random.hpp"

namespace hubbub {
namespace {

struct Head {
  std::uint64_t batch;
  std::uint64_t to;
  bool operator==(const Head&) const = default;
};

RC_GTEST_PROP(ByteQueue, IsAQueueHoweverItGrowsAndShrinks, (std::uint64_t seed)) {
  sim::Random random(seed, 0, 0);
  ByteQueue<Head> queue;
  std::deque<std::pair<Head, std::string>> model;
  std::size_t bytes = 0;
  for (int phase = 0; phase < 6; ++phase) {
    // Phases of growth and of decline, with small and with large bodies, so that what is left is
    // moved to the front at any size.
    const double growth = random.unit();
    const std::uint64_t longest = std::uint64_t{1} << random.below(14);
    for (std::uint64_t i = random.below(200); i > 0; --i) {
      if (random.chance(growth)) {
        model.push_back({{random.bits(), i},
                         std::string(random.below(longest), static_cast<char>('a' + i % 26))});
        queue.push(model.back().first, model.back().second);
        bytes += model.back().second.size();
      } else if (!model.empty()) {
        queue.pop();
        bytes -= model.front().second.size();
        model.pop_front();
      }
      RC_ASSERT(queue.empty() == model.empty());
      RC_ASSERT(queue.size() >= bytes + model.size() * sizeof(Head));
      RC_ASSERT(queue.size() <= bytes + model.size() * (sizeof(Head) + 8));
      if (!model.empty()) {
        RC_ASSERT(queue.front().first == model.front().first);
        RC_ASSERT(queue.front().second == model.front().second);
      }
    }
    if (random.below(6) == 0) {
      queue.clear();
      model.clear();
      bytes = 0;
    }
  }
}

TEST(ByteQueue, KeepsABodyWhereItIsUntilTheNextPush) {
  ByteQueue<Head> queue;
  queue.push({1, 2}, "first");
  queue.push({3, 4}, "second");
  const auto [head, body] = queue.front();
  queue.pop();
  EXPECT_EQ(body, "first");
  const auto last = queue.front();
  queue.pop();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(body, "first");
  EXPECT_EQ(last.second, "second");
  EXPECT_EQ(head, (Head{1, 2}));
}

TEST(ByteQueue, HoldsBodiesOfNothing) {
  ByteQueue<Head> queue;
  queue.push({1, 2}, "");
  queue.push({3, 4}, "");
  EXPECT_FALSE(queue.empty());
  EXPECT_EQ(queue.front().second, "");
  queue.pop();
  EXPECT_EQ(queue.front().first, (Head{3, 4}));
  queue.pop();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.size(), 0u);
}

/// A queue that is never quite empty must not creep through memory without end.
TEST(ByteQueue, StaysInItsMemoryWhileItHoldsFew) {
  ByteQueue<Head> queue;
  const std::string body(100, 'x');
  queue.push({}, body);
  std::uintptr_t lowest = UINTPTR_MAX;
  std::uintptr_t highest = 0;
  for (int i = 0; i < 20'000; ++i) {
    queue.push({}, body);
    queue.pop();
    if (i < 1'000) continue;
    const auto at = reinterpret_cast<std::uintptr_t>(queue.front().second.data());
    lowest = std::min(lowest, at);
    highest = std::max(highest, at);
  }
  EXPECT_LT(highest - lowest, 64u * 1024);
}

TEST(ByteQueueDeath, NothingComesOutOfAnEmptyOne) {
  ByteQueue<Head> queue;
  EXPECT_EXIT(queue.pop(), testing::ExitedWithCode(70), "empty");
}

}  // namespace
}  // namespace hubbub
