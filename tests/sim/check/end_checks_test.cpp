#include "core/base/limits.hpp"
#include "sim/check/names.hpp"
#include "tests/sim/check/people.hpp"

namespace hubbub::sim {
namespace {

using Kind = Event::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Liveness, HoldsWhenAllDevicesAreBackAndNothingIsOwed) {
  ChatModel chat = talk();
  chat.end();
  const Judged judged = judge(chat.history);
  EXPECT_THAT(judged.broken, IsEmpty());
  for (const char* name : {"caught-up", "reconnected", "settled", "delivered-all"})
    EXPECT_GT(judged.results.at(name).compared, 0u) << name;
}

TEST(Liveness, ADeviceBehindItsInboxHasNotCaughtUp) {
  ChatModel chat = talk();
  chat.acknowledge(alices, alice_and_bob, chat.send(alices, alice_and_bob));
  chat.catch_up(alices);
  chat.end();
  const Judged judged = judge(chat.history);
  EXPECT_THAT(judged.broken, ElementsAre("caught-up"));
  EXPECT_THAT(judged.violations[0].what, HasSubstr("device 1 of u_2 is at cursor 5f3a-3"));
}

TEST(Liveness, ADeviceWithRangesLeftToPageHasNotCaughtUp) {
  ChatModel chat = talk();
  chat.end();
  chat.history[find(chat.history, Kind::device_at_end)].unpaged = 2;
  EXPECT_THAT(judge(chat.history).broken, ElementsAre("caught-up"));
}

TEST(Liveness, CatchingUpIsJudgedByWhatOthersWereToldWhereStoresAreHidden) {
  ChatModel chat = talk();
  chat.attach(alices_tablet);
  chat.history.push_back({.kind = Kind::device_at_end,
                          .device = alices,
                          .cursor = Cursor::at(ChatModel::incarnation, 3)});
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, IsEmpty());
  chat.history.push_back({.kind = Kind::device_at_end,
                          .device = alices_tablet,
                          .cursor = Cursor::at(ChatModel::incarnation, 2)});
  EXPECT_THAT(judge(chat.history, {.stores_seen = false}).broken, ElementsAre("caught-up"));
}

TEST(Liveness, ADeviceThatWantsAConnectionHasOne) {
  ChatModel chat = talk();
  chat.end();
  Event& end = chat.history[find(chat.history, Kind::device_at_end)];
  end.connected = false;
  EXPECT_THAT(judge(chat.history).broken, ElementsAre("reconnected"));
  end.wants_connection = false;
  EXPECT_THAT(judge(chat.history).broken, IsEmpty());
}

TEST(Liveness, ASendWithoutAnAnswerIsNotSettled) {
  ChatModel chat = talk();
  chat.send(alices, alice_and_bob);
  chat.catch_up(alices);
  chat.catch_up(bobs);
  chat.end();
  chat.history[find(chat.history, Kind::device_at_end)].pending = 1;
  EXPECT_THAT(judge(chat.history).broken, ElementsAre("settled"));
}

TEST(Liveness, AMessageThatWasNeverSentIsNotSettled) {
  Checker checker;
  checker.finish(1s, {});
  checker.device_at_end(alices, true, true, {}, 0, 0, 3);
  ASSERT_THAT(checker.violations(), SizeIs(1));
  EXPECT_EQ(checker.violations()[0].invariant, "settled");
  EXPECT_EQ(checker.violations()[0].what, "device 1 of u_1 has 3 messages it never sent");
}

TEST(Liveness, ANodeThatOwesDeliveriesIsNotSettled) {
  ChatModel chat = talk();
  chat.end();
  chat.history.back().pending = 7;
  const Judged judged = judge(chat.history);
  EXPECT_THAT(judged.broken, ElementsAre("settled"));
  EXPECT_EQ(judged.violations[0].what, "node 1 still owes 7 deliveries, and 0 inputs wait for it");
}

TEST(Bounded, HoldsUpToTheLimitAndNotBeyondIt) {
  Checker checker;
  checker.step(1s, NodeId{1}, limits::step_units);
  checker.bound(1s, "outbound bytes of a connection", 10, 10);
  EXPECT_THAT(checker.violations(), IsEmpty());
  checker.step(2s, NodeId{1}, limits::step_units + 1);
  checker.bound(2s, "outbound bytes of a connection", 11, 10);
  ASSERT_THAT(checker.violations(), SizeIs(2));
  EXPECT_EQ(checker.violations()[1].what,
            "outbound bytes of a connection reached 11; at most 10 are allowed");
}

TEST(Checker, KeepsTheFirstViolationsOfEachInvariantAndCountsAll) {
  Checker checker;
  for (int i = 0; i < 100; ++i) checker.step(1s * i, NodeId{1}, limits::step_units + 1);
  checker.finish(200s, {});
  EXPECT_THAT(checker.violations(), SizeIs(5));
  const auto results = checker.results();
  EXPECT_EQ(results[static_cast<std::size_t>(Invariant::bounded)].violated, 100u);
}

TEST(Checker, KeepsTheFirstOfEachKindOfEffectThatLeftTooEarly) {
  Checker checker;
  for (int i = 0; i < 100; ++i)
    checker.effect(1s * i, false, i % 10 == 9 ? "a welcome" : "an event");
  ASSERT_THAT(checker.violations(), SizeIs(2));
  EXPECT_THAT(checker.violations()[0].what, HasSubstr("an event left before"));
  EXPECT_THAT(checker.violations()[1].what, HasSubstr("a welcome left before"));
  const auto results = checker.results();
  EXPECT_EQ(results[static_cast<std::size_t>(Invariant::effects_durable)].violated, 100u);
}

TEST(Checker, TellsWhatHappenedToTheEntitiesBeforeAViolation) {
  ChatModel chat = talk();
  const std::size_t at = find(chat.history, Kind::shown, 2, to(bobs));
  chat.history.insert(chat.history.begin() + static_cast<std::ptrdiff_t>(at), chat.history[at]);
  const Judged judged = judge(chat.history, {.stores_seen = false});
  ASSERT_THAT(judged.violations, testing::Not(IsEmpty()));
  ASSERT_THAT(judged.violations[0].before, testing::Not(IsEmpty()));
  EXPECT_THAT(judged.violations[0].before.back(),
              HasSubstr("device 1 of u_2 was shown 3 in c_1_2 at inbox number 3"));
}

TEST(Checker, GivesAResultForEveryName) {
  const auto results = Checker().results();
  ASSERT_THAT(results, SizeIs(invariant_count));
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].name, name_of(static_cast<Invariant>(i)));
    EXPECT_EQ(results[i].safety, i < safety_invariants.size());
    EXPECT_EQ(results[i].compared, 0u);
  }
  EXPECT_TRUE(is_invariant("acked-kept"));
  EXPECT_FALSE(is_invariant("acked"));
}

TEST(Checker, KeepsLessThanAHundredBytesForAMessage) {
  ChatModel chat;
  chat.attach(alices);
  chat.attach(bobs);
  Checker checker;
  Duration now{};
  std::size_t fed = 0;
  const auto feed_all = [&] {
    for (; fed < chat.history.size(); ++fed) feed(checker, now += 1ms, chat.history[fed]);
  };
  const auto talk_more = [&](int messages) {
    for (int i = 0; i < messages; ++i) {
      chat.acknowledge(alices, alice_and_bob, chat.send(alices, alice_and_bob));
      chat.show_next(alices);
      chat.show_next(bobs);
    }
    feed_all();
  };
  talk_more(100);
  const std::size_t before = checker.memory();
  talk_more(20'000);
  EXPECT_LT((checker.memory() - before) / 20'000, 100u);
}

}  // namespace
}  // namespace hubbub::sim
