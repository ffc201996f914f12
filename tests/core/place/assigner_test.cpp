#include "core/place/assigner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/place/simulated_fleet.hpp"

namespace hubbub::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// --- Owners ------------------------------------------------------------------------------------

TEST(Assigner, LeavesTheMapAloneWhenNobodyLives) {
  SimulatedFleet fleet;
  fleet.map = static_map(3);
  EXPECT_FALSE(fleet.decide());
  fleet.run(1min);
  EXPECT_EQ(fleet.map, static_map(3));
}

TEST(Assigner, GivesEveryPartitionAnOwnerAndEveryServerItsShare) {
  const SimulatedFleet fleet = settled(20);
  for (std::size_t n = 0; n < 20; ++n) {
    EXPECT_GE(fleet.owned(node_id(n)), 3u);
    EXPECT_LE(fleet.owned(node_id(n)), 4u);
  }
}

TEST(Assigner, RaisesTheVersionByOneWithEveryChangeAndOnlyThen) {
  SimulatedFleet fleet(4);
  const auto first = fleet.decide();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->version, fleet.map.version + 1);
  fleet.settle();
  EXPECT_FALSE(fleet.decide());
}

TEST(Assigner, LetsANewFleetWriteTheNewestFormThatAllRead) {
  EXPECT_EQ(settled(3).map.form, newest_form);
  SimulatedFleet mixed(3);
  mixed.servers.at(node_id(1)).reads = oldest_form;
  mixed.settle();
  EXPECT_EQ(mixed.map.form, oldest_form);
}

TEST(Assigner, RaisesTheFormOnceAllHaveReadItForAWhile) {
  SimulatedFleet fleet(3);
  for (auto& [node, server] : fleet.servers) server.reads = oldest_form;
  fleet.settle();
  for (const std::size_t n : {0u, 1u, 2u}) {
    fleet.run(40s);
    EXPECT_EQ(fleet.map.form, oldest_form) << n << " servers are new";
    fleet.restart(n);
    fleet.servers.at(node_id(n)).reads = newest_form;
  }
  fleet.run(limits::form_wait - 2s);
  EXPECT_EQ(fleet.map.form, oldest_form) << "it may still be taken back";
  fleet.run(4s);
  EXPECT_EQ(fleet.map.form, newest_form);
}

TEST(Assigner, WaitsAnewWhenAFormWasTakenBack) {
  Assigner assigner;
  ShardMap map;
  Registration server{.node = NodeId{0}, .life = 1, .reads_form = 2};
  const auto form = [&](Duration now) {
    const auto decided = assigner.decide(map, {{&server, 1}, {}}, now);
    if (decided) map = *decided;
    return map.form;
  };
  EXPECT_EQ(form(1h), 1);
  server.reads_form = 1;
  EXPECT_EQ(form(1h + limits::form_wait - 1s), 1);
  server.reads_form = 2;
  EXPECT_EQ(form(1h + limits::form_wait + 1s), 1) << "it was taken back meanwhile";
  EXPECT_EQ(form(1h + 2 * limits::form_wait + 1s), 2);
}

TEST(Assigner, NeverGoesBackToAnOlderForm) {
  SimulatedFleet fleet = settled(3);
  fleet.join(3).reads = oldest_form;
  fleet.run(1min);
  EXPECT_EQ(fleet.map.form, newest_form);
}

TEST(Assigner, DoesNotRaiseTheFormForWhomItCannotRead) {
  SimulatedFleet fleet(3);
  for (auto& [node, server] : fleet.servers) server.reads = oldest_form;
  fleet.settle();
  for (auto& [node, server] : fleet.servers) server.reads = newest_form;
  fleet.unreadable.insert(node_id(2));
  fleet.run(2min);
  EXPECT_EQ(fleet.map.form, oldest_form);
}

TEST(Assigner, DecidesTheSameForTheSame) {
  SimulatedFleet one(7);
  SimulatedFleet other(7);
  for (int i = 0; i < 100; ++i) {
    if (i == 50) one.crash(3), other.crash(3);
    one.step();
    other.step();
    ASSERT_EQ(one.map, other.map);
  }
}

TEST(Assigner, GivesTheDeadsPartitionsToTheirStandbysAllAtOnceAndThenNewStandbys) {
  SimulatedFleet fleet = settled(4);
  const ShardMap before = fleet.map;
  fleet.crash(2);
  fleet.step();
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    const Place& was = before.places[p];
    const Place& is = fleet.map.places[p];
    EXPECT_EQ(is.owner, was.owner == node_id(2) ? was.standby : was.owner);
    EXPECT_TRUE(fleet.takes(is.standby));
    EXPECT_NE(is.standby, is.owner);
  }
}

TEST(Assigner, ThatIsToMoveNothingGivesOnlyWhatNobodyHad) {
  Policy policy;
  policy.failover = FailoverPolicy::stays;
  Assigner assigner(policy);
  std::vector<Registration> live(2);
  live[0].node = node_id(0);
  live[1].node = node_id(1);
  const auto map = assigner.decide(ShardMap{}, {live, {}}, 0s);
  ASSERT_TRUE(map);
  for (const Place& place : map->places) EXPECT_NE(place.owner, nobody);
  live.pop_back();
  const auto after = assigner.decide(*map, {live, {}}, 1min);
  ASSERT_TRUE(after) << "standbys still change";
  for (std::size_t p = 0; p < limits::partitions; ++p)
    EXPECT_EQ(after->places[p].owner, map->places[p].owner);
}

/// Else a server that was just added would seem to carry nothing, and be given more and more.
TEST(Assigner, GoesByTheLastOwnersLoadUntilTheNewOneHasMeasuredItsOwn) {
  SimulatedFleet fleet = settled(4);
  fleet.new_owners_measure = true;
  fleet.join(4);
  const std::size_t before = fleet.moves;
  fleet.run(2min);
  EXPECT_EQ(fleet.moves - before, 12u) << "a fifth of 64";
  EXPECT_EQ(fleet.owned(node_id(4)), 12u);
}

TEST(Assigner, GivesToTheLeastLoadedWhatHasNoStandbyThatCouldTakeIt) {
  SimulatedFleet fleet = settled(4);
  fleet.crash(2);
  const std::size_t lost = fleet.owned(node_id(2));
  for (Place& place : fleet.map.places)
    if (place.owner == node_id(2)) place.standby = nobody;
  fleet.step();
  EXPECT_EQ(fleet.owned(node_id(2)), 0u);
  for (const std::size_t n : {0u, 1u, 3u})
    EXPECT_NEAR(double(fleet.owned(node_id(n))), 16 + double(lost) / 3, 1.0);
}

TEST(Assigner, DoesNotGiveTheDeadsPartitionsToAStandbyThatDrains) {
  SimulatedFleet fleet = settled(4);
  fleet.crash(2);
  fleet.servers[node_id(1)].draining = true;
  const ShardMap before = fleet.map;
  fleet.step();
  for (std::size_t p = 0; p < limits::partitions; ++p)
    EXPECT_TRUE(before.places[p].owner != node_id(2) || fleet.takes(fleet.map.places[p].owner))
        << p;
}

TEST(Assigner, TakesNothingFromAServerWhoseRegistrationItCannotReadAndGivesItNothing) {
  SimulatedFleet fleet = settled(4);
  const ShardMap before = fleet.map;
  fleet.unreadable.insert(node_id(1));
  fleet.crash(2);
  fleet.settle();
  EXPECT_EQ(fleet.owned(node_id(2)), 0u);
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    if (before.places[p].owner == node_id(2)) {
      EXPECT_TRUE(fleet.takes(fleet.map.places[p].owner)) << p;
    } else {
      EXPECT_EQ(before.places[p].owner == node_id(1), fleet.map.places[p].owner == node_id(1)) << p;
    }
  }
}

TEST(Assigner, DecidesAgainWhatWasNotTaken) {
  SimulatedFleet fleet = settled(4);
  fleet.servers[node_id(2)].opens = false;
  fleet.restart(2);
  fleet.step();
  fleet.crash(2);  // while it was opening what it has
  const auto lost = fleet.decide();
  fleet.now += 10s;
  const auto again = fleet.decide();
  ASSERT_TRUE(lost && again);
  EXPECT_EQ(*lost, *again);
}

// --- Draining ----------------------------------------------------------------------------------

TEST(Assigner, EmptiesADrainingServerAFewPartitionsAtATime) {
  SimulatedFleet fleet = settled(4);
  fleet.servers[node_id(0)].draining = true;
  std::size_t left = fleet.owned(node_id(0));
  ASSERT_EQ(left, 16u);
  while (left > 0) {
    fleet.step();
    const std::size_t now_left = fleet.owned(node_id(0));
    EXPECT_GE(now_left + limits::moves_at_once, left);
    std::size_t under_way = 0;
    for (std::size_t p = 0; p < limits::partitions; ++p) under_way += !fleet.is_open(p);
    EXPECT_LE(under_way, limits::moves_at_once);
    left = now_left;
    ASSERT_LT(fleet.now, 2h);
  }
  EXPECT_EQ(fleet.followed(node_id(0)), 0u);
  EXPECT_TRUE(fleet.settle());
  EXPECT_TRUE(fleet.is_balanced());
}

TEST(Assigner, TakesNothingFromADrainingServerThatNobodyFollowsYet) {
  SimulatedFleet fleet = settled(2);
  fleet.copy_time = 30s;
  fleet.crash(1);
  fleet.run(5s);
  fleet.restart(1);
  fleet.servers[node_id(0)].draining = true;
  fleet.run(25s);
  EXPECT_EQ(fleet.owned(node_id(0)), limits::partitions);
  fleet.run(2min);
  EXPECT_EQ(fleet.owned(node_id(0)), 0u);
}

TEST(Assigner, WaitsForWhatItMovedToOpenBeforeItMovesMore) {
  SimulatedFleet fleet = settled(4);
  for (const std::size_t n : {1u, 2u, 3u}) fleet.servers[node_id(n)].opens = false;
  fleet.servers[node_id(0)].draining = true;
  fleet.run(1min);
  EXPECT_EQ(fleet.owned(node_id(0)), 16u - limits::moves_at_once);
  for (const std::size_t n : {1u, 2u, 3u}) fleet.servers[node_id(n)].opens = true;
  fleet.run(1min);
  EXPECT_EQ(fleet.owned(node_id(0)), 0u);
}

TEST(Assigner, DoesNotMoveForBalanceWhatIsOnItsWay) {
  SimulatedFleet fleet = settled(2);
  SimulatedServer& slow = fleet.servers[node_id(0)];
  const std::uint16_t p = slow.holds.begin()->first;
  ASSERT_EQ(fleet.map.places[p].owner, node_id(0));
  slow.holds[p] = Holding::State::opening;
  slow.opens = false;
  fleet.join(2);
  fleet.run(1min);
  EXPECT_EQ(fleet.map.places[p].owner, node_id(0));
  EXPECT_GT(fleet.owned(node_id(2)), 10u);
}

TEST(Assigner, LeavesPartitionsWithADrainingServerWhenNobodyElseTakesThem) {
  SimulatedFleet fleet = settled(2);
  const ShardMap before = fleet.map;
  for (auto& [node, server] : fleet.servers) server.draining = true;
  fleet.run(10s);
  for (std::size_t p = 0; p < limits::partitions; ++p)
    EXPECT_EQ(fleet.map.places[p].owner, before.places[p].owner);
}

// --- Suspicion (R27) ---------------------------------------------------------------------------

TEST(Assigner, MovesAtOnceWhatOneServerHadHoweverFewThereAre) {
  for (const std::size_t servers : {2u, 3u}) {
    SimulatedFleet fleet = settled(servers);
    fleet.crash(0);
    fleet.step();
    EXPECT_EQ(fleet.owned(node_id(0)), 0u);
    EXPECT_THAT(fleet.assigner.alarm(), IsEmpty());
  }
}

TEST(Assigner, DoesNotSuspectTheRegisterWhenNoMoreThanAThirdVanish) {
  SimulatedFleet fleet = settled(6);
  fleet.crash(0);
  fleet.crash(1);
  fleet.step();
  EXPECT_EQ(fleet.owned(node_id(0)) + fleet.owned(node_id(1)), 0u);
}

TEST(Assigner, HoldsOnToWhoVanishedWithManyOthersForHalfAMinuteAndNoLonger) {
  SimulatedFleet fleet = settled(5);
  const ShardMap before = fleet.map;
  fleet.crash(0);
  fleet.crash(1);
  const Duration vanished = fleet.now;
  fleet.step();
  EXPECT_THAT(fleet.assigner.alarm(), HasSubstr("2 of 5 registrations"));
  EXPECT_EQ(fleet.assigner.next_deadline(), vanished + limits::suspicion);
  while (fleet.now < vanished + limits::suspicion) {
    fleet.step();
    for (std::size_t p = 0; p < limits::partitions; ++p)
      ASSERT_EQ(fleet.map.places[p].owner, before.places[p].owner);
  }
  fleet.step();
  EXPECT_EQ(fleet.now, vanished + limits::suspicion + SimulatedFleet::tick);
  EXPECT_EQ(fleet.owned(node_id(0)) + fleet.owned(node_id(1)), 0u);
}

TEST(Assigner, CountsTheHoldFromTheFirstWhoVanished) {
  SimulatedFleet fleet = settled(5);
  fleet.crash(0);
  const Duration first = fleet.now;
  fleet.run(2s);
  fleet.crash(1);
  fleet.step();
  EXPECT_EQ(fleet.assigner.next_deadline(), first + limits::suspicion);
  EXPECT_EQ(fleet.owned(node_id(0)), 0u) << "alone, it was not held";
  EXPECT_GT(fleet.owned(node_id(1)), 0u);
  fleet.run(first + limits::suspicion + SimulatedFleet::tick - fleet.now);
  EXPECT_EQ(fleet.owned(node_id(1)), 0u);
}

TEST(Assigner, DoesNotSuspectTheRegisterWhenServersVanishOneAfterTheOther) {
  SimulatedFleet fleet = settled(5);
  fleet.crash(0);
  fleet.run(limits::registration_ttl + SimulatedFleet::tick);
  fleet.crash(1);
  fleet.step();
  EXPECT_EQ(fleet.owned(node_id(0)) + fleet.owned(node_id(1)), 0u);
}

TEST(Assigner, LiftsTheHoldWhenTheyComeBackAndTakesNothingFromThem) {
  SimulatedFleet fleet = settled(5);
  const ShardMap before = fleet.map;
  for (const std::size_t n : {0u, 1u, 2u}) fleet.servers[node_id(n)].registered = false;
  fleet.run(10s);
  for (const std::size_t n : {0u, 1u, 2u}) fleet.servers[node_id(n)].registered = true;
  fleet.step();
  EXPECT_EQ(fleet.assigner.next_deadline(), never);
  fleet.run(1min);
  EXPECT_EQ(fleet.map, before);
  fleet.crash(0);
  fleet.step();
  EXPECT_EQ(fleet.owned(node_id(0)), 0u) << "one alone is not held any more";
}

TEST(Assigner, TakesFromThoseWhoDidNotComeBackOnly) {
  SimulatedFleet fleet = settled(5);
  const std::size_t had = fleet.owned(node_id(0));
  fleet.crash(0);
  fleet.crash(1);
  fleet.run(10s);
  fleet.restart(0);
  fleet.run(15s);
  EXPECT_GT(fleet.owned(node_id(1)), 0u);
  EXPECT_EQ(fleet.owned(node_id(0)), had);
  fleet.run(10s);
  EXPECT_EQ(fleet.owned(node_id(1)), 0u);
  EXPECT_GE(fleet.owned(node_id(0)), had);
}

TEST(Assigner, DoesNotMissWhoCameBackInAFormThatItCannotRead) {
  SimulatedFleet fleet = settled(5);
  for (const std::size_t n : {0u, 1u}) fleet.servers[node_id(n)].registered = false;
  fleet.step();
  ASSERT_NE(fleet.assigner.next_deadline(), never);
  for (const std::size_t n : {0u, 1u}) {
    fleet.servers[node_id(n)].registered = true;
    fleet.unreadable.insert(node_id(n));
  }
  fleet.step();
  EXPECT_EQ(fleet.assigner.next_deadline(), never);
}

TEST(Assigner, DoesNotTakeAnUpgradeOfTheFleetForAFaultOfTheRegister) {
  SimulatedFleet fleet = settled(5);
  for (const std::size_t n : {0u, 1u, 2u}) fleet.unreadable.insert(node_id(n));
  fleet.step();
  EXPECT_THAT(fleet.assigner.alarm(), IsEmpty());
  EXPECT_EQ(fleet.assigner.next_deadline(), never);
}

TEST(Assigner, SuspectsNothingAgainOfThoseWhomItGaveUp) {
  SimulatedFleet fleet = settled(9);
  const Duration first = fleet.now;
  for (const std::size_t n : {0u, 1u, 2u, 3u}) fleet.crash(n);
  fleet.run(limits::suspicion - 1s);
  for (const std::size_t n : {4u, 5u, 6u}) fleet.crash(n);
  fleet.run(first + limits::suspicion + 2 * SimulatedFleet::tick - fleet.now);
  EXPECT_EQ(fleet.owned(node_id(7)) + fleet.owned(node_id(8)), limits::partitions);
  EXPECT_EQ(fleet.assigner.next_deadline(), never);
}

TEST(Assigner, DoesNotMissWhoDrainedBeforeItVanished) {
  SimulatedFleet fleet = settled(6);
  for (const std::size_t n : {0u, 1u, 2u}) fleet.servers[node_id(n)].draining = true;
  fleet.step();
  for (const std::size_t n : {0u, 1u, 2u}) fleet.servers[node_id(n)].registered = false;
  fleet.step();
  EXPECT_THAT(fleet.assigner.alarm(), IsEmpty());
  for (const std::size_t n : {0u, 1u, 2u}) EXPECT_EQ(fleet.owned(node_id(n)), 0u);
}

TEST(Assigner, MovesNothingForBalanceWhileItSuspectsTheRegister) {
  SimulatedFleet fleet = settled(6);
  for (const std::size_t n : {0u, 1u, 2u}) fleet.servers[node_id(n)].registered = false;
  fleet.step();
  fleet.moves = fleet.standby_moves = 0;
  fleet.join(6);
  fleet.run(20s);
  EXPECT_EQ(fleet.moves, 0u);
  EXPECT_EQ(fleet.standby_moves, 0u);
}

TEST(Assigner, LeavesAFleetThatStartsAgainTheTimeToComeBack) {
  SimulatedFleet fleet;
  fleet.map = static_map(20);
  for (std::size_t n = 0; n < 20; ++n) {
    fleet.join(n);
    fleet.run(1s);
  }
  EXPECT_EQ(fleet.moves, 0u);
}

TEST(Assigner, BeginsByReplacingOneWhoIsMissing) {
  SimulatedFleet fleet = settled(20);
  fleet.assigner = {};
  fleet.crash(7);  // who held the lease
  fleet.step();
  EXPECT_EQ(fleet.owned(node_id(7)), 0u);
}

// --- Partitions that kill (R12) ----------------------------------------------------------------

TEST(Assigner, ClosesAPartitionThatTwoVanishedOverAndOnlyIt) {
  SimulatedFleet fleet = settled(4);
  fleet.poison = 5;
  fleet.restart(fleet.map.places[5].owner.value);  // opens it together with all it has
  std::string alarms;
  for (const Duration end = fleet.now + 2min; fleet.now < end;) {
    fleet.step();
    alarms += fleet.assigner.alarm();
  }
  EXPECT_EQ(fleet.deaths, 2u);
  EXPECT_THAT(alarms, HasSubstr("Partition 5 is closed"));
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    const Place& place = fleet.map.places[p];
    EXPECT_EQ(place.closed, p == 5) << p;
    EXPECT_EQ(place.owner == nobody, p == 5) << p;
    EXPECT_EQ(place.standby == nobody, p == 5) << p;
    EXPECT_EQ(place.vanished, p == 5 ? 2 : 0) << p;
  }
}

TEST(Assigner, CountsOneWhoCameBackInAnotherLifeAndForgivesWhatIsOpenedInTheEnd) {
  SimulatedFleet fleet = settled(4);
  const NodeId owner = fleet.map.places[5].owner;
  fleet.servers[owner].holds[5] = Holding::State::opening;
  fleet.decide();
  fleet.restart(owner.value);
  fleet.step();
  EXPECT_EQ(fleet.map.places[5].owner, owner);
  EXPECT_EQ(fleet.map.places[5].vanished, 1);
  fleet.run(5s);
  EXPECT_EQ(fleet.map.places[5].vanished, 0);
  EXPECT_FALSE(fleet.map.places[5].closed);
}

TEST(Assigner, DoesNotCountOneWhoVanishesWithThePartitionOpen) {
  SimulatedFleet fleet = settled(4);
  for (int i = 0; i < 5; ++i) {
    const NodeId owner = fleet.map.places[5].owner;
    fleet.crash(owner.value);
    fleet.step();
    EXPECT_EQ(fleet.map.places[5].vanished, 0);
    fleet.run(10s);
    fleet.restart(owner.value);
    fleet.settle();
  }
}

TEST(Assigner, CountsNobodyWhoWasOnlyOutOfTheRegistersSight) {
  SimulatedFleet fleet = settled(5);
  const NodeId owner = fleet.map.places[5].owner;
  fleet.servers[owner].holds[5] = Holding::State::opening;
  fleet.servers[owner].opens = false;
  fleet.step();
  for (int i = 0; i < 3; ++i) {
    for (const std::size_t n : {0u, 1u, 2u, 3u, 4u}) fleet.servers[node_id(n)].registered = n == 4;
    fleet.run(10s);
    for (const std::size_t n : {0u, 1u, 2u, 3u}) fleet.servers[node_id(n)].registered = true;
    fleet.run(10s);
  }
  EXPECT_EQ(fleet.map.places[5].vanished, 0);
}

TEST(Assigner, CountsOnceEvenIfTheMapIsSlowToSayIt) {
  SimulatedFleet fleet = settled(4);
  const NodeId owner = fleet.map.places[5].owner;
  fleet.servers[owner].holds[5] = Holding::State::opening;
  fleet.decide();
  fleet.crash(owner.value);
  for (int i = 0; i < 5; ++i) {
    const auto decided = fleet.decide();
    ASSERT_TRUE(decided);
    EXPECT_EQ(decided->places[5].vanished, 1);
    fleet.now += 1s;
  }
}

TEST(Assigner, WhoOnlyWatchedCountsNothingAgainWhenTheLeaseComesToIt) {
  SimulatedFleet fleet = settled(4);
  Assigner watcher;
  watcher.observe(fleet.map, fleet.fleet(), fleet.now);
  const NodeId owner = fleet.map.places[5].owner;
  fleet.servers[owner].holds[5] = Holding::State::opening;
  fleet.decide();
  watcher.observe(fleet.map, fleet.fleet(), fleet.now);
  fleet.crash(owner.value);
  for (auto& [node, server] : fleet.servers) server.opens = false;
  watcher.observe(fleet.map, fleet.fleet(), fleet.now);
  EXPECT_EQ(watcher.decide(fleet.map, fleet.fleet(), fleet.now)->places[5].vanished, 1)
      << "if the other had decided nothing";
  fleet.step();
  ASSERT_EQ(fleet.map.places[5].vanished, 1);
  const auto decided = watcher.decide(fleet.map, fleet.fleet(), fleet.now);
  EXPECT_EQ(decided ? decided->places[5].vanished : fleet.map.places[5].vanished, 1);
}

TEST(Assigner, WhoOnlyWatchedForgivesWhatAnotherForgave) {
  SimulatedFleet fleet = settled(4);
  Place& place = fleet.map.places[5];
  const NodeId owner = place.owner;
  place.vanished = 1;
  fleet.servers[owner].holds[5] = Holding::State::opening;
  fleet.decide();
  fleet.crash(owner.value);
  EXPECT_TRUE(fleet.decide()->places[5].closed) << "if it decided";
  place.owner = place.standby;
  place.vanished = 0;
  EXPECT_EQ(fleet.decide()->places[5].vanished, 0);
}

TEST(Assigner, LeavesAClosedPartitionClosedUntilItIsReopened) {
  SimulatedFleet fleet = settled(4);
  fleet.map.places[5] = {.vanished = 2, .closed = true};
  fleet.run(2min);
  EXPECT_TRUE(fleet.map.places[5].closed);
  EXPECT_EQ(fleet.map.places[5].owner, nobody);
  const std::uint64_t version = fleet.map.version;
  reopen(fleet.map, PartitionId{5});
  EXPECT_EQ(fleet.map.version, version + 1);
  fleet.run(5s);
  EXPECT_TRUE(fleet.is_open(5));
  EXPECT_NE(fleet.map.places[5].standby, nobody);
}

TEST(Assigner, ClosesAgainWhatStillKillsAfterItWasReopened) {
  SimulatedFleet fleet = settled(4);
  fleet.map.places[5] = {.vanished = 2, .closed = true};
  fleet.step();
  reopen(fleet.map, PartitionId{5});
  fleet.poison = 5;
  fleet.run(2min);
  EXPECT_EQ(fleet.deaths, 2u);
  EXPECT_TRUE(fleet.map.places[5].closed);
  EXPECT_EQ(std::count_if(fleet.map.places.begin(), fleet.map.places.end(),
                          [](const Place& place) { return place.closed; }),
            1);
}

TEST(AssignerDeath, OnlyWhatIsClosedIsReopened) {
  ShardMap map = static_map(2);
  EXPECT_EXIT(reopen(map, PartitionId{5}), testing::ExitedWithCode(70), "closed");
}

}  // namespace
}  // namespace hubbub::test
