// The scenarios these tests run: small enough to be run often.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/scenario/load.hpp"
#include "sim/world/run.hpp"

namespace hubbub::sim {

inline Scenario parsed(std::string_view text) {
  const auto scenario = parse_scenario(text, "a test", nullptr, {});
  if (!scenario) throw std::invalid_argument(to_text(scenario.error().front()));
  return *scenario;
}

/// 3 servers, 30 people, half a minute, a message or more a second; no faults.
inline Scenario small_scenario() {
  return parsed(R"({"name": "small", "about": "A test.", "warm_up": "3s", "duration": "30s",
                    "servers": {"count": 3},
                    "clients": {"users": 30, "messages_per_day": 9600, "arrive": "2s",
                                "typed_ahead": "20%"}})");
}

/// The same with everything that goes wrong going wrong.
inline Scenario faulty_scenario() {
  Scenario scenario = parsed(
      R"({"name": "faulty", "about": "A test.", "warm_up": "3s", "duration": "30s",
          "settle": "5m", "servers": {"count": 3, "nodes": 2},
          "clients": {"users": 30, "devices": 2, "messages_per_day": 9600, "arrive": "2s",
                      "groups": [{"count": 3, "members": 8}], "group_share": "30%",
                      "group_changes_per_day": 400, "typed_ahead": "20%", "open_history": "20s",
                      "tunnels": {"every": {"exponential": "15s"}, "length": {"uniform": ["2s", "8s"]}, "share": "50%"},
                      "absence": {"every": {"exponential": "15s"}, "length": {"uniform": ["2s", "8s"]}, "share": "20%"}},
          "faults": [{"kind": "crash", "every": "12s"}, {"kind": "power_loss", "every": "12s"},
                     {"kind": "torn_write", "every": "12s"}, {"kind": "sync_error", "every": "12s"},
                     {"kind": "slow_sync", "every": "10s", "for": "2s", "factor": 50},
                     {"kind": "disconnect", "every": "10s", "share": "50%"},
                     {"kind": "pause", "every": "10s", "for": "2s"},
                     {"kind": "slow_cpu", "every": "10s", "for": "2s", "factor": 20}]})");
  return scenario;
}

inline std::string violations_of(const RunResult& result) {
  std::string text;
  for (const Violation& v : result.violations) text += v.invariant + ": " + v.what + "\n";
  for (const std::string& line : result.stuck) text += line + "\n";
  return text;
}

}  // namespace hubbub::sim
