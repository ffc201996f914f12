#include "sim/check/mention_checks.hpp"

#include <functional>

#include "sim/check/revocation_checks.hpp"
#include "tests/sim/check/people.hpp"

namespace hubbub::sim {
namespace {

/// Alice writes to a group of her, Bob and Carol, who leaves; most of it mentions somebody.
struct Talk {
  ConversationId group = ConversationId::group(alice, DeviceNumber{1}, 1);
  std::vector<Message> messages;
  struct Named {
    std::uint64_t key;
    std::vector<UserId> users;
  };
  std::vector<Named> named;
  std::vector<std::pair<UserId, MentionOf>> listed;
  std::vector<MentionOf> shown;  ///< to Bob
  const std::vector<UserId> all{alice, bob, carol}, bobs_own{bob}, both{bob, carol}, carols_own{carol};

  Talk() {
    add(EntryKind::created, all);
    say({bob, bob, alice}, bobs_own);
    say({bob, carol}, both);
    add(EntryKind::left, carols_own);
    say({carol, bob}, bobs_own);
    say({}, {});
    listed = {{bob, of(1, 2)}, {bob, of(2, 3)}, {bob, of(3, 5)}, {carol, of(1, 3)}};
    shown = {of(2, 3), of(1, 2)};
  }
  MentionOf of(std::uint64_t number, Sequence seq) const {
    return {number, group, seq, messages[seq - 1].id, alice};
  }
  void add(EntryKind kind, std::span<const UserId> users) {
    const Sequence seq = messages.size() + 1;
    messages.push_back({.seq = seq, .id = MessageId{seq * 100}, .kind = kind, .from = alice,
                        .device = DeviceNumber{1}, .number = seq, .key = seq * 7, .users = users});
  }
  void say(std::vector<UserId> wanted, std::span<const UserId> users) {
    add(EntryKind::text, users);
    named.push_back({messages.back().key, std::move(wanted)});
  }

  /// The invariants that it breaks, of those that are about mentions.
  std::vector<std::string> broken() const {
    Checker checker;
    const Duration now = 1s;
    for (const Named& n : named) {
      checker.sent(now, alices, group, 1, n.key, 0);
      checker.mentions().named(alices, group, n.key, n.users);
    }
    for (const MentionOf& mention : shown) checker.mentions().shown(now, bobs, mention);
    for (const Message& m : messages) checker.stored_message(group, m);
    for (const auto& [user, mention] : listed) checker.mentions().stored_mention(user, mention);
    checker.finish(now, {});
    std::vector<std::string> names;
    for (const InvariantResult& r : checker.results()) {
      if (r.name != "mentions-only" && r.name != "mentioned") continue;
      EXPECT_GT(r.compared, 0u) << r.name;
      if (r.violated > 0) names.push_back(r.name);
    }
    return names;
  }
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MentionChecks, AcceptListsOfJustWhatMentionsTheirUsers) { EXPECT_THAT(Talk().broken(), IsEmpty()); }

TEST(MentionChecks, AMentionIsInTheListOnce) {
  Talk talk;
  talk.listed.push_back({bob, talk.of(4, 2)});
  EXPECT_THAT(talk.broken(), testing::Contains("mentions-only"));
}

TEST(MentionChecks, NothingIsInTheListThatIsNoMention) {
  Talk talk;
  talk.listed.push_back({carol, talk.of(2, 5)});
  EXPECT_THAT(talk.broken(), ElementsAre("mentions-only"));
}

TEST(MentionChecks, TheListNamesTheMessageThatItIs) {
  Talk talk;
  talk.listed[0].second.message = MessageId{4711};
  talk.shown.clear();
  talk.shown.push_back(talk.of(2, 3));
  EXPECT_THAT(talk.broken(), ElementsAre("mentions-only"));
}

TEST(MentionChecks, EveryMentionIsInTheListInTheEnd) {
  Talk talk;
  talk.listed.erase(talk.listed.begin() + 1);
  talk.shown.clear();
  talk.shown.push_back(talk.of(1, 2));
  EXPECT_THAT(talk.broken(), ElementsAre("mentioned"));
}

TEST(MentionChecks, NumbersAreNoHigherThanThereAreMentions) {
  Talk talk;
  talk.listed[3].second.number = 2;
  EXPECT_THAT(talk.broken(), ElementsAre("mentioned"));
}

TEST(MentionChecks, WhatWasShownUnderANumberStays) {
  Talk talk;
  talk.shown.push_back(talk.of(1, 3));
  EXPECT_THAT(talk.broken(), ElementsAre("mentions-only"));
  Talk other;
  other.shown = {other.of(1, 3)};
  EXPECT_THAT(other.broken(), ElementsAre("mentions-only"));
}

TEST(MentionChecks, AMessageMentionsEveryMemberWhoWasNamedAndNobodyElse) {
  Talk less;
  less.named[1].users = {bob};
  EXPECT_THAT(less.broken(), ElementsAre("mentions-only"));
  Talk more;
  more.named[3].users = {bob};
  EXPECT_THAT(more.broken(), ElementsAre("mentions-only"));
  Talk nobody;
  nobody.named.erase(nobody.named.begin());
  EXPECT_THAT(nobody.broken(), ElementsAre("mentions-only"));
}

// --- Revoked devices -------------------------------------------------------------------------------

std::uint64_t revoked_out(const std::function<void(RevocationChecks&)>& happens) {
  Checker checker;
  happens(checker.revocations());
  for (const InvariantResult& r : checker.results())
    if (r.name == "revoked-out") return r.violated;
  return 99;
}

TEST(RevocationChecks, WhatWasWrittenBeforeMayStillArriveAndNothingElse) {
  EXPECT_EQ(revoked_out([](RevocationChecks& c) {
              c.answered(10s, bobs);
              c.shown(12s, bobs, 9s);
              c.welcomed(12s, bobs, 9s);
              c.shown(12s, alices, 11s);
            }),
            0u);
  EXPECT_EQ(revoked_out([](RevocationChecks& c) {
              c.answered(10s, bobs);
              c.shown(12s, bobs, 11s);
            }),
            1u);
  EXPECT_EQ(revoked_out([](RevocationChecks& c) {
              c.answered(10s, bobs);
              c.welcomed(12s, bobs, 11s);
            }),
            1u);
}

}  // namespace
}  // namespace hubbub::sim
