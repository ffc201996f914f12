// The one place of the server where clocks are read.
#pragma once

#include "core/base/time.hpp"

namespace hubbub::server {

/// CLOCK_MONOTONIC and CLOCK_REALTIME of this host, now.
Instant read_clocks();

}  // namespace hubbub::server
