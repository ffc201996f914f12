// Channels: what is due to whom in a group that was one, where it becomes one, and what those who look
// are shown.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "sim/check/checker.hpp"
#include "sim/check/mode_rules.hpp"
#include "sim/check/names.hpp"

namespace hubbub::sim {
namespace {

constexpr UserId ann{1}, bea{2}, cid{3}, dan{4};
const ConversationId town = ConversationId::group(ann, DeviceNumber{1}, 1);

/// A group with a push limit of 3, as it is stored: made by Ann with Bea and Dan, joined by Cid (a channel
/// from there on), a word of Ann's, left by Bea, Dan and Cid (a group again), a word of Ann's.
class ChannelHistory : public testing::Test {
 protected:
  ChannelHistory() { checker.set_push_limit(3); }

  void entry(EntryKind kind, UserId from, std::vector<UserId> users = {}) {
    Message& m = entries.emplace_back();
    m.seq = entries.size();
    m.id = MessageId{entries.size()};
    m.kind = kind;
    m.from = from;
    m.device = DeviceNumber{1};
    m.number = kind == EntryKind::text                                      ? ++said
               : kind == EntryKind::channel || kind == EntryKind::group ? 0
                                                                           : ++called;
    m.key = m.seq;
    m.users = kept.emplace_back(std::move(users));
  }
  void usual() {
    entry(EntryKind::created, ann, {ann, bea, dan});
    entry(EntryKind::joined, ann, {cid});
    entry(EntryKind::channel, ann);
    entry(EntryKind::text, ann);
    entry(EntryKind::left, ann, {bea});
    entry(EntryKind::left, ann, {dan});
    entry(EntryKind::left, ann, {cid});
    entry(EntryKind::group, ann);
    entry(EntryKind::text, ann);
    inboxes = {{ann, {1, 2, 3, 8, 9}}, {bea, {1, 2, 3, 5}}, {dan, {1, 2, 3, 6}}, {cid, {2, 3, 7}}};
  }
  void finish() {
    const DeviceId anns{ann, DeviceNumber{1}};
    for (const Message& m : entries) {
      if (m.kind == EntryKind::text) {
        checker.sent(1s, anns, town, m.number, m.key, m.content.digest);
        checker.acknowledged(1s, anns, town, m.number, m.key, m.seq, m.id);
      }
      checker.stored_message(town, m);
    }
    for (const auto& [user, from, to] : rows) checker.stored_member(town, user, from, to);
    for (const auto& [user, held] : inboxes) {
      Sequence number = 0;
      for (const Sequence seq : held) checker.stored_inbox(user, ++number, town, seq);
    }
    checker.finish(9s, {});
  }
  std::uint64_t violated(std::string_view invariant) {
    const auto results = checker.results();
    return std::ranges::find(results, invariant, &InvariantResult::name)->violated;
  }
  std::uint64_t compared(std::string_view invariant) {
    const auto results = checker.results();
    return std::ranges::find(results, invariant, &InvariantResult::name)->compared;
  }

  struct Row {
    UserId user;
    Sequence from, to;
  };
  Checker checker;
  std::deque<Message> entries;
  std::deque<std::vector<UserId>> kept;
  std::vector<std::pair<UserId, std::vector<Sequence>>> inboxes;
  std::vector<Row> rows = {{ann, 0, 0}, {bea, 0, 5}, {dan, 0, 6}, {cid, 1, 7}};
  std::uint64_t said = 0, called = 0;
};

TEST_F(ChannelHistory, HoldsWhatWasPushedAndWhatLetItsMembersInAndOut) {
  usual();
  finish();
  EXPECT_TRUE(checker.violations().empty()) << checker.violations().front().what;
  EXPECT_GE(compared("delivered-all"), 4u);
}

TEST_F(ChannelHistory, IsWrongWhereWhatIsSaidInAChannelIsCopied) {
  usual();
  inboxes[0].second = {1, 2, 3, 4, 8, 9};
  finish();
  EXPECT_EQ(violated("delivered-only"), 1u);
}

TEST_F(ChannelHistory, IsWrongWhereWhoLeavesAChannelIsNotTold) {
  usual();
  inboxes[1].second = {1, 2, 3};
  finish();
  EXPECT_EQ(violated("delivered-all"), 1u);
}

TEST_F(ChannelHistory, IsWrongWhereTheFirstThatIsPushedAgainIsMissing) {
  usual();
  inboxes[0].second = {1, 2, 3, 9};
  finish();
  EXPECT_EQ(violated("delivered-all"), 1u);
}

TEST_F(ChannelHistory, IsWrongWhereTheModeChangesElsewhereThanItsSizeAsks) {
  entry(EntryKind::created, ann, {ann, bea});
  entry(EntryKind::channel, ann);
  rows = {{ann, 0, 0}, {bea, 0, 0}};
  inboxes = {{ann, {1, 2}}, {bea, {1, 2}}};
  finish();
  EXPECT_EQ(violated("by-right"), 1u);
}

TEST_F(ChannelHistory, IsWrongWhereItDoesNotChangeThoughItsSizeAsks) {
  entry(EntryKind::created, ann, {ann, bea, dan});
  entry(EntryKind::joined, ann, {cid});
  entry(EntryKind::text, ann);
  rows = {{ann, 0, 0}, {bea, 0, 0}, {dan, 0, 0}, {cid, 1, 0}};
  inboxes = {{ann, {1, 2, 3}}, {bea, {1, 2, 3}}, {dan, {1, 2, 3}}, {cid, {2, 3}}};
  finish();
  EXPECT_EQ(violated("by-right"), 1u);
}

// --- Those who look --------------------------------------------------------------------------------

class Looking : public ChannelHistory {
 protected:
  const DeviceId anns{ann, DeviceNumber{1}};
  void pulls(Sequence through) {
    std::vector<Message> page(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(through));
    checker.paged(3s, anns, {.id = 1, .conversation = town, .seen = through},
                  {1, town, page, false, through});
  }
};

TEST_F(Looking, IsRightWhoWasToldTheHeadAndHasPulledIt) {
  usual();
  checker.looks(anns, town);
  checker.head_told(2s, anns, {town, 4});
  checker.head_told(3s, anns, {town, 9});
  pulls(9);
  finish();
  EXPECT_EQ(compared("channel-heads"), 1u);
  EXPECT_EQ(violated("channel-heads"), 0u);
}

TEST_F(Looking, IsWrongWhoWasNotToldTheLastHead) {
  usual();
  checker.looks(anns, town);
  checker.head_told(2s, anns, {town, 4});
  pulls(9);
  finish();
  EXPECT_EQ(violated("channel-heads"), 1u);
}

TEST_F(Looking, IsWrongWhoHasNotPulledIt) {
  usual();
  checker.looks(anns, town);
  checker.head_told(2s, anns, {town, 9});
  finish();
  EXPECT_EQ(violated("channel-heads"), 1u);
}

TEST_F(Looking, IsJudgedOfThoseWhoLookAlone) {
  usual();
  checker.head_told(2s, anns, {town, 4});
  checker.looks({bea, DeviceNumber{1}}, town);
  checker.lost({bea, DeviceNumber{1}});
  finish();
  EXPECT_EQ(compared("channel-heads"), 0u);
}

TEST_F(Looking, IsWrongToTellWhoHasLeft) {
  usual();
  checker.head_told(2s, {bea, DeviceNumber{1}}, {town, 9});
  finish();
  EXPECT_EQ(violated("members-only"), 1u);
}

}  // namespace
}  // namespace hubbub::sim
