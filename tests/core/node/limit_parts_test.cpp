// When tokens end (R34) and how far behind a node is (R32), without a node around them.
#include <gtest/gtest.h>

#include <map>

#include "core/node/pressure.hpp"
#include "core/node/slot_ends.hpp"
#include "sim/engine/random.hpp"

namespace hubbub {
namespace {

// --- Ends of tokens ----------------------------------------------------------------------------------

TEST(TokenEnds, KnowsTheFirstWhateverComesAndGoes) {
  TokenEnds ends;
  std::map<TokenEnds::Slot, Duration> model;
  sim::Random random(1, 2, 3);
  for (int turn = 0; turn < 20'000; ++turn) {
    const auto slot = static_cast<TokenEnds::Slot>(random.below(200));
    if (random.chance(0.4)) {
      ends.erase(slot);
      model.erase(slot);
    } else {
      const Duration until = std::chrono::seconds(random.below(1000));
      ends.set(slot, until);
      model[slot] = until;
    }
    ASSERT_EQ(ends.size(), model.size());
    ASSERT_EQ(ends.ends(slot), model.contains(slot) ? model[slot] : never);
    if (model.empty()) continue;
    Duration first = never;
    for (const auto& [of, until] : model) first = std::min(first, until);
    ASSERT_EQ(ends.first_ends(), first);
    ASSERT_EQ(model.at(ends.first()), first);
  }
}

// --- Pressure ----------------------------------------------------------------------------------------

class Behind : public testing::Test {
 protected:
  /// An interval in which frames waited between these.
  Pressure::Level interval(Duration least, Duration most) {
    for (int i = 0; i < 10; ++i) {
      pressure.look(now);
      pressure.took(i == 5 ? least : most);
      now += Duration{limits::pressure_interval} / 10;
    }
    pressure.look(now);
    return pressure.level();
  }

  Pressure pressure{OverloadPolicy::ordered};
  Duration now = 10s;
};

TEST_F(Behind, ABurstIsNoPressure) { EXPECT_EQ(interval(0ms, 3s), Pressure::Level::none); }

TEST_F(Behind, GoesByTheLeastThatFramesWaited) {
  interval(0ms, 0ms);
  EXPECT_EQ(interval(limits::pressure_sheds, 5s), Pressure::Level::sheds);
  EXPECT_EQ(interval(limits::pressure_delays_reads, 5s), Pressure::Level::delays_reads);
  EXPECT_EQ(interval(limits::pressure_refuses_sends, 5s), Pressure::Level::refuses_sends);
  EXPECT_EQ(interval(1ms, 5s), Pressure::Level::none);
}

TEST_F(Behind, IsOverWhenNothingWasSeenForLong) {
  interval(1s, 1s);
  EXPECT_EQ(interval(1s, 1s), Pressure::Level::refuses_sends);
  now += 5s;
  pressure.look(now);
  EXPECT_EQ(pressure.level(), Pressure::Level::none);
}

TEST_F(Behind, LetsASendGoThatHasHardlyWaited) {
  interval(1s, 1s);
  interval(1s, 1s);
  EXPECT_TRUE(pressure.refuses(1s));
  EXPECT_FALSE(pressure.refuses(1ms));
}

TEST_F(Behind, WhoIsPutOffComesBackOneAfterTheOther) {
  pressure.look(now);
  Duration last{};
  for (int i = 0; i < 100; ++i) {
    const Duration wait = pressure.come_back(now);
    EXPECT_GT(wait, last);
    EXPECT_GE(wait, limits::come_back_least);
    last = wait;
  }
  EXPECT_GT(last, 2 * Duration{limits::come_back_least});
  for (int i = 0; i < 100'000; ++i) pressure.come_back(now);
  EXPECT_LE(pressure.come_back(now), limits::come_back_most);
}

TEST(Pressure, FirstComeFirstServedKnowsNone) {
  Pressure pressure{OverloadPolicy::fifo};
  for (int i = 1; i < 100; ++i) {
    pressure.look(i * 100ms);
    pressure.took(10s);
  }
  EXPECT_EQ(pressure.level(), Pressure::Level::none);
}

}  // namespace
}  // namespace hubbub
