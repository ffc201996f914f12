#include "core/chat/modes.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "core/chat/members.hpp"

namespace hubbub {
namespace {

TEST(Modes, AGroupThatNeverGrewLargeIsPushed) {
  const Modes modes;
  EXPECT_FALSE(modes.channel());
  EXPECT_TRUE(modes.pushed(1) && modes.pushed(1'000'000));
  EXPECT_EQ(modes.next_pushed(7), 7u);
  EXPECT_EQ(modes.last_pushed(7), 7u);
  EXPECT_EQ(modes.pushed_through(7), rows::open_end);
}

TEST(Modes, TheEntryThatMakesAChannelIsTheLastThatIsPushedAndTheOneThatEndsItTheFirst) {
  Modes modes;
  modes.change(5);
  EXPECT_TRUE(modes.channel());
  modes.change(9);
  EXPECT_FALSE(modes.channel());
  for (Sequence seq = 1; seq <= 12; ++seq) EXPECT_EQ(modes.pushed(seq), seq <= 5 || seq >= 9) << seq;
  EXPECT_EQ(modes.next_pushed(6), 9u);
  EXPECT_EQ(modes.last_pushed(8), 5u);
  EXPECT_EQ(modes.pushed_through(3), 5u);
  modes.change(11);
  EXPECT_EQ(modes.next_pushed(12), rows::open_end);
  EXPECT_EQ(modes.pushed_through(9), 11u);
}

TEST(Modes, ChangesAboveTheLimitAndBackBelowFourFifthsOfIt) {
  Modes modes;
  EXPECT_FALSE(modes.due(5000, 5000));
  EXPECT_TRUE(modes.due(5001, 5000));
  modes.change(1);
  EXPECT_FALSE(modes.due(5001, 5000));
  EXPECT_FALSE(modes.due(4000, 5000));
  EXPECT_TRUE(modes.due(3999, 5000));
}

TEST(Modes, StaysAChannelWhoChangedTooOften) {
  Modes modes;
  for (Sequence seq = 1; seq <= limits::mode_changes; ++seq) modes.change(seq);
  EXPECT_TRUE(modes.channel());
  EXPECT_FALSE(modes.due(1, 5000));
}

/// Nine users of three shards.
const std::vector<UserId>& crowded() {
  static const std::vector<UserId> users = [] {
    std::map<ShardId, std::vector<UserId>> by_shard;
    std::vector<UserId> found;
    for (std::uint64_t u = 1; found.size() < 9; ++u) {
      std::vector<UserId>& here = by_shard[shard_of(UserId{u})];
      here.push_back(UserId{u});
      if (here.size() == 3) found.insert(found.end(), here.begin(), here.end());
    }
    return found;
  }();
  return users;
}

/// Who is due what, one set a sequence, as R17 and R18 say it.
RC_GTEST_PROP(Modes, DeliveriesAreWhatIsDueInOrderEachNamingTheOneBefore, ()) {
  const auto acts = *rc::gen::container<std::vector<std::pair<int, std::size_t>>>(
      rc::gen::pair(rc::gen::inRange(0, 6), rc::gen::inRange<std::size_t>(0, 9)));
  Members members;
  Modes modes;
  std::set<UserId> in;
  std::vector<std::set<UserId>> due(1);
  std::set<Sequence> mentioning, given_up;
  bool channel = false;
  for (const auto& [what, who] : acts) {
    const Sequence seq = due.size();
    const UserId user = crowded()[who];
    std::set<UserId> of_this = channel ? std::set<UserId>{} : in;
    if (what <= 1 && !in.contains(user)) {
      members.join(user, seq);
      in.insert(user);
      of_this.insert(user);
    } else if (what == 2 && in.contains(user)) {
      members.leave(user, seq);
      in.erase(user);
      of_this.insert(user);
    } else if (what == 3) {
      of_this = in;
      modes.change(seq);
      channel = !channel;
    } else if (what == 4 && channel && in.contains(user)) {
      const std::vector<UserId> both = {user, *in.begin()};
      modes.mentions.add(seq, std::span(both).first(user == *in.begin() ? 1 : 2));
      of_this.insert(both.begin(), both.end());
      mentioning.insert(seq);
    }
    due.push_back(of_this);
  }
  const Sequence head = due.size() - 1;
  for (const ShardId shard : members.shards()) {
    std::vector<std::pair<Sequence, std::set<UserId>>> expected;
    for (Sequence seq = 1; seq <= head; ++seq) {
      std::set<UserId> here;
      for (const UserId user : due[seq])
        if (shard_of(user) == shard) here.insert(user);
      if (!here.empty()) expected.emplace_back(seq, here);
    }
    std::vector<std::pair<Sequence, std::set<UserId>>> found;
    std::vector<UserId> recipients;
    Sequence after = 0;
    while (const auto run = members.next_run(shard, after, head, recipients, modes)) {
      RC_ASSERT(run->previous == (found.empty() ? 0 : found.back().first));
      for (Sequence seq = run->from; seq <= run->to; ++seq)
        found.emplace_back(seq, std::set<UserId>(recipients.begin(), recipients.end()));
      after = run->to;
    }
    RC_ASSERT(found == expected);
    // What the shard has is forgotten, and makes no difference to what comes next.
    found.clear();
    after = 0;
    while (const auto run = members.next_run(shard, after, head, recipients, modes)) {
      RC_ASSERT(run->previous <= (found.empty() ? 0 : found.back().first));
      for (Sequence seq = run->from; seq <= run->to; ++seq)
        found.emplace_back(seq, std::set<UserId>(recipients.begin(), recipients.end()));
      after = run->to;
      modes.mentions.confirmed(shard, after, [&](Sequence seq) { RC_ASSERT(given_up.insert(seq).second); });
    }
    RC_ASSERT(found == expected);
  }
  RC_ASSERT(modes.mentions.empty() && modes.mentions.size() == 0);
  RC_ASSERT(given_up == mentioning);
}

TEST(Members, SeveralJoinAsTheyWouldOneByOne) {
  const std::vector<UserId> users = {UserId{3}, UserId{9}, UserId{40}, UserId{77}};
  Members one_by_one, at_once;
  for (Members* members : {&one_by_one, &at_once}) members->join(UserId{5}, 1);
  for (const UserId user : users) one_by_one.join(user, 4, NewcomersRead::all);
  EXPECT_EQ(at_once.join(users, 4, NewcomersRead::all), 1u);
  EXPECT_EQ(at_once.count(), 5u);
  EXPECT_TRUE(std::ranges::equal(one_by_one.intervals(), at_once.intervals()));
  for (const UserId user : users) EXPECT_TRUE(at_once.contains(user));
  EXPECT_EQ(one_by_one.shards(), at_once.shards());
  at_once.leave(UserId{40}, 6);
  EXPECT_FALSE(at_once.contains(UserId{40}));
}

}  // namespace
}  // namespace hubbub
