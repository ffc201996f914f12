#include "sim/check/runs.hpp"
#include "tests/sim/check/people.hpp"

namespace hubbub::sim {
namespace {

using Kind = Event::Kind;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Checker::Final no_stores{.stores_seen = false};

/// Bob was away for 20 messages, and comes back to ranges.
ChatModel absence() {
  ChatModel chat;
  chat.attach(alices);
  for (int i = 0; i < 20; ++i) {
    chat.acknowledge(alices, alice_and_bob, chat.send(alices, alice_and_bob));
    chat.catch_up(alices);
  }
  chat.attach(bobs);
  return chat;
}

TEST(StreamChecks, AcceptEntriesAndRangesInTheirOrder) {
  ChatModel chat = absence();
  chat.catch_up(bobs);
  chat.acknowledge(alices, alice_and_bob, chat.send(alices, alice_and_bob));
  chat.catch_up(alices);
  chat.catch_up(bobs);
  chat.page(bobs, alice_and_bob);
  chat.end();
  const Judged judged = judge(chat.history);
  EXPECT_THAT(judged.broken, IsEmpty());
  EXPECT_GT(judged.results.at("stream-order").compared, 0u);
  EXPECT_GT(judged.results.at("inbox-agrees").compared, 0u);
}

TEST(StreamChecks, ASkippedEntryIsAHole) {
  ChatModel chat = talk();
  drop(chat.history, find(chat.history, Kind::shown, 1, to(bobs)));
  const Judged judged = judge(chat.history, no_stores);
  EXPECT_THAT(judged.broken, ElementsAre("stream-order"));
}

TEST(StreamChecks, TheFirstEntryOfADeviceThatHoldsNothingIsNumberOne) {
  ChatModel chat = talk();
  drop(chat.history, find(chat.history, Kind::shown, 0, to(bobs)));
  EXPECT_THAT(judge(chat.history, no_stores).broken, Contains("stream-order"));
}

TEST(StreamChecks, AnEntryThatComesTwiceIsARepeat) {
  ChatModel chat = talk();
  const std::size_t at = find(chat.history, Kind::shown, 1, to(bobs));
  chat.history.insert(chat.history.begin() + static_cast<std::ptrdiff_t>(at), chat.history[at]);
  EXPECT_THAT(judge(chat.history, no_stores).broken, ElementsAre("stream-order"));
}

TEST(StreamChecks, ADeviceThatGoesBackMayBeShownItAgain) {
  ChatModel chat = talk();
  chat.attach(bobs, Cursor::at(ChatModel::incarnation, 1));
  chat.catch_up(bobs);
  chat.end();
  EXPECT_THAT(judge(chat.history).broken, IsEmpty());
}

TEST(StreamChecks, AConversationIsShownAscending) {
  ChatModel chat = talk();
  const std::size_t second = find(chat.history, Kind::shown, 1, to(bobs));
  const std::size_t third = find(chat.history, Kind::shown, 2, to(bobs));
  std::swap(chat.history[second].message, chat.history[third].message);
  EXPECT_THAT(judge(chat.history, no_stores).broken, Contains("stream-order"));
}

TEST(StreamChecks, RangesDeclareAllThatTheirCursorCovers) {
  ChatModel chat = absence();
  chat.catch_up(bobs);
  chat.history[find(chat.history, Kind::declared)].ranges.back().from += 1;
  const Judged judged = judge(chat.history, no_stores);
  EXPECT_THAT(judged.broken, ElementsAre("stream-order"));
  EXPECT_THAT(judged.violations[0].what,
              HasSubstr("ranges of 3 sequences for the 4 inbox numbers"));
}

TEST(StreamChecks, ALostFrameOfRangesIsAHole) {
  ChatModel chat = absence();
  chat.catch_up(bobs);
  drop(chat.history, find(chat.history, Kind::declared, 1));
  EXPECT_THAT(judge(chat.history, no_stores).broken, ElementsAre("stream-order"));
}

TEST(StreamChecks, RangesThatAreNotTheInboxAreFoundAtTheEnd) {
  ChatModel chat = absence();
  chat.catch_up(bobs);
  chat.end();
  EXPECT_THAT(judge(chat.history).broken, IsEmpty());
  // As long as they should be, and elsewhere.
  Range& range = chat.history[find(chat.history, Kind::declared)].ranges.back();
  range.from -= 1;
  range.to -= 1;
  const Judged judged = judge(chat.history);
  EXPECT_THAT(judged.broken, ElementsAre("stream-order"));
  EXPECT_THAT(judged.violations[0].what, HasSubstr("is not what is stored there"));
}

TEST(StreamChecks, ABrokenSyncGoesOnAtItsPosition) {
  ChatModel chat = absence();
  chat.declare_next(bobs);
  chat.declare_next(bobs);
  ASSERT_TRUE(chat.cursor(bobs).in_sync());
  chat.attach(bobs);
  chat.catch_up(bobs);
  chat.end();
  EXPECT_THAT(judge(chat.history).broken, IsEmpty());
}

TEST(StreamChecks, ASyncIsNotSilentlyPartial) {
  ChatModel chat = absence();
  chat.catch_up(bobs);
  const std::size_t last = find(chat.history, Kind::synced, 0, to(bobs)) - 1;
  ASSERT_EQ(chat.history[last].kind, Kind::declared);
  drop(chat.history, last);
  EXPECT_THAT(judge(chat.history, no_stores).broken, ElementsAre("stream-order"));
}

TEST(StreamChecks, ADevicesCursorNeverGoesBack) {
  ChatModel chat = talk();
  chat.history.push_back(
      {.kind = Kind::synced, .device = bobs, .cursor = Cursor::at(ChatModel::incarnation, 1)});
  EXPECT_THAT(judge(chat.history, no_stores).broken, ElementsAre("inbox-agrees"));
}

TEST(StreamChecks, AllDevicesOfAUserSeeTheSameInbox) {
  ChatModel chat = talk();
  const ConversationId other = ConversationId::direct(alice, carol);
  chat.send(alices, other);
  chat.catch_up(alices);
  chat.attach(alices_tablet);
  chat.catch_up(alices_tablet);
  EXPECT_THAT(judge(chat.history, no_stores).broken, IsEmpty());
  // The tablet finds another entry under number 4 than the first device did.
  Event& shown = chat.history[find(chat.history, Kind::shown, 3, to(alices_tablet))];
  const Event before = chat.history[find(chat.history, Kind::shown, 2, to(alices_tablet))];
  shown.conversation = before.conversation;
  shown.message = before.message;
  EXPECT_THAT(judge(chat.history, no_stores).broken, Contains("inbox-agrees"));
}

TEST(StreamChecks, WhatIsStoredUnderANumberIsWhatWasShown) {
  ChatModel chat = talk();
  const ConversationId other = ConversationId::direct(bob, carol);
  chat.send(bobs, other);
  chat.catch_up(bobs);
  chat.end();
  const auto of_bob = [](const Event& e) { return e.device.user == bob; };
  std::swap(chat.history[find(chat.history, Kind::stored_inbox, 2, of_bob)].number,
            chat.history[find(chat.history, Kind::stored_inbox, 3, of_bob)].number);
  EXPECT_THAT(judge(chat.history).broken, Contains("one-binding"));
}

TEST(StreamChecks, AnInboxRunsWithoutGaps) {
  ChatModel chat = talk();
  chat.end();
  drop(chat.history, find(chat.history, Kind::stored_inbox, 1));
  EXPECT_THAT(judge(chat.history).broken, Contains("no-gaps"));
}

TEST(StreamChecks, AnEntryThatWasShownIsInTheStoredInbox) {
  ChatModel chat = talk();
  chat.end();
  drop(chat.history, find(chat.history, Kind::stored_inbox, 2));
  EXPECT_THAT(judge(chat.history).broken, Contains("effects-durable"));
}

TEST(StreamChecks, AnotherIncarnationComesWithAReset) {
  ChatModel chat = talk();
  chat.send(alices, alice_and_bob);
  chat.catch_up(bobs);
  chat.history[find(chat.history, Kind::shown, 3, to(bobs))].cursor.incarnation += 1;
  EXPECT_THAT(judge(chat.history, no_stores).broken, Contains("inbox-agrees"));
}

TEST(StreamChecks, AResetToAnotherIncarnationStartsTheInboxAnew) {
  ChatModel chat = talk();
  constexpr Incarnation next = ChatModel::incarnation + 1;
  chat.history.push_back({.kind = Kind::reset, .device = bobs, .cursor = Cursor::at(next, 0)});
  Event shown = chat.history[find(chat.history, Kind::shown, 1, to(bobs))];
  shown.cursor = Cursor::at(next, 1);
  chat.history.push_back(shown);
  EXPECT_THAT(judge(chat.history, no_stores).broken, IsEmpty());
}

TEST(StreamChecks, AResetWithinAnIncarnationLosesThePlace) {
  ChatModel chat = talk();
  chat.history.push_back(
      {.kind = Kind::reset, .device = bobs, .cursor = Cursor::at(ChatModel::incarnation, 2)});
  EXPECT_THAT(judge(chat.history, no_stores).broken, ElementsAre("inbox-agrees"));
}

TEST(StreamChecks, RangesThatAreNoneAreNotFollowed) {
  ChatModel chat = absence();
  chat.catch_up(bobs);
  chat.history[find(chat.history, Kind::declared)].ranges = {{alice_and_bob, 5, 1}};
  const Judged judged = judge(chat.history, no_stores);
  EXPECT_THAT(judged.broken, ElementsAre("stream-order"));
  EXPECT_THAT(judged.violations[0].what, HasSubstr("the range 5 to 1 of c_1_2, which is none"));
  chat.history[find(chat.history, Kind::declared)].ranges = {{alice_and_bob, 1, Runs::unbounded}};
  EXPECT_THAT(judge(chat.history, no_stores).broken, ElementsAre("stream-order"));
}

}  // namespace
}  // namespace hubbub::sim
