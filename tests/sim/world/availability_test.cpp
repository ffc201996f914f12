// What counts as available, and whose fault it was if it was not.
#include "sim/world/availability.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/world/summarize.hpp"
#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

using testing::ElementsAre;

const Availability::Count& sends(const Availability::Span& span) {
  return span.counts[static_cast<std::size_t>(Operation::send)];
}
const Availability::Span& during(const Availability::Table& table, FaultKind kind) {
  return table.during[static_cast<std::size_t>(kind)];
}

/// A send every tenth of a second for 100 s; those begun in [from, until) are answered late.
Availability a_stall(Duration from, Duration until) {
  Availability a;
  for (Duration begun = 0s; begun < 100s; begun += 100ms) {
    a.tried(Operation::send, begun);
    a.answered(Operation::send, begun, begun + (begun >= from && begun < until ? 2s : 100ms));
  }
  return a;
}

TEST(Availability, WhatIsAnsweredByItsBoundIsInTime) {
  Availability a;
  for (const Duration after : {Duration(1s), Duration(1s) + Duration{1}}) {
    a.tried(Operation::send, 3500ms);
    a.answered(Operation::send, 3500ms, 3500ms + after);
  }
  for (const Duration after : {Duration(5s), Duration(5s) + Duration{1}}) {
    a.tried(Operation::connect, 3500ms);
    a.answered(Operation::connect, 3500ms, 3500ms + after);
  }
  a.tried(Operation::send, 4s);  // never answered
  EXPECT_EQ(a.at(3, Operation::send).tried, 2u);
  EXPECT_EQ(a.at(3, Operation::send).in_time, 1u);
  EXPECT_EQ(a.at(3, Operation::connect).tried, 2u);
  EXPECT_EQ(a.at(3, Operation::connect).in_time, 1u);
  EXPECT_EQ(a.at(4, Operation::send).tried, 1u);
  EXPECT_EQ(a.at(4, Operation::send).in_time, 0u);
  EXPECT_EQ(a.at(77, Operation::send).tried, 0u);
  EXPECT_EQ(sends(a.table(0s, 10s).all).tried, 3u);
}

TEST(Availability, CountsWholeSecondsOfThePhaseOnly) {
  const Availability a = a_stall(0s, 0s);
  EXPECT_EQ(a.table(20s, 90s).all.seconds, 70u);
  EXPECT_EQ(sends(a.table(20s, 90s).all).tried, 700u);
  EXPECT_EQ(sends(a.table(20'500ms, 90'900ms).all).tried, 690u);
  EXPECT_EQ(a.table(90s, 20s).all.seconds, 0u);
}

TEST(Availability, IsAFaultsWhileItLastsAndALittleAround) {
  Availability a = a_stall(39s, 45s);
  a.struck(FaultKind::log_away, 40s, 45s);
  const Availability::Table table = a.table(0s, 100s);
  const Availability::Span& fault = during(table, FaultKind::log_away);
  EXPECT_EQ(fault.seconds, 11u);  // from 39 s to 50 s
  EXPECT_EQ(sends(fault).tried, 110u);
  EXPECT_EQ(sends(fault).in_time, 50u);
  EXPECT_EQ(sends(table.faulty).in_time, 50u);
  EXPECT_EQ(table.calm.seconds, 89u);
  EXPECT_EQ(sends(table.calm).tried, sends(table.calm).in_time);
  EXPECT_EQ(during(table, FaultKind::crash).seconds, 0u);
}

TEST(Availability, AFaultWithinASecondHasThatSecondAndTheOneBefore) {
  Availability a = a_stall(0s, 0s);
  a.struck(FaultKind::disconnect, 40'300ms, 40'300ms);
  // What was begun at 39.3 s may have met it; 45.3 s is within the 46th second.
  EXPECT_EQ(during(a.table(0s, 100s), FaultKind::disconnect).seconds, 7u);
  EXPECT_EQ(during(a.table(40s, 100s), FaultKind::disconnect).seconds, 6u);
}

TEST(Availability, ASecondIsEachFaultsThatTouchesIt) {
  Availability a = a_stall(40s, 42s);
  a.struck(FaultKind::crash, 40s, 42s);
  a.struck(FaultKind::slow_sync, 30s, 41s);
  a.struck(FaultKind::crash, 99s, 200s);
  const Availability::Table table = a.table(0s, 100s);
  EXPECT_EQ(during(table, FaultKind::slow_sync).seconds, 17u);  // 29 to 46
  EXPECT_EQ(during(table, FaultKind::crash).seconds, 8u + 2u);  // 39 to 47, 98 to 100
  EXPECT_EQ(table.faulty.seconds, 20u);                         // 29 to 47, 98 to 100
  EXPECT_EQ(table.calm.seconds + table.faulty.seconds, table.all.seconds);
  for (const FaultKind kind : {FaultKind::crash, FaultKind::slow_sync})
    EXPECT_EQ(sends(during(table, kind)).tried - sends(during(table, kind)).in_time, 20u);
}

// --- In a run ------------------------------------------------------------------------------------

double metric(const Summary& summary, const std::string& name) {
  return std::ranges::find(summary.metrics, name, &Metric::name)->value;
}

TEST(Availability, OfAQuietRunIsWhole) {
  Scenario scenario = small_scenario();
  scenario.clients.open_history = 5s;
  const RunResult result = run(scenario, {});
  const Summary summary = summarize(scenario, result, 0s, "");
  EXPECT_TRUE(summary.availability.empty()) << "nothing went wrong, and so nothing is told";
  EXPECT_EQ(metric(summary, "available.send"), 1);
  EXPECT_EQ(metric(summary, "available.send.calm"), 1);
  EXPECT_EQ(metric(summary, "available.history"), 1);
  EXPECT_NE(metric(summary, "available.send.fault"), metric(summary, "available.send.fault"));
  const Availability::Table table = result.meters.availability.table(0s, result.safety_end);
  // Whoever writes within 10 ms of coming is not counted yet.
  EXPECT_LE(sends(table.all).tried, result.meters.written);
  EXPECT_GE(sends(table.all).tried + 2, result.meters.written);
  const Availability::Table later =
      result.meters.availability.table(scenario.warm_up, result.safety_end);
  EXPECT_EQ(sends(later.all).in_time, result.meters.ack.count());
  EXPECT_EQ(table.all.counts[static_cast<std::size_t>(Operation::connect)].in_time, 30u);
  EXPECT_EQ(table.all.counts[static_cast<std::size_t>(Operation::sync)].in_time, 30u);
  EXPECT_EQ(table.all.counts[static_cast<std::size_t>(Operation::history)].tried,
            result.meters.pages);
}

TEST(Availability, OfAServerThatIsDownIsLostWhileItIs) {
  Scenario scenario = small_scenario();
  Fault fault;
  fault.kind = FaultKind::crash;
  fault.server = 1;
  fault.at = 12s;
  fault.duration = 5s;
  scenario.faults = {fault};
  const RunResult result = run(scenario, {});
  const Summary summary = summarize(scenario, result, 0s, "");
  std::vector<std::string> told;
  for (const Available& a : summary.availability) told.push_back(a.during);
  EXPECT_THAT(told, ElementsAre("no fault", "any fault", "crash"));
  // A message that waits its turn behind one that was put off for long is late, too.
  EXPECT_GT(metric(summary, "available.send.calm"), 0.95);
  EXPECT_LT(metric(summary, "available.send.fault"), 0.9);
  EXPECT_GT(metric(summary, "available.send.fault"), 0.2);
  // 11 s to 22 s: a second before, 5 s without it, 5 s after.
  EXPECT_EQ(summary.availability[2].seconds, 11u);
}

TEST(Availability, WhatIsTriedInATunnelIsNoServersDoing) {
  Scenario scenario = small_scenario();
  scenario.clients.tunnels = parsed(R"({"name": "t", "about": "t", "clients": {"tunnels":
      {"every": {"exponential": "5s"}, "length": {"uniform": ["2s", "4s"]}, "share": "100%"}}})")
                                 .clients.tunnels;
  const RunResult result = run(scenario, {});
  const Availability::Table table = result.meters.availability.table(0s, result.safety_end);
  EXPECT_LT(sends(table.all).tried, result.meters.written * 9 / 10);
  EXPECT_GT(sends(table.all).tried, result.meters.written / 3);
  // But for those whose answer a tunnel swallowed.
  EXPECT_LE(sends(table.all).in_time, sends(table.all).tried);
  EXPECT_GT(sends(table.all).in_time * 100, sends(table.all).tried * 97);
  const auto& connects = table.all.counts[static_cast<std::size_t>(Operation::connect)];
  EXPECT_GT(connects.tried, 60u);
  EXPECT_EQ(connects.in_time, connects.tried) << "what a tunnel cut short was withdrawn";
}

TEST(Availability, StandsInTheSeriesSecondBySecond) {
  const RunResult result = run(small_scenario(), {});
  const SeriesTable series = series_of(result);
  const auto column = [&](const char* name) {
    const auto found = std::ranges::find(series.columns(), name);
    return static_cast<std::size_t>(found - series.columns().begin());
  };
  double tried = 0;
  for (std::size_t row = 0; row < series.rows(); ++row) {
    const Availability::Count count = result.meters.availability.at(row, Operation::send);
    EXPECT_EQ(series.row(row)[column("send_in_time")], static_cast<double>(count.in_time));
    tried += series.row(row)[column("send_tried")];
  }
  const auto table = result.meters.availability.table(0s, result.safety_end);
  EXPECT_EQ(tried, static_cast<double>(sends(table.all).tried));
  EXPECT_GT(tried, 200);
}

}  // namespace
}  // namespace hubbub::sim
