// Clients that try again, with the waits that devices use: what theory and a published study say
// about them.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "sim/clients/backoff.hpp"
#include "sim/engine/distributions.hpp"
#include "tests/sim/engine/theory.hpp"

namespace hubbub::sim {
namespace {

double in_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

/// The gaps of `rate` arrivals a second, by chance.
Sampler gaps(double rate) { return Sampler::exponential(1e9 / rate); }

// --- Metastable retries ------------------------------------------------------------------------
//
// One server serves 300 a second, each in the same time. Clients give an attempt up after a second
// and repeat it once; the server knows nothing of that and works off what it has. It stands still
// for 10 s. Afterwards the line holds λ(10 + 9) attempts, and as long as all wait for more than a
// second, 2λ come in: it is short enough again after (λ(2·10 - 1) - μ) / (μ - 2λ), and never unless
// λ < μ/2, though the same load was borne before (after Bronson et al., Metastable Failures in
// Distributed Systems, HotOS 2021).

constexpr double capacity = 300;  ///< μ, a second
constexpr Duration patience = 1s;
constexpr Duration outage = 10s;

struct Attempt {
  std::uint32_t request = 0;
  bool repeat = false;
  Duration sent{};
  Duration service{};
};

template <class Waiting = Line<Attempt>>
class ImpatientClients {
 public:
  /// Begins with the server standing still for `standstill`. `rate`: requests a second.
  ImpatientClients(double rate, Duration standstill, std::uint64_t seed)
      : gap_(gaps(rate)), arrivals_(seed, 31, 0), waits_(seed, 32, 0) {
    server_.arrive(agenda_, {request(), true, agenda_.now(), standstill});
    agenda_.after(Duration(gap_.draw_integer(arrivals_)), arrives, {});
  }

  void step() {
    const auto event = agenda_.next();
    switch (event.what) {
      case arrives:
        send({request(), false, {}, {}});
        agenda_.after(Duration(gap_.draw_integer(arrivals_)), arrives, {});
        break;
      case repeats:
        send(event.job);
        break;
      case times_out:
        if (!event.job.repeat && !answered_[event.job.request])
          agenda_.after(at_once.wait(1, false, waits_), repeats, {event.job.request, true, {}, {}});
        break;
      case done:
        if (agenda_.now() - event.job.sent <= patience) answered_[event.job.request] = true;
        server_.finish(agenda_);
        break;
    }
  }

  void run_until(Duration end) {
    while (agenda_.upcoming() < end) step();
  }

  Duration now() const { return agenda_.now(); }
  std::size_t present() const { return server_.present(); }
  /// The first of them is the standstill.
  std::size_t requests() const { return answered_.size(); }
  /// The share of the requests [from, to) whose client got an answer.
  double answered(std::size_t from, std::size_t to) const {
    double count = 0;
    for (std::size_t i = from; i < to; ++i) count += answered_[i] ? 1 : 0;
    return count / static_cast<double>(to - from);
  }

 private:
  enum : std::uint32_t { arrives, repeats, times_out, done };
  static constexpr Backoff at_once{.kind = BackoffKind::at_once};

  std::uint32_t request() {
    answered_.push_back(false);
    return static_cast<std::uint32_t>(answered_.size() - 1);
  }

  void send(Attempt attempt) {
    attempt.sent = agenda_.now();
    attempt.service = Duration(static_cast<std::int64_t>(1e9 / capacity));
    agenda_.after(patience, times_out, attempt);
    server_.arrive(agenda_, attempt);
  }

  Agenda<Attempt> agenda_;
  Server<Attempt, Waiting> server_{done};
  Sampler gap_;
  Random arrivals_;
  Random waits_;
  std::vector<bool> answered_;
};

/// Seconds from the end of the outage until the line is short enough to answer in time. The control
/// is how many requests there were beyond the expected.
Interval recovery(double rate, std::uint64_t runs) {
  ControlledMeans means;
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    ImpatientClients<> clients(rate, outage, seed);
    clients.run_until(outage);
    while (static_cast<double>(clients.present()) > capacity * in_seconds(patience)) clients.step();
    means.add(in_seconds(clients.now() - outage),
              static_cast<double>(clients.requests() - 1) - rate * in_seconds(clients.now()));
  }
  return means.confidence_999();
}

// A fluid has no chance in it: the line becomes short enough after a second of few requests, b fewer
// than λ, whose repeats then do not come. The time's exact mean is longer by b / (μ - 2λ), a third
// of a percent at most here.
TEST(Theory, RetriesDelayTheRecoveryAsLongAsTheFluidSays) {
  SKIP_UNLESS_OPTIMISED();
  for (const int rate : {100, 120, 140}) {
    const double fluid = (rate * (2 * in_seconds(outage) - 1) - capacity) / (capacity - 2 * rate);
    expect_near("seconds at " + std::to_string(rate), fluid, 0.01, recovery(rate, 60));
  }
}

TEST(Theory, RetriesPreventTheRecoveryFromHalfTheCapacityOn) {
  SKIP_UNLESS_OPTIMISED();
  constexpr double rate = 155;
  constexpr Duration end = 10min;
  ControlledMeans growth;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    ImpatientClients<> clients(rate, outage, seed);
    clients.run_until(2 * outage);
    const std::size_t before = clients.requests(), line = clients.present();
    clients.run_until(end);
    EXPECT_EQ(clients.answered(before, clients.requests()), 0);
    const double seconds = in_seconds(end - 2 * outage);
    growth.add((static_cast<double>(clients.present()) - static_cast<double>(line)) / seconds,
               static_cast<double>(clients.requests() - before) / seconds - rate);
  }
  expect_theory("growth a second", 2 * rate - capacity, growth.confidence_999());

  ImpatientClients<> undisturbed(rate, Duration{0}, 1);
  undisturbed.run_until(end);
  EXPECT_EQ(undisturbed.answered(0, undisturbed.requests() - 155), 1);  // all but the last second's
}

// Serving the newest first, what was abandoned stays where it is: in the first second after the
// outage new requests and the repeats of the second before share the server, after that those that
// come are served as they come, and what is left of the capacity works off the old.
TEST(Theory, WhoServesTheNewestFirstRecoversAtOnce) {
  constexpr double rate = 280;
  const auto answered_in = [&](auto& clients, Duration from, Duration to) {
    clients.run_until(from);
    const std::size_t first = clients.requests();
    clients.run_until(to);
    const std::size_t end = clients.requests();
    clients.run_until(to + 3 * patience);
    return clients.answered(first, end);
  };
  ImpatientClients<Stack<Attempt>> newest_first(rate, outage, 1);
  EXPECT_GT(answered_in(newest_first, outage, outage + 1s), capacity / (2 * rate));
  EXPECT_GT(answered_in(newest_first, outage + 4s, outage + 2min), 0.95);
  ImpatientClients<> oldest_first(rate, outage, 1);
  EXPECT_EQ(answered_in(oldest_first, outage, outage + 2min), 0);
}

// --- Contention for one row --------------------------------------------------------------------
//
// Clients each read a row's version, then write if it is still that, and wait before they read
// again if it was not. Every leg over the network takes |N(10, 2)| ms. The figures are those of
// Brooker, Exponential Backoff and Jitter (AWS Architecture Blog, 2015), means of 100 runs. Counted
// are writes that reach the row; the first wait already follows one failure, so it grows from
// 2 * base; of decorrelated jitter it is at most 3 * base.

constexpr int contenders = 100;

template <class Wait>
int writes_until_all_succeed(std::uint64_t seed, Wait wait) {
  struct Access {
    std::uint32_t client;
    std::uint32_t version;
    bool succeeded;
  };
  enum : std::uint32_t { read, was_read, write, was_written };
  struct Client {
    unsigned failures = 0;
    Duration waited{};
  };
  Agenda<Access> agenda;
  Random network(seed, 41, 0), jitter(seed, 42, 0);
  const Sampler leg = Sampler::normal(10e6, 2e6);
  const auto delay = [&] { return Duration(leg.draw_integer(network)); };
  std::array<Client, contenders> clients;
  for (std::uint32_t i = 0; i < contenders; ++i) agenda.after(delay(), read, {i, 0, false});
  std::uint32_t version = 0;
  int writes = 0;
  while (!agenda.empty()) {
    auto [what, access] = agenda.next();
    switch (what) {
      case read:
        access.version = version;
        agenda.after(delay(), was_read, access);
        break;
      case was_read:
        agenda.after(delay(), write, access);
        break;
      case write:
        ++writes;
        access.succeeded = access.version == version;
        if (access.succeeded) ++version;
        agenda.after(delay(), was_written, access);
        break;
      case was_written:
        if (access.succeeded) break;
        Client& client = clients[access.client];
        client.waited = wait(++client.failures, client.waited, jitter);
        agenda.after(client.waited + delay(), read, access);
        break;
    }
  }
  EXPECT_EQ(version, contenders);
  return writes;
}

template <class Wait>
void expect_writes(const char* policy, double published, Wait wait) {
  MeanVariance writes;
  for (std::uint64_t seed = 0; seed < 200; ++seed)
    writes.add(writes_until_all_succeed(seed, wait));
  expect_near(policy, published, 0.02, confidence_999(writes));
}

TEST(Theory, JitterSparesARowThatAllWantAsTheBackoffStudyFound) {
  SKIP_UNLESS_OPTIMISED();
  constexpr Duration base = 5ms, cap = 2s;
  const auto counted = [&](BackoffKind kind) {
    const Backoff backoff{.kind = kind, .base = base, .cap = cap};
    return [backoff](unsigned failures, Duration, Random& random) {
      return backoff.wait(failures, false, random);
    };
  };
  expect_writes("none", 2427, counted(BackoffKind::at_once));
  expect_writes("exponential", 1869, counted(BackoffKind::exponential));
  expect_writes("equal", 811, counted(BackoffKind::equal_jitter));
  expect_writes("full", 797, counted(BackoffKind::full_jitter));
  const Backoff backoff{.base = base, .cap = cap};
  expect_writes("decorrelated", 1005, [&](unsigned failures, Duration last, Random& random) {
    return backoff.wait_decorrelated(failures == 1 ? base : last, random);
  });
}

// --- Refused clients, and storms ---------------------------------------------------------------

struct Visit {
  std::uint32_t client = 0;
  Duration service{};
};

/// Attempts a second of `clients` who are refused whenever they come.
Interval steady_attempts(BackoffKind kind, bool repeatedly, std::uint32_t clients) {
  constexpr int batches = 50;
  const Backoff backoff{.kind = kind};
  const Duration cap = repeatedly ? backoff.refused_cap : backoff.cap;
  Agenda<Visit> agenda;
  Random random(51, 0, 0);
  Station<Visit> full(1, 1);
  full.arrive({});
  std::vector<unsigned> failures(clients);
  const auto come_back = [&](std::uint32_t client) {
    agenda.after(backoff.wait(failures[client]++, repeatedly, random), 0, {client, {}});
  };
  for (std::uint32_t client = 0; client < clients; ++client) come_back(client);
  MeanVariance rates;
  for (int i = -10; i < batches; ++i) {  // the first while waits still grow
    const Duration end = (i + 11) * 4 * cap;
    double attempts = 0;
    while (agenda.upcoming() < end) {
      const Visit visit = agenda.next().job;
      EXPECT_EQ(full.arrive(visit), Arrival::refused);
      ++attempts;
      come_back(visit.client);
    }
    if (i >= 0) rates.add(attempts / in_seconds(4 * cap));
  }
  return confidence_999(rates);
}

// Waits are C/2 on average with full jitter, 3C/4 with equal jitter; a renewal process has the rate
// of one over its mean gap (Feller vol. 2, XI.1).
TEST(Theory, RefusedClientsComeBackAsOftenAsTheirMeanWaitSays) {
  constexpr std::uint32_t clients = 1000;
  constexpr double n = clients;
  const Backoff waits;
  const double cap = in_seconds(waits.cap), refused = in_seconds(waits.refused_cap);
  expect_theory("full jitter", 2 * n / cap,
                steady_attempts(BackoffKind::full_jitter, false, clients));
  expect_theory("equal jitter", 4 * n / (3 * cap),
                steady_attempts(BackoffKind::equal_jitter, false, clients));
  expect_theory("full jitter, refused repeatedly", 2 * n / refused,
                steady_attempts(BackoffKind::full_jitter, true, clients));
}

/// Seconds until nobody waits, after `clients` lost their server at once: all come back after their
/// first wait, while others come at `rate`; `served` a second, exponential.
Interval drained(const Backoff& backoff, std::uint32_t clients, double served, double rate) {
  enum : std::uint32_t { arrives, comes_back, done };
  const Sampler gap = gaps(rate), service = gaps(served);
  MeanVariance times;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Agenda<Visit> agenda;
    Server<Visit> server(done);
    Random arrivals(seed, 61, 0), services(seed, 62, 0), waits(seed, 63, 0);
    const auto come = [&](std::uint32_t what, Duration wait) {
      agenda.after(wait, what, {0, Duration(service.draw_integer(services))});
    };
    for (std::uint32_t i = 0; i < clients; ++i) come(comes_back, backoff.wait(0, false, waits));
    come(arrives, Duration(gap.draw_integer(arrivals)));
    std::uint32_t away = clients;
    while (away > 0 || server.present() > 0) {
      const auto [what, visit] = agenda.next();
      if (what == done) {
        server.finish(agenda);
        continue;
      }
      server.arrive(agenda, visit);
      if (what == comes_back) --away;
      if (what == arrives) come(arrives, Duration(gap.draw_integer(arrivals)));
    }
    times.add(in_seconds(agenda.now()));
  }
  return confidence_999(times);
}

// A busy period that begins with N services of 1/μ and takes up what comes meanwhile lasts
// N/(μ - λ) on average (Kleinrock vol. 1, 5.8). Jitter spares the line, not the time, as long as
// they come back faster than they can be served.
TEST(Theory, AStormIsDrainedByWhatCapacityIsLeft) {
  SKIP_UNLESS_OPTIMISED();
  constexpr std::uint32_t clients = 10'000;
  constexpr double served = 1000, rate = 500;
  expect_theory("all at once", clients / (served - rate),
                drained({.kind = BackoffKind::at_once}, clients, served, rate));
  expect_theory("over ten seconds", clients / (served - rate),
                drained({.kind = BackoffKind::full_jitter, .base = 10s}, clients, served, rate));
}

}  // namespace
}  // namespace hubbub::sim
