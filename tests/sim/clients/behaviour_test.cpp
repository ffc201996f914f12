#include "sim/clients/behaviour.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace hubbub::sim {
namespace {

PopulationSettings settings() {
  PopulationSettings s;
  s.users = 1000;
  s.length = Sampler::constant(60);
  return s;
}

TEST(Population, KnowingIsMutualAndNobodyKnowsThemselves) {
  const Population population(settings());
  ASSERT_EQ(population.acquaintances(), 50u);
  for (std::uint32_t user = 0; user < 1000; user += 37) {
    std::set<std::uint32_t> known;
    for (std::uint32_t k = 0; k < 50; ++k) {
      const std::uint32_t other = population.acquaintance(user, k);
      EXPECT_NE(other, user);
      known.insert(other);
      bool knows_back = false;
      for (std::uint32_t j = 0; j < 50; ++j)
        knows_back |= population.acquaintance(other, j) == user;
      EXPECT_TRUE(knows_back) << user << " knows " << other;
    }
    EXPECT_EQ(known.size(), 50u);
  }
}

TEST(Population, OfAFewEveryoneKnowsEveryone) {
  PopulationSettings s = settings();
  s.users = 5;
  const Population population(s);
  std::set<std::uint32_t> known;
  for (std::uint32_t k = 0; k < population.acquaintances(); ++k)
    known.insert(population.acquaintance(2, k));
  EXPECT_EQ(known, (std::set<std::uint32_t>{0, 1, 3, 4}));
}

TEST(Population, OneUserAloneDoesNothing) {
  PopulationSettings s = settings();
  s.users = 1;
  const Population population(s);
  EXPECT_EQ(population.pause_after(0, 0), never);
}

TEST(Population, WritesAtThePeakRate) {
  PopulationSettings s = settings();
  s.messages_per_day = 8640;  // at three times the mean: 0.3 a second
  const Population population(s);
  Duration passed{0};
  constexpr std::uint32_t acts = 20'000;
  for (std::uint32_t i = 0; i < acts; ++i) passed += population.pause_after(17, i);
  EXPECT_NEAR(acts / std::chrono::duration<double>(passed).count(), 0.3, 0.3 * 4 / std::sqrt(acts));
}

TEST(Population, DevicesOfAUserShareItsMessages) {
  PopulationSettings s = settings();
  s.devices = 3;
  s.messages_per_day = 86'400;
  const Population population(s);
  Duration passed{0};
  for (std::uint32_t i = 0; i < 10'000; ++i) passed += population.pause_after(4, i);
  EXPECT_NEAR(10'000 / std::chrono::duration<double>(passed).count(), 1.0, 0.04);
}

TEST(Population, NearlyEverythingGoesToAFewConversations) {
  const Population population(settings());
  std::set<std::uint64_t> few;
  for (std::uint32_t k = 0; k < 5; ++k) few.insert(population.acquaintance(10, k) + 1);
  int inside = 0;
  constexpr int acts = 4000;
  for (std::uint32_t i = 0; i < acts; ++i) {
    const Act act = population.act(10, i);
    EXPECT_EQ(act.kind, Act::Kind::write);
    EXPECT_EQ(act.length, 60u);
    inside += few.count(act.peer.value) > 0 ? 1 : 0;
  }
  EXPECT_GT(inside, acts * 93 / 100);
  EXPECT_LT(inside, acts);
}

TEST(Population, BlocksSomebodyOrEndsThatAsOftenAsItIsToAndNothingElseChanges) {
  PopulationSettings s = settings();
  const Population without(s);
  s.blocks_per_day = s.messages_per_day;  // half of what is done
  const Population population(s);
  int changes = 0, blocks = 0;
  constexpr int acts = 4000;
  for (std::uint32_t i = 0; i < acts; ++i) {
    EXPECT_EQ(without.act(10, i).kind, Act::Kind::write);
    const Act act = population.act(10, i);
    if (act.kind != Act::Kind::block) continue;
    ++changes;
    blocks += act.blocked ? 1 : 0;
    EXPECT_NE(act.peer, Population::id_of(10));
    EXPECT_FALSE(act.in_group);
  }
  EXPECT_NEAR(changes, acts / 2, 4 * std::sqrt(acts));
  EXPECT_NEAR(blocks, changes * 0.35, 4 * std::sqrt(changes));
}

TEST(Population, RevokesOthersOfItsUsersDevicesAndMentionsWhomItWritesTo) {
  PopulationSettings s = settings();
  s.devices = 3;
  s.revokes_per_day = s.messages_per_day / 9;  // a tenth of what is done
  s.mentions = 0.25;
  s.groups = {{1, 1000, {}}};
  s.group_share = 0.5;
  const Population population(s);
  int revokes = 0, mentioning = 0, writes = 0;
  constexpr int acts = 4000;
  for (std::uint32_t i = 0; i < acts; ++i) {
    const Act act = population.act(31, i);
    if (act.kind == Act::Kind::revoke) {
      ++revokes;
      EXPECT_NE(act.device, population.device_of(31));
      EXPECT_LT(act.device, 3);
    }
    if (act.kind != Act::Kind::write) continue;
    ++writes;
    if (act.mentions == 0) continue;
    ++mentioning;
    EXPECT_EQ(act.mentions, act.in_group ? 2u : 1u);
    if (act.in_group) {
      EXPECT_TRUE(population.member(act.group, static_cast<std::uint32_t>(act.mentioned[1].value - 1)));
    } else {
      EXPECT_EQ(act.mentioned[0], act.peer);
    }
  }
  EXPECT_NEAR(revokes, acts / 10, 4 * std::sqrt(acts / 10));
  EXPECT_NEAR(mentioning, writes / 4, 4 * std::sqrt(writes / 4));
}

TEST(Population, WhereAdminsAloneChangeGroupsTheyMakeAdminsAndDoNotLeave) {
  PopulationSettings s = settings();
  s.groups = {{1, 1000, {ChangedBy::admins, {}}}};
  s.group_changes_per_day = 1e6;
  const Population population(s);
  std::set<to_server::Change::What> seen;
  for (std::uint32_t i = 0; i < 400; ++i) {
    const Act act = population.act(10, i);
    if (act.kind == Act::Kind::change) seen.insert(act.change);
  }
  using What = to_server::Change::What;
  EXPECT_EQ(seen, (std::set<What>{What::rename, What::add, What::remove, What::promote, What::demote}));
}

TEST(Population, GroupsHaveTheirMembersAndMembersTheirGroups) {
  PopulationSettings s = settings();
  s.groups = {{4, 12}, {1, 5000}};
  const Population population(s);
  ASSERT_EQ(population.groups().size(), 5u);
  for (std::uint32_t g = 0; g < 5; ++g) {
    std::uint32_t members = 0;
    for (std::uint32_t user = 0; user < s.users; ++user) {
      const auto groups = population.groups_of(user);
      const bool listed = std::find(groups.begin(), groups.end(), g) != groups.end();
      EXPECT_EQ(listed, population.member(g, user));
      members += listed ? 1 : 0;
    }
    EXPECT_EQ(members, g < 4 ? 12u : 1000u);
  }
}

TEST(Population, WhatOneClientDoesDoesNotDependOnHowOftenItIsAsked) {
  const Population population(settings());
  const Act first = population.act(3, 9);
  for (std::uint32_t i = 0; i < 100; ++i) (void)population.act(i, i);
  const Act again = population.act(3, 9);
  EXPECT_EQ(first.peer, again.peer);
  EXPECT_EQ(population.pause_after(3, 9), population.pause_after(3, 9));
  EXPECT_NE(population.pause_after(3, 9), population.pause_after(3, 10));
}

}  // namespace
}  // namespace hubbub::sim
