// From a run to its report: figures by the names that scenario files use, and what was expected.
#pragma once

#include <string>

#include "sim/report/series.hpp"
#include "sim/report/summary.hpp"
#include "sim/world/run.hpp"

namespace hubbub::sim {

/// `real_time`: how long the run took; `again`: the command that runs it again.
Summary summarize(const Scenario& scenario, const RunResult& result, Duration real_time,
                  std::string again);

/// What happened when: a row for each virtual second.
SeriesTable series_of(const RunResult& result);

/// Says in the summary whether a second run was the same, and if not, where they part.
void note_repetition(Summary& summary, const RunResult& first, const RunResult& second);

}  // namespace hubbub::sim
