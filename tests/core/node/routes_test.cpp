#include "core/node/routes.hpp"

#include <gtest/gtest.h>

namespace hubbub {
namespace {

constexpr PartitionId partition{7};
constexpr NodeId a{1};
constexpr NodeId b{2};

ShardMap map_of(std::uint64_t version, NodeId owner) {
  ShardMap map;
  map.version = version;
  map.places[partition.value].owner = owner;
  return map;
}

TEST(Routes, FollowOnlyNewerMapsAndOwnersThatAreNoOlder) {
  Routes routes(map_of(5, a));
  EXPECT_EQ(routes.owner(partition), a);
  routes.follow(map_of(4, b));
  EXPECT_EQ(routes.owner(partition), a);
  EXPECT_TRUE(routes.owned(b, partition, 2, 6)) << "it acts on a newer map";
  EXPECT_EQ(routes.owner(partition), b);
  EXPECT_FALSE(routes.owned(a, partition, 1, 9)) << "somebody owned it later";
  EXPECT_EQ(routes.owner(partition), b);
  EXPECT_EQ(routes.epoch(partition), 2u);
}

TEST(Routes, AnOwnerByAnOlderMapIsBelievedOnceAMapNamesIt) {
  Routes routes(map_of(5, a));
  EXPECT_FALSE(routes.owned(b, partition, 3, 4)) << "the map that is known here gives it to another";
  EXPECT_EQ(routes.owner(partition), a);
  EXPECT_TRUE(routes.follow(map_of(6, a)).opened.none());
  const auto [opened, moved] = routes.follow(map_of(7, b));
  EXPECT_EQ(routes.owner(partition), b);
  EXPECT_TRUE(moved.test(partition.value));
  EXPECT_TRUE(opened.test(partition.value)) << "it said so before, and does not say so again";
  EXPECT_TRUE(routes.follow(map_of(8, b)).opened.none()) << "that is told once";
}

TEST(Routes, WhoWasNotBelievedIsForgottenWhenAnotherOwnsItLater) {
  Routes routes(map_of(5, a));
  EXPECT_FALSE(routes.owned(b, partition, 3, 4));
  EXPECT_TRUE(routes.owned(a, partition, 4, 5));
  EXPECT_TRUE(routes.follow(map_of(6, b)).opened.none()) << "it has to take it first";
}

}  // namespace
}  // namespace hubbub
