// What a scenario's keys must be to each other: errors that no single key shows.
#pragma once

#include "sim/scenario/document.hpp"
#include "sim/scenario/scenario.hpp"

namespace hubbub::sim {

/// Judges `scenario` as read from `root` and reports at the places of `root`. A rule is left out
/// where one of its keys already has a problem.
void judge_meaning(const Scenario& scenario, const Value& root, Problems& problems);

}  // namespace hubbub::sim
