// Clients that poll, with everything around them: requests, proxies that cut and lose, servers that
// end.
#include <gtest/gtest.h>

#include "sim/world/summarize.hpp"
#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

Scenario polling_scenario(double long_poll, double poll) {
  Scenario scenario = small_scenario();
  scenario.clients.polling.long_poll = long_poll;
  scenario.clients.polling.poll = poll;
  scenario.clients.watched = 4;
  return scenario;
}

/// As people mostly are; where there is always something new, a long poll ends as soon as it begins.
Scenario quiet_scenario() {
  Scenario scenario = polling_scenario(0.35, 0.35);
  scenario.clients.messages_per_day = 1200;
  return scenario;
}

RunResult bears(const Scenario& scenario, std::uint64_t acknowledged = 90) {
  RunResult result = run(scenario, {});
  EXPECT_TRUE(result.settled) << violations_of(result);
  EXPECT_TRUE(result.violations.empty()) << violations_of(result);
  EXPECT_GE(result.meters.acknowledged, acknowledged);
  return result;
}

std::int64_t median(const RunResult& result, Transport by) {
  return result.meters.delivery_by[static_cast<std::size_t>(by)].percentile(50);
}

TEST(Polling, ALongPollBringsWhatIsNewAlmostAsSoonAsAConnectionAndAPollWhenItIsItsTurn) {
  const RunResult result = bears(polling_scenario(0.35, 0.35));
  const std::int64_t connected = median(result, Transport::websocket);
  EXPECT_LT(median(result, Transport::long_poll), connected * 2);
  EXPECT_GT(median(result, Transport::poll), connected + Duration(300ms).count());
  EXPECT_LT(median(result, Transport::poll), Duration(1s).count());
}

TEST(Polling, CostsMoreTheMoreOftenItIsDone) {
  const RunResult result = bears(quiet_scenario(), 10);
  const auto bytes_each = [&](Transport by) {
    const auto t = static_cast<std::size_t>(by);
    return result.meters.bytes[t] / std::max<std::uint64_t>(result.meters.clients[t], 1);
  };
  EXPECT_GT(bytes_each(Transport::long_poll), bytes_each(Transport::websocket));
  EXPECT_GT(bytes_each(Transport::poll), bytes_each(Transport::long_poll));
  EXPECT_EQ(result.meters.exchanges[static_cast<std::size_t>(Transport::websocket)], 0u);
}

TEST(Polling, OneSessionEachHoweverManyPolls) {
  const RunResult result = bears(polling_scenario(0, 1));
  EXPECT_EQ(result.meters.attached, 30u);
  EXPECT_GT(result.counters.polls, 500u);
  EXPECT_EQ(result.counters.poll_losses, 0u);
}

TEST(Polling, AnAnswerThatIsLostComesAgain) {
  Scenario scenario = polling_scenario(0.5, 0.5);
  scenario.network.proxy.loses = 0.1;
  const RunResult result = bears(scenario);
  EXPECT_GT(result.meters.exchanges_lost, 30u);
  EXPECT_GT(result.counters.poll_losses, 20u);
  EXPECT_GT(result.meters.repeated, 5u) << "messages whose answers were lost";
  EXPECT_LT(result.meters.attached, 60u) << "and the sessions go on";
}

TEST(Polling, AProxyThatCutsEndsConnectionsAndPollsThatAreHeldTooLong) {
  Scenario scenario = polling_scenario(0.5, 0);
  scenario.network.proxy.cuts = 5s;
  scenario.clients.messages_per_day = 4800;
  const RunResult result = bears(scenario);
  EXPECT_GT(result.meters.exchanges_lost, 10u);
  EXPECT_GT(result.meters.lost, 40u) << "those with connections, again and again";
  const RunResult patient = [&] {
    scenario.network.proxy.cuts = 1min;
    return bears(scenario);
  }();
  EXPECT_EQ(patient.meters.exchanges_lost, 0u);
  EXPECT_EQ(patient.meters.lost, 0u);
}

TEST(Polling, GoesOnWhenAServerEndsAndItsSessionsWithIt) {
  Scenario scenario = polling_scenario(0.5, 0.5);
  Fault crash;
  crash.kind = FaultKind::crash;
  for (std::uint32_t server = 0; server < 3; ++server) {
    crash.server = server;
    crash.at = 10s + server * 4s;
    scenario.faults.push_back(crash);
  }
  const RunResult result = bears(scenario);
  EXPECT_GE(result.meters.attached_again, 20u);
}

TEST(Polling, WhatBreaksConnectionsCostsAPollAndNoSession) {
  for (const FaultKind kind : {FaultKind::disconnect, FaultKind::changed_addresses}) {
    Scenario scenario = polling_scenario(1, 0);
    Fault fault;
    fault.kind = kind;
    fault.at = 15s;
    for (fault.server = 0; *fault.server < 3; ++*fault.server) scenario.faults.push_back(fault);
    const RunResult result = bears(scenario);
    EXPECT_EQ(result.faults[static_cast<std::size_t>(kind)], 3u);
    EXPECT_EQ(result.meters.attached, 30u) << static_cast<int>(kind);
  }
}

TEST(Polling, WhoVanishesWithoutAWordIsMissedWhenNobodyPollsAnyMore) {
  Scenario scenario = polling_scenario(0.5, 0.5);
  scenario.duration = 2min;
  scenario.clients.tunnels = {{Distribution::Kind::constant, 20e9, 0}, {Distribution::Kind::constant, 80e9, 0}, 0.5};
  const RunResult result = bears(scenario);
  EXPECT_GT(result.counters.poll_silences, 5u);
  EXPECT_GT(result.meters.presence_gone.count(), 0u);
  const Duration most = scenario.clients.polling.wait + limits::poll_ttl + limits::presence_grace + 2s;
  EXPECT_LT(result.meters.presence_gone.max(), most.count());
}

TEST(Polling, IsToldSideBySide) {
  const Scenario scenario = quiet_scenario();
  const Summary summary = summarize(scenario, run(scenario, {}), 0s, "");
  ASSERT_EQ(summary.transports.size(), 3u);
  EXPECT_EQ(summary.transports[1].name, "long_poll");
  EXPECT_GT(summary.transports[2].requests, summary.transports[1].requests);
  EXPECT_TRUE(summarize(small_scenario(), run(small_scenario(), {}), 0s, "").transports.empty());
}

}  // namespace
}  // namespace hubbub::sim
