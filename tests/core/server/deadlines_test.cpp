#include "core/server/deadlines.hpp"

#include <gtest/gtest.h>

#include <map>

#include "sim/engine/random.hpp"

namespace hubbub::server {
namespace {

using Reason = Deadlines::Reason;

TEST(Deadlines, LookNeitherEarlyNorMoreThanATickLate) {
  Deadlines deadlines(1000s);
  sim::Random random(7, 1, 1);
  std::map<std::uint32_t, Duration> wanted;
  for (std::uint32_t slot = 0; slot < 1000; ++slot) {
    wanted[slot] = 1000s + Duration(random.below(Duration(60s).count()));
    deadlines.enter({slot, 1}, Reason::heartbeat, wanted[slot]);
  }
  for (Duration now = 1000s; now < 1062s; now += 7ms) {
    deadlines.advance(now, [&](ConnectionId id, Reason) {
      EXPECT_GE(now, wanted[id.slot]);
      EXPECT_LE(now, wanted[id.slot] + Deadlines::tick + 7ms);
      wanted.erase(id.slot);
    });
  }
  EXPECT_TRUE(wanted.empty());
}

TEST(Deadlines, LookAgainWhenEnteredWhileLooking) {
  Deadlines deadlines(0s);
  deadlines.enter({1, 1}, Reason::heartbeat, 0s);
  int looks = 0;
  for (Duration now = 0s; now <= 10s; now += 1s) {
    deadlines.advance(now, [&](ConnectionId id, Reason reason) {
      ++looks;
      deadlines.enter(id, reason, now + 1s);
    });
  }
  EXPECT_EQ(looks, 10);
}

TEST(Deadlines, LookAfterALongSleepOnceForEachEntry) {
  Deadlines deadlines(0s);
  for (std::uint32_t slot = 0; slot < 10; ++slot)
    deadlines.enter({slot, 1}, Reason::closing, std::chrono::seconds(slot));
  int looks = 0;
  deadlines.advance(1h, [&](ConnectionId, Reason) { ++looks; });
  EXPECT_EQ(looks, 10);
}

TEST(Deadlines, LookAtWhatLiesBeyondTheReachEarlierSoThatItEntersAgain) {
  Deadlines deadlines(0s);
  deadlines.enter({1, 1}, Reason::heartbeat, 1h);
  int looks = 0;
  deadlines.advance(Deadlines::reach, [&](ConnectionId, Reason) { ++looks; });
  EXPECT_EQ(looks, 1);
}

}  // namespace
}  // namespace hubbub::server
