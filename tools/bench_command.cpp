// `hubbub bench`: how fast this machine simulates. For users; benchmarks for developers are among
// the tests.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>

#include "sim/engine/hold_model.hpp"
#include "sim/report/format.hpp"
#include "sim/scenario/load.hpp"
#include "sim/world/run.hpp"
#include "tools/commands.hpp"
#include "tools/standard_output.hpp"

namespace hubbub::tools {
namespace {

/// Seconds of this process's CPU: other work on the machine does not count.
double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// The most memory this process has had so far.
double peak_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

/// Measuring takes its time: each line is shown when it is known.
template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
  print_out(fmt::format(format, std::forward<Args>(args)...));
  flush_out();
}

template <class Queue>
double events_per_second(std::size_t pending, std::size_t events) {
  sim::HoldModel<Queue> model(pending, 1);
  model.run(pending);  // into the steady state
  const double before = cpu_seconds();
  model.run(events);
  return static_cast<double>(events) / (cpu_seconds() - before);
}

void bench_queue(bool large) {
  say("Event queue, in exact order, a random 64-byte record touched for each event:\n");
  for (const std::size_t pending : {std::size_t{1'000}, std::size_t{100'000},
                                    std::size_t{1'000'000}, std::size_t{10'000'000}}) {
    if (pending > 1'000'000 && !large) continue;
    const std::size_t events = std::max<std::size_t>(2'000'000, pending);
    const double ours = events_per_second<sim::HeldQueue>(pending, events);
    const double standard = events_per_second<sim::ReferenceQueue>(pending, events);
    say("  {:>10} pending: {:>6.1f} ns an event, std::priority_queue {:>7.1f} ns: {:.1f} times its "
        "rate\n",
        pending, 1e9 / ours, 1e9 / standard, ours / standard);
  }
}

/// 5 servers, 50 clients, a virtual minute with at least 10 messages a second and three kinds of
/// fault: what a campaign runs thousands of.
constexpr std::string_view small_scenario = R"({
  "name": "small", "about": "What a campaign runs thousands of.",
  "warm_up": "5s", "duration": "1m",
  "servers": {"count": 5},
  "clients": {"users": 50, "messages_per_day": 7200, "arrive": "2s"},
  "faults": [{"kind": "crash", "every": "20s"}, {"kind": "power_loss", "every": "20s"},
             {"kind": "slow_sync", "every": "20s", "for": "2s", "factor": 20}]
})";

/// 10^5 online clients.
constexpr std::string_view large_scenario = R"({
  "name": "large", "about": "A hundred thousand people online.",
  "warm_up": "20s", "duration": "1m",
  "servers": {"count": 10},
  "clients": {"users": 100000, "acquaintances": 50, "conversations": 5,
              "messages_per_day": 40, "peak": 3, "arrive": "15s"}
})";

int bench_scenario(std::string_view text, const char* title, int seeds) {
  const auto scenario = sim::parse_scenario(text, title, nullptr, {});
  if (!scenario) {
    for (const sim::ScenarioError& error : scenario.error())
      fmt::print(stderr, "{}\n", sim::to_text(error));
    return 70;
  }
  double cpu = 0, simulated = 0, events = 0, messages = 0;
  sim::RunResult result;
  const double memory_before = peak_bytes();
  for (int seed = 1; seed <= seeds; ++seed) {
    sim::RunOptions options;
    options.seed = static_cast<std::uint64_t>(seed);
    const double before = cpu_seconds();
    result = sim::run(*scenario, options);
    cpu += cpu_seconds() - before;
    simulated += std::chrono::duration<double>(result.end).count();
    events += static_cast<double>(result.events);
    messages += static_cast<double>(result.meters.acknowledged);
  }
  say("{}:\n", title);
  say("  {:.0f} times real time, {:.0f} ns an event, {} messages at {:.1f} us each\n",
      simulated / cpu, cpu / events * 1e9, messages, cpu / messages * 1e6);
  const auto& m = result.memory;
  const auto clients = static_cast<double>(result.clients);
  say("  {:.0f} bytes a client: models {:.0f}, connections {:.0f}, events {:.0f}, rows {:.0f}, "
      "checkers {:.0f}, in flight {:.0f}; nodes not counted\n",
      static_cast<double>(m.all()) / clients, static_cast<double>(m.clients) / clients,
      static_cast<double>(m.connections) / clients, static_cast<double>(m.agenda) / clients,
      static_cast<double>(m.stores) / clients, static_cast<double>(m.checker) / clients,
      static_cast<double>(m.in_flight) / clients);
  if (clients >= 10'000)
    say("  {:.0f} bytes a client by the growth of the process, nodes and allocator included\n",
        (peak_bytes() - memory_before) / clients);
  return 0;
}

}  // namespace

void add_bench(CLI::App& app, int& status) {
  auto large = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("bench", "Measure how fast this machine simulates");
  command->add_flag("--large", *large,
                    "Also 10^7 pending events and 10^5 clients (1 GB, a minute or more)");
  command->callback([large, &status] {
    // First what is measured by the process's growth.
    if (*large) status = bench_scenario(large_scenario, "100,000 clients", 1);
    if (status == 0) status = bench_scenario(small_scenario, "Small scenario, 20 seeds", 20);
    bench_queue(*large);
  });
}

}  // namespace hubbub::tools
