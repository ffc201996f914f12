// What coming in costs and may fail of, beside the node's own word: memory, logins, certificates; and
// the way from a server to its clients.
#include <gtest/gtest.h>

#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

Fault fault(FaultKind kind, Duration at, Duration lasts = {}) {
  Fault f;
  f.kind = kind;
  f.at = at;
  f.duration = lasts;
  f.server = 0;
  return f;
}

/// All are on one server, and lose their connections after eleven seconds.
Scenario disconnected() {
  Scenario scenario = small_scenario();
  scenario.servers.count = 1;
  scenario.faults = {fault(FaultKind::disconnect, 11s)};
  return scenario;
}

TEST(Entry, AServerTakesNoMoreConnectionsThanItHasMemoryFor) {
  Scenario scenario = small_scenario();
  scenario.servers.count = 1;
  scenario.servers.connection_memory = 1e6;
  scenario.servers.memory = 20e6;
  scenario.settle = 1s;
  const RunResult result = run(scenario, {});
  EXPECT_EQ(result.meters.online_max, 20u);
  EXPECT_GT(result.meters.refused_memory, 0u);
}

TEST(Entry, NobodyLogsInWhileTheStoreOfLoginsIsAway) {
  Scenario scenario = small_scenario();
  scenario.faults = {fault(FaultKind::login_store_away, 1ms, 10s)};
  const RunResult result = run(scenario, {});
  EXPECT_GT(result.meters.refused_login, 0u);
  EXPECT_EQ(violations_of(result), "");
  EXPECT_GT(Duration{result.meters.connect.percentile(50)}, Duration{5s});
}

TEST(Entry, WhoResumesNeedsNoStoreOfLogins) {
  Scenario scenario = disconnected();
  scenario.faults.push_back(fault(FaultKind::login_store_away, 10s, 10s));
  const RunResult result = run(scenario, {});
  EXPECT_EQ(result.meters.refused_login, 0u);
  EXPECT_EQ(result.meters.back.count(), 30u);
  EXPECT_LT(Duration{result.meters.back.max()}, Duration{3s});
}

TEST(Entry, ASlowStoreOfLoginsDelaysThoseWhoLogIn) {
  Scenario scenario = small_scenario();
  scenario.faults = {fault(FaultKind::login_store_slow, 1ms, 10s)};
  scenario.faults.front().by = 3s;
  const RunResult result = run(scenario, {});
  EXPECT_EQ(violations_of(result), "");
  EXPECT_GE(Duration{result.meters.connect.percentile(50)}, Duration{3s});
}

TEST(Entry, NobodyComesInWithoutAValidCertificate) {
  Scenario scenario = disconnected();
  scenario.faults.push_back(fault(FaultKind::certificate_expired, 10s, 6s));
  const RunResult result = run(scenario, {});
  EXPECT_EQ(violations_of(result), "");
  EXPECT_GE(Duration{result.meters.back.percentile(1)}, Duration{4s});
}

TEST(Entry, WhatAServerSaysWaitsForItsBandwidth) {
  Scenario scenario = small_scenario();
  const RunResult fast = run(scenario, {});
  scenario.servers.bandwidth = 3000;
  const RunResult slow = run(scenario, {});
  EXPECT_EQ(violations_of(slow), "");
  EXPECT_GT(slow.meters.delivery.percentile(50), fast.meters.delivery.percentile(50) + Duration(20ms).count());
}

TEST(Entry, ComesAtTheScheduleAndNobodyIsTurnedAwayMoreThanOnceOrTwice) {
  Scenario scenario = disconnected();
  scenario.clients.users = 300;
  scenario.servers.speed = 0.02;  // 48 sessions a second
  scenario.clients.arrive = 8s;
  const RunResult result = run(scenario, {});
  EXPECT_EQ(violations_of(result), "");
  EXPECT_GT(result.counters.slots_claimed, 10u);
  EXPECT_LE(result.meters.refused_client_max, 3u);
}

}  // namespace
}  // namespace hubbub::sim
