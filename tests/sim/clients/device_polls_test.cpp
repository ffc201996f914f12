// A device that polls: when it asks, what its cursor says, and what it makes of answers that are lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/clients/device.hpp"

namespace hubbub::sim {
namespace {

using Exchange = Device::Exchange;
const UserId ann{1}, ben{2};
const ConversationId chat = ConversationId::direct(ann, ben);

struct Seen : DeviceObserver {
  std::vector<Sequence> held;
  int lost_sessions = 0;
  void holds(Duration, const Device&, const Cursor& cursor) override { held.push_back(cursor.held); }
  void lost(Duration, const Device&, CloseCode, bool) override { ++lost_sessions; }
};

class Polls : public testing::Test {
 protected:
  void begin(Transport transport) {
    device.poll_by(transport);
    does([&] { device.go_online(now, edge); });
    does([&] { device.connected(now, edge); });
    EXPECT_TRUE(said<to_server::Hello>()->polled);
    hears(to_client::Welcome{{}, ann, DeviceNumber{1}, 1, Durability::synced, 9});
  }
  template <class Call>
  void does(Call call) {
    edge.actions.clear();
    call();
  }
  void hears(const to_client::Frame& frame) {
    does([&] { device.frame(now, frame, edge); });
  }
  /// A poll's answer, with an entry.
  void is_shown(Sequence number) {
    hears(to_client::Event{chat, Message{.seq = number, .from = ben}, Cursor::at(9, number)});
  }
  template <class Frame>
  const Frame* said() const {
    const Frame* last = nullptr;
    for (const to_server::Frame& frame : edge.actions.frames)
      if (const auto* one = std::get_if<Frame>(&frame)) last = one;
    return last;
  }
  const to_server::Poll* poll() const { return said<to_server::Poll>(); }
  void ends(Exchange what) {
    does([&] { device.exchanged(now, what, edge); });
  }
  void is_lost(Exchange what) {
    does([&] { device.exchange_lost(now, what, edge); });
  }
  void passes(Duration time) {
    now += time;
    does([&] { device.timer(now, edge); });
  }

  Duration now{0};
  DeviceSettings settings;
  Seen seen;
  DeviceEdge edge{settings, seen, {}};
  Device device{ann, 0, 42};
};

TEST_F(Polls, LongOnesFollowEachOther) {
  begin(Transport::long_poll);
  ASSERT_NE(poll(), nullptr) << "at once";
  EXPECT_EQ(poll()->wait_ms, 25'000u);
  EXPECT_FALSE(poll()->has_cursor);
  const RequestId first = poll()->id;
  hears(to_client::Synced{Cursor::at(9, 0)});
  is_shown(1);
  EXPECT_EQ(said<to_server::Acknowledge>(), nullptr);
  ends(Exchange::poll);
  ASSERT_NE(poll(), nullptr);
  EXPECT_GT(poll()->id, first);
  EXPECT_EQ(poll()->cursor, Cursor::at(9, 1));
  EXPECT_THAT(seen.held, testing::ElementsAre(1)) << "its cursor says what it has";
  EXPECT_TRUE(device.quiet());
}

TEST_F(Polls, ShortOnesWaitInBetweenOnceThereIsNoMore) {
  begin(Transport::poll);
  EXPECT_EQ(poll()->wait_ms, 0u);
  is_shown(1);
  ends(Exchange::poll);
  ASSERT_NE(poll(), nullptr) << "there is more to come";
  hears(to_client::Synced{Cursor::at(9, 1)});
  ends(Exchange::poll);
  EXPECT_EQ(poll(), nullptr);
  EXPECT_EQ(device.deadline(), now + 1s);
  passes(1s);
  EXPECT_NE(poll(), nullptr);
}

TEST_F(Polls, AfterALossTheNextOneAsksForTheStreamAnew) {
  begin(Transport::long_poll);
  hears(to_client::Synced{Cursor::at(9, 0)});
  ends(Exchange::poll);
  is_lost(Exchange::poll);
  EXPECT_FALSE(device.at_head());
  passes(1s);  // its backoff
  ASSERT_NE(poll(), nullptr);
  EXPECT_TRUE(poll()->sync);
  EXPECT_EQ(poll()->cursor, Cursor::at(9, 0));
  hears(to_client::Synced{Cursor::at(9, 0)});
  ends(Exchange::poll);
  EXPECT_FALSE(poll()->sync) << "once";
}

TEST_F(Polls, WhatWasAskedInALostRequestIsAskedAgainUnderItsOldNumberAndKey) {
  begin(Transport::long_poll);
  hears(to_client::Synced{Cursor::at(9, 0)});
  does([&] { device.write(now, chat, Content{2, 3, "hi"}, false, edge); });
  const to_server::Send first = *said<to_server::Send>();
  is_lost(Exchange::request);
  ASSERT_NE(said<to_server::Send>(), nullptr);
  const to_server::Send again = *said<to_server::Send>();
  EXPECT_EQ(again.number, first.number);
  EXPECT_EQ(again.key, first.key);
  EXPECT_GT(again.id, first.id) << "ids grow";
  EXPECT_EQ(poll(), nullptr) << "its poll is under way";
}

TEST_F(Polls, AfterFourLossesInARowItLooksForAnotherServer) {
  begin(Transport::long_poll);
  hears(to_client::Synced{Cursor::at(9, 0)});
  for (int i = 0; i < 3; ++i) {
    is_lost(Exchange::poll);
    EXPECT_TRUE(device.attached());
    passes(10s);
    EXPECT_NE(poll(), nullptr);
  }
  is_lost(Exchange::poll);
  EXPECT_FALSE(device.attached());
  EXPECT_TRUE(edge.actions.close);
  EXPECT_EQ(seen.lost_sessions, 1);
}

TEST_F(Polls, AnAnswerInBetweenEndsTheRow) {
  begin(Transport::long_poll);
  hears(to_client::Synced{Cursor::at(9, 0)});
  for (int i = 0; i < 10; ++i) {
    is_lost(Exchange::poll);
    passes(10s);
    ends(Exchange::request);
  }
  EXPECT_TRUE(device.attached());
}

TEST_F(Polls, SilenceEndsTheSession) {
  begin(Transport::long_poll);
  does([&] { device.exchange_overdue(now, edge); });
  EXPECT_FALSE(device.attached());
  EXPECT_TRUE(device.wants_connection());
}

TEST_F(Polls, WhatWaitsForItsTurnIsNotOverdue) {
  begin(Transport::long_poll);
  hears(to_client::Synced{Cursor::at(9, 0)});
  does([&] { device.write(now, chat, Content{2, 3, "hi"}, false, edge); });
  passes(1min);
  EXPECT_TRUE(device.attached());
  EXPECT_GT(device.deadline(), now) << "and there is nothing to wake it for";
}

}  // namespace
}  // namespace hubbub::sim
