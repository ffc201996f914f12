// A load's outcome, for people and for programs.
#pragma once

#include <string>

#include "loadgen/load.hpp"

namespace hubbub::loadgen {

/// One screen: what was asked, what came of it, latencies, what the judge compared, the verdict.
std::string to_table(const Summary& summary);

/// The same as one JSON object. Latencies in milliseconds.
std::string to_json(const Summary& summary);

}  // namespace hubbub::loadgen
