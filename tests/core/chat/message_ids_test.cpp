#include "core/chat/message_ids.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "sim/engine/random.hpp"

namespace hubbub {
namespace {

/// 1 ms of 2024, as the ids count it.
constexpr std::uint64_t one_ms = std::uint64_t{1}
                                 << (MessageIds::count_bits + limits::message_id_shard_bits);

Duration wall(std::int64_t ms_of_2024) {
  return std::chrono::milliseconds(MessageIds::origin_ms + ms_of_2024);
}
std::uint64_t time_bits(MessageId id) { return id.value / one_ms; }

TEST(MessageIds, ConsistOfTheTimeTheShardAndACount) {
  MessageIds ids;
  EXPECT_EQ(ids.next(ShardId{1023}, wall(5)).value, 5 * one_ms | 1023u << 12 | 0u);
  EXPECT_EQ(ids.next(ShardId{1023}, wall(5)).value, 5 * one_ms | 1023u << 12 | 1u);
  EXPECT_EQ(ids.next(ShardId{2}, wall(6)).value, 6 * one_ms | 2u << 12 | 0u);
}

TEST(MessageIds, NameTheirShard) {
  MessageIds ids;
  for (const std::uint16_t shard : {0, 1, 511, 1022, 1023})
    EXPECT_EQ(MessageIds::shard_of(ids.next(ShardId{shard}, wall(1))), ShardId{shard});
}

TEST(MessageIds, AreNeverZero) {
  MessageIds ids;
  EXPECT_NE(ids.next(ShardId{0}, wall(0)).value, 0u);
  MessageIds of_a_clock_of_1970;
  EXPECT_NE(of_a_clock_of_1970.next(ShardId{0}, 0ns).value, 0u);
}

TEST(MessageIds, AClockThatShowsATimeThatNoIdCanSayIsNotBelieved) {
  MessageIds ids;
  const std::uint64_t before = ids.next(ShardId{3}, wall(1'000)).value;
  const MessageId id = ids.next(ShardId{3}, std::chrono::hours(24 * 365 * 230));
  EXPECT_GT(id.value, before);
  EXPECT_EQ(time_bits(id), 1'000u);
  const MessageId last = ids.next(ShardId{1023}, wall(MessageIds::latest_ms));
  EXPECT_EQ(time_bits(last), (std::uint64_t{1} << 41) - 1);
}

TEST(MessageIds, GoOnCountingWhenAMillisecondHasTooMany) {
  MessageIds ids;
  std::set<std::uint64_t> all;
  std::uint64_t last = 0;
  for (int i = 0; i < 10'000; ++i) {
    const MessageId id = ids.next(ShardId{7}, wall(1'000));
    EXPECT_GT(id.value, last);
    EXPECT_EQ(MessageIds::shard_of(id), ShardId{7});
    last = id.value;
    all.insert(id.value);
  }
  EXPECT_EQ(all.size(), 10'000u);
  EXPECT_EQ(time_bits(MessageId{last}), 1'002u) << "4096 of a millisecond";
}

TEST(MessageIds, ReserveTimeAheadSoThatNotEveryMessageWritesTheBound) {
  MessageIds ids;
  ids.next(ShardId{1}, wall(1'000));
  EXPECT_TRUE(ids.reserve());
  const auto ahead = static_cast<std::uint64_t>(to_ms(limits::message_id_reservation));
  EXPECT_EQ(ids.reserved_ms(), 1'000 + ahead);
  EXPECT_FALSE(ids.reserve());
  ids.next(ShardId{1}, wall(1'000 + static_cast<std::int64_t>(ahead) - 1));
  EXPECT_FALSE(ids.reserve());
  ids.next(ShardId{1}, wall(1'000 + static_cast<std::int64_t>(ahead)));
  EXPECT_TRUE(ids.reserve()) << "an id at the bound would be given out again after a restart";
}

/// A partition's ids over a clock that jumps both ways, and over restarts that forget everything
/// but the stored bound. What was given out and not stored before a crash counts too: a reservation
/// is stored with the first id that needs it, so an id without its bound was never shown.
RC_GTEST_PROP(MessageIds, GrowInEachShardOverAnyClockAndAnyRestart, (std::uint64_t seed)) {
  sim::Random random(seed, 0, 0);
  MessageIds ids;
  std::uint64_t stored_bound = 0;
  std::map<std::uint16_t, std::uint64_t> last;
  std::set<std::uint64_t> all;
  std::uint64_t last_time = 0;
  const std::int64_t jumps[] = {1, 5, 1'000, 30'000, 10'000'000};
  const std::int64_t jump = jumps[random.below(5)];
  std::int64_t clock = static_cast<std::int64_t>(random.below(100'000)) - 1'000;
  for (int step = 0; step < 300; ++step) {
    if (random.below(4) == 0)
      clock +=
          static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * jump + 1))) - jump;
    if (random.below(40) == 0) ids = MessageIds(stored_bound);
    // Some messages of a moment, rarely more than a millisecond can count.
    const int burst = random.below(1'000) == 0 ? 5'000 : 1;
    for (int i = 0; i < burst; ++i) {
      const ShardId shard{static_cast<std::uint16_t>(random.below(4) * 300)};
      const MessageId id = ids.next(shard, wall(clock));
      if (ids.reserve()) {
        RC_ASSERT(ids.reserved_ms() > stored_bound);
        stored_bound = ids.reserved_ms();
      }
      RC_ASSERT(time_bits(id) < stored_bound);
      RC_ASSERT(MessageIds::shard_of(id) == shard);
      RC_ASSERT(id.value > last[shard.value]);
      RC_ASSERT(all.insert(id.value).second);
      RC_ASSERT(time_bits(id) >= last_time);
      if (clock > 0) RC_ASSERT(time_bits(id) >= static_cast<std::uint64_t>(clock));
      last[shard.value] = id.value;
      last_time = time_bits(id);
    }
  }
}

TEST(MessageIds, SayTheTimeAgainOnceTheClockHasCaughtUp) {
  MessageIds ids;
  ids.next(ShardId{1}, wall(5'000));
  EXPECT_EQ(time_bits(ids.next(ShardId{1}, wall(10))), 5'000u);
  EXPECT_EQ(time_bits(ids.next(ShardId{1}, wall(5'001))), 5'001u);
}

TEST(MessageIds, SortByTimeForSixtyNineYears) {
  MessageIds ids;
  const std::int64_t last_ms = (std::int64_t{1} << 41) - 1;
  EXPECT_GT(last_ms / 1000 / 3600 / 24 / 365, 68);
  const MessageId before = ids.next(ShardId{1023}, wall(last_ms - 1));
  EXPECT_GT(ids.next(ShardId{0}, wall(last_ms)), before);
}

}  // namespace
}  // namespace hubbub
