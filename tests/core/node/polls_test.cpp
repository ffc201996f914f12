// R37: sessions whose devices hold no connection, and ask for what is new.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/base/hash.hpp"
#include "tests/core/node/cluster.hpp"

namespace hubbub::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

/// Anna has a WebSocket and writes; Ben polls.
class Polled : public testing::Test {
 protected:
  static constexpr NodeId node{0};
  static constexpr UserId anna{1};
  static constexpr ConnectionId annas{1, 1}, bens{2, 1};

  /// Ben's inbox is on the last node, his session and Anna's on the first.
  explicit Polled(Policy policy = {}, std::uint16_t nodes = 1)
      : cluster(nodes, policy), home{static_cast<std::uint16_t>(nodes - 1)} {
    while (cluster.map().owner(ben) != home) ++ben.value;
    cluster.listener.frame = [this](ConnectionId to, NodeId, const to_client::Frame& frame) {
      hear(to, frame);
    };
    cluster.listener.polled = [this](ConnectionId, NodeId, RequestId id, bool taken) {
      ended.push_back(taken ? "all " + std::to_string(id) : "nothing " + std::to_string(id));
    };
    cluster.listener.close = [this](ConnectionId c, NodeId n, CloseCode code) {
      closed.emplace_back(c.slot, code);
      cluster.close(n, c);
    };
    for (std::uint16_t n = 0; n < nodes; ++n) cluster.start(NodeId{n});
    cluster.run();
    cluster.open(node, annas, anna);
    cluster.send(node, annas, to_server::Hello{"phone", false, {}});
    cluster.open(node, bens, ben);
    cluster.send(node, bens, to_server::Hello{"phone", false, {}, true});
    cluster.run();
  }

  void hear(ConnectionId to, const to_client::Frame& frame) {
    const bool to_ben = to.slot >= bens.slot;
    if (const auto* error = std::get_if<to_client::Error>(&frame)) {
      errors.push_back(*error);
      details.emplace_back(error->detail);
    }
    if (const auto* event = std::get_if<to_client::Event>(&frame)) {
      if (to_ben) heard.emplace_back(event->message.content.body);
      if (!to_ben) cluster.send(node, annas, to_server::Acknowledge{event->cursor});
      if (to_ben) keep(event->cursor);
    } else if (const auto* synced = std::get_if<to_client::Synced>(&frame)) {
      if (to_ben) heard.emplace_back("synced"), keep(synced->cursor);
    } else if (const auto* ranges = std::get_if<to_client::Ranges>(&frame)) {
      if (to_ben) keep(ranges->cursor);
      for (const Range& r : ranges->ranges) declared += r.to - r.from + 1;
    } else if (const auto* presence = std::get_if<to_client::Presence>(&frame)) {
      for (const PresenceOf& of : presence->users) states.push_back(of.state);
    } else if (const auto* receipt = std::get_if<to_client::Receipt>(&frame)) {
      for (const MarkOf& of : receipt->marks)
        if (!to_ben) receipts.emplace_back(of.user, of.delivered);
    } else if (std::holds_alternative<to_client::Ok>(frame) && to_ben) {
      heard.emplace_back("ok");
    } else if (std::holds_alternative<to_client::Welcome>(frame) && to_ben) {
      heard.emplace_back("welcome");
    }
  }
  void keep(const Cursor& at) {
    cursor = at;
    has_cursor = true;
  }

  void poll(std::uint32_t wait_ms, bool sync = false) {
    cluster.send(node, bens, to_server::Poll{++polls, has_cursor, cursor, wait_ms, sync});
    cluster.run();
  }
  void send(ConnectionId from, std::uint64_t number, RequestId id, std::string_view text) {
    cluster.send(node, from,
                 to_server::Send{.id = id,
                                 .conversation = ConversationId::direct(anna, ben),
                                 .number = number,
                                 .key = mix64(number) + from.slot,
                                 .content = {static_cast<std::uint32_t>(text.size()),
                                             hash_bytes(text), text}});
    cluster.run();
  }
  void anna_says(std::string_view text) {
    ++said;
    send(annas, said, said, text);
  }
  std::vector<std::string> take_heard() { return std::exchange(heard, {}); }
  std::vector<std::string> take_ended() { return std::exchange(ended, {}); }
  /// Ben is welcomed and has taken `synced`.
  void settle() {
    poll(0);
    take_heard();
    take_ended();
  }

  Cluster cluster;
  NodeId home;
  UserId ben{2};
  std::vector<std::string> heard;  ///< by Ben
  std::vector<std::pair<UserId, Sequence>> receipts;  ///< that Anna was told: who has what
  std::vector<std::string> ended;  ///< his polls
  std::vector<std::pair<std::uint32_t, CloseCode>> closed;
  std::vector<to_client::Error> errors;
  std::vector<std::string> details;
  std::vector<PresenceState> states;
  std::uint64_t declared = 0;
  Cursor cursor;
  bool has_cursor = false;
  RequestId polls = 0;
  std::uint64_t said = 0;
};

TEST_F(Polled, WelcomeIsTheAnswerToHelloAndTheStreamWaitsForAPoll) {
  EXPECT_THAT(take_heard(), ElementsAre("welcome"));
  poll(0);
  EXPECT_THAT(take_heard(), ElementsAre("synced"));
  EXPECT_THAT(take_ended(), ElementsAre("all 1"));
}

TEST_F(Polled, APollIsHeldUntilThereIsSomething) {
  settle();
  poll(30'000);
  cluster.wait(10s);
  EXPECT_THAT(ended, IsEmpty());
  anna_says("hi");
  EXPECT_THAT(take_heard(), ElementsAre("hi"));
  EXPECT_THAT(take_ended(), ElementsAre("all 2"));
}

TEST_F(Polled, OrUntilItsWaitIsOverAndNoLonger) {
  settle();
  poll(8'000);
  cluster.wait(7'999ms);
  EXPECT_THAT(ended, IsEmpty());
  cluster.wait(1ms);
  EXPECT_THAT(take_ended(), ElementsAre("all 2"));
  EXPECT_THAT(heard, IsEmpty());
  EXPECT_EQ(cluster.node(node).counters().polls_empty, 1u);
}

TEST_F(Polled, WithoutAWaitItIsAnsweredAtOnce) {
  settle();
  poll(0);
  EXPECT_THAT(take_ended(), ElementsAre("all 2"));
  anna_says("one");
  anna_says("two");
  EXPECT_THAT(heard, IsEmpty()) << "no poll asks for it";
  poll(0);
  EXPECT_THAT(take_heard(), ElementsAre("one", "two"));
  EXPECT_THAT(take_ended(), ElementsAre("all 3"));
}

TEST_F(Polled, ANewerPollEndsTheOlderOneWithNothing) {
  settle();
  poll(30'000);
  poll(30'000);
  EXPECT_THAT(take_ended(), ElementsAre("nothing 2"));
  anna_says("hi");
  EXPECT_THAT(take_ended(), ElementsAre("all 3"));
  EXPECT_THAT(take_heard(), ElementsAre("hi"));
}

TEST_F(Polled, APollThatComesLateSaysNothing) {
  settle();
  anna_says("one");
  const Cursor before = cursor;
  poll(0);
  take_heard();
  take_ended();
  poll(30'000);
  // It was sent before the one that took the message.
  cluster.send(node, bens, to_server::Poll{1, true, before, 30'000, false});
  cluster.run();
  EXPECT_THAT(take_ended(), ElementsAre("nothing 1"));
  EXPECT_EQ(cluster.node(node).counters().poll_losses, 0u);
  anna_says("two");
  EXPECT_THAT(take_heard(), ElementsAre("two"));
  EXPECT_THAT(take_ended(), ElementsAre("all 3"));
}

TEST_F(Polled, WhatIsLostWithAnAnswerComesAgainOnceAndInOrder) {
  settle();
  anna_says("one");
  cluster.lose_next_answer(node, bens);
  poll(0);
  anna_says("two");  // waits at the edge when the loss shows
  EXPECT_THAT(take_heard(), IsEmpty());
  poll(0);
  cluster.wait(1s);
  EXPECT_THAT(take_heard(), ElementsAre("one", "two", "synced"));
  EXPECT_EQ(cluster.node(node).counters().poll_losses, 1u);
  anna_says("three");
  poll(0);
  EXPECT_THAT(take_heard(), ElementsAre("three"));
}

TEST_F(Polled, TheFirstAnswerMayBeLostLikeAnyOther) {
  anna_says("one");
  cluster.lose_next_answer(node, bens);
  poll(0);
  EXPECT_FALSE(has_cursor);
  poll(0);
  cluster.wait(1s);
  take_ended();
  EXPECT_THAT(take_heard(), ElementsAre("welcome", "one", "synced"));
}

TEST_F(Polled, WhoAsksForASyncIsToldSyncedAgain) {
  settle();
  poll(30'000, /*sync=*/true);
  EXPECT_THAT(take_heard(), ElementsAre("synced"));
  EXPECT_THAT(take_ended(), ElementsAre("all 2"));
}

/// The poll that would have said what the answer before brought did not arrive.
TEST_F(Polled, ASyncAcknowledgesToo) {
  settle();
  anna_says("one");
  poll(0);
  poll(0, /*sync=*/true);
  EXPECT_THAT(take_heard(), ElementsAre("one", "synced"));
  receipts.clear();
  cluster.wait(10s);
  EXPECT_THAT(receipts, testing::Contains(std::pair(ben, Sequence{1}))) << "Anna is told that Ben has it";
}

TEST_F(Polled, ItsCursorAcknowledges) {
  settle();
  for (int i = 0; i < 200; ++i) anna_says("m" + std::to_string(i));
  std::vector<std::string> all;
  for (int i = 0; i < 20 && all.size() < 200; ++i) {
    poll(0);
    cluster.wait(200ms);
    for (const std::string& text : take_heard())
      if (text != "synced") all.push_back(text);
  }
  ASSERT_EQ(all.size(), 200u);
  for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ(all[i], "m" + std::to_string(i));
  EXPECT_EQ(cluster.node(node).counters().poll_losses, 0u);
}

TEST_F(Polled, APollThatFindsNothingCostsNoCommit) {
  settle();
  anna_says("one");
  poll(0);
  poll(0);
  cluster.wait(10s);  // Anna is told that it was delivered, and what was owed is taken off
  std::uint64_t commits = 0;
  cluster.listener.step = [&](NodeId, std::span<const Input>, const Outbox& out) {
    commits += out.commits.size();
  };
  for (int i = 0; i < 10; ++i) {
    poll(0);
    cluster.wait(1s);
  }
  EXPECT_EQ(commits, 0u);
}

TEST_F(Polled, RequestsAreAnsweredAtOnceWhileAPollIsHeld) {
  settle();
  poll(30'000);
  cluster.send(node, bens, to_server::List{.id = 7, .limit = 10});
  cluster.run();
  EXPECT_THAT(ended, IsEmpty()) << "an answer is nothing new";
  send(bens, 1, 8, "hello");
  EXPECT_THAT(take_heard(), ElementsAre("ok", "hello")) << "and the own message is";
  EXPECT_THAT(take_ended(), ElementsAre("all 2"));
}

TEST_F(Polled, ARequestThatComesLateIsNotDone) {
  settle();
  send(bens, 1, 8, "new");
  send(bens, 2, 7, "late");
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].id, 7u);
  EXPECT_EQ(errors[0].code, ErrorCode::bad_request);
  EXPECT_THAT(details[0], testing::HasSubstr("ids grow in a polled session"));
  send(bens, 2, 9, "next");
  poll(0);
  EXPECT_THAT(take_heard(), ElementsAre("ok", "ok", "new", "next"));
}

TEST_F(Polled, WhoeverPollsWronglyIsToldWhatWouldBeRight) {
  const auto refused = [&](ConnectionId c, const to_server::Frame& frame, std::string_view why) {
    cluster.send(node, c, frame);
    cluster.run();
    ASSERT_FALSE(details.empty());
    EXPECT_EQ(errors.back().code, ErrorCode::bad_request);
    EXPECT_THAT(details.back(), testing::HasSubstr(std::string(why)));
  };
  refused(annas, to_server::Poll{1, false, {}, 0, false}, "this session is not polled");
  refused(bens, to_server::Poll{0, false, {}, 0, false}, "needs an id above 0");
  refused(bens, to_server::Poll{1, false, {}, 30'001, false}, "30,000 ms");
  refused(bens, to_server::Sync{cursor}, "poll from your cursor");
  cluster.open(node, {3, 1}, ben);
  refused({3, 1}, to_server::Poll{1, false, {}, 0, false}, "say hello first");
}

TEST_F(Polled, ASessionOutlivesTheTimeBetweenPollsAndNoMore) {
  settle();
  for (int i = 0; i < 10; ++i) {
    cluster.wait(limits::poll_ttl - 1s);
    poll(0);
  }
  EXPECT_THAT(closed, IsEmpty());
  cluster.wait(limits::poll_ttl - 1ms);
  EXPECT_THAT(closed, IsEmpty());
  cluster.wait(1ms);
  EXPECT_THAT(closed, ElementsAre(std::pair(bens.slot, CloseCode::silent)));
  EXPECT_EQ(cluster.node(node).counters().poll_silences, 1u);
}

TEST_F(Polled, APollThatIsHeldProlongsIt) {
  settle();
  poll(30'000);
  cluster.wait(30s + limits::poll_ttl - 1ms);
  EXPECT_THAT(closed, IsEmpty());
  cluster.wait(1ms);
  EXPECT_THAT(closed, ElementsAre(std::pair(bens.slot, CloseCode::silent)));
}

TEST_F(Polled, WhateverIsSaidProlongsIt) {
  settle();
  cluster.wait(20s);
  cluster.send(node, bens, to_server::Typing{ConversationId::direct(anna, ben)});
  cluster.wait(20s);
  EXPECT_THAT(closed, IsEmpty());
}

TEST_F(Polled, NobodySeesThatThereAreTimesBetweenPolls) {
  settle();
  cluster.send(node, annas, to_server::Watch{std::span(&ben, 1), false});
  cluster.run();
  for (int i = 0; i < 5; ++i) {
    cluster.wait(20s);
    poll(0);
  }
  cluster.wait(5s);
  for (const PresenceState state : states) EXPECT_NE(state, PresenceState::offline);
  cluster.wait(limits::poll_ttl + limits::presence_grace + limits::presence_batch);
  EXPECT_EQ(states.back(), PresenceState::offline) << "but that nobody comes any more";
}

TEST_F(Polled, ANodeThatStoodStillDoesNotTakeThatForSilence) {
  settle();
  cluster.pause(node);
  cluster.wait(5min);
  cluster.resume(node);
  cluster.run();
  poll(0);
  EXPECT_THAT(closed, IsEmpty());
  EXPECT_THAT(take_ended(), ElementsAre("all 2"));
}

TEST_F(Polled, ASessionIsReplacedByANewerOneOfItsDevice) {
  settle();
  poll(30'000);
  cluster.open(node, {3, 1}, ben);
  cluster.send(node, {3, 1}, to_server::Hello{"phone", has_cursor, cursor, true});
  cluster.run();
  EXPECT_THAT(closed, ElementsAre(std::pair(bens.slot, CloseCode::replaced)));
}

TEST_F(Polled, WhoIsFarBehindMakesAFewRoundTrips) {
  cluster.close(node, bens, true);
  cluster.run();
  for (int i = 0; i < 250; ++i) anna_says("m" + std::to_string(i));
  cluster.open(node, {2, 2}, ben);
  cluster.send(node, {2, 2}, to_server::Hello{"phone", false, {}, true});
  cluster.run();
  take_heard();
  std::size_t got = 0;
  int round_trips = 0;
  while (got < 250 && round_trips < 100) {
    cluster.send(node, {2, 2}, to_server::Poll{++polls, has_cursor, cursor, 30'000, false});
    cluster.run();
    for (const Duration end = cluster.now().mono + 1s; ended.empty() && cluster.now().mono < end;)
      cluster.wait(10ms);
    ASSERT_THAT(take_ended(), ElementsAre("all " + std::to_string(polls)));
    got += take_heard().size();
    ++round_trips;
  }
  EXPECT_LE(round_trips, 8) << "64 entries each";
}

class PolledElsewhere : public Polled {
 protected:
  PolledElsewhere() : Polled({}, 2) {}
};

TEST_F(PolledElsewhere, APollIsHeldWhileTheInboxIsAwayAndAnsweredWhenItIsBack) {
  settle();
  poll(30'000);
  cluster.crash(home);
  cluster.wait(5s);
  EXPECT_THAT(ended, IsEmpty());
  cluster.start(home);
  cluster.wait(3s);
  EXPECT_THAT(take_heard(), ElementsAre("synced"));
  anna_says("hi");
  poll(0);
  EXPECT_THAT(take_heard(), ElementsAre("hi"));
}

TEST_F(PolledElsewhere, WithoutAWaitItDoesNotWaitForAnInboxThatIsAway) {
  settle();
  cluster.crash(home);
  cluster.wait(5s);
  poll(0, /*sync=*/true);
  EXPECT_THAT(take_ended(), IsEmpty()) << "nobody knows whether there is something";
  cluster.wait(limits::poll_gathers);
  EXPECT_THAT(take_ended(), ElementsAre("all 2"));
}

class Forgotten : public Polled {
 protected:
  Forgotten() : Polled(Policy{.polls = PollPolicy::forgotten}) {}
};

TEST_F(Forgotten, EachAnswerEndsTheSession) {
  poll(0);
  EXPECT_THAT(take_heard(), ElementsAre("welcome", "synced"));
  EXPECT_THAT(closed, ElementsAre(std::pair(bens.slot, CloseCode::position_lost)));
}

}  // namespace
}  // namespace hubbub::test
