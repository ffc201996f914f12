// All that a run has to say, as plain values. Whoever runs a scenario fills one in; everything
// else here only shows it: on a terminal, as JSON, as JUnit's XML, as an exit status.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "sim/check/checker.hpp"
#include "sim/report/format.hpp"

namespace hubbub::sim {

/// A figure of the run: "ack.p99". Not a number: it was not measured.
struct Metric {
  std::string name;
  double value = 0;  ///< durations in nanoseconds
  MetricUnit unit = MetricUnit::count;
};

/// What the scenario expected of a figure, a violation, a comparison count, or a fault.
struct Expected {
  std::string name;    ///< "ack.p99", "acked-kept"
  std::string wanted;  ///< as written: "< 500ms"
  double measured = 0;
  MetricUnit unit = MetricUnit::count;
  bool met = false;
};

/// How often faults of a kind took effect.
struct FaultCount {
  std::string kind;
  std::uint64_t count = 0;
};

/// Of what was tried while something lasted, how much was answered in time.
struct Available {
  struct Operation {
    std::string name;  ///< "send"
    std::uint64_t tried = 0;
    std::uint64_t in_time = 0;
    /// Not a number: nothing was tried.
    double share() const {
      return tried == 0 ? std::numeric_limits<double>::quiet_NaN()
                        : static_cast<double>(in_time) / static_cast<double>(tried);
    }
  };
  std::string during;  ///< "no fault", "any fault", or a fault's kind
  std::uint64_t seconds = 0;
  std::vector<Operation> operations;  ///< the same, in the same order, wherever there are several
};

/// What became of something that the run's replicated log was asked: "void", so often.
struct LogCount {
  std::string what;
  std::uint64_t count = 0;
};

/// What a way to reach the servers came to for those who use it: "long_poll".
struct ByTransport {
  std::string name;
  std::uint64_t clients = 0;
  double delivery_p50 = 0, delivery_p99 = 0;  ///< ns from writing to shown
  double bytes = 0;     ///< of a client, a minute, with what stands before frames
  double requests = 0;  ///< of HTTP, likewise
};

struct Summary {
  std::string scenario;
  std::string about;
  std::uint64_t seed = 0;
  std::string again;  ///< the command that runs it again

  Duration virtual_time{};
  Duration real_time{};
  std::uint64_t events = 0;
  std::optional<std::uint64_t> hash;

  std::vector<Metric> metrics;
  std::vector<Expected> expectations;
  std::vector<FaultCount> faults;
  std::vector<Available> availability;  ///< empty if no fault took effect
  std::vector<LogCount> log;  ///< of a replicated run
  std::vector<ByTransport> transports;  ///< empty if nobody polls

  std::vector<InvariantResult> checks;
  std::vector<Violation> violations;
  /// Invariants that the scenario says may or must break (`expect.violations`), by name. Whether
  /// they did as expected is among `expectations`.
  std::vector<std::string> wanted_violations;

  /// What was not done at the end, and what it waits for, a sentence each.
  std::vector<std::string> stuck;
  /// What a person must know beside: alarms, figures that rest on assumptions. A sentence each.
  std::vector<std::string> notes;

  /// Set by `--verify`: did the second run give the same hash?
  std::optional<bool> repeated_alike;
  std::string difference;  ///< where two runs parted: window, entity, event
  bool interrupted = false;
  /// Not empty: the program itself failed, and how.
  std::string failure;
};

}  // namespace hubbub::sim
