// Presence where many watch, and where what is watched moves: a story shows a few people only.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "tests/core/node/cluster.hpp"

namespace hubbub::test {
namespace {

constexpr NodeId node{0};
constexpr UserId star{1};
constexpr ConnectionId stars{0, 1};

class Presence : public testing::Test {
 protected:
  Presence() {
    cluster.listener.frame = [this](ConnectionId to, NodeId, const to_client::Frame& frame) {
      if (const auto* presence = std::get_if<to_client::Presence>(&frame))
        for (const PresenceOf& of : presence->users) told[to.slot].push_back(of);
      if (const auto* error = std::get_if<to_client::Error>(&frame)) errors.push_back(error->code);
    };
    cluster.start(node);
    cluster.run();
    cluster.wait(limits::presence_settles);
  }

  void hello(ConnectionId connection, UserId user) {
    cluster.open(node, connection, user);
    cluster.send(node, connection, to_server::Hello{"phone", false, {}});
    cluster.run();
  }
  void watch(ConnectionId connection, std::span<const UserId> users, bool once = false) {
    cluster.send(node, connection, to_server::Watch{users, once});
    cluster.run();
  }
  PresenceState last(std::uint32_t slot) const { return told.at(slot).back().state; }

  Cluster cluster{1};
  std::map<std::uint32_t, std::vector<PresenceOf>> told;
  std::vector<ErrorCode> errors;
};

TEST_F(Presence, IsToldToAllWhoWatchInStepsOfBoundedWork) {
  constexpr std::uint32_t fans = 600;
  for (std::uint32_t i = 1; i <= fans; ++i) {
    hello({i, 1}, UserId{i + 1});
    watch({i, 1}, {&star, 1});
    EXPECT_EQ(last(i), PresenceState::offline);
  }
  hello(stars, star);
  cluster.wait(4s);
  for (std::uint32_t i = 1; i <= fans; ++i) ASSERT_EQ(last(i), PresenceState::online) << i;
  EXPECT_EQ(told[fans].size(), 2u);
  cluster.close(node, stars, true);
  cluster.wait(1s);
  for (std::uint32_t i = 1; i <= fans; ++i) ASSERT_EQ(last(i), PresenceState::offline) << i;
  EXPECT_LE(cluster.units_max(), limits::step_units);
}

TEST_F(Presence, IsPushedOfSoManyUsersAndTheRestAsks) {
  hello(stars, star);
  std::vector<UserId> some(limits::watched_in_frame);
  for (std::uint64_t next = 2; next < 2 + limits::watched_users;) {
    for (UserId& user : some) user = UserId{next++};
    watch(stars, some);
  }
  EXPECT_EQ(told[0].size(), limits::watched_users);
  EXPECT_TRUE(errors.empty());
  const UserId more{100'000};
  watch(stars, {&more, 1});
  EXPECT_EQ(errors, std::vector{ErrorCode::too_large});
  watch(stars, {&more, 1}, true);
  EXPECT_EQ(told[0].back().user, more);
  EXPECT_LE(cluster.units_max(), limits::step_units);
}

TEST_F(Presence, OfSomeoneOnTwoDevicesEndsWithTheLast) {
  constexpr ConnectionId tablet{1, 1}, fan{2, 1};
  hello(stars, star);
  cluster.open(node, tablet, star);
  cluster.send(node, tablet, to_server::Hello{"tablet", false, {}});
  hello(fan, UserId{9});
  watch(fan, {&star, 1});
  cluster.wait(4s);
  cluster.close(node, stars, true);
  cluster.wait(1min);
  EXPECT_EQ(last(fan.slot), PresenceState::online);
  cluster.close(node, tablet, true);
  cluster.wait(1s);
  EXPECT_EQ(last(fan.slot), PresenceState::offline);
}

/// More watch somebody than may wait for a record that is loaded: those who are told *unknown* are asked
/// for again.
TEST_F(Presence, IsKnownToAllWhoWatchOnceItsOwnerIsBack) {
  constexpr std::uint32_t fans = 2 * limits::parked_per_entity;
  for (std::uint32_t i = 1; i <= fans; ++i) {
    hello({i, 1}, UserId{i + 1});
    watch({i, 1}, {&star, 1});
  }
  cluster.wait(1min);  // nobody else needs the record
  cluster.crash(node);
  told.clear();
  cluster.start(node);
  for (std::uint32_t i = 1; i <= fans; ++i) cluster.open(node, {fans + i, 1}, UserId{i + 1});
  for (std::uint32_t i = 1; i <= fans; ++i)
    cluster.send(node, {fans + i, 1}, to_server::Hello{"phone", false, {}});
  cluster.run();
  cluster.wait(1s);
  for (std::uint32_t i = 1; i <= fans; ++i)
    cluster.send(node, {fans + i, 1}, to_server::Watch{{&star, 1}, false});
  cluster.run();
  cluster.wait(limits::presence_settles + 3s);
  for (std::uint32_t i = 1; i <= fans; ++i) ASSERT_EQ(last(fans + i), PresenceState::offline) << i;
  EXPECT_LE(cluster.units_max(), limits::step_units);
}

/// While an owner does not know who is there, it must not know either that somebody hides.
TEST_F(Presence, OfWhoHidesIsAsUnknownAsOfOthersWhileTheOwnerIsNew) {
  constexpr ConnectionId fan{1, 1}, later{2, 1}, stars_later{3, 1};
  const UserId viewer{9};
  UserId other{2};
  hello(stars, star);
  cluster.send(node, stars, to_server::ContactChange{.id = 1, .number = 1, .key = 1,
                                                     .what = to_server::ContactChange::What::block, .user = viewer});
  cluster.run();
  hello(fan, viewer);
  watch(fan, {&star, 1});
  EXPECT_EQ(told[fan.slot].size(), 1u);
  EXPECT_EQ(last(fan.slot), PresenceState::offline);
  cluster.crash(node);
  cluster.start(node);
  cluster.run();
  hello(later, viewer);
  const UserId both[] = {star, other};
  watch(later, both);
  for (const PresenceOf& of : told[later.slot]) EXPECT_EQ(of.state, PresenceState::unknown);
  EXPECT_GE(told[later.slot].size(), 2u);
  // One more whom it hides from meanwhile is told nothing that would tell.
  hello(stars_later, star);
  cluster.wait(limits::presence_settles + 5s);
  for (const UserId user : both) {
    const auto& all = told[later.slot];
    const auto newest = std::find_if(all.rbegin(), all.rend(), [&](const PresenceOf& of) { return of.user == user; });
    ASSERT_NE(newest, all.rend());
    EXPECT_EQ(newest->state, PresenceState::offline);
  }
}

/// Who is offline is not told to be so once more because of a block: nothing else would say it again.
TEST_F(Presence, OfWhoIsAwayDoesNotTellOfABlock) {
  constexpr ConnectionId fan{1, 1};
  const UserId viewer{9};
  hello(stars, star);
  hello(fan, viewer);
  watch(fan, {&star, 1});
  cluster.wait(4s);
  ASSERT_EQ(last(fan.slot), PresenceState::online);
  // On another device, which is not shown yet when it blocks.
  cluster.close(node, stars, true);
  cluster.wait(1s);
  ASSERT_EQ(last(fan.slot), PresenceState::offline);
  const std::size_t before = told[fan.slot].size();
  constexpr ConnectionId again{2, 1};
  cluster.open(node, again, star);
  cluster.send(node, again, to_server::Hello{"phone", false, {}});
  cluster.send(node, again, to_server::ContactChange{.id = 1, .number = 1, .key = 1,
                                                     .what = to_server::ContactChange::What::block, .user = viewer});
  cluster.run();
  cluster.send(node, again, to_server::ContactChange{.id = 2, .number = 1, .key = 1,
                                                     .what = to_server::ContactChange::What::block, .user = viewer});
  cluster.wait(10s);
  EXPECT_EQ(told[fan.slot].size(), before);
}

/// Whoever is watched stays in memory, and only as long as that.
TEST(Presences, KeepNobodyInMemoryWhomNobodyWatches) {
  constexpr NodeId here{0}, there{1};
  UserId watched{1};  // whose shard is here, and who is not
  Cluster cluster(2);
  for (const NodeId n : {here, there}) cluster.start(n);
  cluster.run();
  const auto home = [&](UserId user) { return cluster.map().places[partition_of(shard_of(user)).value].owner; };
  while (home(watched) != here) ++watched.value;
  cluster.wait(limits::presence_settles);
  std::uint32_t slot = 0;
  const auto looks_on = [&](NodeId gateway) {
    const ConnectionId fan{++slot, 1};
    UserId user{1000};
    while (home(user) != there) ++user.value;
    cluster.open(gateway, fan, user);
    cluster.send(gateway, fan, to_server::Hello{"phone", false, {}});
    cluster.run();
    cluster.send(gateway, fan, to_server::Watch{{&watched, 1}, false});
    cluster.run();
    return fan;
  };
  const auto users = [&] { return cluster.node(here).sizes().users; };
  const Duration soon = limits::watch_sweep + 2 * Duration(limits::idle) + 5s;

  const ConnectionId near = looks_on(here);
  cluster.wait(soon);
  EXPECT_EQ(users(), 1u) << "while somebody watches";
  cluster.close(here, near);
  cluster.wait(soon);
  EXPECT_EQ(users(), 0u) << "the gateway says that nobody does any more";

  looks_on(there);
  cluster.wait(soon);
  EXPECT_EQ(users(), 1u);
  cluster.crash(there);
  cluster.wait(soon);
  EXPECT_EQ(users(), 0u) << "the gateway is lost";
}

/// A minute in which nothing happens to those who are there costs them nothing.
TEST_F(Presence, CostsNoStepWhileNothingChanges) {
  hello(stars, star);
  constexpr ConnectionId fan{2, 1};
  hello(fan, UserId{9});
  watch(fan, {&star, 1});
  cluster.wait(1min);
  std::size_t steps = 0;
  cluster.listener.step = [&](NodeId, std::span<const Input>, const Outbox&) { ++steps; };
  cluster.wait(1min);
  EXPECT_LE(steps, 61u) << "one a second looks for what is idle";
}

}  // namespace
}  // namespace hubbub::test
