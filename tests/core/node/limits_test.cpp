// What sessions may not: outlive their tokens (R34), ask for more than their key's quota (R33), be
// served in the order of their coming when there is too much to do (R32).
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "core/node/quotas.hpp"
#include "tests/core/node/cluster.hpp"

namespace hubbub::test {
namespace {

constexpr NodeId here{0};

class Limits : public testing::Test {
 protected:
  explicit Limits(std::uint16_t nodes = 3, Policy policy = {}) : cluster(nodes, policy, {}, true) {
    cluster.listener.frame = [this](ConnectionId c, NodeId, const to_client::Frame& frame) {
      if (std::holds_alternative<to_client::Welcome>(frame)) welcomed.insert({c.slot, cluster.now().mono});
      if (std::holds_alternative<to_client::HistoryPage>(frame)) ++pages;
      if (std::holds_alternative<to_client::Ok>(frame)) ++oks;
      if (const auto* error = std::get_if<to_client::Error>(&frame)) {
        ++errors[error->code];
        last_error = *error;
        last_error.detail = {};
      }
    };
    cluster.listener.close = [this](ConnectionId c, NodeId node, CloseCode code) {
      closed[c.slot] = {code, cluster.now().mono};
      cluster.close(node, c);
    };
  }

  TokenSpan good_for(Duration length) const {
    return {to_ms(cluster.now().wall), to_ms(cluster.now().wall + length)};
  }
  ConnectionId comes(NodeId node, const TokenSpan& token, const ApiKey& key = {}) {
    const ConnectionId connection{++last_slot, 1};
    cluster.open(node, input::OpenedWith{{connection, UserId{last_slot}, false, {}}, token, key});
    cluster.send(node, connection, to_server::Hello{"phone", false, {}});
    cluster.run();
    return connection;
  }
  void look(NodeId node, ConnectionId connection, Duration waited = {}) {
    cluster.send(node, connection,
                 to_server::History{.id = ++last_request,
                                    .conversation = ConversationId::direct(UserId{connection.slot}, UserId{900}),
                                    .limit = 1},
                 waited);
  }
  void write(NodeId node, ConnectionId connection, Duration waited = {}) {
    cluster.send(node, connection,
                 to_server::Send{.id = ++last_request,
                                 .conversation = ConversationId::direct(UserId{connection.slot}, UserId{900}),
                                 .number = ++last_number,
                                 .key = last_number,
                                 .content = {1, 1, "x"}},
                 waited);
  }
  NodeCounters counters(NodeId node) { return cluster.node(node).counters(); }

  Cluster cluster;
  std::uint32_t last_slot = 0;
  RequestId last_request = 0;
  std::uint64_t last_number = 0;
  std::map<std::uint32_t, Duration> welcomed;
  std::map<std::uint32_t, std::pair<CloseCode, Duration>> closed;
  std::map<ErrorCode, int> errors;
  to_client::Error last_error;
  int pages = 0, oks = 0;
};

// --- Tokens ------------------------------------------------------------------------------------------

class Tokens : public Limits {
 protected:
  Tokens() : Limits(1) {}
};

TEST_F(Tokens, EndSessionsBeforeTheLeewayIsOver) {
  const Duration ends = cluster.now().mono + 60s;
  const auto connection = comes(here, good_for(60s));
  cluster.wait(60s + limits::token_leeway);
  ASSERT_TRUE(closed.contains(connection.slot));
  EXPECT_EQ(closed[connection.slot].first, CloseCode::token_expired);
  EXPECT_LE(closed[connection.slot].second, ends + limits::token_leeway);
  EXPECT_GE(closed[connection.slot].second, ends + limits::token_leeway - limits::token_margin);
}

TEST_F(Tokens, ARenewedOneMovesTheEnd) {
  const auto connection = comes(here, good_for(60s));
  cluster.wait(30s);
  cluster.renew(here, {connection, 7, true, good_for(600s)});
  cluster.wait(400s);
  EXPECT_EQ(oks, 1);
  EXPECT_FALSE(closed.contains(connection.slot));
  cluster.wait(600s);
  EXPECT_TRUE(closed.contains(connection.slot));
}

TEST_F(Tokens, ABadOneIsRefusedAndEndsNothing) {
  const auto connection = comes(here, good_for(600s));
  cluster.renew(here, {connection, 7, false, {}});
  cluster.run();
  EXPECT_EQ(errors[ErrorCode::unauthenticated], 1);
  EXPECT_FALSE(closed.contains(connection.slot));
}

TEST_F(Tokens, ThatAreOverOrNotYetGoodOpenNothing) {
  const TokenSpan fresh = good_for(60s);
  constexpr std::int64_t hour = 3'600'000;
  const auto old = comes(here, {fresh.from_ms - hour, fresh.until_ms - hour});
  const auto early = comes(here, {fresh.from_ms + hour, fresh.until_ms + hour});
  const auto nearly = comes(here, {fresh.from_ms + 60'000, fresh.until_ms + hour});
  EXPECT_EQ(closed[old.slot].first, CloseCode::token_expired);
  EXPECT_EQ(closed[early.slot].first, CloseCode::bad_token);
  EXPECT_FALSE(closed.contains(nearly.slot)) << "clocks differ a little";
}

TEST_F(Tokens, ThatEndAtOnceEndSessionsAFewAtATimeAndInTime) {
  const TokenSpan token = good_for(60s);
  const Duration ends = cluster.now().mono + 60s;
  constexpr std::size_t people = 3000;
  for (std::size_t i = 0; i < people; ++i) comes(here, token);
  cluster.wait(60s + limits::token_leeway - limits::token_margin);
  EXPECT_LE(closed.size(), limits::token_burst);
  cluster.wait(limits::token_margin);
  EXPECT_EQ(closed.size(), people);
  for (const auto& [slot, how] : closed) EXPECT_LE(how.second, ends + limits::token_leeway);
  EXPECT_LE(cluster.units_max(), limits::step_units);
}

TEST_F(Tokens, NothingIsTakenAfterTheirEndThoughItCameBefore) {
  const auto connection = comes(here, good_for(60s));
  cluster.wait(10s);
  cluster.pause(here);
  cluster.wait(50s + limits::token_leeway);
  look(here, connection);
  cluster.resume(here);
  cluster.run();
  EXPECT_EQ(pages, 0);
  EXPECT_TRUE(closed.contains(connection.slot));
}

// --- Clocks ------------------------------------------------------------------------------------------

class WrongClock : public Limits {
 protected:
  explicit WrongClock(Policy policy = {}) : Limits(3, policy) { cluster.wait(5s); }
};

TEST_F(WrongClock, LetsNobodyInAndNeverSaysForGood) {
  for (const Duration by : {1h, -2h}) {
    cluster.step_wall(here, by);
    const auto connection = comes(here, good_for(600s));
    EXPECT_EQ(closed[connection.slot].first, CloseCode::overloaded);
  }
  cluster.step_wall(here, 1h);  // it is right again
  const auto connection = comes(here, good_for(600s));
  EXPECT_TRUE(welcomed.contains(connection.slot));
}

TEST_F(WrongClock, EndsNoSessionThatItHolds) {
  const auto connection = comes(here, good_for(600s));
  cluster.step_wall(here, 1h);
  cluster.wait(60s);
  EXPECT_FALSE(closed.contains(connection.slot));
  cluster.wait(600s + limits::token_leeway);
  EXPECT_TRUE(closed.contains(connection.slot)) << "it ends in time all the same";
}

TEST_F(WrongClock, IsSeenByTheOthersToBeAnothersThanTheirs) {
  cluster.step_wall(NodeId{1}, 1h);
  cluster.wait(10s);
  const auto connection = comes(here, good_for(600s));
  EXPECT_TRUE(welcomed.contains(connection.slot));
}

TEST_F(WrongClock, ALittleWrongIsRight) {
  cluster.step_wall(here, 4min);
  EXPECT_TRUE(welcomed.contains(comes(here, good_for(60s)).slot));
}

TEST_F(WrongClock, AloneANodeGoesByItsOwn) {
  cluster.crash(NodeId{1});
  cluster.crash(NodeId{2});
  cluster.step_wall(here, 1h);
  EXPECT_EQ(closed[comes(here, good_for(60s)).slot].first, CloseCode::token_expired);
}

class OwnClock : public WrongClock {
 protected:
  OwnClock() : WrongClock(Policy{.token_clock = TokenClockPolicy::own}) {}
};

TEST_F(OwnClock, TurnsPeopleAwayForGood) {
  cluster.step_wall(here, -1h);
  EXPECT_EQ(closed[comes(here, good_for(600s)).slot].first, CloseCode::bad_token);
}

// --- Quotas ------------------------------------------------------------------------------------------

constexpr ApiKey key{5, 640};
constexpr int slice = static_cast<int>(slice_of(key.quota));
constexpr int quota = static_cast<int>(key.quota);

class Quota : public Limits {
 protected:
  Quota() {
    cluster.wait(2s);
    for (std::uint16_t n = 0; n < cluster.size(); ++n) sessions.push_back(comes(NodeId{n}, {}, key));
  }
  /// Everywhere, `times`, a few in a moment.
  void ask(int times) {
    for (int i = 0; i < times; ++i) {
      for (std::uint16_t n = 0; n < cluster.size(); ++n)
        if (NodeId{n} != without) look(NodeId{n}, sessions[n]);
      cluster.wait(5ms);
    }
  }
  NodeId owner() const { return cluster.map().owner(shard_of(key)); }
  int ahead() const { return slice * cluster.size(); }

  std::vector<ConnectionId> sessions;
  NodeId without = nobody;  ///< nobody asks there
};

TEST_F(Quota, IsOneForAllGateways) {
  ask(quota);
  EXPECT_GE(pages, quota - ahead());
  EXPECT_LE(pages, quota + ahead());
  EXPECT_EQ(errors[ErrorCode::quota], 3 * quota - pages);
  EXPECT_TRUE(last_error.retry);
  EXPECT_GT(last_error.retry_after_ms, 0u);
}

TEST_F(Quota, BeginsAnewWithTheNextWindow) {
  ask(quota);
  const int first = std::exchange(pages, 0);
  cluster.wait(limits::quota_window);
  ask(quota);
  EXPECT_GE(pages, quota - ahead());
  EXPECT_LE(first + pages, 2 * (quota + ahead()));
}

TEST_F(Quota, IsOfEachKey) {
  ask(quota);
  const auto other = comes(here, {}, {6, 640});
  const int before = pages;
  for (int i = 0; i < slice; ++i) look(here, other);
  cluster.run();
  EXPECT_EQ(pages, before + slice);
}

TEST_F(Quota, WhoHasNoKeyHasNone) {
  const auto free = comes(here, {});
  for (int i = 0; i < 2 * quota; ++i) {
    look(here, free);
    cluster.run();
  }
  EXPECT_EQ(pages, 2 * quota);
}

TEST_F(Quota, GoesOnWithItsSliceWhileTheShardIsAwayAndThenNobodyKnows) {
  const NodeId gateway{static_cast<std::uint16_t>((owner().value + 1) % 3)};
  // Nobody else's conversations may be away with it.
  cluster.crash(owner());
  for (int i = 0; i < 5 * slice; ++i) {
    look(gateway, sessions[gateway.value]);
    cluster.wait(1ms);
  }
  const NodeCounters after = counters(gateway);
  EXPECT_GT(after.quota_unknown, 0u);
  EXPECT_EQ(after.quota_refused, 0u);
}

/// What its own gateway had, a node that ends takes with it.
TEST_F(Quota, ANewOwnerIsToldWhatTheOthersHad) {
  without = owner();
  ask(quota / 4);  // half of it
  const int before = pages;
  EXPECT_GE(before, quota / 2 - ahead());
  cluster.crash(without);
  cluster.start(without);
  cluster.wait(2s);
  ask(quota);
  EXPECT_GE(pages, quota - ahead());
  EXPECT_LE(pages, quota + ahead()) << before;
}

TEST_F(Quota, TokensAndKeysLeaveNothingBehind) {
  for (std::uint32_t i = 0; i < 100; ++i) {
    const auto connection = comes(here, {}, {100 + i, 10});
    cluster.close(here, connection);
  }
  cluster.wait(2 * limits::quota_window);
  for (std::uint32_t i = 0; i < 100; ++i) cluster.close(here, comes(here, {}, {1000 + i, 10}));
  SUCCEED();
}

// --- Overload ----------------------------------------------------------------------------------------

class Overload : public Limits {
 protected:
  explicit Overload(Policy policy = {}) : Limits(1, policy), session(comes(here, {})) {}
  /// For a second, all that comes has waited so long.
  void behind(Duration wait) {
    for (int i = 0; i < 10; ++i) {
      cluster.send(here, session, to_server::Unwatch{}, wait);
      cluster.wait(100ms);
    }
  }
  ConnectionId session;
};

TEST_F(Overload, PutsSendsOffWithWhenToComeBack) {
  behind(1s);
  write(here, session, 1s);
  write(here, session, 1s);
  cluster.run();
  EXPECT_EQ(errors[ErrorCode::overloaded], 2);
  EXPECT_TRUE(last_error.retry);
  EXPECT_GE(last_error.retry_after_ms, 1000u);
  EXPECT_EQ(counters(here).refused_sends, 2u);
}

TEST_F(Overload, TakesThemAgainWhenItIsOver) {
  behind(1s);
  behind(1ms);
  write(here, session, 1ms);
  cluster.run();
  EXPECT_EQ(oks, 1);
}

TEST_F(Overload, ReadsWaitAndComeInTheirOrder) {
  behind(Duration{limits::pressure_delays_reads});
  for (int i = 0; i < 3; ++i) look(here, session, limits::pressure_delays_reads);
  cluster.run();
  EXPECT_EQ(pages, 0);
  write(here, session, limits::pressure_delays_reads);
  cluster.run();
  EXPECT_EQ(oks, 1) << "sends go before reads";
  cluster.wait(1s);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(counters(here).delayed_reads, 3u);
}

TEST_F(Overload, ReadsBeyondABoundArePutOff) {
  behind(Duration{limits::pressure_delays_reads});
  for (int i = 0; i < 40'000; ++i) {
    look(here, session, limits::pressure_delays_reads);
    if (i % 50 == 0) cluster.run();
  }
  cluster.run();
  EXPECT_GT(errors[ErrorCode::overloaded], 0);
}

TEST_F(Overload, PresenceIsToldLaterAndTogether) {
  const auto other = comes(here, {});
  const std::vector<UserId> users{UserId{other.slot}};
  cluster.send(here, session, to_server::Watch{users, false});
  cluster.wait(30s);
  behind(1s);
  for (int i = 0; i < 10; ++i) {
    cluster.send(here, session, to_server::Unwatch{}, 1s);
    cluster.close(here, comes(here, {}), true);
    cluster.wait(100ms);
  }
  cluster.wait(3s);
  EXPECT_GT(counters(here).shed_presence, 0u);
}

class FirstCome : public Overload {
 protected:
  FirstCome() : Overload(Policy{.overload = OverloadPolicy::fifo}) {}
};

TEST_F(FirstCome, TakesEverything) {
  behind(1s);
  write(here, session, 1s);
  look(here, session, 1s);
  cluster.run();
  EXPECT_EQ(oks, 1);
  EXPECT_EQ(pages, 1);
}

}  // namespace
}  // namespace hubbub::test
