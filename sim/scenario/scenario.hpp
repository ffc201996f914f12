// A scenario: what is simulated, what goes wrong, and what must come of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/policy.hpp"
#include "core/base/time.hpp"

namespace hubbub::sim {

/// A distribution as written in a file. Durations are in nanoseconds, sizes in bytes, counts plain.
///   "40ms"                                    always the same
///   {"uniform": ["10ms", "50ms"]}
///   {"exponential": "40ms"}                   mean
///   {"normal": ["40ms", "5ms"]}               mean, deviation; never below 0
///   {"lognormal": ["40ms", "200ms"]}          median, 99th percentile
struct Distribution {
  enum class Kind : std::uint8_t { constant, uniform, exponential, normal, lognormal };
  Kind kind = Kind::constant;
  double a = 0;  ///< value, least, mean, mean, median
  double b = 0;  ///< -, greatest, -, deviation, 99th percentile
  bool operator==(const Distribution&) const = default;
};

/// What a step of a node costs on a host's core. Assumed until it is measured.
struct ServiceTimes {
  Duration frame = 20us;    ///< a client's frame: read, parse, step
  Duration event = 8us;     ///< a frame to a client: encode, write
  Duration peer = 4us;      ///< a peer message, each way
  Duration row = 2us;       ///< a row read or written
  Duration accept = 150us;  ///< a connection: accept, upgrade, token
  bool operator==(const ServiceTimes&) const = default;
};

struct Disk {
  Distribution read{Distribution::Kind::lognormal, 80e3, 400e3};
  Distribution write{Distribution::Kind::lognormal, 20e3, 100e3};  ///< into the page cache
  Distribution sync{Distribution::Kind::lognormal, 220e3, 1.2e6};
  /// Without `synced`, the system itself writes back this often.
  Duration writeback = 5s;
  bool operator==(const Disk&) const = default;
};

struct Servers {
  std::uint32_t count = 1;
  std::uint32_t nodes = 1;  ///< per server; each has a core
  double speed = 1;         ///< 0.1: ten times slower
  ServiceTimes service;
  Disk disk;
  Duration restart = 2s;  ///< from the end of a process to its next start
  /// Inputs an edge holds for a node before it refuses to read on.
  std::uint32_t queue = 100'000;
  bool operator==(const Servers&) const = default;
};

struct Network {
  Distribution client{Distribution::Kind::lognormal, 30e6, 120e6};  ///< one way
  Distribution server{Distribution::Kind::lognormal, 300e3, 1.5e6};
  bool operator==(const Network&) const = default;
};

enum class ReconnectPolicy : std::uint8_t { at_once, fixed, exponential, full_jitter };

struct Reconnect {
  ReconnectPolicy policy = ReconnectPolicy::full_jitter;
  Duration base = 500ms;
  Duration cap = 30s;
  bool operator==(const Reconnect&) const = default;
};

/// Time spent connected, and away, drawn again and again.
struct Absence {
  Distribution every{};  ///< connected for; 0: never away
  Distribution length{};
  /// The share of clients that do this.
  double share = 0;
  bool operator==(const Absence&) const = default;
};

struct Groups {
  std::uint32_t count = 0;
  std::uint32_t members = 0;
  bool operator==(const Groups&) const = default;
};

struct Clients {
  std::uint32_t users = 2;
  std::uint32_t devices = 1;  ///< of each user
  double online = 1;          ///< share that connects at all
  Duration arrive = 5s;       ///< first connections spread over this
  std::uint32_t acquaintances = 50;
  std::uint32_t conversations = 5;  ///< direct ones each user writes in
  std::vector<Groups> groups;
  double group_share = 0;        ///< of messages, where a user is in groups
  double messages_per_day = 40;  ///< of each user
  double peak = 3;               ///< times the daily mean
  Distribution length{Distribution::Kind::lognormal, 60, 600};  ///< bytes of a message
  double typed_ahead = 0;            ///< share of messages sent without waiting for the last answer
  double group_changes_per_day = 0;  ///< add, remove, leave, rename, of each user in groups
  Duration acknowledge_every = 1s;   ///< and at least every 16 entries
  Duration answer_timeout = 15s;     ///< then the connection is given up
  Duration open_history = 0s;        ///< mean time between looking at a conversation; 0: never
  double retry_budget = 0.1;         ///< repeats per first send; 1e9: without limit
  Absence tunnels;                   ///< the connection is lost without a word
  Absence absence;                   ///< logged off
  Reconnect reconnect;
  bool operator==(const Clients&) const = default;
};

enum class FaultKind : std::uint8_t {
  crash,       ///< the process ends; what the system holds stays
  power_loss,  ///< what was not synced is gone
  torn_write,  ///< power loss in the middle of the last write
  slow_sync,   ///< `factor` times slower, for `duration`
  sync_error,  ///< the next sync fails
  disconnect,  ///< a `share` of a server's connections break
  pause,       ///< the process stands still for `duration`; its clock runs on
  slow_cpu,    ///< `factor` times slower, for `duration`
};

struct Fault {
  FaultKind kind{};
  std::optional<std::uint32_t> server;  ///< none: any, drawn each time
  std::optional<Duration> at;           ///< once, at this time
  std::optional<Duration> every;        ///< mean time between, at random (exponential)
  Duration duration{};                  ///< for: how long it lasts, or until restart for crashes
  double factor = 10;
  double share = 1;
  bool operator==(const Fault&) const = default;
};

/// "metric" "op" "value": a figure of the summary against a bound.
struct Expectation {
  enum class Op : std::uint8_t { less, at_most, equal, at_least, greater };
  std::string name;  ///< a metric, a checker, a fault, a violation: by its table
  Op op{};
  double value = 0;  ///< durations in nanoseconds
  std::string text;  ///< as written: "< 500ms"
  bool operator==(const Expectation&) const = default;
};

struct Expect {
  std::vector<Expectation> metrics;     ///< "ack.p99": "< 500ms"
  std::vector<Expectation> violations;  ///< "acked-kept": "> 0" — wanted; all others must be 0
  std::vector<Expectation> checks;      ///< "acked-kept": ">= 1000" — comparisons made
  std::vector<Expectation> faults;      ///< "crash": ">= 3" — that took effect
  bool operator==(const Expect&) const = default;
};

struct Scenario {
  std::string name;
  std::string about;
  std::uint64_t seed = 1;
  Duration warm_up = 10s;    ///< figures are counted after this
  Duration duration = 1min;  ///< safety phase, warm-up included
  Duration settle = 2min;    ///< bound of the liveness phase
  Servers servers;
  Network network;
  Clients clients;
  std::vector<Fault> faults;
  Policy policy;
  Expect expect;
  bool operator==(const Scenario&) const = default;
};

}  // namespace hubbub::sim
