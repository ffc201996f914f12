// Runs a scenario in virtual time, from its first event to a verdict.
//
// A run has two phases. Safety: clients live, faults strike, nothing false may be said. Liveness:
// faults are healed, nobody begins anything new, everyone comes back; it lasts until nothing is
// left to do or `settle` is over, and then everything that should have come true must have.
//
// A run is one thread and touches nothing outside its arguments: the same scenario and seed give
// the same result, hash for hash, on every machine and beside any other runs.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/node/outbox.hpp"
#include "sim/check/checker.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/world/chain.hpp"
#include "sim/world/faults.hpp"
#include "sim/world/meters.hpp"
#include "sim/world/story.hpp"

namespace hubbub::sim {

/// What a run is like at a moment of virtual time, for a progress line.
struct RunProgress {
  Duration now{};
  Duration safety_end{};
  bool settling = false;
  std::uint64_t events = 0;
  std::uint64_t online = 0;
  Duration ack_p99{};
};

struct RunOptions {
  std::optional<std::uint64_t> seed;  ///< in place of the scenario's
  /// Events of one moment in another order (engine/event.hpp); a verdict must not depend on it.
  std::optional<std::uint64_t> ties;
  std::function<void(const RunProgress&)> progress;  ///< called once a window of virtual time
  StoryWriter* story = nullptr;                      ///< is told what clients did
  const std::atomic<bool>* interrupt = nullptr;      ///< when true, ends with what there is
};

/// How often something happened, by name.
struct Count {
  std::string name;
  std::uint64_t count = 0;
};

struct RunResult {
  std::uint64_t seed = 0;
  std::uint64_t hash = 0;
  Chain chain{{}};
  bool interrupted = false;
  bool settled = false;  ///< the liveness phase came to rest
  Duration safety_end{};
  Duration end{};  ///< of virtual time
  Duration first_fault = never;
  Meters meters;
  NodeCounters counters;
  std::array<std::uint64_t, fault_kinds> faults{};  ///< that took effect, by FaultKind
  std::vector<Count> log;  ///< replicated: what became of appends and reads
  std::vector<InvariantResult> invariants;
  std::vector<Violation> violations;
  std::uint64_t pending = 0;  ///< messages and calls without an answer at the end
  std::uint64_t owed = 0;     ///< conversations with unconfirmed deliveries at the end
  std::uint64_t rows = 0;
  std::uint64_t commits = 0, writes = 0;
  std::uint64_t events = 0;
  std::uint64_t clients = 0;
  struct Memory {
    std::size_t clients = 0, connections = 0, stores = 0, agenda = 0, in_flight = 0, checker = 0;
    std::size_t all() const {
      return clients + connections + stores + agenda + in_flight + checker;
    }
  };
  Memory memory;
  std::vector<std::string> stuck;  ///< if not settled: what waits, and for what
};

RunResult run(const Scenario& scenario, const RunOptions& options);

}  // namespace hubbub::sim
