// Is the engine itself right? Queues with known answers, run on the event queue.
//
// The rule: theory lies in the 99.9% confidence interval, and the interval's half-width is under
// 1% of it. Seeds are fixed, so a test passes or fails for good. The unit of time is the mean
// service. Formulas: Kleinrock, Queueing Systems vol. 1 (1975): M/M/1 (3.2), sojourn exponential
// with mean 1/(μ - λ) (5.6), M/M/c and loss (3.5, 3.6), M/D/1 as a case of Pollaczek-Khinchine
// (5.5).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/engine/histogram.hpp"
#include "sim/engine/queueing_model.hpp"
#include "sim/engine/statistics.hpp"

namespace hubbub::sim {
namespace {

// Nanoseconds. Short enough that hundreds of millions of customers fit into virtual time.
constexpr double unit = 1e8;

// An optimised build takes seconds; the sanitizers would take many minutes to add nothing: the
// same code runs under them in the other tests.
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
#define SKIP_UNLESS_OPTIMISED() GTEST_SKIP() << "tens of millions of events: optimised builds only"
#else
#define SKIP_UNLESS_OPTIMISED() static_cast<void>(0)
#endif

void expect_theory(const char* what, double theory, const Interval& interval) {
  EXPECT_TRUE(interval.contains(theory))
      << what << ": " << interval.mean << " +- " << interval.half_width << ", theory " << theory;
  EXPECT_LT(interval.half_width, 0.01 * theory) << what << " is not sure enough";
  // For whoever wants to see them: --gtest_output=xml.
  testing::Test::RecordProperty(
      what, std::to_string(interval.mean) + " +- " + std::to_string(interval.half_width));
}

struct Case {
  std::size_t servers = 1;
  double load = 0;  ///< λ / μ: servers kept busy if none is refused
  bool deterministic = false;
  std::size_t capacity = Station<Duration>::unlimited;
  std::uint64_t customers = 0;  ///< in all batches
  std::uint64_t seed = 1;
};

constexpr std::uint64_t batches = 50;

/// Runs the case in batches: `visit(customer)` for each, `close(control, model)` after each batch.
/// The control is what the batch had, by chance, too much of work and too little of time.
template <class Visit, class Close>
void run_batches(const Case& c, Visit&& visit, Close&& close) {
  QueueingModel model(
      {.servers = c.servers,
       .capacity = c.capacity,
       .interarrival = Sampler::exponential(unit / c.load),
       .service = c.deterministic ? Sampler::constant(unit) : Sampler::exponential(unit),
       .seed = c.seed});
  const std::uint64_t size = c.customers / batches;
  model.run(size / 2, [](const Customer&) {});
  for (std::uint64_t i = 0; i < batches; ++i) {
    const Duration start = model.now();
    model.presence().restart(start);
    double surplus = 0;
    model.run(size, [&](const Customer& customer) {
      if (!customer.refused) surplus += static_cast<double>(customer.service.count()) - unit;
      visit(customer);
    });
    const auto elapsed = static_cast<double>((model.now() - start).count());
    const auto n = static_cast<double>(size);
    close(surplus / unit / n - (elapsed * c.load / unit / n - 1), model);
  }
}

/// The mean of what `value` says of each customer.
template <class Value>
Interval mean_of(const Case& c, Value value) {
  ControlledMeans means;
  MeanVariance batch;
  run_batches(
      c, [&](const Customer& customer) { batch.add(value(customer)); },
      [&](double control, QueueingModel&) {
        means.add(batch.mean(), control);
        batch = {};
      });
  return means.confidence_999();
}

Interval probability_to_wait(const Case& c) {
  return mean_of(c, [](const Customer& x) { return x.wait.count() > 0 ? 1.0 : 0.0; });
}

Interval mean_wait(const Case& c) {
  return mean_of(c, [](const Customer& x) { return static_cast<double>(x.wait.count()) / unit; });
}

Interval loss(const Case& c) {
  return mean_of(c, [](const Customer& x) { return x.refused ? 1.0 : 0.0; });
}

double quantile(std::vector<float>& values, double p) {
  const auto rank = static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size()));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

// The 99th percentile is what takes so many: long queues are rare and last long.
TEST(Theory, OneServerMakesCustomersStayAsLongAsTheFormulaSays) {
  SKIP_UNLESS_OPTIMISED();
  ControlledMeans sojourn, present, median, p99;
  MeanVariance mean;
  std::vector<float> values;
  run_batches(
      {.load = 0.9, .customers = 240'000'000},
      [&](const Customer& customer) {
        const double stay = static_cast<double>(customer.sojourn().count()) / unit;
        mean.add(stay);
        values.push_back(static_cast<float>(stay));
      },
      [&](double control, QueueingModel& model) {
        sojourn.add(mean.mean(), control);
        present.add(model.presence().average(model.now()), control);
        median.add(quantile(values, 0.50), control);
        p99.add(quantile(values, 0.99), control);
        mean = {};
        values.clear();
      });
  expect_theory("W", 10, sojourn.confidence_999());
  expect_theory("L", 9, present.confidence_999());
  expect_theory("p50", 10 * std::log(2), median.confidence_999());  // 6.931
  expect_theory("p99", 10 * std::log(100), p99.confidence_999());   // 46.05
}

// Wait probability of M/M/c: Erlang's C formula.
TEST(Theory, TwoServersMakeCustomersWaitAsOftenAsErlangSays) {
  SKIP_UNLESS_OPTIMISED();
  expect_theory("C(2, 1.6)", 0.711111,
                probability_to_wait({.servers = 2, .load = 1.6, .customers = 2'000'000}));
}

TEST(Theory, TenServersMakeCustomersWaitAsOftenAsErlangSays) {
  SKIP_UNLESS_OPTIMISED();
  expect_theory("C(10, 8)", 0.409180,
                probability_to_wait({.servers = 10, .load = 8, .customers = 4'000'000}));
}

TEST(Theory, AHundredServersMakeCustomersWaitAsOftenAsErlangSays) {
  SKIP_UNLESS_OPTIMISED();
  expect_theory("C(100, 95)", 0.506457,
                probability_to_wait({.servers = 100, .load = 95, .customers = 12'000'000}));
}

// M/D/1: Wq = ρ / (2 (1 - ρ)).
TEST(Theory, ConstantServiceHalvesTheWait) {
  SKIP_UNLESS_OPTIMISED();
  expect_theory("Wq at 0.8", 2.0,
                mean_wait({.load = 0.8, .deterministic = true, .customers = 5'000'000}));
  expect_theory("Wq at 0.9", 4.5,
                mean_wait({.load = 0.9, .deterministic = true, .customers = 20'000'000}));
}

// Erlang's B formula.
TEST(Theory, ASystemWithoutALineLosesAsManyAsErlangSays) {
  SKIP_UNLESS_OPTIMISED();
  expect_theory("B(10, 5)", 0.018385,
                loss({.servers = 10, .load = 5, .capacity = 10, .customers = 15'000'000}));
  expect_theory("B(100, 90)", 0.026957,
                loss({.servers = 100, .load = 90, .capacity = 100, .customers = 20'000'000}));
}

TEST(Theory, LittlesLawHoldsExactlyOverATimeThatBeginsAndEndsEmpty) {
  QueueingModel model({.servers = 3,
                       .interarrival = Sampler::exponential(unit / 2.7),
                       .service = Sampler::lognormal(0.7 * unit, 4 * unit),
                       .seed = 7});
  LittlesLaw law;
  // Starts of service are told in advance of departures; the law's books want both in order.
  std::vector<std::pair<Duration, Duration>> stays;
  const auto note = [&](const Customer& c) { stays.emplace_back(c.arrived, c.sojourn()); };
  model.run(100'000, note);
  model.drain(note);
  std::vector<std::pair<Duration, Duration>> ends;
  for (const auto& [arrived, stay] : stays) ends.emplace_back(arrived + stay, stay);
  std::sort(ends.begin(), ends.end());
  std::size_t next = 0;
  for (const auto& [end, stay] : ends) {
    while (next < stays.size() && stays[next].first <= end) law.arrive(stays[next++].first);
    law.depart(end, stay);
  }
  EXPECT_EQ(law.arrived(), 100'000u);
  EXPECT_EQ(law.departed(), 100'000u);
  EXPECT_LT(law.discrepancy(model.now()), 1e-9);
  EXPECT_NEAR(law.mean_present(model.now()), model.presence().average(model.now()), 1e-6);
}

// A node sends a heartbeat every H; who misses it suspects it K after the last one. A crash falls
// anywhere between two heartbeats, so the time to detection is uniform on [K - H, K].
TEST(Theory, DetectionTakesUniformlyFromTimeoutLessHeartbeatToTimeout) {
  SKIP_UNLESS_OPTIMISED();
  constexpr Duration heartbeat = 1s;
  constexpr Duration timeout = 5s;
  enum Kind : std::uint32_t { beat, crash, suspect };
  struct Payload {
    Kind kind;
    std::uint32_t generation;  ///< of the deadline: an older one was put off
  };
  EventQueue<Payload> queue;
  Random random(11, 0, 0);
  std::uint32_t sent = 0;
  BatchMeans means(4'000);
  Histogram times;
  const auto push = [&](Duration at, Kind kind, std::uint32_t generation) {
    queue.push({at, 0, kind, sent++}, {kind, generation});
  };
  // Over whole heartbeats, so that no part of one is likelier than another.
  const Sampler uptime = Sampler::uniform(0, 40 * 1e9);
  const auto start = [&](Duration at) {
    push(at, beat, 0);
    push(at + Duration(uptime.draw_integer(random)), crash, 0);
  };
  Duration crashed = never;
  std::uint32_t generation = 0;
  start(0s);
  while (times.count() < 200'000) {
    const auto event = queue.pop();
    const Duration now = event.time();
    if (event.payload.kind == beat && crashed == never) {
      push(now + timeout, suspect, ++generation);
      push(now + heartbeat, beat, 0);
    } else if (event.payload.kind == crash) {
      crashed = now;
    } else if (event.payload.kind == suspect && event.payload.generation == generation) {
      ASSERT_NE(crashed, never) << "a node that lives was suspected";
      means.add(static_cast<double>((now - crashed).count()) / 1e9);
      times.record((now - crashed).count());
      crashed = never;
      start(now + 1s);
    }
  }
  expect_theory("mean", 4.5, means.confidence_999());
  EXPECT_GE(times.min(), (timeout - heartbeat).count());
  EXPECT_LE(times.max(), timeout.count());
  for (const double percent : {5.0, 25.0, 50.0, 75.0, 95.0}) {
    EXPECT_NEAR(static_cast<double>(times.percentile(percent)) / 1e9, 4 + percent / 100, 0.02);
  }
}

// Group commit at high load: a sync takes F and is always under way; what arrives meanwhile goes
// with the next one. The wait is what is left of this sync, uniform on [0, F], and the next, F.
TEST(Theory, GroupCommitWaitsForOneAndAHalfSyncsAndAtMostTwo) {
  SKIP_UNLESS_OPTIMISED();
  constexpr Duration sync = 1ms;
  enum Kind : std::uint32_t { arrive, synced };
  EventQueue<Kind> queue;
  Random random(13, 0, 0);
  std::uint32_t sent = 0;
  const auto push = [&](Duration at, Kind kind) { queue.push({at, 0, kind, sent++}, kind); };
  const Sampler gap = Sampler::exponential(1e4);  // 100 arrivals a sync
  BatchMeans means(20'000);
  Duration greatest{};
  std::vector<Duration> gathering, flying;
  push(0s, arrive);
  push(0s, synced);
  while (means.batches() < 50) {
    const auto event = queue.pop();
    if (event.payload == arrive) {
      gathering.push_back(event.time());
      push(event.time() + Duration(gap.draw_integer(random)), arrive);
      continue;
    }
    for (const Duration arrived : flying) {
      means.add(static_cast<double>((event.time() - arrived).count()) / 1e6);
      greatest = std::max(greatest, event.time() - arrived);
    }
    flying.swap(gathering);
    gathering.clear();
    push(event.time() + sync, synced);
  }
  expect_theory("mean", 1.5, means.confidence_999());
  EXPECT_LE(greatest, 2 * sync);
  EXPECT_GT(greatest, 2 * sync - 10us);
}

}  // namespace
}  // namespace hubbub::sim
