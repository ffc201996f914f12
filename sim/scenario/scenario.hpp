// A scenario: what is simulated, what goes wrong, and what must come of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/limits.hpp"
#include "core/base/policy.hpp"
#include "core/base/time.hpp"
#include "core/wire/form.hpp"
#include "core/wire/people.hpp"

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
  Duration accept = 20us;      ///< a connection, before its handshake
  Duration handshake = 100us;  ///< TLS and the upgrade
  Duration login = 30us;       ///< a token
  Duration request = 40us;     ///< an HTTP request, beside its frames: heads, routing, its token
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
  std::uint32_t spare = 0;  ///< further ones, which are not there until they are added
  std::uint32_t regions = 1;  ///< server n is in region n modulo this
  std::uint32_t nodes = 1;  ///< per server; each has a core
  std::uint32_t version = newest_form;  ///< of hubbub, at the start (core/wire/form.hpp)
  double speed = 1;         ///< 0.1: ten times slower
  ServiceTimes service;
  Disk disk;
  Duration restart = 2s;  ///< from the end of a process to its next start
  /// Inputs an edge holds for a node before it refuses to read on.
  std::uint32_t queue = 100'000;
  /// Connections a server has room for.
  std::uint32_t room = 20'000;
  /// The share of a core that may go into beginning sessions (R29).
  double admission = 0.5;
  double connection_memory = 64 * 1024;  ///< bytes of a connection: buffers, TLS, the kernel's
  double memory = 16e9;                  ///< bytes that a server has for them
  double bandwidth = 125e6;              ///< bytes a second to clients
  /// Bytes an edge holds for one connection before it cuts it.
  double outbound = limits::outbound_bytes;
  /// Bytes of the longest packet that server 0 takes from others: servers may differ in limits.
  double first_packet = limits::packet_bytes;
  std::uint32_t all() const { return count + spare; }
  bool operator==(const Servers&) const = default;
};

/// What stands between clients and servers, and ends what it should carry.
struct Proxy {
  Duration cuts{0};  ///< connections, and requests, that last longer; 0: none
  double loses = 0;  ///< share of the answers to requests
  bool operator==(const Proxy&) const = default;
};

struct Network {
  Distribution client{Distribution::Kind::lognormal, 30e6, 120e6};  ///< one way
  Distribution server{Distribution::Kind::lognormal, 300e3, 1.5e6};
  Distribution between_regions{Distribution::Kind::lognormal, 40e6, 60e6};  ///< beside these
  Proxy proxy;
  bool operator==(const Network&) const = default;
};

/// The replicated log, where durability is a quorum's.
struct Log {
  Distribution append{Distribution::Kind::lognormal, 2e6, 12e6};  ///< there and back
  Duration timeout = 2s;      ///< without an answer, an append ends unknown
  Duration late_most = 10s;   ///< how long after that a late one still lands
  bool operator==(const Log&) const = default;
};

/// The register of who lives and owns what.
struct Registry {
  Distribution latency{Distribution::Kind::lognormal, 1e6, 5e6};  ///< one way
  Duration timeout = 1s;
  bool operator==(const Registry&) const = default;
};

/// Whoever carries pushes to devices without a connection.
struct Provider {
  Distribution latency{Distribution::Kind::lognormal, 40e6, 300e6};  ///< there and back
  double capacity = 0;  ///< pushes a second; 0: any
  double gone = 0;      ///< share of devices that it does not know any more
  bool operator==(const Provider&) const = default;
};

enum class ReconnectPolicy : std::uint8_t {
  at_once,
  fixed,
  exponential,
  full_jitter,
  equal_jitter,
  planned,
};

struct Reconnect {
  ReconnectPolicy policy = ReconnectPolicy::planned;
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
  ChangedBy changes = ChangedBy::everyone;
  NewcomersRead history = NewcomersRead::from_joining;
  bool operator==(const Groups&) const = default;
};

/// When a client gets itself a new token.
enum class TokenRefresh : std::uint8_t { early, on_expiry };

struct Tokens {
  Duration lifetime{0};  ///< 0: tokens are good for ever
  TokenRefresh refresh = TokenRefresh::early;
  bool operator==(const Tokens&) const = default;
};

/// Developers' keys by which a share of the users comes.
struct ApiKeys {
  double share = 1;
  std::uint32_t keys = 1;
  std::uint32_t quota = 600;  ///< of each, in a window
  bool operator==(const ApiKeys&) const = default;
};

/// Users who cannot hold a connection, and poll. The others have a WebSocket each.
struct Polling {
  double long_poll = 0;     ///< share of users whose polls are held
  double poll = 0;          ///< share of users whose polls are answered at once
  Duration wait = 25s;      ///< how long a poll is held
  Duration interval = 1s;   ///< from an answer to the next poll of who is answered at once
  double fresh = 0;         ///< share of requests on a connection of their own
  double request_head = 450;  ///< bytes of a request's head: cookies, a token
  double answer_head = 250;
  bool operator==(const Polling&) const = default;
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
  double blocks_per_day = 0;         ///< and ends of blocks, of each user
  double mentions = 0;               ///< share of messages that mention somebody
  double bots = 0;                   ///< share of devices that name their messages, and number none
  double questions = 0;              ///< share of looks at history that ask for a message, or for mentions
  double revokes_per_day = 0;        ///< of each user: of another of its devices
  Duration acknowledge_every = 1s;   ///< and at least every 16 entries
  Duration answer_timeout = 15s;     ///< then the connection is given up
  Duration open_history = 0s;        ///< mean time between looking at a conversation; 0: never
  double retry_budget = 0.1;         ///< repeats per first send; 1e9: without limit
  std::uint32_t watched = 0;         ///< acquaintances whose presence a device watches
  std::uint32_t viewport = 0;        ///< users whose presence is asked for when a conversation is opened
  double look = 0;                   ///< share of devices that look at their channels; 0: none asks
  Tokens token;
  std::vector<ApiKeys> api_keys;
  Polling polling;
  Absence tunnels;                   ///< the connection is lost without a word
  Absence absence;                   ///< logged off
  double push = 0;                   ///< share of devices that want pushes
  double push_opens = 0;             ///< of pushes to who stays away, that bring them back
  double stay_away = 0;              ///< share of users who, once logged off, do not come back
  Reconnect reconnect;
  Distribution read_after;  ///< from being shown a message to having read it; 0: nobody reads
  double typing = 0;        ///< share of messages that a device says of that they are being written
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
  suspend,     ///< as pause, but its monotonic clock stands still, too
  no_memory,   ///< no new connections for `duration`
  restart_all,      ///< every server loses its power at once
  drain,            ///< gives everything away, and ends after `duration`
  restored_backup,  ///< its disk goes back to what it was `by` ago, with a loss of power
  lost_disk,        ///< power loss, and nothing is left
  disk_full,        ///< writes find no room, and no process starts, for `duration`
  read_error,       ///< the next read fails
  corrupted_block,  ///< the next rows that are read are damaged; `duration`: until the disk is replaced
  // Between servers.
  cut_off,      ///< a server can neither reach the others nor the log nor the register
  mute,         ///< what it says to other servers is lost; it hears
  deaf,         ///< it hears nothing of other servers; what it says arrives
  no_services,  ///< it reaches the others, and neither log nor register
  lossy,        ///< a `share` of all packets between servers is lost
  repeats,      ///< a `share` of them comes twice
  reorders,     ///< they overtake each other within `by`
  // Clocks.
  clock_step,   ///< a server's wall clock steps by `by`, forwards
  clock_back,   ///< and backwards
  clock_drift,  ///< its clocks run `factor` ppm fast
  bad_boot_clock,  ///< power loss; its wall clock is `by` ahead until `duration` after its start
  dead_clock,      ///< likewise, and it starts in 1970
  // The replicated log.
  log_slow,           ///< `factor` times slower
  log_away,           ///< refuses, or does not answer
  log_lost_answers,   ///< a `share` of appends lands without an answer
  log_late_appends,   ///< a `share` of appends ends unknown and lands later
  log_leader_change,  ///< everything stands still for `duration`
  log_stale_reads,    ///< reads see what was there `by` ago
  // Copies of partitions, and the versions of those who hold them.
  diverging_replica,  ///< of what a server follows, a `share` of the rows is gone from its disk
  poison_record,      ///< a partition kills its owner, and whoever opens it
  upgrade,            ///< drains, and starts again as the newest version, after `duration`
  downgrade,          ///< and as the oldest
  // The register.
  register_away,
  register_expires,  ///< every registration vanishes at once
  register_stale,     ///< readers see it as it was `by` ago
  register_split,     ///< half of the servers see it as it was when this began
  register_flapping,  ///< a server's registration vanishes, every `by`
  // The network to clients: to a `share` of those of a server.
  half_open,          ///< connections die, and neither side is told
  changed_addresses,  ///< the same, and the client connects anew at once
  nat_forgets,        ///< connections on which nothing went for `by` die like that
  slow_readers,       ///< clients read nothing for `duration`
  stalled_uplinks,    ///< what clients send arrives up to `duration` late
  large_vanish,       ///< on their ways, long frames vanish, and the connection with them
  // Regions.
  region_cut_off,  ///< nothing goes in or out
  region_lost,     ///< all of its servers lose their power
  // Servers.
  add_server,     ///< one of the spare ones
  remove_server,  ///< drains for `duration`, and never comes back
  // Around.
  login_store_slow,     ///< logins take `by` longer; resumes need no store
  login_store_away,     ///< logins are refused
  certificate_expired,  ///< a server's handshakes fail, for `duration`
  push_away,  ///< the provider of pushes takes none, or does not answer
  push_slow,  ///< it takes `factor` times as long
};
inline constexpr std::size_t fault_kinds = static_cast<std::size_t>(FaultKind::push_slow) + 1;

/// What the keys of a fault mean for its kind.
struct FaultTraits {
  bool lasts = false;       ///< needs `for`
  bool may_last = false;    ///< may have `for`
  bool factor = false;
  bool share = false;
  bool by = false;          ///< needs `by`
  bool replicated = false;  ///< needs logs and a register
  bool region = false;      ///< strikes a region, not a server
};
constexpr FaultTraits traits(FaultKind kind) {
  switch (kind) {
    case FaultKind::crash:
    case FaultKind::power_loss:
    case FaultKind::torn_write:
    case FaultKind::sync_error:
    case FaultKind::restart_all:
    case FaultKind::corrupted_block:
    case FaultKind::lost_disk: return {.may_last = true};
    case FaultKind::read_error: return {};
    case FaultKind::half_open:
    case FaultKind::changed_addresses:
    case FaultKind::disconnect: return {.share = true};
    case FaultKind::slow_sync:
    case FaultKind::push_slow:
    case FaultKind::slow_cpu: return {.lasts = true, .factor = true};
    case FaultKind::pause:
    case FaultKind::suspend:
    case FaultKind::no_memory:
    case FaultKind::mute:
    case FaultKind::deaf:
    case FaultKind::disk_full:
    case FaultKind::dead_clock:
    case FaultKind::login_store_away:
    case FaultKind::certificate_expired:
    case FaultKind::push_away:
    case FaultKind::cut_off: return {.lasts = true};
    case FaultKind::drain:
    case FaultKind::remove_server:
    case FaultKind::no_services:
    case FaultKind::log_away:
    case FaultKind::log_leader_change:
    case FaultKind::poison_record:
    case FaultKind::upgrade:
    case FaultKind::downgrade:
    case FaultKind::register_split:
    case FaultKind::register_away: return {.lasts = true, .replicated = true};
    case FaultKind::restored_backup: return {.may_last = true, .by = true};
    case FaultKind::slow_readers:
    case FaultKind::stalled_uplinks:
    case FaultKind::large_vanish:
    case FaultKind::lossy:
    case FaultKind::repeats: return {.lasts = true, .share = true};
    case FaultKind::bad_boot_clock:
    case FaultKind::login_store_slow:
    case FaultKind::reorders: return {.lasts = true, .by = true};
    case FaultKind::nat_forgets:
    case FaultKind::clock_step:
    case FaultKind::clock_back: return {.by = true};
    case FaultKind::clock_drift: return {.lasts = true, .factor = true};
    case FaultKind::log_slow: return {.lasts = true, .factor = true, .replicated = true};
    case FaultKind::log_lost_answers:
    case FaultKind::log_late_appends: return {.lasts = true, .share = true, .replicated = true};
    case FaultKind::register_stale:
    case FaultKind::register_flapping:
    case FaultKind::log_stale_reads: return {.lasts = true, .by = true, .replicated = true};
    case FaultKind::diverging_replica: return {.share = true, .replicated = true};
    case FaultKind::region_cut_off: return {.lasts = true, .replicated = true, .region = true};
    case FaultKind::region_lost: return {.may_last = true, .replicated = true, .region = true};
    case FaultKind::add_server:
    case FaultKind::register_expires: return {.replicated = true};
  }
  return {};
}

struct Fault {
  FaultKind kind{};
  std::optional<std::uint32_t> server;  ///< none: any, drawn each time
  std::optional<Duration> at;           ///< once, at this time
  std::optional<Duration> every;        ///< mean time between, at random (exponential)
  Duration duration{};                  ///< for: how long it lasts, or until restart for crashes
  double factor = 10;
  double share = 1;
  Duration by{};
  double chance = 1;  ///< that it exists at all in a run
  std::optional<std::uint32_t> region;  ///< none: that of the server
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
  Log log;
  Registry registry;
  Provider push_provider;
  Network network;
  Clients clients;
  std::vector<Fault> faults;
  Policy policy;
  Expect expect;
  bool operator==(const Scenario&) const = default;
};

}  // namespace hubbub::sim
