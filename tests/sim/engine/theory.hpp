// What the tests of the engine against theory share.
//
// The rule: theory lies in the 99.9% confidence interval, and the interval's half-width is under
// 1% of it. What is not exact itself (the limit of a fluid, another's simulation) must be met within
// a share that is said. Seeds are fixed, so a test passes or fails for good.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "sim/engine/event_queue.hpp"
#include "sim/engine/station.hpp"
#include "sim/engine/statistics.hpp"
#include "tests/sanitized.hpp"

// An optimised build takes seconds; the sanitizers would take many minutes to add nothing: the
// same code runs under them in the other tests.
#if defined(HUBBUB_SANITIZED) || !defined(__OPTIMIZE__)
#define SKIP_UNLESS_OPTIMISED() GTEST_SKIP() << "tens of millions of events: optimised builds only"
#else
#define SKIP_UNLESS_OPTIMISED() static_cast<void>(0)
#endif

namespace hubbub::sim {

/// Of time, where the mean service is 1: in nanoseconds. Short enough that hundreds of millions of
/// customers fit into virtual time.
inline constexpr double unit = 1e8;

inline double in_units(Duration d) { return static_cast<double>(d.count()) / unit; }

/// How sure it is; and a record for whoever wants to see it: --gtest_output=xml.
inline void expect_sure(const std::string& what, double figure, const Interval& interval) {
  EXPECT_LT(interval.half_width, 0.01 * figure) << what << " is not sure enough";
  testing::Test::RecordProperty(
      what, std::to_string(interval.mean) + " +- " + std::to_string(interval.half_width));
}

inline void expect_theory(const std::string& what, double theory, const Interval& interval) {
  EXPECT_TRUE(interval.contains(theory))
      << what << ": " << interval.mean << " +- " << interval.half_width << ", theory " << theory;
  expect_sure(what, theory, interval);
}

inline void expect_near(const std::string& what, double figure, double share,
                        const Interval& interval) {
  EXPECT_NEAR(interval.mean, figure, share * figure) << what;
  expect_sure(what, figure, interval);
}

/// The control of a batch (see ControlledMeans): by how much a formula would change, to first
/// order, if its parameters were what the batch happened to draw. Each measured parameter has the
/// true one for its mean, so the control's mean is 0 whatever the formula says: a wrong one makes
/// intervals wider, never wrong, and the formula under test may serve.
class FormulaControl {
 public:
  using Formula = std::function<double(const std::vector<double>&)>;

  /// REQUIRES: no parameter is 0.
  FormulaControl(std::vector<double> parameters, const Formula& formula)
      : parameters_(std::move(parameters)) {
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      const double step = 1e-4 * parameters_[i];
      std::vector<double> more = parameters_, less = parameters_;
      more[i] += step;
      less[i] -= step;
      slopes_.push_back((formula(more) - formula(less)) / (2 * step));
    }
  }

  double operator()(const std::vector<double>& measured) {
    HUBBUB_CHECK(measured.size() == parameters_.size());
    double sum = 0;
    for (std::size_t i = 0; i < measured.size(); ++i)
      sum += slopes_[i] * (measured[i] - parameters_[i]);
    given_.add(sum);
    return sum;
  }

  /// A control would hide a bias of what is drawn, for it takes it out.
  void expect_mean_of_zero() const {
    const Interval interval = confidence_999(given_);
    EXPECT_TRUE(interval.contains(0))
        << "control: " << interval.mean << " +- " << interval.half_width << ", expected 0";
  }

 private:
  std::vector<double> parameters_;
  std::vector<double> slopes_;
  MeanVariance given_;
};

/// What happens, and to whom. `what` numbers the sources of a model.
template <class Job>
struct Happening {
  std::uint32_t what;
  Job job;
};

/// The pending events of a model.
template <class Job>
class Agenda {
 public:
  void after(Duration wait, std::uint32_t what, const Job& job) {
    queue_.push({queue_.now() + wait, 0, what, sent_++}, {what, job});
  }
  Happening<Job> next() { return queue_.pop().payload; }
  Duration now() const { return queue_.now(); }
  /// When the next event is. REQUIRES: there is one.
  Duration upcoming() { return queue_.top().time(); }
  bool empty() const { return queue_.empty(); }

 private:
  EventQueue<Happening<Job>> queue_;
  std::uint32_t sent_ = 0;
};

/// One server and who waits for it. Jobs bring along how long they take, as `service`; the end of
/// each is an event `done`, and whoever runs the model then calls `finish`.
template <class Job, class Waiting = Line<Job>>
class Server {
 public:
  explicit Server(std::uint32_t done) : done_(done) {}

  void arrive(Agenda<Job>& agenda, const Job& job) {
    if (station_.arrive(job) == Arrival::started) agenda.after(job.service, done_, job);
  }
  void finish(Agenda<Job>& agenda) {
    if (const auto next = station_.finish()) agenda.after(next->service, done_, *next);
  }
  std::size_t present() const { return station_.busy() + station_.waiting(); }

 private:
  std::uint32_t done_;
  Station<Job, Waiting> station_{1};
};

}  // namespace hubbub::sim
