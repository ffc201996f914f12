#include "core/chat/members.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "sim/engine/random.hpp"

namespace hubbub {
namespace {

/// Nine users: four of one shard, three of a second, one each of two more.
const std::vector<UserId>& users() {
  static const std::vector<UserId> all = [] {
    std::map<ShardId, std::vector<UserId>> by_shard;
    std::vector<UserId> chosen;
    const auto take = [&](std::size_t count) {
      for (std::uint64_t u = 1 + chosen.size() * 10'000;; ++u) {
        auto& shard = by_shard[shard_of(UserId{u})];
        shard.push_back(UserId{u});
        if (shard.size() < count) continue;
        chosen.insert(chosen.end(), shard.begin(), shard.end());
        by_shard.clear();
        return;
      }
    };
    for (const std::size_t count : {4u, 3u, 1u, 1u}) take(count);
    return chosen;
  }();
  return all;
}

/// The definition: who is due which sequence, one set a sequence.
class Model {
 public:
  void join(UserId user) { members_.insert(user); }
  /// What joins before it is due it; what leaves with it is due it too, and nothing after.
  void entry() { due_.push_back(members_); }
  void leave(UserId user) {
    members_.erase(user);
    changes_.emplace(head(), user);
  }
  void joined_with_the_last_entry(UserId user) { changes_.emplace(head() - 1, user); }

  Sequence head() const { return due_.size() - 1; }
  const std::set<UserId>& members() const { return members_; }
  bool is_due(UserId user, Sequence seq) const { return due_[seq].contains(user); }
  std::vector<UserId> due(ShardId shard, Sequence seq) const {
    std::vector<UserId> some;
    for (const UserId user : due_[seq])
      if (shard_of(user) == shard) some.push_back(user);
    return some;
  }
  /// Did `user`, or somebody of `shard`, join or leave between `seq` and the next?
  bool changes_after(Sequence seq, UserId user) const { return changes_.contains({seq, user}); }
  bool changes_after(Sequence seq, ShardId shard) const {
    return std::any_of(changes_.begin(), changes_.end(), [&](const auto& change) {
      return change.first == seq && shard_of(change.second) == shard;
    });
  }

 private:
  std::set<UserId> members_;
  std::vector<std::set<UserId>> due_{1};
  std::set<std::pair<Sequence, UserId>> changes_;
};

struct History {
  Members members;
  Model model;
};

History any_history(sim::Random& random) {
  History h;
  for (const UserId user : users()) {  // the entry that creates the group
    if (random.below(3) > 0) continue;
    h.members.join(user, 1);
    h.model.join(user);
  }
  h.model.entry();
  const std::uint64_t steps = random.below(60);
  const std::uint64_t calm = 1 + random.below(20);
  for (std::uint64_t step = 0; step < steps; ++step) {
    const std::uint64_t which = random.below(users().size() + calm);
    if (which >= users().size()) {
      h.model.entry();
      continue;
    }
    const UserId user = users()[which];
    const Sequence entry = h.model.head() + 1;
    if (h.members.contains(user)) {
      h.members.leave(user, entry);
      h.model.entry();
      h.model.leave(user);
    } else {
      h.members.join(user, entry);
      h.model.join(user);
      h.model.entry();
      h.model.joined_with_the_last_entry(user);
    }
  }
  return h;
}

/// The same, as rows bring it back: some intervals at a time, in storing order.
Members restored(const Members& from, sim::Random& random) {
  Members members;
  auto rest = from.intervals();
  while (!rest.empty()) {
    const std::size_t some = 1 + random.below(rest.size());
    members.restore(rest.first(some));
    rest = rest.subspan(some);
  }
  members.index();
  return members;
}

void check_who_belongs(const Members& members, const Model& model, const std::set<UserId>& ever) {
  RC_ASSERT(members.count() == model.members().size());
  std::set<ShardId> shards;
  std::map<ShardId, std::size_t> in_shard;
  for (const UserId user : users()) {
    RC_ASSERT(members.contains(user) == model.members().contains(user));
    RC_ASSERT(members.knows(user) == ever.contains(user));
    if (!ever.contains(user)) continue;
    shards.insert(shard_of(user));
    ++in_shard[shard_of(user)];
  }
  RC_ASSERT(members.shards() == std::vector<ShardId>(shards.begin(), shards.end()));
  for (const UserId user : users())
    RC_ASSERT(members.in_shard(shard_of(user)) == in_shard[shard_of(user)]);
}

void check_run(const Members& members, const Model& model, ShardId shard, Sequence after,
               Sequence head) {
  std::vector<UserId> recipients = {UserId{999'999'999}};  // left over from another run
  const auto run = members.next_run(shard, after, head, recipients);
  Sequence from = after + 1;
  while (from <= head && model.due(shard, from).empty()) ++from;
  if (from > head) {
    RC_ASSERT(!run.has_value());
    return;
  }
  RC_ASSERT(run.has_value());
  RC_ASSERT(run->from == from);
  RC_ASSERT(run->to >= run->from);
  RC_ASSERT(run->to <= head);
  std::sort(recipients.begin(), recipients.end());
  for (Sequence seq = run->from; seq <= run->to; ++seq)
    RC_ASSERT(model.due(shard, seq) == recipients);
  // Runs are as long as they can be, or a conversation would go out entry by entry.
  RC_ASSERT(run->to == head || model.changes_after(run->to, shard));
  Sequence previous = from - 1;
  while (previous > 0 && model.due(shard, previous).empty()) --previous;
  RC_ASSERT(run->previous == previous);
}

RC_GTEST_PROP(Members, GiveTheRunsThatTheSetsOfEachSequenceGive, (std::uint64_t seed)) {
  sim::Random random(seed, 0, 0);
  const History h = any_history(random);
  const Members again = restored(h.members, random);
  const Sequence some = random.below(h.model.head() + 1);
  for (const std::size_t user : {0u, 4u, 7u, 8u}) {
    const ShardId shard = shard_of(users()[user]);
    for (Sequence after = 0; after <= h.model.head(); ++after) {
      check_run(h.members, h.model, shard, after, h.model.head());
      check_run(again, h.model, shard, after, h.model.head());
      check_run(h.members, h.model, shard, after, some);
    }
  }
}

/// What a piece says must hold of each of its sequences, and it must be the whole of a membership.
void check_piece(const Model& model, UserId user, Sequence wanted, Sequence head,
                 const std::optional<Members::Interval>& piece) {
  RC_ASSERT(piece.has_value());
  RC_ASSERT(piece->user == user);
  RC_ASSERT(piece->from < wanted);
  RC_ASSERT(wanted <= piece->to);
  RC_ASSERT(piece->to <= head);
  for (Sequence seq = piece->from + 1; seq <= piece->to; ++seq) RC_ASSERT(model.is_due(user, seq));
  RC_ASSERT(piece->from == 0 || model.changes_after(piece->from, user));
  RC_ASSERT(piece->to == head || model.changes_after(piece->to, user));
}

void check_readable(const Members& members, const Model& model, UserId user, Sequence at,
                    Sequence head) {
  Sequence below = std::min(at, head);
  while (below > 0 && !model.is_due(user, below)) --below;
  const auto low = members.readable_below(user, at, head);
  if (below == 0)
    RC_ASSERT(!low.has_value());
  else
    check_piece(model, user, below, head, low);

  Sequence above = std::max<Sequence>(at, 1);
  while (above <= head && !model.is_due(user, above)) ++above;
  const auto high = members.readable_above(user, at, head);
  if (above > head)
    RC_ASSERT(!high.has_value());
  else
    check_piece(model, user, above, head, high);
}

RC_GTEST_PROP(Members, MayReadWhatTheyWereDueAndNothingElse, (std::uint64_t seed)) {
  sim::Random random(seed, 1, 0);
  const History h = any_history(random);
  const Members again = restored(h.members, random);
  const Sequence some = random.below(h.model.head() + 1);
  for (const UserId user : users()) {
    for (Sequence at = 0; at <= h.model.head() + 2; ++at) {
      check_readable(h.members, h.model, user, at, h.model.head());
      check_readable(again, h.model, user, at, h.model.head());
      check_readable(h.members, h.model, user, at, some);
    }
  }
}

RC_GTEST_PROP(Members, AreWhoJoinedAndDidNotLeave, (std::uint64_t seed)) {
  sim::Random random(seed, 2, 0);
  const History h = any_history(random);
  std::set<UserId> ever;
  for (Sequence seq = 1; seq <= h.model.head(); ++seq)
    for (const UserId user : users())
      if (h.model.is_due(user, seq)) ever.insert(user);
  check_who_belongs(h.members, h.model, ever);
  check_who_belongs(restored(h.members, random), h.model, ever);
}

TEST(Members, SeeTheirJoiningAndTheirLeaving) {
  Members members;
  const UserId user = users()[0];
  EXPECT_EQ(members.join(user, 5), 0u);
  EXPECT_EQ(members.leave(user, 8), 0u);
  const auto piece = members.readable_below(user, 100, 100);
  ASSERT_TRUE(piece.has_value());
  EXPECT_EQ(*piece, (Members::Interval{user, 4, 8}));
}

TEST(Members, NameTheIntervalThatChangedForItsRow) {
  Members members;
  EXPECT_EQ(members.join(users()[0], 1), 0u);
  EXPECT_EQ(members.join(users()[1], 1), 1u);
  EXPECT_EQ(members.leave(users()[0], 2), 0u);
  EXPECT_EQ(members.join(users()[0], 3), 2u) << "joining again is an interval of its own";
  EXPECT_EQ(members.leave(users()[0], 4), 2u);
  const std::vector<Members::Interval> stored = {
      {users()[0], 0, 2}, {users()[1], 0, rows::open_end}, {users()[0], 2, 4}};
  EXPECT_TRUE(std::equal(members.intervals().begin(), members.intervals().end(), stored.begin(),
                         stored.end()));
}

TEST(Members, FindThePredecessorBeyondAGapInWhichNobodyWasDue) {
  Members members;
  members.join(users()[0], 1);
  members.leave(users()[0], 3);
  members.join(users()[0], 10);
  std::vector<UserId> recipients;
  const auto run = members.next_run(shard_of(users()[0]), 3, 12, recipients);
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->from, 10u);
  EXPECT_EQ(run->to, 12u);
  EXPECT_EQ(run->previous, 3u);
}

TEST(Members, OfADirectConversationAreItsTwoAlways) {
  for (const auto& [a, b] :
       {std::pair(users()[0], users()[8]), std::pair(users()[0], users()[1])}) {
    const Members members = Members::direct(ConversationId::direct(a, b));
    EXPECT_EQ(members.count(), 2u);
    EXPECT_EQ(members.shards().size(), shard_of(a) == shard_of(b) ? 1u : 2u);
    for (const UserId user : {a, b}) {
      EXPECT_TRUE(members.contains(user));
      EXPECT_EQ(members.readable_below(user, 9, 9), (Members::Interval{user, 0, 9}));
      std::vector<UserId> recipients;
      const auto run = members.next_run(shard_of(user), 0, 9, recipients);
      ASSERT_TRUE(run.has_value());
      EXPECT_EQ(run->from, 1u);
      EXPECT_EQ(run->to, 9u);
      EXPECT_EQ(run->previous, 0u);
      EXPECT_TRUE(std::find(recipients.begin(), recipients.end(), user) != recipients.end());
    }
    EXPECT_FALSE(members.knows(users()[5]));
  }
}

/// What bounds a group in one shard is how many of its users live there, not how often they came.
TEST(Members, WhoComesAndGoesTakesOnePlaceOfTheShard) {
  Members members;
  Sequence entry = 0;
  for (int i = 0; i < 100; ++i) {
    members.join(users()[0], ++entry);
    members.leave(users()[0], ++entry);
  }
  members.join(users()[1], ++entry);
  EXPECT_EQ(members.in_shard(shard_of(users()[0])), 2u);
}

TEST(Members, MayReadWhatCameBeforeWhereNewcomersMayButAreNotDueIt) {
  Members members;
  const UserId first = users()[0], second = users()[4];
  members.join(first, 1);
  members.join(second, 6, NewcomersRead::all);
  EXPECT_EQ(members.readable_below(second, 3, 9), (rows::Interval{second, 0, 9, {}, true}));
  EXPECT_EQ(members.readable_above(second, 1, 9), (rows::Interval{second, 0, 9, {}, true}));
  EXPECT_FALSE(members.due_below(second, 5, 9).has_value());
  EXPECT_EQ(members.due_below(second, 9, 9)->from, 5u);
  std::vector<UserId> recipients;
  EXPECT_EQ(members.next_run(shard_of(second), 0, 9, recipients)->from, 6u);
}

TEST(Members, WhoRejoinsWhereNewcomersMayReadAllMayReadAllInOnePiece) {
  Members members;
  const UserId user = users()[0];
  members.join(user, 3);
  members.leave(user, 5);
  members.join(user, 9, NewcomersRead::all);
  for (const Sequence at : {1u, 4u, 7u, 10u}) {
    EXPECT_EQ(members.readable_below(user, at, 12)->to, 12u) << at;
    EXPECT_EQ(members.readable_above(user, at, 12)->from, 0u) << at;
  }
  // Left again, and back where newcomers may not: what lies between is nobody's to read.
  members.leave(user, 14);
  members.join(user, 17);
  EXPECT_EQ(members.readable_below(user, 15, 20)->to, 14u);
  EXPECT_EQ(members.readable_above(user, 15, 20)->from, 16u);
}

TEST(Members, TheOwnersSuccessorIsTheFirstAdminElseTheFirstMember) {
  Members members;
  const auto& u = users();
  for (std::size_t i = 0; i < 4; ++i) members.join(u[i], 1);
  members.set_role(u[0], Role::owner);
  EXPECT_EQ(members.successor(u[0]), u[1]);
  members.set_role(u[3], Role::admin);
  EXPECT_EQ(members.successor(u[0]), u[3]);
  members.leave(u[3], 2);
  members.leave(u[1], 3);
  EXPECT_EQ(members.successor(u[0]), u[2]);
  members.leave(u[2], 4);
  EXPECT_EQ(members.successor(u[0]), UserId{});
}

TEST(MembersDeath, NobodyJoinsTwiceNorLeavesWithoutBeingIn) {
  Members members;
  members.join(users()[0], 1);
  EXPECT_EXIT(members.join(users()[0], 2), testing::ExitedWithCode(70), "contains");
  EXPECT_EXIT(members.leave(users()[1], 2), testing::ExitedWithCode(70), "has_value");
}

}  // namespace
}  // namespace hubbub
