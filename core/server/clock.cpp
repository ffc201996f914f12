#include "core/server/clock.hpp"

#include <time.h>

#include "core/base/check.hpp"

namespace hubbub::server {
namespace {

Duration read(clockid_t clock) {
  timespec t{};
  HUBBUB_CHECK(::clock_gettime(clock, &t) == 0);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

}  // namespace

Instant read_clocks() { return {read(CLOCK_MONOTONIC), read(CLOCK_REALTIME)}; }

}  // namespace hubbub::server
