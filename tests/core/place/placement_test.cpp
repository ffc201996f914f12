// Balance and standbys, as an assigner and a fleet that obeys it come to them.
#include "core/place/placement.hpp"

#include <gtest/gtest.h>

#include "sim/engine/random.hpp"
#include "tests/core/place/simulated_fleet.hpp"

namespace hubbub::test {
namespace {

// --- Balance -----------------------------------------------------------------------------------

TEST(Placement, MovesOneServersShareAndATenthAtMostWhenAServerIsAdded) {
  for (std::size_t servers = 2; servers <= 32; ++servers) {
    SimulatedFleet fleet = settled(servers - 1);
    fleet.join(servers - 1);
    ASSERT_TRUE(fleet.settle());
    const double share = double(limits::partitions) / double(servers);
    EXPECT_LE(double(fleet.moves), std::ceil(share * 1.1)) << servers;
    EXPECT_TRUE(fleet.is_balanced()) << servers;
    RecordProperty("moves_to_" + std::to_string(servers), std::to_string(fleet.moves));
  }
}

TEST(Placement, BalancesAnyLoads) {
  double worst = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    sim::Random random(seed, 1, 0);
    SimulatedFleet fleet(2 + random.below(24));
    const std::uint64_t skew = 1 + random.below(4);
    for (auto& load : fleet.loads) {
      double x = random.unit();
      for (std::uint64_t i = 1; i < skew; ++i) x *= random.unit();
      load = static_cast<std::uint32_t>(10 + 2'000 * x);
    }
    ASSERT_TRUE(fleet.settle()) << seed;
    EXPECT_TRUE(fleet.is_balanced()) << seed << ": " << fleet.worst_percent() << '%';
    if (fleet.servers.size() <= 4) worst = std::max(worst, fleet.worst_percent());
  }
  EXPECT_LE(worst, 10) << "among few servers, one partition is little";
}

TEST(Placement, LeavesAPartitionThatIsHeavierThanAServersShareAlone) {
  SimulatedFleet fleet(4);
  fleet.loads[9] = 50'000;
  ASSERT_TRUE(fleet.settle());
  for (const auto& [node, server] : fleet.servers)
    EXPECT_EQ(fleet.owned(node), node == fleet.map.places[9].owner ? 1u : 21u);
  fleet.join(4);
  ASSERT_TRUE(fleet.settle());
  EXPECT_EQ(fleet.owned(fleet.map.places[9].owner), 1u);
  EXPECT_GE(fleet.owned(node_id(4)), 14u) << "from those who have something to give";
}

TEST(Placement, MovesWhatLevelsBestSoThatLittleIsMoved) {
  SimulatedFleet fleet = settled(2);
  int heavy = 2;
  for (std::size_t p = limits::partitions; heavy > 0; --p)
    if (fleet.map.places[p - 1].owner == node_id(1)) fleet.loads[p - 1] = 800, --heavy;
  ASSERT_TRUE(fleet.settle());
  EXPECT_EQ(fleet.moves, 1u);
  EXPECT_TRUE(fleet.is_balanced());
}

TEST(Placement, LeavesAloneWhatIsWithinATenthOfTheMean) {
  SimulatedFleet fleet = settled(2);
  for (std::size_t p = 0; p < limits::partitions; ++p)
    if (fleet.map.places[p].owner == node_id(1)) fleet.loads[p] = 115;
  ASSERT_TRUE(fleet.settle());
  EXPECT_EQ(fleet.moves, 0u);
}

TEST(Placement, GivesWhatIsServedOnlyToWhoFollowsItAndPreparesAFewAtATime) {
  SimulatedFleet fleet = settled(3);
  fleet.copy_time = 20s;
  fleet.join(3);
  fleet.run(19s);
  EXPECT_EQ(fleet.moves, 0u);
  EXPECT_LE(fleet.standby_moves, limits::moves_at_once);
  ASSERT_TRUE(fleet.settle());
  EXPECT_LE(fleet.moves, 18u) << "a quarter, and a tenth of it";
  EXPECT_TRUE(fleet.is_balanced());
}

TEST(Placement, BalancesAlsoWithinARegionThoughStandbysAreInAnother) {
  SimulatedFleet fleet;
  for (const std::uint16_t n : {0, 1}) fleet.join(n, n);
  ASSERT_TRUE(fleet.settle());
  fleet.copy_time = 5s;
  for (const std::uint16_t n : {2, 3}) fleet.join(n, n % 2);
  ASSERT_TRUE(fleet.settle());
  EXPECT_TRUE(fleet.is_balanced());
  for (const Place& place : fleet.map.places) EXPECT_NE(place.owner.value % 2, place.standby.value % 2);
}

TEST(Placement, FollowsLoadsThatChangeForGood) {
  SimulatedFleet fleet = settled(4);
  for (std::size_t p = 0; p < limits::partitions; ++p)
    if (fleet.map.places[p].owner == node_id(1)) fleet.loads[p] = 300;
  EXPECT_FALSE(fleet.is_balanced());
  ASSERT_TRUE(fleet.settle());
  EXPECT_TRUE(fleet.is_balanced());
}

TEST(Placement, MovesNothingBackAndForthBecauseLoadsAreNoisy) {
  for (const std::size_t servers : {2u, 3u, 5u, 9u, 20u, 31u, 63u}) {
    for (const std::uint32_t heaviest : {100u, 30'000u}) {
      SimulatedFleet fleet(servers);
      fleet.loads[9] = heaviest;
      ASSERT_TRUE(fleet.settle());
      const auto loads = fleet.loads;
      sim::Random random(1, servers, heaviest);
      const auto noisy = [&](Duration time) {
        for (const Duration end = fleet.now + time; fleet.now < end;) {
          for (std::size_t p = 0; p < limits::partitions; ++p)
            fleet.loads[p] = static_cast<std::uint32_t>(loads[p] * (90 + random.below(21)) / 100);
          fleet.step();
        }
      };
      noisy(5min);
      fleet.moves = 0;
      noisy(1h);
      EXPECT_EQ(fleet.moves, 0u) << servers << " servers, heaviest " << heaviest;
    }
  }
}

TEST(Placement, AsksToBeAskedAgainUntilItsAveragesAreThere) {
  SimulatedFleet fleet = settled(3);
  EXPECT_EQ(fleet.assigner.next_deadline(), never);
  fleet.loads[3] = 500;
  fleet.step();
  EXPECT_EQ(fleet.assigner.next_deadline(),
            fleet.now - SimulatedFleet::tick + Assigner::load_average);
  fleet.now += Assigner::load_average;
  fleet.step();
  EXPECT_EQ(fleet.assigner.next_deadline(), never);
}

// --- Standbys ----------------------------------------------------------------------------------

TEST(Placement, HasNoStandbyWhereThereIsOneServerAndOneEverywhereWhereThereAreTwo) {
  SimulatedFleet fleet = settled(1);
  for (const Place& place : fleet.map.places) EXPECT_EQ(place.standby, nobody);
  fleet.join(1);
  fleet.settle();
  for (const Place& place : fleet.map.places) {
    EXPECT_TRUE(fleet.takes(place.standby));
    EXPECT_NE(place.standby, place.owner);
  }
  fleet.servers[node_id(1)].draining = true;
  fleet.settle();
  for (const Place& place : fleet.map.places) EXPECT_EQ(place.standby, nobody);
}

TEST(Placement, SpreadsStandbysAlsoOverWhoCameLater) {
  SimulatedFleet fleet = settled(2);
  for (std::size_t n = 2; n < 10; ++n) {
    fleet.join(n);
    fleet.settle();
  }
  for (const auto& [node, server] : fleet.servers) {
    EXPECT_GE(fleet.followed(node), 6u);
    EXPECT_LE(fleet.followed(node), 7u);
  }
}

TEST(Placement, KeepsAStandbyForAsLongAsItLives) {
  SimulatedFleet fleet = settled(6);
  const ShardMap before = fleet.map;
  fleet.crash(3);
  fleet.step();
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    const Place& was = before.places[p];
    if (was.owner == node_id(3) || was.standby == node_id(3)) continue;
    EXPECT_EQ(fleet.map.places[p].standby, was.standby);
  }
}

TEST(Placement, MovesAFewStandbysAtATime) {
  SimulatedFleet fleet = settled(3);
  fleet.join(3);
  fleet.step();
  EXPECT_LE(fleet.standby_moves, limits::moves_at_once);
  fleet.standby_moves = 0;
  for (int i = 0; i < 10; ++i) fleet.take(fleet.decide());  // nobody works
  EXPECT_LE(fleet.standby_moves, limits::moves_at_once);
}

TEST(Placement, PutsStandbysOnAnotherHostAndInAnotherRegionIfThereAreSuch) {
  SimulatedFleet fleet;
  for (std::size_t n = 0; n < 6; ++n) fleet.join(n).host = static_cast<std::uint16_t>(n / 2);
  const auto host = [&](NodeId node) { return fleet.servers.at(node).host; };
  const auto region = [&](NodeId node) { return fleet.servers.at(node).region; };
  fleet.settle();
  for (const Place& place : fleet.map.places) EXPECT_NE(host(place.owner), host(place.standby));

  fleet.join(6, 1);
  fleet.join(7, 1);
  fleet.settle();
  for (const Place& place : fleet.map.places) {
    EXPECT_NE(host(place.owner), host(place.standby));
    EXPECT_NE(region(place.owner), region(place.standby));
  }

  for (const std::size_t n : {6u, 7u, 2u, 3u, 4u, 5u}) {
    fleet.crash(n);
    fleet.run(1min);
  }
  for (const Place& place : fleet.map.places) EXPECT_TRUE(fleet.takes(place.standby));
}

}  // namespace
}  // namespace hubbub::test
