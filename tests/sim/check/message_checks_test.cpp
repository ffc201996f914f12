#include "tests/sim/check/people.hpp"

namespace hubbub::sim {
namespace {

using Kind = Event::Kind;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(MessageChecks, FindNothingWrongWithATalk) {
  ChatModel chat = talk();
  chat.end();
  const Judged judged = judge(chat.history);
  EXPECT_THAT(judged.broken, IsEmpty());
  for (const char* name : {"acked-kept", "effects-durable", "one-binding", "no-gaps",
                           "exactly-once", "sender-order", "no-forgery", "id-unique", "accounted"})
    EXPECT_GT(judged.results.at(name).compared, 0u) << name;
}

TEST(MessageChecks, AnAcknowledgedMessageThatIsNotStoredIsNotKept) {
  ChatModel chat = talk();
  chat.end();
  drop(chat.history, find(chat.history, Kind::stored_message, 2));
  const Judged judged = judge(chat.history);
  EXPECT_THAT(judged.broken, Contains("acked-kept"));
  EXPECT_THAT(judged.violations[0].what,
              HasSubstr("3 of c_1_2 was acknowledged and is not stored"));
}

TEST(MessageChecks, ConversationsThatWereReadBackCountAsStored) {
  ChatModel chat = talk();
  chat.end();
  std::erase_if(chat.history, [](const Event& e) {
    return e.kind == Kind::stored_inbox || e.kind == Kind::stored_member;
  });
  const Checker::Final read_back{.stores_seen = false, .messages_seen = true};
  EXPECT_THAT(judge(chat.history, read_back).broken, IsEmpty());
  drop(chat.history, find(chat.history, Kind::stored_message, 2));
  EXPECT_THAT(judge(chat.history, read_back).broken, ElementsAre("acked-kept"));
}

TEST(MessageChecks, AnAcknowledgedMessageWhosePlaceAnotherTookIsNotKept) {
  ChatModel chat = talk();
  Event other = chat.history[find(chat.history, Kind::shown, 0, to(bobs))];
  other.kind = Kind::paged;
  other.message.id = MessageId{5000};
  other.message.number = 9;
  other.page = {other.message};
  other.to = 3;
  chat.history.push_back(other);
  const Judged judged = judge(chat.history, {.stores_seen = false});
  EXPECT_THAT(judged.broken, Contains("acked-kept"));
  EXPECT_THAT(judged.broken, Contains("one-binding"));
}

TEST(MessageChecks, WhatWasShownAndNeverAnsweredMayStillBeStored) {
  ChatModel chat = talk();
  chat.send(alices, alice_and_bob);  // its acknowledgement is lost
  chat.catch_up(alices);
  chat.catch_up(bobs);
  chat.end();
  for (Event& event : chat.history)
    if (event.kind == Kind::device_at_end && event.device == alices) {
      event.pending = 1;
      event.wants_connection = event.connected = false;
    }
  EXPECT_THAT(judge(chat.history).broken, IsEmpty());
}

TEST(MessageChecks, WhatWasShownAndIsNotStoredLeftTooEarly) {
  ChatModel chat = talk();
  drop(chat.history, find(chat.history, Kind::acknowledged, 2));
  chat.end();
  drop(chat.history, find(chat.history, Kind::stored_message, 2));
  const Judged judged = judge(chat.history);
  EXPECT_THAT(judged.broken, Contains("effects-durable"));
  EXPECT_THAT(judged.broken, Not(Contains("acked-kept")));
}

TEST(MessageChecks, AnEffectThatIsNotDurableIsSaidToHaveLeftTooEarly) {
  Checker checker;
  checker.effect(1s, true, "ok for 1 of c_1_2");
  checker.effect(2s, false, "ok for 2 of c_1_2");
  checker.finish(3s, {});
  ASSERT_THAT(checker.violations(), testing::SizeIs(1));
  EXPECT_EQ(checker.violations()[0].invariant, "effects-durable");
  EXPECT_EQ(checker.violations()[0].at, 2s);
}

TEST(MessageChecks, ARefusedMessageThatIsStoredAnywayIsFound) {
  ChatModel chat = talk();
  const Message m = chat.send(alices, alice_and_bob);
  chat.history.push_back({.kind = Kind::refused,
                          .device = alices,
                          .conversation = alice_and_bob,
                          .number = m.number,
                          .key = m.key});
  chat.end();
  EXPECT_THAT(judge(chat.history).broken, Contains("refused-never"));
}

TEST(MessageChecks, AMessageIsNotRefusedAfterItWasSeen) {
  ChatModel chat;
  chat.attach(bobs);
  const Message m = chat.send(alices, alice_and_bob);
  chat.catch_up(bobs);
  chat.history.push_back({.kind = Kind::refused,
                          .device = alices,
                          .conversation = alice_and_bob,
                          .number = m.number,
                          .key = m.key});
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("refused-never"));
}

TEST(MessageChecks, ARefusedMessageThatStaysAwayIsFine) {
  ChatModel chat = talk();
  chat.refuse(alices, alice_and_bob);
  const Message m = chat.send(alices, alice_and_bob);  // takes the number that was given back
  chat.acknowledge(alices, alice_and_bob, m);
  chat.catch_up(alices);
  chat.catch_up(bobs);
  chat.end();
  const Judged judged = judge(chat.history);
  EXPECT_THAT(judged.broken, IsEmpty());
  EXPECT_GT(judged.results.at("refused-never").compared, 0u);
}

TEST(MessageChecks, AMessageIsNotRefusedAfterItWasAcknowledged) {
  ChatModel chat = talk();
  Event refusal = chat.history[find(chat.history, Kind::acknowledged)];
  refusal.kind = Kind::refused;
  chat.history.push_back(refusal);
  chat.end();
  EXPECT_THAT(judge(chat.history).broken, ElementsAre("refused-never"));
}

TEST(MessageChecks, OneSequenceNamesOneMessageForEveryone) {
  ChatModel chat = talk();
  chat.history[find(chat.history, Kind::shown, 1, to(bobs))].message.id.value += 1;
  chat.end();
  EXPECT_THAT(judge(chat.history).broken, Contains("one-binding"));
}

TEST(MessageChecks, StoredConversationsRunWithoutGaps) {
  ChatModel chat = talk();
  chat.end();
  drop(chat.history, find(chat.history, Kind::stored_message, 0));
  EXPECT_THAT(judge(chat.history).broken, Contains("no-gaps"));
}

TEST(MessageChecks, ASequenceOfZeroIsAGap) {
  ChatModel chat = talk();
  chat.history[find(chat.history, Kind::shown, 0, to(bobs))].message.seq = 0;
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, Contains("no-gaps"));
}

TEST(MessageChecks, ARepeatIsStoredOnce) {
  ChatModel chat = talk();
  chat.end();
  // A repeat that was taken as new: the same number and key at the next sequence.
  Event again = chat.history[find(chat.history, Kind::stored_message, 2)];
  again.message.seq = 4;
  again.message.id.value += 1;
  chat.history.insert(chat.history.begin() + static_cast<std::ptrdiff_t>(
                                                 find(chat.history, Kind::stored_message, 2) + 1),
                      again);
  EXPECT_THAT(judge(chat.history).broken, Contains("exactly-once"));
}

TEST(MessageChecks, ARepeatThatWasTakenAsNewIsFoundWithoutStores) {
  ChatModel chat = talk();
  Event again = chat.history[find(chat.history, Kind::shown, 2, to(bobs))];
  again.message.seq = 4;
  again.message.id.value += 1;
  again.cursor = Cursor::at(ChatModel::incarnation, 4);
  chat.history.push_back(again);
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, Contains("exactly-once"));
}

TEST(MessageChecks, AKeyMakesOneMessageUnderWhateverNumber) {
  ChatModel chat;
  chat.attach(bobs);
  chat.send(alices, alice_and_bob);
  chat.catch_up(bobs);
  Event renumbered = chat.history[find(chat.history, Kind::sent)];
  renumbered.number = 2;
  chat.history.push_back(renumbered);
  Event again = chat.history[find(chat.history, Kind::shown)];
  again.cursor = Cursor::at(ChatModel::incarnation, 2);
  again.message.seq = again.message.number = 2;
  again.message.id.value += 1;
  chat.history.push_back(again);
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("exactly-once"));
}

TEST(MessageChecks, ACallMakesOneEntry) {
  ChatModel chat;
  const ConversationId group = chat.create_group(alices, {bob});
  chat.end();
  EXPECT_THAT(judge(chat.history).broken, IsEmpty());
  const std::size_t created = find(chat.history, Kind::stored_message);
  Event again = chat.history[created];
  again.message.kind = EntryKind::renamed;
  again.message.users = {};
  again.message.seq = 2;
  again.message.id.value += 1;
  chat.history.insert(chat.history.begin() + static_cast<std::ptrdiff_t>(created) + 1, again);
  EXPECT_EQ(again.conversation, group);
  EXPECT_THAT(judge(chat.history, {.liveness_reached = false}).broken, ElementsAre("exactly-once"));
}

TEST(MessageChecks, ARepeatIsAnsweredAsTheFirstTime) {
  ChatModel chat = talk();
  chat.history.push_back(chat.history[find(chat.history, Kind::acknowledged)]);
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, IsEmpty());
  chat.history.back().seq = 9;
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, Contains("exactly-once"));
}

TEST(MessageChecks, AMessageIsAcknowledgedAsWhatItWasSeenAs) {
  ChatModel chat;
  chat.attach(bobs);
  Message m = chat.send(alices, alice_and_bob);
  chat.catch_up(bobs);
  m.seq = 2;
  chat.acknowledge(alices, alice_and_bob, m);
  const Judged judged = judge(chat.history, {.stores_seen = false});
  EXPECT_THAT(judged.broken, Contains("exactly-once"));
  EXPECT_THAT(judged.violations[0].what, HasSubstr("was seen as 1 of c_1_2 and acknowledged as 2"));
}

TEST(MessageChecks, ASendersMessagesAreStoredInTheirOrder) {
  ChatModel chat = talk();
  chat.end();
  const std::size_t first = find(chat.history, Kind::stored_message, 0);
  std::swap(chat.history[first].message.number, chat.history[first + 1].message.number);
  EXPECT_THAT(judge(chat.history).broken, Contains("sender-order"));
}

TEST(MessageChecks, ASendersMessagesAreShownInTheirOrder) {
  ChatModel chat;
  chat.attach(bobs);
  const Message one = chat.send(alices, alice_and_bob);
  const Message two = chat.send(alices, alice_and_bob);
  chat.catch_up(bobs);
  const std::size_t first = find(chat.history, Kind::shown, 0);
  const std::size_t second = find(chat.history, Kind::shown, 1);
  chat.history[first].message = two;
  chat.history[first].message.seq = 1;
  chat.history[second].message = one;
  chat.history[second].message.seq = 2;
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, Contains("sender-order"));
}

TEST(MessageChecks, RenumberedMessagesAreFine) {
  ChatModel chat = talk();
  // Sent under a number too high, then, after `conflict`, under the next one.
  Event early = chat.history[find(chat.history, Kind::sent)];
  const Message m = chat.send(alices, alice_and_bob);
  early.number = m.number + 5;
  early.key = m.key;
  early.message = m;
  chat.history.insert(chat.history.end() - 1, early);
  chat.acknowledge(alices, alice_and_bob, m);
  chat.catch_up(alices);
  chat.catch_up(bobs);
  chat.end();
  EXPECT_THAT(judge(chat.history).broken, IsEmpty());
}

TEST(MessageChecks, WhatIsShownWasSent) {
  for (const bool acknowledged_first : {true, false}) {
    ChatModel chat;
    chat.attach(bobs);
    const Message m = chat.send(alices, alice_and_bob);
    if (acknowledged_first) chat.acknowledge(alices, alice_and_bob, m);
    chat.catch_up(bobs);
    EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, IsEmpty());
    chat.history[find(chat.history, Kind::shown)].message.content.digest ^= 1;
    EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("no-forgery"));
  }
}

TEST(MessageChecks, AMessageThatNobodySentIsForged) {
  ChatModel chat;
  chat.attach(bobs);
  chat.send(alices, alice_and_bob);
  chat.catch_up(bobs);
  drop(chat.history, find(chat.history, Kind::sent));
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("no-forgery"));
}

TEST(MessageChecks, AMessageFromBeforeTheRunIsAcceptedWhereThatMayBe) {
  ChatModel chat;
  chat.attach(bobs);
  chat.send(alices, alice_and_bob);
  chat.send(alices, alice_and_bob);
  chat.catch_up(bobs);
  drop(chat.history, find(chat.history, Kind::sent));
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}, {.saw_the_beginning = false}).broken,
              IsEmpty());
}

TEST(MessageChecks, IdsGrowAlongAConversation) {
  ChatModel chat = talk();
  chat.end();
  for (Event& event : chat.history)
    if (event.message.seq == 3) event.message.id = MessageId{1};
  EXPECT_THAT(judge(chat.history).broken, ElementsAre("id-unique"));
}

TEST(MessageChecks, IdsThatOnlyDevicesSawGrowToo) {
  ChatModel chat = talk();
  for (Event& event : chat.history)
    if (event.message.seq == 3) event.message.id = MessageId{1};
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("id-unique"));
}

TEST(MessageChecks, IdsThatOnlyTheStoreSawGrowToo) {
  ChatModel chat;
  for (int i = 0; i < 3; ++i) chat.send(alices, alice_and_bob);
  chat.end();
  const Checker::Final cut_short{.liveness_reached = false};
  EXPECT_THAT(judge(chat.history, cut_short).broken, IsEmpty());
  chat.history[find(chat.history, Kind::stored_message, 2)].message.id = MessageId{1};
  EXPECT_THAT(judge(chat.history, cut_short).broken, ElementsAre("id-unique"));
}

TEST(MessageChecks, IdsAreUniqueAcrossConversations) {
  ChatModel chat = talk();
  chat.attach(carols);
  const ConversationId other = ConversationId::direct(alice, carol);
  const Message m = chat.send(alices, other);
  chat.acknowledge(alices, other, m);
  chat.catch_up(alices);
  chat.catch_up(carols);
  chat.end();
  EXPECT_THAT(judge(chat.history).broken, IsEmpty());
  for (Event& event : chat.history)
    if (event.conversation == other) event.message.id = MessageId{1001};
  EXPECT_THAT(judge(chat.history).broken, ElementsAre("id-unique"));
}

TEST(MessageChecks, AClientsSendsAddUp) {
  ChatModel chat = talk();
  chat.end();
  chat.history[find(chat.history, Kind::device_at_end)].pending = 1;
  const Judged judged = judge(chat.history, {.liveness_reached = false});
  EXPECT_THAT(judged.broken, ElementsAre("accounted"));
  EXPECT_THAT(judged.violations[0].what, HasSubstr("sent 3, of which 3 were acknowledged"));
}

TEST(MessageChecks, AnAnswerBelongsToASend) {
  ChatModel chat = talk();
  Event answer = chat.history[find(chat.history, Kind::acknowledged)];
  answer.number = 99;
  answer.key = 99;
  chat.history.push_back(answer);
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("accounted"));
}

TEST(MessageChecks, ASendThatWasGivenUpIsNeitherPendingNorLost) {
  for (const bool was_stored : {true, false}) {
    ChatModel chat = talk();
    ChatModel with = chat;
    const Message m = with.send(alices, alice_and_bob);
    with.catch_up(alices);
    with.catch_up(bobs);
    if (was_stored) {
      chat = with;
    } else {
      chat.history.push_back(with.history[find(with.history, Kind::sent, 3)]);
    }
    chat.history.push_back({.kind = Kind::abandoned,
                            .device = alices,
                            .conversation = alice_and_bob,
                            .key = m.key});
    chat.end();
    EXPECT_THAT(judge(chat.history).violations, IsEmpty());
  }
}

}  // namespace
}  // namespace hubbub::sim
