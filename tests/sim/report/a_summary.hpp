// Two runs to report on, and golden files to compare with.
//
// With HUBBUB_REWRITE_GOLDENS set in the environment, golden files are rewritten instead; look at
// the difference before it is kept.
#pragma once

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

#include "sim/check/names.hpp"
#include "sim/report/summary.hpp"

namespace hubbub::sim {

inline std::vector<InvariantResult> all_compared(std::uint64_t count) {
  std::vector<InvariantResult> results;
  for (const auto name : safety_invariants) results.push_back({std::string(name), true, count, 0});
  for (const auto name : liveness_invariants)
    results.push_back({std::string(name), false, count, 0});
  return results;
}

/// The result of the invariant with this name.
inline InvariantResult& check_of(Summary& summary, std::string_view name) {
  for (InvariantResult& result : summary.checks)
    if (result.name == name) return result;
  ADD_FAILURE() << "no such invariant: " << name;
  return summary.checks.front();
}

inline Summary a_good_run() {
  Summary s;
  s.scenario = "first-light";
  s.about = "Two thousand people on three servers, each with its own disk, while servers crash.";
  s.seed = 7;
  s.again = "tools/hubbub sim scenarios/first-light.json --seed 7";
  s.virtual_time = 3min;
  s.real_time = 6'200ms;
  s.events = 1'234'567;
  s.hash = 0x0123456789abcdef;
  s.metrics = {{"accepted", 12'345, MetricUnit::count},
               {"accepted.rate", 68.6, MetricUnit::per_second},
               {"ack.p50", 61e6, MetricUnit::duration},
               {"ack.p99", 412e6, MetricUnit::duration},
               {"memory.client", 812, MetricUnit::bytes},
               {"retries.share", 0.0213, MetricUnit::share},
               {"page.p99", std::numeric_limits<double>::quiet_NaN(), MetricUnit::duration}};
  s.expectations = {{"ack.p99", "< 500ms", 412e6, MetricUnit::duration, true},
                    {"crash", ">= 3", 5, MetricUnit::count, true}};
  s.faults = {{"crash", 5}, {"slow_sync", 2}};
  s.availability = {{"no fault", 120, {{"send", 8'000, 8'000}, {"change", 0, 0}}},
                    {"any fault", 50, {{"send", 4'000, 3'980}, {"change", 10, 9}}},
                    {"crash", 40, {{"send", 3'000, 2'990}, {"change", 9, 8}}},
                    {"slow_sync", 12, {{"send", 1'200, 1'188}, {"change", 1, 1}}}};
  s.transports = {{"websocket", 1'200, 61e6, 412e6, 3'600, 0},
                  {"long_poll", 500, 64e6, 431e6, 22'600, 17.5},
                  {"poll", 300, 669e6, 1.2e9, 48'300, 61}};
  s.log = {{"appends", 8'123}, {"counted", 8'001}, {"void", 102}, {"unknown", 20}};
  s.checks = all_compared(24'690);
  check_of(s, "refused-never").compared = 0;
  return s;
}

inline Summary a_bad_run() {
  Summary s = a_good_run();
  s.scenario = "crash-unsynced";
  s.again = "tools/hubbub sim scenarios/crash-unsynced.json --seed 7";
  s.log = {};  // it had none
  s.transports = {};
  s.expectations[0].measured = 1.4e9;
  s.expectations[0].met = false;
  check_of(s, "acked-kept").violated = 2;
  check_of(s, "settled").violated = 1;
  s.violations = {{"acked-kept",
                   12'345'678us,
                   "42 of c_1_2 was acknowledged and is not stored; the conversation ends at 41",
                   {"12.300000 s: device 1 of u_1 sent its message 17 in c_1_2",
                    "12.340000 s: device 1 of u_1 was told that its message 17 is 42 in c_1_2"}},
                  {"acked-kept",
                   13s,
                   "7 of c_3_4 was acknowledged and is not stored; the conversation ends at 6",
                   {}},
                  {"settled", 180s, "device 1 of u_9 has 1 sends without an answer", {}}};
  s.stuck = {"1 send of device 1 of u_9 in c_3_9 waits for an acknowledgement"};
  s.notes = {"Service times are assumed, not measured."};
  return s;
}

inline void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = "tests/sim/report/golden/" + name;
  if (std::getenv("HUBBUB_REWRITE_GOLDENS") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ostringstream golden;
  golden << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(text, golden.str()) << "differs from " << path;
}

}  // namespace hubbub::sim
