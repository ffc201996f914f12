#include "sim/report/exit_status.hpp"

#include <algorithm>
#include <array>

namespace hubbub::sim {
namespace {

/// From the worst on.
constexpr std::array order{
    status::program_failed,  status::not_deterministic,  status::safety_broken,
    status::liveness_broken, status::bad_input,          status::interrupted,
    status::vacuous,         status::expectation_missed, status::holds};

std::size_t rank(int status) {
  const auto found = std::ranges::find(order, status);
  return found == order.end() ? 0 : static_cast<std::size_t>(found - order.begin());
}

}  // namespace

int exit_status(const Outcome& outcome) {
  const std::array<bool, order.size() - 1> is{outcome.program_failed, outcome.not_deterministic,
                                              outcome.safety_broken,  outcome.liveness_broken,
                                              outcome.bad_input,      outcome.interrupted,
                                              outcome.vacuous,        outcome.expectation_missed};
  return order[static_cast<std::size_t>(std::ranges::find(is, true) - is.begin())];
}

Outcome outcome_of(const Summary& summary) {
  Outcome outcome;
  outcome.program_failed = !summary.failure.empty();
  outcome.not_deterministic = summary.repeated_alike == false;
  outcome.interrupted = summary.interrupted;
  outcome.vacuous = std::ranges::all_of(
      summary.checks, [](const InvariantResult& result) { return result.compared == 0; });
  outcome.expectation_missed =
      std::ranges::any_of(summary.expectations, [](const Expected& e) { return !e.met; });
  for (const InvariantResult& result : summary.checks) {
    if (result.violated == 0 || is_wanted(summary, result.name)) continue;
    (result.safety ? outcome.safety_broken : outcome.liveness_broken) = true;
  }
  return outcome;
}

int exit_status(const Summary& summary) { return exit_status(outcome_of(summary)); }

int worse(int a, int b) {
  const int worst = order[std::min(rank(a), rank(b))];
  return worst;
}

std::string_view meaning(int status) {
  switch (status) {
    case status::holds:
      return "holds";
    case status::expectation_missed:
      return "an expectation was missed";
    case status::bad_input:
      return "the input is wrong";
    case status::safety_broken:
      return "safety is broken";
    case status::liveness_broken:
      return "liveness is broken";
    case status::not_deterministic:
      return "two runs differ";
    case status::vacuous:
      return "nothing was checked";
    case status::interrupted:
      return "interrupted";
    default:
      return "the program itself failed";
  }
}

bool is_wanted(const Summary& summary, std::string_view invariant) {
  return std::ranges::find(summary.wanted_violations, invariant) != summary.wanted_violations.end();
}

}  // namespace hubbub::sim
