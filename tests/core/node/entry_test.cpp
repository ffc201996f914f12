// Coming to a node and going from it: the door, the plans that clients are told, drain waves
// (R29 to R31, B9).
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <vector>

#include "tests/core/node/cluster.hpp"

namespace hubbub::test {
namespace {

constexpr NodeId here{0};

class Entry : public testing::Test {
 protected:
  explicit Entry(std::uint16_t nodes = 2, std::uint32_t rate = 1000, Policy policy = {})
      : cluster(nodes, policy, {.rate = rate, .key = {1, 2}}) {
    cluster.listener.frame = [this](ConnectionId c, NodeId, const to_client::Frame& frame) {
      if (const auto* welcome = std::get_if<to_client::Welcome>(&frame)) plans[c.slot] = welcome->on_loss;
      if (const auto* advise = std::get_if<to_client::Advise>(&frame)) {
        ++advised[c.slot];
        if (advise->reason == to_client::Advise::Reason::plan) plans[c.slot] = advise->on_loss;
        last_advice = advise->advice;
      }
    };
    cluster.listener.advice = [this](ConnectionId c, NodeId, const Advice& advice) { turned_away[c.slot] = advice; };
    cluster.listener.close = [this](ConnectionId c, NodeId node, CloseCode code) {
      closed[c.slot] = {code, cluster.now().mono};
      cluster.close(node, c);
    };
    cluster.listener.step = [this](NodeId, std::span<const Input>, const Outbox& out) {
      for (const auto& entry : out.entries) entries[entry.connection.slot] = entry.enters;
    };
  }

  /// Sessions of as many people, a few at a time.
  void connect(NodeId node, std::uint32_t people) {
    for (std::uint32_t i = 0; i < people; ++i) {
      const ConnectionId connection{++last_slot, 1};
      cluster.open(node, connection, UserId{last_slot});
      cluster.send(node, connection, to_server::Hello{"phone", false, {}});
      cluster.wait(2ms);
    }
  }

  Cluster cluster;
  std::uint32_t last_slot = 0;
  std::map<std::uint32_t, OnLoss> plans;
  std::map<std::uint32_t, int> advised;
  std::map<std::uint32_t, Advice> turned_away;
  std::map<std::uint32_t, bool> entries;
  std::map<std::uint32_t, std::pair<CloseCode, Duration>> closed;
  Advice last_advice;
};

// --- The door (R31) ----------------------------------------------------------------------------------

class Door : public Entry {
 protected:
  Door() : Entry(1, 10) {}
};

TEST_F(Door, HoldsAsManyHandshakesAsTheScheduleTakesInASecond) {
  for (std::uint32_t slot = 0; slot < 15; ++slot) cluster.arrive(here, {slot, 1});
  cluster.run();
  for (std::uint32_t slot = 0; slot < 15; ++slot) EXPECT_EQ(entries.at(slot), slot < 10) << slot;
  EXPECT_EQ(cluster.node(here).counters().dropped, 5u);
}

TEST_F(Door, LetsInAnotherWhenAHandshakeEndedInASessionOrInNothing) {
  for (std::uint32_t slot = 0; slot < 10; ++slot) cluster.arrive(here, {slot, 1});
  cluster.open(here, {0, 1}, UserId{1});
  cluster.close(here, {1, 1});
  for (std::uint32_t slot = 20; slot < 23; ++slot) cluster.arrive(here, {slot, 1});
  cluster.run();
  EXPECT_TRUE(entries.at(20) && entries.at(21));
  EXPECT_FALSE(entries.at(22));
}

TEST_F(Door, WhoWasDroppedLeavesItsSlotToTheNext) {
  for (std::uint32_t slot = 0; slot < 11; ++slot) cluster.arrive(here, {slot, 1});
  cluster.run();
  EXPECT_FALSE(entries.at(10));
  cluster.close(here, {0, 1});
  cluster.arrive(here, {10, 2});
  cluster.run();
  EXPECT_TRUE(entries.at(10));
}

TEST(DoorWithoutSchedule, IsOpen) {
  Cluster cluster(1, {.admission = AdmissionPolicy::none}, {.rate = 10, .key = {}});
  int in = 0;
  cluster.listener.step = [&](NodeId, std::span<const Input>, const Outbox& out) {
    for (const auto& entry : out.entries) in += entry.enters;
  };
  for (std::uint32_t slot = 0; slot < 500; ++slot) cluster.arrive(here, {slot, 1});
  cluster.run();
  EXPECT_EQ(in, 500);
}

// --- Behind it (R29) -----------------------------------------------------------------------------------

TEST_F(Door, WhoFindsNoSlotWithinTheHorizonIsToldThePlan) {
  cluster.wait(2s);
  for (std::uint32_t i = 0; i < 600; ++i) cluster.open(here, {i, 1}, UserId{i + 1});
  cluster.run();
  const Advice& last = turned_away.at(599);
  EXPECT_TRUE(last.ticket.none());
  EXPECT_EQ(last.delay_ms, 0u);
  EXPECT_GE(last.jitter_ms, 500u);
  EXPECT_EQ(closed.at(599).first, CloseCode::overloaded);
  EXPECT_FALSE(turned_away.at(5).ticket.none());
}

// --- Plans (R30) ---------------------------------------------------------------------------------------

class Plan : public Entry {
 protected:
  Plan() : Entry(3, 100) {}
};

TEST_F(Plan, IsWhatTheOthersNeedForThoseWhoAreHere) {
  for (int i = 0; i < 300; ++i) {
    connect(here, 1);
    cluster.wait(20ms);
  }
  cluster.wait(30s);
  connect(here, 1);
  // 300 people, two others with nearly 100 a second to spare each.
  EXPECT_NEAR(plans.at(last_slot).spread_ms, 300 * 10'000 / (9 * 200), 150);
  EXPECT_NEAR(plans.at(last_slot).fleet_spread_ms, 300 * 10'000 / (9 * 300), 100);
  EXPECT_EQ(plans.at(last_slot).servers, 3);
}

TEST_F(Plan, AloneIsWhatThisServerNeedsItself) {
  cluster.crash(NodeId{1});
  cluster.crash(NodeId{2});
  cluster.wait(3s);
  for (int i = 0; i < 200; ++i) {
    connect(here, 1);
    cluster.wait(30ms);
  }
  cluster.wait(30s);
  // Whose inbox is elsewhere cannot come; those who are here are enough to see it.
  const double open = static_cast<double>(cluster.node(here).sizes().sessions);
  connect(here, 12);
  ASSERT_GT(open, 50);
  EXPECT_NEAR(plans.rbegin()->second.spread_ms, std::max(500.0, open * 10'000 / (9 * 100)), 100);
  EXPECT_EQ(plans.rbegin()->second.servers, 1);
}

TEST_F(Plan, IsToldAnewWhenItHasChangedAndNoSoonerThanAfterAMinute) {
  connect(here, 1);
  const std::uint32_t first = last_slot;
  for (int i = 0; i < 400; ++i) {
    connect(here, 1);
    cluster.wait(20ms);
  }
  cluster.wait(30s);
  EXPECT_EQ(advised[first], 0) << "a minute has not passed";
  cluster.wait(45s);
  EXPECT_EQ(advised[first], 1);
  EXPECT_GT(plans.at(first).spread_ms, 2000u);
  cluster.wait(5min);
  EXPECT_EQ(advised[first], 1) << "it has not changed again";
}

// --- Draining (B9) ---------------------------------------------------------------------------------------

class DrainWaves : public Entry {
 protected:
  DrainWaves() : Entry(3, 20) {}
};

TEST_F(DrainWaves, FollowWhatTheOthersCanTake) {
  for (int i = 0; i < 600; ++i) {
    connect(here, 1);
    cluster.wait(60ms);
  }
  cluster.wait(30s);
  const std::size_t people = cluster.node(here).sizes().sessions;
  const Duration begun = cluster.now().mono;
  cluster.drain(here);
  cluster.wait(60s);
  Duration last{};
  std::size_t gone = 0;
  for (const auto& [slot, how] : closed)
    if (how.first == CloseCode::draining) ++gone, last = std::max(last, how.second);
  EXPECT_EQ(gone, people);
  // At 40 a second, the two others'; in waves of a fifth of a second.
  const double seconds = static_cast<double>(people) / (0.9 * 40);
  EXPECT_NEAR(static_cast<double>((last - begun).count()) / 1e9, seconds, seconds / 5);
  EXPECT_EQ(last_advice.jitter_ms, 200u);
}

TEST(DrainWavesWithoutSchedule, TakeTenSeconds) {
  Cluster cluster(2);
  std::vector<Duration> closed;
  cluster.listener.close = [&](ConnectionId, NodeId, CloseCode) { closed.push_back(cluster.now().mono); };
  for (std::uint32_t i = 0; i < 500; ++i) cluster.open(here, {i, 1}, UserId{i + 1});
  cluster.run();
  const Duration begun = cluster.now().mono;
  cluster.drain(here);
  cluster.wait(20s);
  ASSERT_EQ(closed.size(), 500u);
  EXPECT_NEAR(static_cast<double>(to_ms(closed.back() - begun)), 9'000, 1'000);
}

}  // namespace
}  // namespace hubbub::test
