#include "sim/world/summarize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/scenario/names.hpp"
#include "sim/world/transports.hpp"

namespace hubbub::sim {
namespace {

/// By Transport.
constexpr std::array<std::string_view, transports> transport_names{"websocket", "long_poll", "poll"};

constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

double seconds(Duration d) { return static_cast<double>(d.count()) / 1e9; }

double percentile(const Histogram& histogram, double percent) {
  return histogram.count() == 0 ? not_measured : static_cast<double>(histogram.percentile(percent));
}

double ratio(double a, double b) { return b > 0 ? a / b : not_measured; }

bool asked_for(const Scenario& scenario, FaultKind kind) {
  return std::ranges::any_of(scenario.faults, [kind](const Fault& f) { return f.kind == kind; });
}

/// Goodput at the end of the safety phase over that before the first fault.
double goodput_ratio(const Scenario& scenario, const RunResult& result) {
  const Meters& m = result.meters;
  const Duration before = std::min(result.first_fault, result.safety_end) - scenario.warm_up;
  const double usual = ratio(static_cast<double>(m.acknowledged_before_fault), seconds(before));
  const double last =
      ratio(static_cast<double>(m.acknowledged_last_third), seconds(scenario.duration / 3));
  return ratio(last, usual);
}

/// What people tried in the safety phase, after the warm-up. Of an interrupted run without the last of
/// it, whose answers nobody waited for.
Availability::Table availability_of(const Scenario& scenario, const RunResult& result) {
  const Duration known = result.interrupted
                             ? result.end - Availability::in_time(Operation::connect)
                             : result.safety_end;
  return result.meters.availability.table(scenario.warm_up, std::min(known, result.safety_end));
}

/// `name`: an operation, with ".fault" or ".calm" behind it or not.
double available(std::string_view name, const Availability::Table& table) {
  const std::size_t dot = std::min(name.find('.'), name.size());
  const std::string_view when = name.substr(dot);
  const Availability::Span& span =
      when == ".fault" ? table.faulty : when == ".calm" ? table.calm : table.all;
  const auto operation = std::ranges::find(operations, name.substr(0, dot)) - operations.begin();
  const Availability::Count& count = span.counts.at(static_cast<std::size_t>(operation));
  return ratio(static_cast<double>(count.in_time), static_cast<double>(count.tried));
}

double value_of(std::string_view name, const Scenario& scenario, const RunResult& result,
                const Availability::Table& availability) {
  const Meters& m = result.meters;
  const auto latency = [&](const Histogram& histogram, std::string_view which) {
    if (histogram.count() == 0) return not_measured;
    if (which == "max") return static_cast<double>(histogram.max());
    return percentile(histogram, which == "p50" ? 50 : which == "p99" ? 99 : 99.9);
  };
  const auto count = [](std::uint64_t value) { return static_cast<double>(value); };
  if (name.starts_with("ack.")) return latency(m.ack, name.substr(4));
  if (name.starts_with("delivery.") && name.find('.', 9) == name.npos)
    return latency(m.delivery, name.substr(9));
  if (name == "connect.p99") return percentile(m.connect, 99);
  if (name == "sync.p99") return percentile(m.sync, 99);
  if (name == "accepted") return count(m.acknowledged);
  if (name == "delivered") return count(m.shown);
  if (name == "goodput")
    return ratio(count(m.acknowledged_counted), seconds(result.safety_end - scenario.warm_up));
  if (name == "goodput.ratio") return goodput_ratio(scenario, result);
  if (name == "amplification")
    return ratio(count(m.sent + m.renumbered + m.repeated), count(m.sent));
  if (name == "refused") return count(m.refused);
  if (name == "retries") return count(m.repeated);
  if (name == "reconnects") return count(m.attached_again);
  if (name == "resyncs") return count(m.resyncs);
  if (name == "sync.entries.max") return count(m.sync_entries_max);
  if (name == "sync.bytes.max") return count(m.sync_bytes_max);
  if (name == "online.max") return count(m.online_max);
  if (name == "online.end") return count(m.online);
  if (name == "units.max") return count(m.units_max);
  if (name == "commit.batch.mean")
    return ratio(count(result.counters.accepted), count(result.writes));
  if (name == "commit.sync.p99") return percentile(m.disk_sync, 99);
  if (name == "memory.client") return ratio(count(result.memory.all()), count(m.online_max));
  if (name == "takeover.p99") return percentile(m.takeover, 99);
  if (name == "takeover.max") return percentile(m.takeover, 100);
  if (name == "moved.p99") return percentile(m.moved, 99);
  if (name == "moves") return count(m.moves);
  if (name == "trims") return count(result.counters.trims);
  if (name == "copies") return count(result.counters.copies);
  if (name == "resent") return count(result.counters.resent);
  if (name == "exits") return count(m.exits);
  if (name.starts_with("available.")) return available(name.substr(10), availability);
  if (name == "races") return count(m.races);
  if (name == "presence.shown") return count(m.presence_shown);
  if (name == "presence.gone") return count(m.presence_told_gone);
  if (name == "presence.gone.p99") return percentile(m.presence_gone, 99);
  if (name == "presence.gone.max") return percentile(m.presence_gone, 100);
  if (name == "presence.here.p99") return percentile(m.presence_here, 99);
  if (name == "pings") return ratio(count(m.pings), seconds(result.end));
  if (name.starts_with("back.")) return latency(m.back, name.substr(5));
  if (name == "beside.ack.p99") return percentile(m.beside_ack, 99);
  if (name == "beside.delivery.p99") return percentile(m.beside_delivery, 99);
  if (name == "direct.ack.p99") return percentile(m.direct_ack, 99);
  if (name == "direct.delivery.p99") return percentile(m.direct_delivery, 99);
  if (name == "dropped") return count(result.counters.dropped);
  if (name == "turned_away") return count(result.counters.turned_away);
  if (name == "slots.claimed")
    return ratio(count(result.counters.slots_claimed), count(result.counters.slots_given));
  if (name == "refused.memory") return count(m.refused_memory);
  if (name == "refused.login") return count(m.refused_login);
  if (name == "refused.client.max") return count(m.refused_client_max);
  if (name == "inbox.per_message")
    return ratio(count(result.counters.inbox_entries), count(result.counters.accepted));
  if (name == "modes.shown") return count(m.modes_shown);
  if (name == "heads") return count(m.heads);
  if (name == "pulled.p99") return percentile(m.pulled, 99);
  if (name == "reads.per_head")
    return ratio(count(result.counters.recent_misses - result.counters.shared_reads),
                 count(result.counters.heads_told));
  if (name == "reads.shared") return count(result.counters.shared_reads);
  if (name == "presence.per_turn")
    return ratio(count(m.presence_shown), count(result.counters.presence_turns));
  if (name == "receipts") return count(m.receipts);
  if (name == "receipts.message") return ratio(count(m.receipts), count(m.acknowledged));
  if (name == "receipts.p99") return percentile(m.receipt, 99);
  if (name == "typing") return count(m.typing);
  if (name == "pushes") return count(m.pushes);
  if (name == "pushes.put_off") return count(result.counters.pushes_put_off);
  if (name == "pushes.again") return count(m.pushes_again);
  if (name == "pushes.entries") return ratio(count(m.push_items), count(m.pushes));
  if (name == "pushes.owed.max") return count(m.pushes_owed_max);
  if (name.starts_with("push.")) return latency(m.push, name.substr(5));
  if (name == "answer.p99") return percentile(m.answer, 99);
  if (name == "barred") return count(m.barred);
  if (name == "token.asked") return count(m.tokens_asked.total());
  if (name == "token.asked.peak") return count(m.tokens_asked.most());
  if (name == "token.renewed") return count(result.counters.tokens_renewed);
  if (name == "token.ended") return count(result.counters.tokens_ended);
  if (name == "clock.refused") return count(result.counters.clock_refused);
  if (name == "quota.refused") return count(result.counters.quota_refused);
  if (name == "quota.refused.beside") return count(m.quota_beside);
  if (name == "quota.unknown") return count(result.counters.quota_unknown);
  if (name == "shed.typing") return count(result.counters.shed_typing);
  if (name == "shed.presence") return count(result.counters.shed_presence);
  if (name == "shed.receipts") return count(result.counters.shed_receipts);
  if (name == "reads.delayed") return count(result.counters.delayed_reads);
  if (name == "sends.refused") return count(result.counters.refused_sends);
  if (name == "polls") return ratio(count(result.counters.polls), seconds(result.end));
  if (name == "polls.empty")
    return ratio(count(result.counters.polls_empty), count(result.counters.polls));
  if (name == "polls.again") return count(result.counters.poll_losses);
  if (name == "polls.silent") return count(result.counters.poll_silences);
  if (name == "sessions") return ratio(count(m.attached), count(result.clients));
  for (std::size_t t = 0; t < transports; ++t) {
    const std::string_view by = transport_names[t];
    if (name.starts_with("delivery.") && name.substr(9).starts_with(by) && name[9 + by.size()] == '.')
      return latency(m.delivery_by[t], name.substr(10 + by.size()));
    if (name.starts_with("bytes.") && name.substr(6) == by)
      return ratio(count(m.bytes[t]), count(m.clients[t]) * seconds(result.end) / 60);
  }
  if (name == "liveness.time")
    return result.settled ? static_cast<double>((result.end - result.safety_end).count())
                          : not_measured;
  return not_measured;
}

MetricUnit unit_of(Unit unit) {
  switch (unit) {
    case Unit::duration:
      return MetricUnit::duration;
    case Unit::size:
      return MetricUnit::bytes;
    case Unit::share:
      return MetricUnit::share;
    default:
      return MetricUnit::count;
  }
}

bool met(const Expectation& e, double measured) {
  if (std::isnan(measured)) return false;
  switch (e.op) {
    case Expectation::Op::less:
      return measured < e.value;
    case Expectation::Op::at_most:
      return measured <= e.value;
    case Expectation::Op::equal:
      return measured == e.value;
    case Expectation::Op::at_least:
      return measured >= e.value;
    case Expectation::Op::greater:
      return measured > e.value;
  }
  return false;
}

void expect(Summary& summary, const Expectation& e, double measured, MetricUnit unit) {
  summary.expectations.push_back({e.name, e.text, measured, unit, met(e, measured)});
}

void judge(Summary& summary, const Scenario& scenario) {
  for (const Expectation& e : scenario.expect.metrics) {
    const auto metric = std::ranges::find(summary.metrics, e.name, &Metric::name);
    if (metric == summary.metrics.end())
      expect(summary, e, not_measured, MetricUnit::count);
    else
      expect(summary, e, metric->value, metric->unit);
  }
  const auto check = [&](const Expectation& e, auto figure) {
    const auto found = std::ranges::find(summary.checks, e.name, &InvariantResult::name);
    expect(summary, e,
           found == summary.checks.end() ? not_measured : static_cast<double>((*found).*figure),
           MetricUnit::count);
  };
  for (const Expectation& e : scenario.expect.checks) check(e, &InvariantResult::compared);
  for (const Expectation& e : scenario.expect.violations) {
    check(e, &InvariantResult::violated);
    summary.wanted_violations.push_back(e.name);
  }
  for (const Expectation& e : scenario.expect.faults) {
    const auto found = std::ranges::find(summary.faults, e.name, &FaultCount::kind);
    expect(summary, e, found == summary.faults.end() ? 0 : static_cast<double>(found->count),
           MetricUnit::count);
  }
}

void tell(Summary& summary, std::string_view during, const Availability::Span& span) {
  if (span.seconds == 0) return;
  Available& told = summary.availability.emplace_back();
  told.during = during;
  told.seconds = span.seconds;
  for (std::size_t i = 0; i < operations.size(); ++i)
    told.operations.push_back(
        {std::string(operations[i]), span.counts[i].tried, span.counts[i].in_time});
}

void tell_availability(Summary& summary, const Availability::Table& table,
                       const RunResult& result) {
  if (table.faulty.seconds == 0) return;
  tell(summary, "no fault", table.calm);
  tell(summary, "any fault", table.faulty);
  for (std::size_t kind = 0; kind < fault_kinds; ++kind)
    if (result.faults[kind] > 0) tell(summary, choices<FaultKind>[kind].name, table.during[kind]);
}

void tell_transports(Summary& summary, const RunResult& result) {
  const Meters& m = result.meters;
  for (std::size_t t = 0; t < transports; ++t) {
    if (m.clients[t] == 0) continue;
    const double minutes = static_cast<double>(m.clients[t]) * seconds(result.end) / 60;
    summary.transports.push_back({std::string(transport_names[t]), m.clients[t],
                                  percentile(m.delivery_by[t], 50), percentile(m.delivery_by[t], 99),
                                  ratio(static_cast<double>(m.bytes[t]), minutes),
                                  ratio(static_cast<double>(m.exchanges[t]), minutes)});
  }
}

void add_notes(Summary& summary, const RunResult& result) {
  summary.notes.push_back("Service times of servers are assumed, not measured.");
  if (result.meters.exits > 0)
    summary.notes.push_back(
        fmt::format("{} processes ended by themselves because a commit's end was unknown, or "
                    "something could not be read, and were started again.",
                    result.meters.exits));
  if (result.meters.alarms > 0)
    summary.notes.push_back(
        fmt::format("{} alarms: a store or a peer was found wanting.", result.meters.alarms));
  if (result.meters.not_taken > 0)
    summary.notes.push_back(
        fmt::format("{} messages were not written: too many before them had no answer yet.",
                    result.meters.not_taken));
}

}  // namespace

Summary summarize(const Scenario& scenario, const RunResult& result, Duration real_time,
                  std::string again) {
  Summary summary;
  summary.scenario = scenario.name;
  summary.about = scenario.about;
  summary.seed = result.seed;
  summary.again = std::move(again);
  summary.virtual_time = result.end;
  summary.real_time = real_time;
  summary.events = result.events;
  summary.hash = result.hash;
  const Availability::Table availability = availability_of(scenario, result);
  for (const Bounded& metric : known_metrics)
    summary.metrics.push_back(
        {std::string(metric.name), value_of(metric.name, scenario, result, availability),
         metric.name == "goodput" ? MetricUnit::per_second : unit_of(metric.unit)});
  for (std::size_t kind = 0; kind < fault_kinds; ++kind)
    if (result.faults[kind] > 0 || asked_for(scenario, static_cast<FaultKind>(kind)))
      summary.faults.push_back({std::string(choices<FaultKind>[kind].name), result.faults[kind]});
  tell_availability(summary, availability, result);
  if (anybody_polls(scenario)) tell_transports(summary, result);
  for (const Count& one : result.log) summary.log.push_back({one.name, one.count});
  summary.checks = result.invariants;
  summary.violations = result.violations;
  summary.stuck = result.stuck;
  summary.interrupted = result.interrupted;
  judge(summary, scenario);
  add_notes(summary, result);
  return summary;
}

SeriesTable series_of(const RunResult& result) {
  const SeriesTable recorded = series_of(result.meters.series);
  std::vector<std::string> names = recorded.columns();
  for (const std::string_view operation : operations)
    for (const char* what : {"_tried", "_in_time"}) names.push_back(std::string(operation) + what);
  SeriesTable all(std::move(names));
  std::vector<double> values;
  for (std::size_t r = 0; r < recorded.rows(); ++r) {
    values.assign(recorded.row(r).begin(), recorded.row(r).end());
    for (std::size_t i = 0; i < operations.size(); ++i) {
      const auto count = result.meters.availability.at(r, static_cast<Operation>(i));
      values.push_back(static_cast<double>(count.tried));
      values.push_back(static_cast<double>(count.in_time));
    }
    all.add_row(values);
  }
  return all;
}

void note_repetition(Summary& summary, const RunResult& first, const RunResult& second) {
  summary.repeated_alike = first.hash == second.hash;
  if (const auto difference = Chain::first_difference(first.chain, second.chain))
    summary.difference = fmt::format("in the second from {:.0f} s on, at {}",
                                     seconds(difference->from), difference->entity);
}

}  // namespace hubbub::sim
