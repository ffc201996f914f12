#include "sim/engine/event_queue.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <queue>
#include <tuple>
#include <vector>

#include "sim/engine/distributions.hpp"
#include "sim/engine/random.hpp"

namespace hubbub::sim {
namespace {

/// The order as the documentation states it, field by field.
struct Plain {
  std::int64_t time;
  std::uint8_t order_class;
  std::uint32_t source;
  std::uint32_t counter;
  std::uint32_t payload;
  auto tied() const { return std::tie(time, order_class, source, counter); }
  bool operator>(const Plain& other) const { return tied() > other.tied(); }
  EventKey key() const { return {Duration(time), order_class, source, counter}; }
};

/// The queue beside a heap of plain structures; every event that comes out must be the heap's.
class Compared {
 public:
  void push(Duration time, std::uint8_t order_class, std::uint32_t source) {
    const Plain plain{time.count(), order_class, source, counter_, counter_};
    ++counter_;
    queue_.push(plain.key(), plain.payload);
    reference_.push(plain);
  }

  /// Whether both gave the same.
  [[nodiscard]] bool pop() {
    const Plain expected = reference_.top();
    reference_.pop();
    const bool peeked = queue_.top().payload == expected.payload;
    const auto event = queue_.pop();
    return peeked && event.payload == expected.payload && event.time().count() == expected.time &&
           event.order_class() == expected.order_class && queue_.now() == event.time() &&
           queue_.size() == reference_.size();
  }

  [[nodiscard]] bool drain() {
    while (!reference_.empty()) {
      if (!pop()) return false;
    }
    return queue_.empty();
  }

  Duration now() const { return queue_.now(); }
  std::size_t size() const { return reference_.size(); }

 private:
  EventQueue<std::uint32_t> queue_;
  std::priority_queue<Plain, std::vector<Plain>, std::greater<>> reference_;
  std::uint32_t counter_ = 0;
};

/// A delay whose size varies over all scales, with ties and far timers among them.
Duration wild_delay(Random& random) {
  const std::uint64_t scale = random.below(44);
  switch (random.below(4)) {
    case 0:
      return Duration{};
    case 1:
      return Duration(static_cast<std::int64_t>(random.below(8)));
    default:
      return Duration(static_cast<std::int64_t>(random.below(std::uint64_t{1} << scale) + 1));
  }
}

RC_GTEST_PROP(EventQueue, GivesWhatAHeapOfTheFullKeysGives, (std::uint64_t seed)) {
  Random random(seed, 0, 0);
  Compared compared;
  // Phases of growth and of decline, so that every part of the queue fills and empties.
  const std::uint64_t phases = 1 + random.below(6);
  for (std::uint64_t phase = 0; phase < phases; ++phase) {
    const double growth = random.unit();
    const std::uint64_t narrow = random.below(3);
    const std::uint64_t steps = random.below(3000);
    for (std::uint64_t i = 0; i < steps; ++i) {
      if (random.chance(growth) || compared.size() == 0) {
        const Duration delay =
            narrow == 0 ? Duration(static_cast<std::int64_t>(random.below(3))) : wild_delay(random);
        if (compared.now() + delay >= event_time_end) return;
        compared.push(compared.now() + delay, static_cast<std::uint8_t>(random.below(3)),
                      static_cast<std::uint32_t>(random.below(5)));
      } else {
        RC_ASSERT(compared.pop());
      }
    }
  }
  RC_ASSERT(compared.drain());
}

TEST(EventQueue, OrdersByTimeThenClassThenSourceThenCounter) {
  EventQueue<int> queue;
  queue.push({2ns, 0, 0, 0}, 5);
  queue.push({1ns, 1, 0, 0}, 4);
  queue.push({1ns, 0, 0xffffffff, 0}, 3);
  queue.push({1ns, 0, 7, 0xffffffff}, 2);
  queue.push({1ns, 0, 7, 3}, 1);
  for (int expected = 1; expected <= 5; ++expected) EXPECT_EQ(queue.pop().payload, expected);
  EXPECT_TRUE(queue.empty());
}

TEST(EventQueue, GivesTheSameOrderWhateverTheOrderOfInsertion) {
  std::vector<EventKey> keys;
  Random random(3, 0, 0);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    keys.push_back({Duration(static_cast<std::int64_t>(random.below(5'000))),
                    static_cast<std::uint8_t>(random.below(2)),
                    static_cast<std::uint32_t>(random.below(50)), i});
  }
  const auto order = [](const std::vector<EventKey>& in) {
    EventQueue<std::uint32_t> queue;
    for (const EventKey& key : in) queue.push(key, key.counter);
    std::vector<std::uint32_t> out;
    while (!queue.empty()) out.push_back(queue.pop().payload);
    return out;
  };
  const auto first = order(keys);
  for (int i = 0; i < 3; ++i) {
    for (std::size_t k = keys.size() - 1; k > 0; --k) std::swap(keys[k], keys[random.below(k + 1)]);
    EXPECT_EQ(order(keys), first);
  }
  std::reverse(keys.begin(), keys.end());
  EXPECT_EQ(order(keys), first);
}

TEST(EventQueue, HoldsManyEventsOfVeryDifferentDistances) {
  Compared compared;
  Random random(5, 0, 0);
  for (std::uint32_t i = 0; i < 300'000; ++i) {
    const Duration far = i % 10 == 0 ? 24h : i % 3 == 0 ? 25s : 40ms;
    compared.push(
        Duration(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(far.count())))),
        0, i);
  }
  for (int i = 0; i < 300'000; ++i) {
    ASSERT_TRUE(compared.pop());
    compared.push(compared.now() + wild_delay(random), 0, 1);
  }
  EXPECT_TRUE(compared.drain());
}

TEST(EventQueue, TakesAFloodAtOneMomentWhileItIsThatMoment) {
  Compared compared;
  compared.push(1h, 0, 0);
  compared.push(5s, 0, 0);
  ASSERT_TRUE(compared.pop());
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    compared.push(5s, static_cast<std::uint8_t>(i % 7), i * 2'654'435'761u);
    if (i % 5 == 0) {
      ASSERT_TRUE(compared.pop());
    }
  }
  EXPECT_TRUE(compared.drain());
}

TEST(EventQueue, FillsTheGapBeforeAFarEventThatIsAlreadySorted) {
  Compared compared;
  for (std::uint32_t i = 0; i < 40; ++i) compared.push(24h + Duration(i), 0, i);
  compared.push(0s, 0, 0);
  ASSERT_TRUE(compared.pop());  // the far ones are in the run now
  Random random(9, 0, 0);
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    compared.push(Duration(static_cast<std::int64_t>(random.below(86'400'000'000'000))), 1, i);
  }
  EXPECT_TRUE(compared.drain());
}

// Bursts land just ahead, in what was sorted; the rest keeps the time behind it dense, so that a
// burst spread over a bucket too many would overtake it.
TEST(EventQueue, AbsorbsBurstsIntoTimeThatIsAlreadySorted) {
  Random random(12, 0, 0);
  for (const std::uint64_t span : {1'000, 30'000, 1'000'000}) {
    Compared compared;
    const auto push = [&](std::uint64_t within) {
      compared.push(compared.now() + Duration(static_cast<std::int64_t>(random.below(within))), 0,
                    static_cast<std::uint32_t>(random.below(100)));
    };
    for (int i = 0; i < 3'000; ++i) push(span);
    for (int round = 0; round < 300; ++round) {
      const std::uint64_t burst = 1 + random.below(400);
      const std::uint64_t within = 1 + span / (1 + random.below(100));
      for (std::uint64_t i = 0; i < burst; ++i) push(within);
      for (std::uint64_t i = 0; i < burst; ++i) {
        ASSERT_TRUE(compared.pop());
        if (compared.size() < 3'000) push(span);
      }
    }
    ASSERT_TRUE(compared.drain());
  }
}

TEST(EventQueue, TakesTheGreatestTimeThereIs) {
  EventQueue<int> queue;
  queue.push({event_time_end - 1ns, 255, 0xffffffff, 0xffffffff}, 2);
  queue.push({event_time_end - 1ns, 255, 0xffffffff, 0}, 1);
  queue.push({}, 0);
  for (int expected = 0; expected < 3; ++expected) EXPECT_EQ(queue.pop().payload, expected);
}

TEST(EventQueue, LetsAnEventAtThisMomentGoNextIfItsClassIsLower) {
  EventQueue<int> queue;
  queue.push({1s, 5, 0, 0}, 1);
  queue.push({1s, 6, 0, 0}, 3);
  EXPECT_EQ(queue.pop().payload, 1);
  queue.push({1s, 0, 0, 1}, 2);
  EXPECT_EQ(queue.pop().payload, 2);
  EXPECT_EQ(queue.pop().payload, 3);
}

TEST(EventQueueDeathTest, RefusesThePast) {
  EventQueue<int> queue;
  queue.push({2s, 0, 0, 0}, 1);
  queue.pop();
  EXPECT_DEATH(queue.push({1s, 0, 0, 1}, 2), "does not hold");
  EXPECT_DEATH(queue.push({event_time_end, 0, 0, 1}, 2), "does not hold");
}

struct Announcements {
  std::vector<int>* seen;
  void operator()(std::uint32_t payload) const { ++(*seen)[payload]; }
};

TEST(EventQueue, AnnouncesEveryEventBeforeItComesOut) {
  std::vector<int> seen(200'000);
  EventQueue<std::uint32_t, Announcements> queue({}, {&seen});
  Random random(1, 0, 0);
  std::uint32_t next = 0;
  const auto push = [&](Duration now) {
    const double delay = 1e6 * draw_exponential(random);
    queue.push({now + Duration(static_cast<std::int64_t>(delay)), 0, 0, next}, next);
    ++next;
  };
  while (next < 20'000) push(0s);
  while (!queue.empty()) {
    const auto event = queue.pop();
    ASSERT_GE(seen[event.payload], 1);
    ASSERT_LE(seen[event.payload], 3) << "announced again and again";
    if (next < seen.size()) push(event.time());
  }
}

std::vector<std::uint32_t> simultaneous(TieRule ties, Duration time) {
  EventQueue<std::uint32_t> queue(ties);
  for (std::uint32_t i = 0; i < 100; ++i) {
    queue.push({time, static_cast<std::uint8_t>(i % 2), i % 10, i}, i);
  }
  std::vector<std::uint32_t> out;
  while (!queue.empty()) out.push_back(queue.pop().payload);
  return out;
}

TEST(TieRule, ShufflesSourcesBySeedAndByMoment) {
  const auto plain = simultaneous({}, 1s);
  const auto shuffled = simultaneous(TieRule::shuffled(1), 1s);
  EXPECT_NE(plain, shuffled);
  EXPECT_EQ(shuffled, simultaneous(TieRule::shuffled(1), 1s));
  EXPECT_NE(shuffled, simultaneous(TieRule::shuffled(2), 1s));
  EXPECT_NE(shuffled, simultaneous(TieRule::shuffled(1), 2s));
}

TEST(TieRule, KeepsClassesAndTheOrderWithinASource) {
  const auto shuffled = simultaneous(TieRule::shuffled(1), 1s);
  std::vector<std::int64_t> last(10, -1);
  for (std::size_t i = 0; i < shuffled.size(); ++i) {
    EXPECT_EQ(shuffled[i] % 2, i < 50 ? 0u : 1u);
    auto& before = last[shuffled[i] % 10];
    EXPECT_LT(before, shuffled[i]);
    before = shuffled[i];
  }
}

TEST(EventQueue, HoldsAnEventInAboutItsSize) {
  EventQueue<std::uint64_t> queue;
  Random random(2, 0, 0);
  constexpr std::uint32_t pending = 1'000'000;
  const auto push = [&](Duration now, std::uint32_t i) {
    const double delay = 1e9 * draw_exponential(random);
    queue.push({now + Duration(static_cast<std::int64_t>(delay)), 0, i, 0}, i);
  };
  for (std::uint32_t i = 0; i < pending; ++i) push(0s, i);
  for (std::uint32_t i = 0; i < 2 * pending; ++i) {
    const auto event = queue.pop();
    push(event.time(), static_cast<std::uint32_t>(event.payload));
  }
  EXPECT_EQ(queue.size(), pending);
  EXPECT_LT(static_cast<double>(queue.reserved_bytes()) / pending, 28);  // 24 are the event
}

}  // namespace
}  // namespace hubbub::sim
