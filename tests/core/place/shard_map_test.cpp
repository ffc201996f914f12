#include "core/place/shard_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace hubbub {
namespace {

TEST(ShardMap, DealsPartitionsRoundSoThatNoNodeHasTwoMoreThanAnother) {
  for (std::uint16_t nodes = 1; nodes <= limits::nodes; ++nodes) {
    const ShardMap map = static_map(nodes);
    std::vector<int> dealt(nodes);
    for (const auto& [owner, standby, vanished, closed] : map.places) {
      ASSERT_LT(owner.value, nodes);
      ++dealt[owner.value];
    }
    const auto [least, most] = std::minmax_element(dealt.begin(), dealt.end());
    EXPECT_LE(*most - *least, 1) << nodes;
  }
}

TEST(ShardMap, FindsUsersAndConversationsByTheirShardAndShardsByTheirPartition) {
  const ShardMap map = static_map(7);
  for (std::uint64_t u = 1; u <= 2'000; ++u) {
    const UserId user{u};
    const ConversationId direct = ConversationId::direct(user, UserId{u + 5});
    const ConversationId group = ConversationId::group(user, DeviceNumber{1}, u);
    EXPECT_EQ(map.owner(user), map.places[partition_of(shard_of(user)).value].owner);
    EXPECT_EQ(map.owner(direct), map.owner(shard_of(direct)));
    EXPECT_EQ(map.owner(group), map.owner(partition_of(shard_of(group))));
  }
}

TEST(ShardMap, LeavesNoShardWithoutAnOwnerAndSharesThemEvenly) {
  const ShardMap map = static_map(4);
  std::vector<int> shards(4);
  for (std::uint16_t s = 0; s < limits::shards; ++s) ++shards.at(map.owner(ShardId{s}).value);
  for (const int count : shards) EXPECT_EQ(count, limits::shards / 4);
}

TEST(ShardMap, IsTheSameForEveryoneWhoMakesItFromTheSameNumberOfNodes) {
  const ShardMap mine = static_map(5);
  const ShardMap yours = static_map(5);
  EXPECT_EQ(mine, yours);
}

TEST(ShardMapDeath, ThereIsNoMapOfNoNodesNorOfMoreThanMayBe) {
  EXPECT_EXIT(static_map(0), testing::ExitedWithCode(70), "nodes > 0");
  EXPECT_EXIT(static_map(limits::nodes + 1), testing::ExitedWithCode(70), "limits::nodes");
}

}  // namespace
}  // namespace hubbub
