// A run's report as files that other programs read.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/errors.hpp"
#include "sim/report/series.hpp"
#include "sim/report/summary.hpp"

namespace hubbub::sim {

/// One JSON object, indented. Durations are in nanoseconds; what was not measured is null; the
/// hash is text, because JSON's readers lose digits of large numbers.
std::string summary_json(const Summary& summary);

/// Those objects in one list, in their order: of several runs.
std::string summaries_json(std::span<const Summary> summaries);

/// JUnit's XML: a suite for each run, a case for each expectation and each invariant. One whose
/// checker compared nothing is skipped; a violation that the scenario wants is no failure.
std::string junit_xml(std::span<const Summary> summaries);

/// Makes the directory of a report and tries whether it can be written to, before there is anything
/// to write.
Result<void> prepare_report(const std::filesystem::path& directory);

/// Writes summary.json, series.csv and junit.xml into `directory`, which is made if it is not
/// there; each file is replaced as a whole. Gives their paths, or says what could not be written.
Result<std::vector<std::filesystem::path>> write_report(const std::filesystem::path& directory,
                                                        const Summary& summary,
                                                        const SeriesTable& series);

}  // namespace hubbub::sim
