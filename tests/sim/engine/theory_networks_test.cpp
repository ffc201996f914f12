// Stations in a row, in a circle, side by side, and with priorities: queues with known answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "sim/engine/distributions.hpp"
#include "tests/sim/engine/theory.hpp"

namespace hubbub::sim {
namespace {

constexpr int batches = 50;

struct Job {
  Duration arrived{};
  Duration service{};
  std::uint8_t priority = 0;
  Duration waited(Duration done) const { return done - arrived - service; }
};

/// Draws times in units.
class Draws {
 public:
  Draws(double mean, std::uint64_t seed, std::uint64_t purpose)
      : sampler_(Sampler::exponential(mean * unit)), random_(seed, purpose, 0) {}

  Duration operator()() {
    const Duration drawn(sampler_.draw_integer(random_));
    const double value = in_units(drawn);
    ++count_;
    sum_ += value;
    squares_ += value * value;
    return drawn;
  }
  /// What was drawn since the last `forget`.
  double count() const { return count_; }
  double sum() const { return sum_; }
  double squares() const { return squares_; }
  void forget() { count_ = sum_ = squares_ = 0; }

 private:
  Sampler sampler_;
  Random random_;
  double count_ = 0;
  double sum_ = 0;
  double squares_ = 0;
};

/// Runs a model for a warm-up and `batches` batches of `length` units: `handle(what, job)` for each
/// event, `close(first)` after each, where the first is the warm-up.
template <class Handle, class Close>
void run(Agenda<Job>& agenda, double length, Handle&& handle, Close&& close) {
  for (int i = 0; i <= batches; ++i) {
    const Duration end(static_cast<std::int64_t>((i + 1) * length * unit));
    while (agenda.upcoming() < end) {
      const auto event = agenda.next();
      handle(event.what, event.job);
    }
    close(i == 0);
  }
}

// Two non-preemptive priorities: Wq of class k is W0 / ((1 - σ(k-1)) (1 - σ(k))), where σ(k) is the
// load of classes up to k, and W0 = Σ λ E[S²] / 2 the residual service met (Cobham, Operations
// Research 2(1), 1954; Kleinrock vol. 2, 3.3).
TEST(Theory, TheFirstInRankWaitAsShortAsCobhamSays) {
  SKIP_UNLESS_OPTIMISED();
  constexpr std::array rates{0.3, 0.5};
  constexpr std::uint32_t done = 2;
  Agenda<Job> agenda;
  Server<Job, PriorityLines<Job>> server(done);
  std::array gaps{Draws(1 / rates[0], 21, 0), Draws(1 / rates[1], 21, 1)};
  std::array services{Draws(1, 21, 2), Draws(1, 21, 3)};
  std::array<MeanVariance, 2> batch;
  std::array<ControlledMeans, 2> means;
  // Of each class: arrivals a unit; means of services and of their squares.
  const auto formula = [](const std::vector<double>& p, bool second) {
    const double residual = (p[0] * p[2] + p[3] * p[5]) / 2;
    const double first_load = p[0] * p[1];
    return second ? residual / ((1 - first_load) * (1 - first_load - p[3] * p[4]))
                  : residual / (1 - first_load);
  };
  const std::vector<double> parameters{rates[0], 1, 2, rates[1], 1, 2};
  std::array controls{
      FormulaControl(parameters, [&](const auto& p) { return formula(p, false); }),
      FormulaControl(parameters, [&](const auto& p) { return formula(p, true); })};
  for (std::uint32_t k = 0; k < 2; ++k) agenda.after(gaps[k](), k, {});
  constexpr double length = 260'000;
  run(
      agenda, length,
      [&](std::uint32_t what, const Job& job) {
        if (what == done) {
          batch[job.priority].add(in_units(job.waited(agenda.now())));
          server.finish(agenda);
        } else {
          server.arrive(agenda, {agenda.now(), services[what](), static_cast<std::uint8_t>(what)});
          agenda.after(gaps[what](), what, {});
        }
      },
      [&](bool warm_up) {
        std::vector<double> measured;
        for (std::size_t k = 0; k < 2; ++k) {
          // By the number expected instead of the number drawn, which keeps the means exact.
          const double expected = rates[k] * length;
          const double n = services[k].count();
          measured.push_back(n / length);
          measured.push_back(1 + (services[k].sum() - n) / expected);
          measured.push_back(2 + (services[k].squares() - 2 * n) / expected);
          services[k].forget();
        }
        for (std::size_t k = 0; k < 2; ++k) {
          if (!warm_up) means[k].add(batch[k].mean(), controls[k](measured));
          batch[k] = {};
        }
      });
  for (const FormulaControl& control : controls) control.expect_mean_of_zero();
  expect_theory("Wq of the first", 1.142857, means[0].confidence_999());
  expect_theory("Wq of the second", 5.714286, means[1].confidence_999());
}

// What leaves M/M/1 is Poisson again (Burke, Operations Research 4(6), 1956), so stations in a row
// are as if alone: W = Σ 1 / (μ - λ).
TEST(Theory, StationsInARowAddUpAsBurkeSays) {
  SKIP_UNLESS_OPTIMISED();
  constexpr double rate = 0.8;
  constexpr std::array service{1.0, 0.8};
  enum : std::uint32_t { arrival, first_done, second_done };
  Agenda<Job> agenda;
  Server<Job> first(first_done), second(second_done);
  Draws gap(1 / rate, 22, 0);
  std::array services{Draws(service[0], 22, 1), Draws(service[1], 22, 2)};
  MeanVariance batch;
  ControlledMeans means;
  // Arrivals a unit; of each station the means of services and of their squares. Sojourns in M/G/1
  // each, which for exponential services is the sum above.
  FormulaControl control(
      {rate, service[0], 2 * service[0] * service[0], service[1], 2 * service[1] * service[1]},
      [](const auto& p) {
        const auto stay = [&](double mean, double square) {
          return mean + p[0] * square / (2 * (1 - p[0] * mean));
        };
        return stay(p[1], p[2]) + stay(p[3], p[4]);
      });
  agenda.after(gap(), arrival, {});
  constexpr double length = 90'000;
  double arrived = 0;
  run(
      agenda, length,
      [&](std::uint32_t what, const Job& job) {
        if (what == arrival) {
          ++arrived;
          first.arrive(agenda, {agenda.now(), services[0]()});
          agenda.after(gap(), arrival, {});
        } else if (what == first_done) {
          second.arrive(agenda, {job.arrived, services[1]()});
          first.finish(agenda);
        } else {
          batch.add(in_units(agenda.now() - job.arrived));
          second.finish(agenda);
        }
      },
      [&](bool warm_up) {
        std::vector<double> measured{arrived / length};
        for (std::size_t k = 0; k < 2; ++k) {
          const double mean = service[k], square = 2 * mean * mean, n = services[k].count();
          measured.push_back(mean + (services[k].sum() - n * mean) / (rate * length));
          measured.push_back(square + (services[k].squares() - n * square) / (rate * length));
          services[k].forget();
        }
        if (!warm_up) means.add(batch.mean(), control(measured));
        batch = {};
        arrived = 0;
      });
  control.expect_mean_of_zero();
  expect_theory("W", 7.2222, means.confidence_999());
}

/// Throughput of `clients` who think, are served one by one, and think again.
Interval measured_throughput(int clients, double length) {
  enum : std::uint32_t { wakes, done };
  Agenda<Job> agenda;
  Server<Job> server(done);
  Draws thinks(10, 23, 0), services(1, 23, 1);
  for (int i = 0; i < clients; ++i) agenda.after(thinks(), wakes, {});
  MeanVariance means;
  double served = 0;
  run(
      agenda, length,
      [&](std::uint32_t what, const Job&) {
        if (what == wakes) {
          server.arrive(agenda, {agenda.now(), services()});
        } else {
          ++served;
          server.finish(agenda);
          agenda.after(thinks(), wakes, {});
        }
      },
      [&](bool warm_up) {
        if (!warm_up) means.add(served / length);
        served = 0;
      });
  return confidence_999(means);
}

// By mean value analysis (Reiser and Lavenberg, Journal of the ACM 27(2), 1980): who arrives meets
// what one client fewer would leave there, so R(n) = S (1 + Q(n-1)), X(n) = n / (Z + R(n)) and
// Q(n) = X(n) R(n).
TEST(Theory, ClientsWhoWaitForTheirAnswersGetWhatMeanValueAnalysisSays) {
  SKIP_UNLESS_OPTIMISED();
  expect_theory("X of 10", 0.785418, measured_throughput(10, 30'000));
  expect_theory("X of 20", 0.998131, measured_throughput(20, 30'000));
}

// Whoever waits for all of n exponential answers waits for H(n) = Σ 1/k: the first of n comes after
// 1/n, the next of those left after 1/(n-1), and so on (Feller vol. 2, I.6).
TEST(Theory, AFanOutWaitsForTheSlowestOfAHundred) {
  SKIP_UNLESS_OPTIMISED();
  constexpr int width = 100;
  Agenda<Job> agenda;
  Draws answer(1, 24, 0);
  BatchMeans means(1'000);
  while (means.batches() < 20) {
    const Duration asked = agenda.now();
    for (int i = 0; i < width; ++i) agenda.after(answer(), 0, {});
    while (!agenda.empty()) agenda.next();
    means.add(in_units(agenda.now() - asked));
  }
  expect_theory("mean of the largest", 5.18738, means.confidence_999());
}

}  // namespace
}  // namespace hubbub::sim
