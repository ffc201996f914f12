// Changes of single keys from the command line: clients.users=500, faults[0].at=3s,
// expect.metrics.ack.p99=< 1s.
#pragma once

#include <string_view>

#include "sim/scenario/document.hpp"

namespace hubbub::sim {

/// Puts the value of "path=value" into `root`, making objects on the way where there are none; an
/// index one behind the end of a list adds an entry. The value is JSON where the key holds a
/// number, list or object, and else taken as it stands. Whether it fits is judged when the whole is
/// read; only a path that cannot be walked is a problem here.
void apply_override(std::string_view override_text, Value& root, Problems& problems);

}  // namespace hubbub::sim
