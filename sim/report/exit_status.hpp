// What a command returns. 0 holds; 1 an expectation missed; 2 bad input; 3 a safety invariant
// broken; 4 a liveness invariant broken; 5 not deterministic; 6 nothing was checked; 70 the
// program itself failed; 130 interrupted.
#pragma once

#include <string_view>

#include "sim/report/summary.hpp"

namespace hubbub::sim {

namespace status {
inline constexpr int holds = 0;
inline constexpr int expectation_missed = 1;
inline constexpr int bad_input = 2;
inline constexpr int safety_broken = 3;
inline constexpr int liveness_broken = 4;
inline constexpr int not_deterministic = 5;
inline constexpr int vacuous = 6;
inline constexpr int program_failed = 70;
inline constexpr int interrupted = 130;
}  // namespace status

/// Everything that can be true of a run at once.
struct Outcome {
  bool program_failed = false;
  bool not_deterministic = false;
  bool safety_broken = false;
  bool liveness_broken = false;
  bool bad_input = false;
  bool interrupted = false;
  bool vacuous = false;
  bool expectation_missed = false;
};

/// The first that is true, in the order of Outcome's members. An interrupted run has found what it
/// has found, but what it had no time to reach or to compare is not held against it.
int exit_status(const Outcome& outcome);

/// Violations count unless they are wanted. A run whose checkers compared nothing is vacuous.
Outcome outcome_of(const Summary& summary);
int exit_status(const Summary& summary);

/// The status of two runs together, for campaigns: the worse one. Statuses that are none of the
/// above are taken as `program_failed`.
int worse(int a, int b);

/// "holds", "an expectation was missed" …
std::string_view meaning(int status);

/// Is this invariant's violation one that the scenario wants?
bool is_wanted(const Summary& summary, std::string_view invariant);

}  // namespace hubbub::sim
