// Is the engine itself right? Queues with known answers, run on the event queue.
//
// Formulas: Kleinrock, Queueing Systems vol. 1 (1975): M/M/1 (3.2), sojourn exponential with mean
// 1/(μ - λ) (5.6), M/M/c and loss (3.5, 3.6), M/G/1 by Pollaczek and Khinchine (5.5), of which M/D/1
// is a case.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/engine/exact_math.hpp"
#include "sim/engine/histogram.hpp"
#include "sim/engine/queueing_model.hpp"
#include "tests/sim/engine/theory.hpp"

namespace hubbub::sim {
namespace {

struct Case {
  std::size_t servers = 1;
  double load = 0;  ///< λ / μ: servers kept busy if none is refused
  Sampler service = Sampler::exponential(unit);
  std::size_t capacity = Station<Duration>::unlimited;
  std::uint64_t customers = 0;  ///< in all batches
  std::uint64_t seed = 1;
};

constexpr std::uint64_t batches = 50;

/// What a batch drew: a mean gap between arrivals, and of services the mean and the mean square.
struct Drawn {
  double gap = 0;
  double service = 0;
  double square = 0;
};

/// Runs the case in batches: `visit(customer)` for each, `close(drawn, model)` after each batch.
template <class Visit, class Close>
void run_batches(const Case& c, Visit&& visit, Close&& close) {
  QueueingModel model({.servers = c.servers,
                       .capacity = c.capacity,
                       .interarrival = Sampler::exponential(unit / c.load),
                       .service = c.service,
                       .seed = c.seed});
  const std::uint64_t size = c.customers / batches;
  model.run(size / 2, [](const Customer&) {});
  for (std::uint64_t i = 0; i < batches; ++i) {
    const Duration start = model.now();
    model.presence().restart(start);
    double services = 0, squares = 0;
    std::uint64_t served = 0;
    model.run(size, [&](const Customer& customer) {
      if (!customer.refused) {
        const double service = in_units(customer.service);
        services += service;
        squares += service * service;
        ++served;
      }
      visit(customer);
    });
    const auto n = static_cast<double>(served);
    close(Drawn{in_units(model.now() - start) / static_cast<double>(size), services / n,
                squares / n},
          model);
  }
}

/// The control of most cases: what a batch had, by chance, too much of work and too little of time.
double surplus(const Case& c, const Drawn& drawn) {
  return (drawn.service - 1) - (drawn.gap * c.load - 1);
}

/// The mean of what `value` says of each customer.
template <class Value, class Control>
Interval mean_of(const Case& c, Value value, Control control) {
  ControlledMeans means;
  MeanVariance batch;
  run_batches(
      c, [&](const Customer& customer) { batch.add(value(customer)); },
      [&](const Drawn& drawn, QueueingModel&) {
        means.add(batch.mean(), control(drawn));
        batch = {};
      });
  return means.confidence_999();
}

template <class Value>
Interval mean_of(const Case& c, Value value) {
  return mean_of(c, value, [&](const Drawn& drawn) { return surplus(c, drawn); });
}

Interval probability_to_wait(const Case& c) {
  return mean_of(c, [](const Customer& x) { return x.wait.count() > 0 ? 1.0 : 0.0; });
}

Interval mean_wait(const Case& c) {
  return mean_of(c, [](const Customer& x) { return in_units(x.wait); });
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
  const Case c{.load = 0.9, .customers = 240'000'000};
  run_batches(
      c,
      [&](const Customer& customer) {
        const double stay = in_units(customer.sojourn());
        mean.add(stay);
        values.push_back(static_cast<float>(stay));
      },
      [&](const Drawn& drawn, QueueingModel& model) {
        const double control = surplus(c, drawn);
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
                mean_wait({.load = 0.8, .service = Sampler::constant(unit), .customers = 5'000'000}));
  expect_theory("Wq at 0.9", 4.5,
                mean_wait({.load = 0.9, .service = Sampler::constant(unit), .customers = 20'000'000}));
}

// M/G/1: Wq = λ E[S²] / (2 (1 - ρ)); with mean 1 and variance cv², ρ (1 + cv²) / (2 (1 - ρ)). Long
// services decide much, so the control knows of the squares that were drawn.
Interval mean_wait_for(const Sampler& service, double squared_variation, std::uint64_t customers) {
  const Case c{.load = 0.8, .service = service, .customers = customers};
  FormulaControl control({1 / c.load, 1, 1 + squared_variation}, [](const auto& p) {
    return p[2] / p[0] / (2 * (1 - p[1] / p[0]));
  });
  const Interval wait = mean_of(
      c, [](const Customer& x) { return in_units(x.wait); },
      [&](const Drawn& d) { return control({d.gap, d.service, d.square}); });
  control.expect_mean_of_zero();
  return wait;
}

TEST(Theory, UnevenServiceMakesCustomersWaitAsPollaczekAndKhinchineSay) {
  SKIP_UNLESS_OPTIMISED();
  // Two thirds take no time, the others half of a normal distribution's bell: of mean 1 and
  // variance 4. A lognormal one has so long a tail that four times as many would be needed.
  const Sampler seldom = Sampler::normal(-2.050804999494648 * unit, 4.630026041855046 * unit);
  expect_theory("Wq at cv^2 4", 10, mean_wait_for(seldom, 4, 16'000'000));

  // Mean 1 and variance 1/4: median 1 / √(1 + 1/4), deviation of the logarithm √(ln(1 + 1/4)).
  constexpr double normal_quantile_99 = 2.3263478740408408;
  const double median = 1 / std::sqrt(1.25);
  const double p99 = median * exact_exp(normal_quantile_99 * std::sqrt(exact_log(1.25)));
  const Sampler steady = Sampler::lognormal(median * unit, p99 * unit);
  expect_theory("Wq at cv^2 0.25", 2.5, mean_wait_for(steady, 0.25, 6'000'000));
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
