// What goes wrong between clients and servers, each alone: it takes effect, as it is meant to, and
// the system bears it.
#include <gtest/gtest.h>

#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

Fault fault_of(FaultKind kind, Duration at) {
  Fault fault;
  fault.kind = kind;
  fault.at = at;
  return fault;
}

/// Everyone is connected; from 10 s on each of the three servers is struck, one after the other.
RunResult struck(Scenario scenario, Fault fault) {
  for (std::uint32_t server = 0; server < 3; ++server) {
    fault.server = server;
    fault.at = 10s + server * 3s;
    scenario.faults.push_back(fault);
  }
  RunResult result = run(scenario, {});
  EXPECT_TRUE(result.settled) << violations_of(result);
  EXPECT_TRUE(result.violations.empty()) << violations_of(result);
  EXPECT_GE(result.meters.acknowledged, 90u);
  return result;
}

std::uint64_t count(const RunResult& result, FaultKind kind) {
  return result.faults[static_cast<std::size_t>(kind)];
}

TEST(ClientNetwork, AHalfOpenConnectionIsGivenUpByBothEndsInTheirTime) {
  Scenario scenario = small_scenario();
  scenario.duration = 60s;
  const RunResult result = struck(scenario, fault_of(FaultKind::half_open, {}));
  EXPECT_EQ(count(result, FaultKind::half_open), 3u);
  EXPECT_EQ(result.meters.lost, 30u) << "everyone finds out";
  EXPECT_EQ(result.meters.attached_again, 30u);
  // Until an answer is missed for 15 s, or a ping; what was written meanwhile waits for that.
  EXPECT_GT(result.meters.ack.max(), Duration(10s).count());
}

TEST(ClientNetwork, WhoseAddressChangesIsBackAtOnceThoughTheServerStillHasTheOldConnection) {
  const RunResult result = struck(small_scenario(), fault_of(FaultKind::changed_addresses, {}));
  EXPECT_EQ(count(result, FaultKind::changed_addresses), 3u);
  EXPECT_EQ(result.meters.attached_again, result.meters.lost);
  EXPECT_GE(result.meters.lost, 30u);
  EXPECT_LT(result.meters.connect.max(), Duration(2s).count());
  EXPECT_LT(result.meters.ack.max(), Duration(5s).count());
  EXPECT_GE(result.meters.acknowledged_last_third, 50u) << "and goes on as before";
}

TEST(ClientNetwork, AShareIsAShare) {
  Fault some = fault_of(FaultKind::changed_addresses, {});
  some.share = 0.3;
  const RunResult result = struck(small_scenario(), some);
  EXPECT_GE(result.meters.lost, 3u);
  EXPECT_LE(result.meters.lost, 18u);
}

TEST(ClientNetwork, ANatForgetsOnlyWhatIsIdleAndPingsKeepItAwake) {
  Fault fault = fault_of(FaultKind::nat_forgets, {});
  fault.by = 1500ms;
  const RunResult forgotten = struck(small_scenario(), fault);
  EXPECT_GE(count(forgotten, FaultKind::nat_forgets), 1u);
  EXPECT_GE(forgotten.meters.lost, 1u);
  EXPECT_LT(forgotten.meters.lost, 30u);
  fault.by = limits::ping_interval;
  const RunResult kept = struck(small_scenario(), fault);
  EXPECT_EQ(count(kept, FaultKind::nat_forgets), 0u);
  EXPECT_EQ(kept.meters.lost, 0u);
}

TEST(ClientNetwork, WhoDoesNotReadIsCutWhenTooMuchWaits) {
  Scenario scenario = small_scenario();
  scenario.clients.messages_per_day = 96'000;
  Fault fault = fault_of(FaultKind::slow_readers, {});
  fault.duration = 8s;
  const RunResult patient = struck(scenario, fault);
  EXPECT_EQ(count(patient, FaultKind::slow_readers), 3u);
  EXPECT_EQ(patient.meters.cut_slow, 0u) << "what waits is far below the bound";
  EXPECT_EQ(patient.meters.lost, 0u);
  EXPECT_GT(patient.meters.delivery.max(), Duration(7s).count());
  scenario.servers.outbound = 1024;
  const RunResult cut = struck(scenario, fault);
  EXPECT_GE(cut.meters.cut_slow, 5u);
  EXPECT_EQ(cut.meters.lost, cut.meters.cut_slow);
}

TEST(ClientNetwork, WhoReadsNothingForLongerThanPingsWaitIsGivenUp) {
  Scenario scenario = small_scenario();
  scenario.duration = 90s;
  scenario.clients.messages_per_day = 0;
  Fault fault = fault_of(FaultKind::slow_readers, 10s);
  fault.server = 1;
  fault.duration = 60s;
  scenario.faults.push_back(fault);
  const RunResult result = run(scenario, {});
  EXPECT_TRUE(result.settled && result.violations.empty()) << violations_of(result);
  EXPECT_GE(result.meters.lost, 5u);
  EXPECT_EQ(result.meters.cut_slow, 0u);
}

TEST(ClientNetwork, AStalledUplinkDelaysAndBreaksNothingWhilePingsWait) {
  Fault fault = fault_of(FaultKind::stalled_uplinks, {});
  fault.duration = 9s;
  const RunResult late = struck(small_scenario(), fault);
  EXPECT_EQ(count(late, FaultKind::stalled_uplinks), 3u);
  EXPECT_EQ(late.meters.lost, 0u);
  EXPECT_GT(late.meters.ack.max(), Duration(4s).count());
  EXPECT_LT(late.meters.ack.max(), Duration(10s).count());
}

TEST(ClientNetwork, AnUplinkThatStallsForLongerIsGivenUpByTheServer) {
  Scenario scenario = small_scenario();
  scenario.duration = 3min;
  scenario.clients.messages_per_day = 0;
  Fault fault = fault_of(FaultKind::stalled_uplinks, 10s);
  fault.server = 1;
  fault.duration = 2min;
  scenario.faults.push_back(fault);
  const RunResult result = run(scenario, {});
  EXPECT_TRUE(result.settled && result.violations.empty()) << violations_of(result);
  EXPECT_GE(result.meters.lost, 3u) << "the server says so, and that still arrives";
}

TEST(ClientNetwork, OnlyLongFramesVanishAndTakeTheirConnectionsAlong) {
  Scenario scenario = small_scenario();
  Fault fault = fault_of(FaultKind::large_vanish, {});
  fault.duration = 10s;
  scenario.clients.length = {Distribution::Kind::constant, 1000, 0};
  const RunResult short_ones = struck(scenario, fault);
  EXPECT_EQ(count(short_ones, FaultKind::large_vanish), 0u);
  EXPECT_EQ(short_ones.meters.lost, 0u);
  scenario.clients.length = {Distribution::Kind::constant, 1500, 0};
  const RunResult long_ones = struck(scenario, fault);
  EXPECT_GE(count(long_ones, FaultKind::large_vanish), 3u);
  EXPECT_GE(long_ones.meters.lost, 3u);
  EXPECT_LE(long_ones.meters.lost, count(long_ones, FaultKind::large_vanish));
}

/// What waited the first times has arrived: it neither counts any more nor is dropped.
TEST(ClientNetwork, WhoStopsReadingAgainHasOnlyWaitingWhatWasSentSince) {
  Scenario scenario = small_scenario();
  scenario.clients.messages_per_day = 96'000;
  scenario.servers.outbound = 8 << 10;
  Fault fault = fault_of(FaultKind::slow_readers, {});
  fault.duration = 2s;
  for (std::uint32_t server = 0; server < 3; ++server)
    for (int times = 0; times < 8; ++times) {
      fault.server = server;
      fault.at = 8s + times * 2s;
      scenario.faults.push_back(fault);
    }
  const RunResult result = run(scenario, {});
  EXPECT_TRUE(result.settled && result.violations.empty()) << violations_of(result);
  EXPECT_EQ(count(result, FaultKind::slow_readers), 24u);
  EXPECT_EQ(result.meters.cut_slow, 0u);
}

TEST(ClientNetwork, WhoDoesNotReadCannotStopReading) {
  Scenario scenario = small_scenario();
  for (const Duration at : {10s, 12s}) {
    Fault& fault = scenario.faults.emplace_back(fault_of(FaultKind::slow_readers, at));
    fault.server = 1;
    fault.duration = 4s;
  }
  const RunResult result = run(scenario, {});
  EXPECT_TRUE(result.settled && result.violations.empty()) << violations_of(result);
  EXPECT_EQ(count(result, FaultKind::slow_readers), 1u);
  EXPECT_LT(result.meters.delivery.max(), Duration(5s).count());
}

/// Who is would be so for an hour. Some have nothing to send and would not miss an answer; of
/// others too much waits, and they are cut without hearing of it.
TEST(ClientNetwork, NobodyIsHeldUpOnceFaultsAreHealed) {
  for (const FaultKind kind : {FaultKind::slow_readers, FaultKind::stalled_uplinks})
    for (const double rate : {960., 96'000.}) {
      Scenario scenario = small_scenario();
      scenario.clients.messages_per_day = rate;
      scenario.servers.outbound = 1024;
      Fault& fault = scenario.faults.emplace_back(fault_of(kind, 28s));
      fault.server = 1;
      fault.duration = 1h;
      const RunResult result = run(scenario, {});
      EXPECT_EQ(count(result, kind), 1u);
      EXPECT_TRUE(result.settled && result.violations.empty()) << violations_of(result);
      EXPECT_LT(result.end - result.safety_end, 20s);
    }
}

TEST(ClientNetwork, WhoseAddressChangesWantsTheirConnectionOnce) {
  const RunResult result = struck(small_scenario(), fault_of(FaultKind::changed_addresses, {}));
  const auto connects = result.meters.availability.table(0s, result.safety_end)
                            .all.counts[static_cast<std::size_t>(Operation::connect)];
  EXPECT_EQ(connects.tried, 30u + result.meters.lost);
  EXPECT_EQ(connects.in_time, connects.tried);
}

}  // namespace
}  // namespace hubbub::sim
