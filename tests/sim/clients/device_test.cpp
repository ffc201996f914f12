// The rules of a client, one by one: what a device sends when something happens to it.
#include "sim/clients/device.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hubbub::sim {
namespace {

const UserId ann{1};
const UserId ben{2};
const ConversationId chat = ConversationId::direct(ann, ben);
const ConversationId other = ConversationId::direct(ann, UserId{3});

struct Recorder : DeviceObserver {
  struct Sent {
    std::uint64_t number, key;
    bool operator==(const Sent&) const = default;
  };
  std::vector<Sent> first, repeats, acknowledged_, refused_;
  std::vector<std::uint64_t> calls, asked;
  int lost_ = 0, resets = 0;

  void sent(Duration, const Device&, const ConversationId&, const Outgoing& m) override {
    first.push_back({m.number, m.key});
  }
  void repeated(Duration, const Device&, const ConversationId&, const Outgoing& m) override {
    repeats.push_back({m.number, m.key});
  }
  void acknowledged(Duration, const Device&, const ConversationId&, const Outgoing& m,
                    const to_client::Ok& ok) override {
    acknowledged_.push_back({ok.number, m.key});
  }
  void refused(Duration, const Device&, const ConversationId&, const Outgoing& m,
               const to_client::Error&) override {
    refused_.push_back({m.number, m.key});
  }
  void call_asked(Duration, const Device&, const Call& c) override { asked.push_back(c.key); }
  void call_done(Duration, const Device&, const Call& c, const to_client::Ok&) override {
    calls.push_back(c.number);
  }
  void reset(Duration, const Device&, const to_client::Reset&) override { ++resets; }
  void lost(Duration, const Device&, CloseCode, bool) override { ++lost_; }
};

/// One device and everything around it, by hand.
class DeviceTest : public testing::Test {
 protected:
  DeviceTest() { settings.backoff.kind = BackoffKind::fixed; }

  Duration now{0};
  DeviceSettings settings;
  Recorder seen;
  DeviceEdge edge{settings, seen, {}};
  Device device{ann, 0, 42};

  /// Calls the device with cleared actions.
  template <class Call>
  void does(Call call) {
    edge.actions.clear();
    call();
  }
  void hears(const to_client::Frame& frame) {
    does([&] { device.frame(now, frame, edge); });
  }
  bool writes(const ConversationId& to = chat, bool ahead = false) {
    bool taken = false;
    does([&] { taken = device.write(now, to, Content{5, 7, "hello"}, ahead, edge); });
    return taken;
  }
  void passes(Duration time) {
    now += time;
    does([&] { device.timer(now, edge); });
  }
  void attach() {
    does([&] { device.connected(now, edge); });
    hears(to_client::Welcome{{}, ann, DeviceNumber{1}, 1, Durability::synced, 9});
  }
  void go_online() {
    does([&] { device.go_online(now, edge); });
    attach();
    hears(to_client::Synced{Cursor::at(9, 0)});
  }
  void lose_connection(CloseCode code = broken) {
    does([&] { device.closed(now, code, edge); });
  }

  template <class Frame>
  std::vector<Frame> sent() const {
    std::vector<Frame> frames;
    for (const to_server::Frame& f : edge.actions.frames)
      if (const auto* frame = std::get_if<Frame>(&f)) frames.push_back(*frame);
    return frames;
  }
  std::vector<to_server::Send> sends() const { return sent<to_server::Send>(); }
  void accept(const to_server::Send& send, Sequence seq) {
    hears(to_client::Ok{send.id, send.conversation, seq, MessageId{seq}, 0, send.number,
                        send.number + 1});
  }
  to_client::Error error(RequestId id, ErrorCode code, bool retry, std::uint32_t after_ms = 0,
                         std::uint64_t expected = 0) {
    return {id, code, retry, after_ms, expected, "because"};
  }
};

TEST_F(DeviceTest, SaysHelloWithWhatItHoldsAndWaitsForTheWelcome) {
  does([&] { device.go_online(now, edge); });
  EXPECT_TRUE(edge.actions.connect);
  EXPECT_TRUE(writes());
  EXPECT_TRUE(sends().empty());
  does([&] { device.connected(now, edge); });
  ASSERT_EQ(sent<to_server::Hello>().size(), 1u);
  EXPECT_EQ(sent<to_server::Hello>()[0].device, "d0");
  EXPECT_FALSE(sent<to_server::Hello>()[0].has_cursor);
  EXPECT_TRUE(sends().empty());
  hears(to_client::Welcome{{}, ann, DeviceNumber{1}, 1, Durability::synced, 9});
  ASSERT_EQ(sends().size(), 1u);
  EXPECT_EQ(sends()[0].number, 1u);
}

TEST_F(DeviceTest, SendsOneAtATimeAndNumbersThemInOrder) {
  go_online();
  writes();
  const to_server::Send first = sends().at(0);
  writes();
  EXPECT_TRUE(sends().empty());
  accept(first, 1);
  ASSERT_EQ(sends().size(), 1u);
  EXPECT_EQ(sends()[0].number, 2u);
  EXPECT_NE(sends()[0].key, first.key);
}

TEST_F(DeviceTest, TypedAheadDoesNotWait) {
  go_online();
  writes();
  writes(chat, true);
  ASSERT_EQ(sends().size(), 1u);
  EXPECT_EQ(sends()[0].number, 2u);
}

TEST_F(DeviceTest, ConversationsDoNotWaitForEachOther) {
  go_online();
  writes();
  writes(other);
  ASSERT_EQ(sends().size(), 1u);
  EXPECT_EQ(sends()[0].number, 1u);
}

TEST_F(DeviceTest, TakesNoMoreThanSixtyFourUnanswered) {
  go_online();
  for (int i = 0; i < 64; ++i) EXPECT_TRUE(writes(chat, true));
  EXPECT_FALSE(writes(chat, true));
  EXPECT_EQ(device.pending(), 64u);
}

TEST_F(DeviceTest, AfterALostConnectionSendsEverythingUnansweredAgainInOrder) {
  go_online();
  writes();
  const to_server::Send first = sends().at(0);
  writes(chat, true);
  const to_server::Send second = sends().at(0);
  lose_connection();
  passes(settings.backoff.base);
  EXPECT_TRUE(edge.actions.connect);
  attach();
  ASSERT_EQ(sends().size(), 2u);
  EXPECT_EQ(sends()[0].number, first.number);
  EXPECT_EQ(sends()[0].key, first.key);
  EXPECT_EQ(sends()[1].number, second.number);
  EXPECT_EQ(sends()[1].key, second.key);
  EXPECT_EQ(seen.first.size(), 2u);
  EXPECT_EQ(seen.repeats.size(), 2u);
}

TEST_F(DeviceTest, NeverSendsTwiceOnOneConnectionWithoutAnAnswer) {
  go_online();
  writes();
  for (int i = 0; i < 14; ++i) {
    passes(1s);
    EXPECT_TRUE(sends().empty());
  }
}

TEST_F(DeviceTest, GivesUpAConnectionThatDoesNotAnswer) {
  go_online();
  writes();
  passes(settings.answer_timeout);
  EXPECT_TRUE(edge.actions.close);
  EXPECT_EQ(seen.lost_, 1);
  EXPECT_FALSE(device.attached());
}

TEST_F(DeviceTest, KeepsTheNumberAndTheOrderWhenToldToTryAgain) {
  go_online();
  writes();
  const to_server::Send first = sends().at(0);
  writes();
  hears(error(first.id, ErrorCode::unavailable, true, 1000));
  EXPECT_TRUE(sends().empty());
  passes(999ms);
  EXPECT_TRUE(sends().empty());
  passes(1ms);
  ASSERT_EQ(sends().size(), 1u);
  EXPECT_EQ(sends()[0].number, 1u);
  EXPECT_EQ(sends()[0].key, first.key);
  accept(sends()[0], 1);
  EXPECT_EQ(sends().at(0).number, 2u);
}

TEST_F(DeviceTest, GivesTheNumberBackWhenFinallyRefused) {
  go_online();
  writes();
  const to_server::Send first = sends().at(0);
  writes();
  hears(error(first.id, ErrorCode::not_member, false));
  ASSERT_EQ(sends().size(), 1u);
  EXPECT_EQ(sends()[0].number, 1u);
  EXPECT_NE(sends()[0].key, first.key);
  EXPECT_EQ(seen.refused_.size(), 1u);
}

TEST_F(DeviceTest, RenumbersWhatFollowsARefusalOnceAllOfItIsAnswered) {
  go_online();
  writes();
  const to_server::Send first = sends().at(0);
  writes(chat, true);
  const to_server::Send second = sends().at(0);
  writes(chat, true);
  const to_server::Send third = sends().at(0);
  hears(error(first.id, ErrorCode::too_large, false));
  EXPECT_TRUE(sends().empty());
  hears(error(second.id, ErrorCode::conflict, false, 0, 1));
  EXPECT_TRUE(sends().empty());
  hears(error(third.id, ErrorCode::conflict, false, 0, 1));
  ASSERT_EQ(sends().size(), 2u);
  EXPECT_EQ(sends()[0].number, 1u);
  EXPECT_EQ(sends()[0].key, second.key);
  EXPECT_EQ(sends()[1].number, 2u);
  EXPECT_EQ(sends()[1].key, third.key);
}

TEST_F(DeviceTest, GoesOnFromTheNumberTheServerExpects) {
  go_online();
  writes();
  const to_server::Send first = sends().at(0);
  hears(error(first.id, ErrorCode::conflict, false, 0, 17));
  ASSERT_EQ(sends().size(), 1u);
  EXPECT_EQ(sends()[0].number, 17u);
  EXPECT_EQ(sends()[0].key, first.key);
  accept(sends()[0], 5);
  writes();
  EXPECT_EQ(sends().at(0).number, 18u);
}

TEST_F(DeviceTest, TakesAnAnswerUnderAnotherNumberAndGoesOnFromTheNext) {
  go_online();
  writes();
  const to_server::Send first = sends().at(0);
  writes();
  hears(to_client::Ok{first.id, chat, 3, MessageId{3}, 0, 9, 12});
  EXPECT_EQ(seen.acknowledged_.at(0).number, 9u);
  EXPECT_EQ(sends().at(0).number, 12u);
}

TEST_F(DeviceTest, SpendsItsRetryBudgetThenWaitsForTokens) {
  settings.backoff.kind = BackoffKind::at_once;
  go_online();
  passes(2s);  // nothing to acknowledge is left: the next deadline is the budget's
  writes();
  to_server::Send last = sends().at(0);
  int repeats = 0;
  for (;; ++repeats) {
    hears(error(last.id, ErrorCode::overloaded, true));
    if (sends().empty()) break;
    last = sends()[0];
    ASSERT_LT(repeats, 50);
  }
  EXPECT_EQ(repeats, 5);
  EXPECT_LT(device.deadline(), now + 31s);
  now = device.deadline();
  passes(1ms);
  EXPECT_EQ(sends().size(), 1u);
}

TEST_F(DeviceTest, RepeatsForNothingWhenTheConnectionBrokeButNotWhenItGaveUp) {
  go_online();
  passes(2s);
  writes();
  const auto comes_back = [&] {
    passes(settings.backoff.base);
    attach();
    return !sends().empty();
  };
  for (int i = 0; i < 20; ++i) {
    lose_connection();
    EXPECT_TRUE(comes_back());
  }
  int repeats = 0;
  for (; repeats < 20; ++repeats) {
    passes(settings.answer_timeout);
    ASSERT_TRUE(edge.actions.close);
    if (!comes_back()) break;
  }
  EXPECT_LT(repeats, 12);  // five tokens, and the trickle of so long
}

TEST_F(DeviceTest, WithoutALimitRepeatsForEver) {
  settings.backoff.kind = BackoffKind::at_once;
  settings.retry_budget = 1e9;
  go_online();
  writes();
  for (int i = 0; i < 100; ++i) {
    const to_server::Send last = sends().at(0);
    hears(error(last.id, ErrorCode::overloaded, true));
  }
  EXPECT_EQ(sends().size(), 1u);
}

TEST_F(DeviceTest, AsksForOneChangeAtATimeNumberedApart) {
  go_online();
  writes();
  Call create;
  create.create = create.group = true;
  create.members = {ben};
  create.name = "trip";
  does([&] { device.call(now, create, edge); });
  const auto creates = sent<to_server::Create>();
  ASSERT_EQ(creates.size(), 1u);
  EXPECT_EQ(creates[0].number, 1u);
  does([&] { device.call(now, create, edge); });
  EXPECT_TRUE(edge.actions.frames.empty());
  hears(to_client::Ok{creates[0].id, ConversationId::group(ann, DeviceNumber{1}, 1), 1,
                      MessageId{1}, 0, 1, 2});
  ASSERT_EQ(sent<to_server::Create>().size(), 1u);
  EXPECT_EQ(sent<to_server::Create>()[0].number, 2u);
}

TEST_F(DeviceTest, BlocksAsItChangesAnythingElse) {
  go_online();
  Call block;
  block.contact = to_server::ContactChange::What::block;
  block.user = ben;
  does([&] { device.call(now, block, edge); });
  ASSERT_EQ(edge.actions.frames.size(), 1u);
  const auto asked = std::get<to_server::ContactChange>(edge.actions.frames[0]);
  EXPECT_EQ(asked.what, to_server::ContactChange::What::block);
  EXPECT_EQ(asked.user, ben);
  EXPECT_EQ(asked.number, 1u);
  // Asked again on the next connection, it is the same call; it is told of once.
  does([&] { device.closed(now, broken, edge); });
  passes(500ms);
  attach();
  const auto again = std::get<to_server::ContactChange>(edge.actions.frames.back());
  EXPECT_EQ(again.number, 1u);
  EXPECT_EQ(again.key, asked.key);
  EXPECT_EQ(seen.asked, (std::vector<std::uint64_t>{asked.key}));
  hears(to_client::Ok{.id = again.id, .number = 1, .next = 2});
  EXPECT_EQ(seen.calls, (std::vector<std::uint64_t>{1}));
}

TEST_F(DeviceTest, AsksForPushesUntilItIsAnswered) {
  go_online();
  Call call;
  call.push = true;
  does([&] { device.call(now, call, edge); });
  ASSERT_EQ(edge.actions.frames.size(), 1u);
  EXPECT_TRUE(std::get<to_server::Push>(edge.actions.frames[0]).on);
  does([&] { device.closed(now, broken, edge); });
  passes(500ms);
  attach();
  const auto again = std::get<to_server::Push>(edge.actions.frames.back());
  EXPECT_EQ(device.pending(), 1u);
  hears(to_client::Ok{.id = again.id});
  EXPECT_EQ(device.pending(), 0u);
}

TEST_F(DeviceTest, AcknowledgesEverySixteenEntries) {
  go_online();
  passes(2s);
  for (Sequence n = 1; n <= 16; ++n) {
    hears(to_client::Event{chat, Message{.seq = n}, Cursor::at(9, n)});
    EXPECT_EQ(sent<to_server::Acknowledge>().size(), n == 16 ? 1u : 0u);
  }
  EXPECT_EQ(sent<to_server::Acknowledge>()[0].cursor, Cursor::at(9, 16));
}

TEST_F(DeviceTest, AcknowledgesAtTheLatestAfterASecond) {
  go_online();
  passes(2s);
  hears(to_client::Event{chat, Message{.seq = 1}, Cursor::at(9, 1)});
  EXPECT_EQ(device.deadline(), now + 1s);
  passes(1s);
  EXPECT_EQ(sent<to_server::Acknowledge>().size(), 1u);
  EXPECT_TRUE(device.quiet());
}

TEST_F(DeviceTest, ResumesFromTheCursorOfAnInterruptedSync) {
  go_online();
  const Cursor half{9, 0, 100, 60};
  const Range range{chat, 61, 100};
  hears(to_client::Ranges{std::span(&range, 1), half});
  lose_connection();
  passes(settings.backoff.base);
  does([&] { device.connected(now, edge); });
  ASSERT_EQ(sent<to_server::Hello>().size(), 1u);
  EXPECT_EQ(sent<to_server::Hello>()[0].cursor, half);
  EXPECT_EQ(device.unpaged(), 1u);
}

TEST_F(DeviceTest, PagesRangesOneAtATimeAndSaysWhatItHasSeen) {
  go_online();
  const Range ranges[] = {{other, 1, 10}, {chat, 3, 200}};
  hears(to_client::Ranges{ranges, Cursor::at(9, 50)});
  auto asked = sent<to_server::History>();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].conversation, chat);
  EXPECT_EQ(asked[0].anchor, 2u);
  EXPECT_EQ(asked[0].seen, 200u);
  const Message page[] = {{.seq = 3}, {.seq = 4}};
  hears(to_client::HistoryPage{asked[0].id, chat, page, true, 200});
  asked = sent<to_server::History>();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].anchor, 4u);
  const Message end[] = {{.seq = 200}};
  hears(to_client::HistoryPage{asked[0].id, chat, end, false, 200});
  asked = sent<to_server::History>();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].conversation, other);
  hears(to_client::HistoryPage{asked[0].id, other, {}, false, 10});
  EXPECT_EQ(device.unpaged(), 0u);
}

TEST_F(DeviceTest, AResetDropsWhatItHeldAndTakesTheNewCursor) {
  go_online();
  const Range range{chat, 1, 10};
  hears(to_client::Ranges{std::span(&range, 1), Cursor::at(9, 50)});
  hears(to_client::Reset{Cursor::at(77, 5)});
  EXPECT_EQ(device.unpaged(), 0u);
  EXPECT_EQ(device.cursor(), Cursor::at(77, 5));
  EXPECT_EQ(seen.resets, 1);
  EXPECT_FALSE(device.at_head());
}

TEST_F(DeviceTest, DoesNotReturnWhenReplaced) {
  go_online();
  lose_connection(CloseCode::replaced);
  EXPECT_TRUE(device.gone());
  EXPECT_FALSE(device.wants_connection());
  EXPECT_EQ(device.deadline(), never);
}

TEST_F(DeviceTest, ReturnsWhenTheServerSaysItIsDraining) {
  go_online();
  lose_connection(CloseCode::draining);
  EXPECT_TRUE(device.wants_connection());
  EXPECT_EQ(device.deadline(), now + settings.backoff.base);
}

TEST_F(DeviceTest, FollowsTheAdviceOfWhenToReturn) {
  settings.backoff.kind = BackoffKind::planned;
  go_online();
  const Advice advice{.delay_ms = 7000, .ticket = {17, 99}};
  does([&] { device.closed(now, CloseCode::overloaded, edge, advice); });
  EXPECT_EQ(device.deadline(), now + 7s);
  passes(7s);
  EXPECT_TRUE(edge.actions.connect);
  EXPECT_EQ(device.return_plan().ticket(), advice.ticket);
  EXPECT_TRUE(device.return_plan().resumes());
}

TEST_F(DeviceTest, FollowsTheAdviceThatCameBeforeTheClose) {
  settings.backoff.kind = BackoffKind::planned;
  go_online();
  hears(to_client::Advise{to_client::Advise::Reason::draining, {.delay_ms = 4000}, {}});
  lose_connection(CloseCode::draining);
  EXPECT_EQ(device.deadline(), now + 4s);
}

TEST_F(DeviceTest, SaysHelloAgainOnTheSameConnectionWhileItsInboxIsAway) {
  does([&] { device.go_online(now, edge); });
  does([&] { device.connected(now, edge); });
  for (int times = 0; times < 2; ++times) {
    hears(error(0, ErrorCode::unavailable, true, 3000));
    EXPECT_FALSE(edge.actions.close);
    EXPECT_EQ(device.deadline(), now + 3s + settings.backoff.base);
    passes(3s + settings.backoff.base);
    EXPECT_EQ(sent<to_server::Hello>().size(), 1u);
  }
  // It has waited for seven seconds: somebody else may do better.
  hears(error(0, ErrorCode::unavailable, true, 3000));
  EXPECT_TRUE(edge.actions.close);
  EXPECT_EQ(device.deadline(), now + 3s);
}

TEST_F(DeviceTest, KeepsWhatIsUnansweredThroughALogOff) {
  go_online();
  writes();
  const to_server::Send first = sends().at(0);
  does([&] { device.go_offline(now, edge); });
  EXPECT_TRUE(edge.actions.close);
  EXPECT_FALSE(device.wants_connection());
  writes();
  EXPECT_TRUE(sends().empty());
  does([&] { device.go_online(now, edge); });
  attach();
  ASSERT_EQ(sends().size(), 1u);
  EXPECT_EQ(sends()[0].key, first.key);
}

TEST_F(DeviceTest, IsSmallWhenIdle) {
  go_online();
  writes();
  accept(sends().at(0), 1);
  passes(2s);
  EXPECT_LE(sizeof(Device), 208u);
  EXPECT_LE(device.heap_bytes(), 3 * 24u);
}

}  // namespace
}  // namespace hubbub::sim
