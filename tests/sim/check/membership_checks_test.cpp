#include <algorithm>

#include "tests/sim/check/people.hpp"

namespace hubbub::sim {
namespace {

using Kind = Event::Kind;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A group of Alice and Bob, in which Carol is from the second to the fourth message, and again
/// from the sixth on.
struct Group {
  ChatModel chat;
  ConversationId id;

  Group() {
    chat.attach(alices);
    chat.attach(bobs);
    chat.attach(carols);
    id = chat.create_group(alices, {bob});
    speak();
    chat.join(alices, id, carol);
    speak();
    speak();
    chat.leave(alices, id, carol);
    speak();
    chat.join(alices, id, carol);
    speak();
  }
  void speak() {
    chat.acknowledge(bobs, id, chat.send(bobs, id));
    for (const DeviceId device : {alices, bobs, carols}) chat.catch_up(device);
  }
};

TEST(MembershipChecks, AcceptMembersWhoComeAndGo) {
  Group group;
  group.chat.page(carols, group.id);
  group.chat.end();
  const Judged judged = judge(group.chat.history);
  EXPECT_THAT(judged.broken, IsEmpty());
  for (const char* name : {"members-only", "delivered-only", "delivered-all"})
    EXPECT_GT(judged.results.at(name).compared, 0u) << name;
}

TEST(MembershipChecks, NobodyIsShownADirectConversationOfOthers) {
  ChatModel chat = talk();
  chat.attach(carols);
  Event stranger = chat.history[find(chat.history, Kind::shown)];
  stranger.device = carols;
  chat.history.push_back(stranger);
  const Judged judged = judge(chat.history, {.stores_seen = false});
  EXPECT_THAT(judged.broken, ElementsAre("members-only"));
  EXPECT_THAT(judged.violations[0].what, HasSubstr("u_3 was told of 1 of c_1_2"));
}

TEST(MembershipChecks, NobodyIsShownWhatWasSaidBetweenTwoMemberships) {
  Group group;
  // Carol's page holds what was said while she was away.
  Event page{.kind = Kind::paged, .device = carols, .conversation = group.id};
  page.page = group.chat.log(group.id);
  page.to = page.page.back().seq;
  group.chat.history.push_back(page);
  group.chat.end();
  EXPECT_THAT(judge(group.chat.history).broken, ElementsAre("members-only"));
}

/// Where newcomers may read all, Carol pages what was said before she came, and between.
struct OpenGroup : Group {
  OpenGroup() {
    // All that changes is what the first entry says.
    for (Event& e : chat.history) open(e.message);
    Event page{.kind = Kind::paged, .device = carols, .conversation = id};
    page.page = chat.log(id);
    for (Message& m : page.page) open(m);
    page.to = page.page.back().seq;
    chat.history.push_back(page);
    chat.end();
    for (Event& e : chat.history)
      if (e.kind == Kind::stored_message) open(e.message);
  }
  static void open(Message& m) {
    if (m.kind == EntryKind::created) m.settings.history = NewcomersRead::all;
  }
};

TEST(MembershipChecks, NewcomersMayPageWhatCameBeforeWhereThatIsSet) {
  OpenGroup group;
  EXPECT_THAT(judge(group.chat.history).broken, IsEmpty());
}

TEST(MembershipChecks, APageThatLeavesOutWhatNewcomersMayReadHasAGap) {
  OpenGroup group;
  Event& page = group.chat.history[find(group.chat.history, Kind::paged)];
  page.page.erase(page.page.begin() + 1);
  EXPECT_THAT(judge(group.chat.history).broken, ElementsAre("no-gaps"));
}

TEST(MembershipChecks, WhatNewcomersMayReadIsNotShownOnTheirStream) {
  OpenGroup group;
  auto& history = group.chat.history;
  // Somebody's event of the first entry reaches Carol, too, and her inbox holds it.
  Event shown = history[find(history, Kind::shown)];
  Event stored{.kind = Kind::stored_inbox, .device = carols, .conversation = group.id, .number = 99, .seq = 1};
  shown.device = carols;
  history.insert(history.begin() + static_cast<std::ptrdiff_t>(find(history, Kind::paged)), shown);
  history.push_back(stored);
  const auto broken = judge(history).broken;
  EXPECT_THAT(broken, Contains("members-only"));
  EXPECT_THAT(broken, Contains("delivered-only"));
}

TEST(MembershipChecks, WhoIsNoAdminRemovesNobody) {
  ChatModel chat;
  chat.attach(alices);
  chat.attach(bobs);
  const ConversationId id = chat.create_group(alices, {bob, carol});
  chat.leave(bobs, id, carol);
  for (const DeviceId device : {alices, bobs}) chat.catch_up(device);
  chat.end();
  const Judged judged = judge(chat.history, {.liveness_reached = false});
  EXPECT_THAT(judged.broken, ElementsAre("by-right"));
  EXPECT_THAT(judged.violations[0].what, HasSubstr("2 of c_1_1_1 by u_2: a member removes another"));
}

TEST(MembershipChecks, NobodyIsSentARangeFromBeforeTheyJoined) {
  Group group;
  group.chat.end();
  Event range{.kind = Kind::declared, .device = carols};
  range.ranges = {{group.id, 1, 1}};
  const Sequence head = group.chat.inbox_size(carol);
  range.cursor = Cursor::at(ChatModel::incarnation, head + 1);
  group.chat.history.insert(
      group.chat.history.begin() +
          static_cast<std::ptrdiff_t>(find(group.chat.history, Kind::stored_message)),
      range);
  EXPECT_THAT(judge(group.chat.history).broken, Contains("members-only"));
}

TEST(MembershipChecks, APageLeavesNothingOutThatItsReaderMayRead) {
  Group group;
  group.chat.page(carols, group.id);
  group.chat.end();
  auto& page = group.chat.history[find(group.chat.history, Kind::paged)].page;
  page.erase(page.begin() + 1);
  EXPECT_THAT(judge(group.chat.history).broken, ElementsAre("no-gaps"));
}

TEST(MembershipChecks, APageOfADirectConversationIsJudgedAtOnce) {
  ChatModel chat = talk();
  chat.page(bobs, alice_and_bob);
  auto& page = chat.history[find(chat.history, Kind::paged)].page;
  page.erase(page.begin() + 1);
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("no-gaps"));
}

TEST(MembershipChecks, APageAscends) {
  ChatModel chat = talk();
  chat.page(bobs, alice_and_bob);
  auto& page = chat.history[find(chat.history, Kind::paged)].page;
  std::swap(page[0], page[1]);
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("no-gaps"));
}

TEST(MembershipChecks, AHistoryNeverEndsBeforeWhatItsReaderWasToldOf) {
  ChatModel chat = talk();
  chat.page(bobs, alice_and_bob);
  Event& page = chat.history[find(chat.history, Kind::paged)];
  page.to = 2;
  page.page.pop_back();
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("monotonic-reads"));
}

TEST(MembershipChecks, APageOfTheNewestMessagesEndsAtTheHeadItNames) {
  ChatModel chat = talk(20);
  chat.page(bobs, alice_and_bob);
  chat.history.back().seq = 0;  // Bob's device has seen nothing of it, so it cannot tell
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, IsEmpty());
  chat.history.back().page.resize(16);
  const Judged judged = judge(chat.history, {.stores_seen = false});
  EXPECT_THAT(judged.broken, ElementsAre("monotonic-reads"));
  EXPECT_THAT(judged.violations[0].what, HasSubstr("stops at 16, though 20 is said to be its end"));
  chat.history.back().page.clear();
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("monotonic-reads"));
}

TEST(MembershipChecks, APageThatHasNoMoreAfterItEndsAtTheHeadItNames) {
  ChatModel chat = talk(20);
  chat.page(bobs, alice_and_bob);
  Event& page = chat.history.back();
  page.anchor = 10;
  page.page.erase(page.page.begin(), page.page.begin() + 10);
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, IsEmpty());
  page.page.resize(6);
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("monotonic-reads"));
  page.has_more = true;
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, IsEmpty());
  page.page.clear();
  page.has_more = false;
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("monotonic-reads"));
  page.anchor = 20;
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, IsEmpty());
}

TEST(MembershipChecks, APageNeverGoesBeyondTheHeadItNames) {
  ChatModel chat = talk();
  chat.page(bobs, alice_and_bob);
  chat.history.back().seq = 0;
  chat.history.back().to = 2;
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("monotonic-reads"));
}

TEST(MembershipChecks, APageOfThoseAfterAnAnchorBeginsRightBehindIt) {
  ChatModel chat = talk();
  chat.page(bobs, alice_and_bob);
  Event& page = chat.history.back();
  page.anchor = 1;
  page.page.erase(page.page.begin(), page.page.begin() + 2);
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("no-gaps"));
}

TEST(MembershipChecks, AnInboxHoldsOnlyWhatWasSaidDuringMemberships) {
  Group group;
  group.chat.end();
  // Where she joined again stands instead what was said just before.
  auto& history = group.chat.history;
  for (Event& event : history)
    if (event.kind == Kind::stored_inbox && event.device.user == carol && event.number == 5)
      event.seq -= 1;
  EXPECT_THAT(judge(history).broken, Contains("delivered-only"));
}

/// Alice, Bob and Carol; Carol leaves, and Bob speaks once more.
struct Parting {
  ChatModel chat;
  ConversationId id;

  Parting() {
    for (const DeviceId device : {alices, bobs, carols}) chat.attach(device);
    id = chat.create_group(alices, {bob, carol});
    speak();
    chat.leave(carols, id, carol);
    speak();
  }
  void speak() {
    chat.acknowledge(bobs, id, chat.send(bobs, id));
    for (const DeviceId device : {alices, bobs, carols}) chat.catch_up(device);
  }
  /// What Bob said last is given to Carol all the same, in her inbox and on her screen.
  void tell_carol() {
    const Message last = chat.log(id).back();
    const Sequence number = chat.inbox_size(carol) + 1;
    const Event shown{.kind = Kind::shown,
                      .device = carols,
                      .conversation = id,
                      .cursor = Cursor::at(ChatModel::incarnation, number),
                      .message = last};
    chat.history.push_back(shown);
    chat.end();
    auto& history = chat.history;
    const auto carols_last = [&](const Event& e) {
      return e.device.user == carol && e.number == number - 1;
    };
    const std::size_t at = find(history, Kind::stored_inbox, 0, carols_last);
    Event entry = history[at];
    entry.number = number, entry.seq = last.seq;
    history.insert(history.begin() + static_cast<std::ptrdiff_t>(at) + 1, entry);
    history[find(history, Kind::device_at_end, 0, to(carols))].cursor = shown.cursor;
  }
  Event& row_of(UserId user) {
    return chat.history[find(chat.history, Kind::stored_member, 0,
                             [&](const Event& e) { return e.device.user == user; })];
  }
};

TEST(MembershipChecks, ADeliveryToOneWhoLeftIsFound) {
  Parting parting;
  parting.tell_carol();
  const Judged judged = judge(parting.chat.history);
  EXPECT_THAT(judged.broken, ElementsAre("delivered-only", "members-only"));
  EXPECT_THAT(judged.violations[0].what, HasSubstr("u_3 was told of 4 of"));
}

TEST(MembershipChecks, ADeliveryToOneWhoLeftIsFoundThoughTheRowAgreesWithIt) {
  Parting parting;
  parting.tell_carol();
  ++parting.row_of(carol).to;
  const Judged judged = judge(parting.chat.history);
  EXPECT_THAT(judged.broken, ElementsAre("delivered-only", "members-only"));
  EXPECT_EQ(judged.results.at("members-only").violated, 3u);  // no such row, this row, was told
}

TEST(MembershipChecks, AMembersRowThatIsOffByOneIsFound) {
  const auto spoilt = [](UserId user, auto&& spoil) {
    Parting parting;
    parting.chat.end();
    EXPECT_THAT(judge(parting.chat.history).broken, IsEmpty());
    spoil(parting.row_of(user));
    return judge(parting.chat.history);
  };
  const auto broken = ElementsAre("members-only");
  EXPECT_THAT(spoilt(carol, [](Event& row) { ++row.to; }).broken, broken);
  EXPECT_THAT(spoilt(carol, [](Event& row) { --row.to; }).broken, broken);
  EXPECT_THAT(spoilt(carol, [](Event& row) { row.to = 0; }).broken, broken);
  EXPECT_THAT(spoilt(bob, [](Event& row) { ++row.seq; }).broken, broken);
  EXPECT_THAT(spoilt(bob, [](Event& row) { row.to = 4; }).broken, broken);
  EXPECT_THAT(spoilt(bob, [](Event& row) { row.device.user = UserId{4}; }).broken, broken);
  EXPECT_THAT(spoilt(carol, [](Event& row) { --row.to; }).violations[0].what,
              HasSubstr("1 to 2: a row says so, and its entries do not"));
}

TEST(MembershipChecks, AMembersRowMayComeAfterTheMessages) {
  Group group;
  group.chat.end();
  auto& history = group.chat.history;
  std::vector<Event> rows;
  std::erase_if(history, [&](const Event& e) {
    if (e.kind == Kind::stored_member) rows.push_back(e);
    return e.kind == Kind::stored_member;
  });
  EXPECT_THAT(judge(history).broken, ElementsAre("members-only"));
  history.insert(history.begin() + static_cast<std::ptrdiff_t>(find(history, Kind::stored_inbox)),
                 rows.begin(), rows.end());
  EXPECT_THAT(judge(history).broken, IsEmpty());
}

TEST(MembershipChecks, NothingIsTakenFromOneWhoHasLeft) {
  Parting parting;
  parting.chat.acknowledge(carols, parting.id, parting.chat.send(carols, parting.id));
  for (const DeviceId device : {alices, bobs, carols}) parting.chat.catch_up(device);
  parting.chat.end();
  const Judged judged = judge(parting.chat.history);
  EXPECT_THAT(judged.broken, ElementsAre("members-only"));
  EXPECT_THAT(judged.violations[0].what, HasSubstr("is by u_3, who is no member there"));
}

TEST(MembershipChecks, AnInboxHoldsEachEntryOnce) {
  ChatModel chat = talk();
  chat.end();
  Event again = chat.history[find(chat.history, Kind::stored_inbox, 2)];
  again.number = 4;
  chat.history.insert(chat.history.begin() + static_cast<std::ptrdiff_t>(
                                                 find(chat.history, Kind::stored_inbox, 2) + 1),
                      again);
  EXPECT_THAT(judge(chat.history).broken, Contains("delivered-only"));
}

TEST(MembershipChecks, AnInboxHasWhatItsConversationHas) {
  ChatModel chat = talk();
  chat.end();
  std::erase_if(chat.history,
                [](const Event& e) { return e.message.seq == 3 && e.kind != Kind::shown; });
  // Nobody was told that message 3 was taken; it reached inboxes all the same.
  EXPECT_THAT(judge(chat.history).broken, Contains("effects-durable"));
}

TEST(MembershipChecks, AnInboxKnowsNoMoreThanItsConversation) {
  ChatModel chat;
  chat.send(alices, alice_and_bob);
  chat.send(alices, alice_and_bob);  // reaches the inboxes, and is lost where it came from
  chat.end();
  drop(chat.history, find(chat.history, Kind::stored_message, 1));
  EXPECT_THAT(judge(chat.history, {.liveness_reached = false}).broken,
              ElementsAre("effects-durable"));
}

TEST(MembershipChecks, NothingIsDeclaredBeyondTheEndOfItsConversation) {
  ChatModel chat = talk();
  for (int i = 0; i < 3; ++i) chat.send(alices, alice_and_bob);
  chat.declare_next(bobs);  // 3 to 6, of which none was shown
  chat.end();
  std::erase_if(chat.history,
                [](const Event& e) { return e.kind == Kind::stored_message && e.message.seq > 3; });
  std::erase_if(chat.history, [](const Event& e) {
    return e.kind == Kind::stored_inbox && e.number > 3 && e.device.user == alice;
  });
  const Judged judged = judge(chat.history, {.liveness_reached = false});
  EXPECT_THAT(judged.broken, Contains("effects-durable"));
  EXPECT_THAT(judged.violations[0].what,
              HasSubstr("was told of 6 of c_1_2, whose stored end is 3"));
}

TEST(MembershipChecks, EveryMembersInboxGetsEverything) {
  ChatModel chat = talk();
  chat.acknowledge(alices, alice_and_bob, chat.send(alices, alice_and_bob));
  chat.catch_up(alices);  // Bob's delivery is still on its way
  chat.end();
  const auto last_of_bob = [](const Event& e) { return e.device.user == bob && e.number == 4; };
  drop(chat.history, find(chat.history, Kind::stored_inbox, 0, last_of_bob));
  const Judged judged = judge(chat.history);
  EXPECT_THAT(judged.broken, ElementsAre("delivered-all"));
  EXPECT_THAT(judged.violations[0].what, HasSubstr("inbox of u_2 lacks 4 of c_1_2"));
  EXPECT_THAT(judge(chat.history, {.liveness_reached = false}).broken, IsEmpty());
}

}  // namespace
}  // namespace hubbub::sim
