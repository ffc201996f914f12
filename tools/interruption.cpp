#include "tools/interruption.hpp"

#include <csignal>

#include "sim/report/exit_status.hpp"

namespace hubbub::tools {
namespace {

constexpr int taken[] = {SIGINT, SIGTERM, SIGHUP};

std::atomic<bool> came{false};
std::atomic<int> which{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void on_signal(int signal) {
  int none = 0;
  which.compare_exchange_strong(none, signal);
  came.store(true, std::memory_order_relaxed);
  for (const int one : taken) std::signal(one, SIG_DFL);
}

}  // namespace

void take_interruptions() {
  for (const int one : taken)
    if (std::signal(one, on_signal) == SIG_IGN && one == SIGHUP) std::signal(one, SIG_IGN);
}

void leave_interruptions() {
  for (const int one : taken)
    if (std::signal(one, SIG_DFL) == SIG_IGN) std::signal(one, SIG_IGN);
}

const std::atomic<bool>& interrupted() { return came; }

int with_signal(int status) {
  if (status != sim::status::interrupted || which == 0) return status;
  return 128 + which;
}

}  // namespace hubbub::tools
