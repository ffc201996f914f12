#include "core/chat/conversation.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "sim/engine/random.hpp"
#include "tests/core/chat/records.hpp"

namespace hubbub {
namespace {

const ConversationId group = ConversationId::group(UserId{71}, DeviceNumber{2}, 17);
const ConversationId direct = ConversationId::direct(UserId{71}, UserId{84});

TEST(Conversation, ComesBackFromItsRows) {
  const std::vector<rows::Interval> first = {{UserId{1}, 0, 4}, {UserId{2}, 0, rows::open_end}};
  const std::vector<rows::Interval> second = {{UserId{1}, 6, rows::open_end}};
  Conversation c;
  restore(c, rows::conversation(group),
          rows::ConversationRow{.head = 9, .owing_from = 7, .name = "a name"});
  restore(c, rows::members(group, 0), rows::MembersRow{.intervals = first});
  restore(c, rows::members(group, 1), rows::MembersRow{.intervals = second});
  c.restored(group);
  EXPECT_TRUE(c.exists);
  EXPECT_EQ(c.head, 9u);
  EXPECT_EQ(c.owing_from, 7u);
  EXPECT_EQ(c.name, "a name");
  EXPECT_EQ(c.members.count(), 2u);
  EXPECT_EQ(c.members.readable_below(UserId{1}, 6, 9), (rows::Interval{UserId{1}, 0, 4}));
  EXPECT_EQ(c.members.readable_below(UserId{1}, 7, 9), (rows::Interval{UserId{1}, 6, 9}));
}

TEST(Conversation, OfAGroupExistsByItsRowAndADirectOneByItsId) {
  Conversation nowhere;
  nowhere.restored(group);
  EXPECT_FALSE(nowhere.exists);
  EXPECT_EQ(nowhere.members.count(), 0u);
  EXPECT_TRUE(nowhere.streams.empty());

  Conversation two;
  two.restored(direct);
  EXPECT_TRUE(two.exists);
  EXPECT_EQ(two.head, 0u);
  EXPECT_TRUE(two.members.contains(UserId{71}));
  EXPECT_TRUE(two.members.contains(UserId{84}));
  EXPECT_EQ(two.unsettled, 0u);
}

TEST(Conversation, OwesNothingAfterARestartIfItHadNoMark) {
  Conversation c;
  restore(c, rows::conversation(direct), rows::ConversationRow{.head = 9});
  c.restored(direct);
  ASSERT_FALSE(c.streams.empty());
  for (const DeliveryStream& s : c.streams) {
    EXPECT_EQ(s.confirmed, 9u);
    EXPECT_TRUE(s.settled);
  }
  EXPECT_EQ(c.unsettled, 0u);
}

TEST(Conversation, OffersEverythingFromTheMarkOnAfterARestart) {
  Conversation c;
  restore(c, rows::conversation(direct), rows::ConversationRow{.head = 9, .owing_from = 4});
  c.restored(direct);
  for (const DeliveryStream& s : c.streams) {
    EXPECT_EQ(s.confirmed, 3u);
    EXPECT_FALSE(s.settled);
    std::vector<UserId> recipients;
    const auto run = c.members.next_run(s.shard, s.confirmed, c.head, recipients);
    ASSERT_TRUE(run.has_value());
    EXPECT_EQ(run->from, 4u);
    EXPECT_EQ(run->to, 9u);
  }
  EXPECT_EQ(c.unsettled, c.streams.size());
}

TEST(Conversation, OwesAFormerMemberWhatLiesBeforeItsLeaving) {
  const std::vector<rows::Interval> members = {{UserId{1}, 0, 4}, {UserId{2}, 0, rows::open_end}};
  ASSERT_NE(shard_of(UserId{1}), shard_of(UserId{2}));
  for (const Sequence mark : {4u, 5u}) {
    Conversation c;
    restore(c, rows::conversation(group), rows::ConversationRow{.head = 9, .owing_from = mark});
    restore(c, rows::members(group, 0), rows::MembersRow{.intervals = members});
    c.restored(group);
    ASSERT_NE(c.stream(shard_of(UserId{1})), nullptr);
    EXPECT_EQ(c.stream(shard_of(UserId{1}))->settled, mark > 4);
    EXPECT_FALSE(c.stream(shard_of(UserId{2}))->settled);
  }
}

TEST(Conversation, StartsAStreamForANewShardAndLeavesTheOthersAlone) {
  Conversation c;
  c.members.join(UserId{1}, 1);
  c.head = 1;
  c.add_streams(0);
  ASSERT_EQ(c.streams.size(), 1u);
  EXPECT_FALSE(c.streams[0].settled);
  c.stream(shard_of(UserId{1}))->in_flight = true;

  for (std::uint64_t u = 2; u <= 40; ++u) {
    c.members.join(UserId{u}, c.head + 1);
    c.add_streams(c.head);
    ++c.head;
  }
  std::set<ShardId> shards;
  for (std::uint64_t u = 1; u <= 40; ++u) shards.insert(shard_of(UserId{u}));
  ASSERT_EQ(c.streams.size(), shards.size());
  auto shard = shards.begin();
  for (const DeliveryStream& s : c.streams) EXPECT_EQ(s.shard, *shard++) << "ascending";
  const DeliveryStream* first = c.stream(shard_of(UserId{1}));
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->confirmed, 0u);
  EXPECT_TRUE(first->in_flight);
  EXPECT_EQ(c.stream(shard_of(UserId{40}))->confirmed, 39u);
}

TEST(Conversation, FindsNoStreamOfAShardThatHasNobody) {
  Conversation c;
  EXPECT_EQ(c.stream(ShardId{0}), nullptr);
  c.restored(direct);
  for (std::uint16_t s = 0; s < limits::shards; ++s) {
    const bool has = ShardId{s} == shard_of(UserId{71}) || ShardId{s} == shard_of(UserId{84});
    EXPECT_EQ(c.stream(ShardId{s}) != nullptr, has);
  }
}

TEST(Conversation, CountsAStreamThatIsNotSettledOnce) {
  Conversation c;
  c.restored(direct);
  DeliveryStream& s = c.streams[0];
  c.set_settled(s, false);
  c.set_settled(s, false);
  EXPECT_EQ(c.unsettled, 1u);
  c.set_settled(s, true);
  c.set_settled(s, true);
  EXPECT_EQ(c.unsettled, 0u);
}

/// Whatever its members were and wherever its mark is: what is due lies either below the mark or in
/// a stream that is not settled.
RC_GTEST_PROP(Conversation, LosesNothingItOwesOverARestart, (std::uint64_t seed)) {
  sim::Random random(seed, 0, 0);
  Members members;
  Sequence head = 0;
  for (const std::uint64_t steps = 1 + random.below(40); head < steps;) {
    const UserId user{1 + random.below(6)};
    ++head;
    if (random.below(2) == 0) continue;
    members.contains(user) ? members.leave(user, head) : members.join(user, head);
  }
  Conversation c;
  const Sequence mark = random.below(head + 1);
  restore(c, rows::conversation(group), rows::ConversationRow{.head = head, .owing_from = mark});
  restore(c, rows::members(group, 0), rows::MembersRow{.intervals = members.intervals()});
  c.restored(group);
  std::uint32_t unsettled = 0;
  for (const ShardId shard : members.shards()) {
    const DeliveryStream* s = c.stream(shard);
    RC_ASSERT(s != nullptr);
    bool owed = false;
    for (const rows::Interval& i : members.intervals())
      owed |= mark > 0 && shard_of(i.user) == shard && i.to >= mark;
    RC_ASSERT(s->settled == !owed);
    RC_ASSERT(s->confirmed == (mark == 0 ? head : mark - 1));
    if (owed) ++unsettled;
  }
  RC_ASSERT(c.unsettled == unsettled);
  RC_ASSERT(c.streams.size() == members.shards().size());
}

TEST(Conversation, IsReadWithItsMembersAndWithoutItsMessages) {
  for (const ConversationId& id : {group, direct}) {
    const rows::Bounds bounds = Conversation::bounds(id);
    EXPECT_TRUE(encloses(bounds, rows::conversation(id)));
    EXPECT_TRUE(encloses(bounds, rows::members(id, 0)));
    EXPECT_TRUE(encloses(bounds, rows::members(id, 255)));
    EXPECT_FALSE(encloses(bounds, rows::message(id, 1)));
    EXPECT_FALSE(encloses(bounds, rows::sender(id, {UserId{1}, DeviceNumber{1}})));
  }
  EXPECT_FALSE(encloses(Conversation::bounds(group), rows::conversation(direct)));
}

TEST(SenderRecord, ComesBackFromItsRowsWithMessagesAndCallsApart) {
  const DeviceId device{UserId{71}, DeviceNumber{3}};
  const rows::Remembered message{.number = 5, .key = 50, .digest = 500, .seq = 9};
  const rows::Remembered call{.number = 8, .key = 80, .digest = 800, .seq = 10};
  SenderRecord sender;
  restore(sender, rows::sender(group, device), rows::SenderRow{.generation = 6});
  restore(sender, rows::remembered_message(group, device, sender.messages.slot(5)),
          rows::RememberedRow{.what = message});
  restore(sender, rows::remembered_call(group, device, sender.calls.slot(8)),
          rows::RememberedRow{.what = call});
  sender.restored({group, device});
  EXPECT_EQ(sender.generation, 6u);
  EXPECT_EQ(sender.messages.size(), 1u);
  EXPECT_EQ(sender.calls.size(), 1u);
  EXPECT_EQ(sender.messages.last(), 5u);
  EXPECT_EQ(sender.calls.last(), 8u);
  const auto repeat = sender.calls.judge(8, 80, 800);
  ASSERT_EQ(repeat.judgement, Numbers::Judgement::repeat);
  EXPECT_EQ(*repeat.first, call);
}

TEST(SenderRecord, AndAConversationSayWhichRowsTheyCannotRead) {
  const DeviceId device{UserId{71}, DeviceNumber{3}};
  const rows::Key key = rows::sender(group, device);
  SenderRecord sender;
  Conversation c;
  Arena arena;
  EXPECT_TRUE(restore(sender, key, rows::SenderRow{.generation = 6}));
  EXPECT_FALSE(restore(sender, key, rows::SenderRow{.version = 99, .generation = 7}));
  EXPECT_FALSE(sender.restore(key, "", arena));
  EXPECT_FALSE(sender.restore("no key", "\1", arena));
  EXPECT_EQ(sender.generation, 6u);
  EXPECT_TRUE(restore(c, rows::conversation(group), rows::ConversationRow{.head = 9}));
  EXPECT_FALSE(
      restore(c, rows::conversation(group), rows::ConversationRow{.version = 99, .head = 1}));
  EXPECT_EQ(c.head, 9u);
}

TEST(SenderRecord, IsStoredWithItsConversation) {
  const DeviceId device{UserId{71}, DeviceNumber{3}};
  EXPECT_EQ(home_shard(SenderKey{group, device}), shard_of(group));
  EXPECT_EQ(home_shard(group), shard_of(group));
}

TEST(SenderRecord, IsReadWithAllItRemembersAndNothingOfAnotherDevice) {
  const DeviceId device{UserId{71}, DeviceNumber{3}};
  const rows::Bounds bounds = SenderRecord::bounds({group, device});
  const Sender sender;
  EXPECT_TRUE(encloses(bounds, rows::sender(group, device)));
  for (std::uint64_t n = 1; n <= 2 * limits::repeat_window; ++n) {
    EXPECT_TRUE(encloses(bounds, rows::remembered_message(group, device, sender.messages.slot(n))));
    EXPECT_TRUE(encloses(bounds, rows::remembered_call(group, device, sender.calls.slot(n))));
  }
  for (const DeviceId& other :
       {DeviceId{UserId{71}, DeviceNumber{2}}, DeviceId{UserId{71}, DeviceNumber{4}},
        DeviceId{UserId{70}, DeviceNumber{3}}, DeviceId{UserId{72}, DeviceNumber{3}}}) {
    EXPECT_FALSE(encloses(bounds, rows::sender(group, other)));
    EXPECT_FALSE(encloses(bounds, rows::remembered_call(group, other, 7)));
  }
  EXPECT_FALSE(encloses(bounds, rows::sender(direct, device)));
}

}  // namespace
}  // namespace hubbub
