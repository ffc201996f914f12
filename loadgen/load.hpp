// One load, from the first connection to the verdict.
//
//   connect    all devices, spread over time; then the load begins
//   load       messages at their intended times, whatever the server does; who loses its
//              connection comes back by itself
//   settle     until everything is answered and delivered
//   audit      every conversation is read to its end and held before the judge
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/errors.hpp"
#include "loadgen/meter.hpp"
#include "loadgen/options.hpp"
#include "loadgen/usage.hpp"

namespace hubbub::loadgen {

struct Summary {
  Options options;
  std::uint64_t first_user = 0;

  std::uint32_t attached = 0;  ///< when the load began
  Duration connecting{};
  Duration loading{};  ///< from the first intended time to the last write
  Duration settling{};

  std::uint64_t intended = 0;
  Meter::Counts counts;
  std::map<std::uint16_t, std::uint64_t> close_codes;
  std::map<std::uint16_t, std::string> close_reasons;  ///< what the first of each was told
  sim::Histogram acknowledgement;                      ///< ns from the intended time
  sim::Histogram delivery;
  sim::Histogram lateness;  ///< ns from the intended time to the generator's own write
  double acknowledged_per_second = 0;
  std::string first_refusal;

  bool settled = false;
  bool audited = false;
  std::uint64_t audited_conversations = 0;
  std::uint64_t audited_messages = 0;
  std::uint64_t broken_frames = 0;
  std::vector<std::string> problems;  ///< sentences: what else was wrong

  std::vector<sim::InvariantResult> checks;
  std::vector<sim::Violation> violations;

  Duration cpu{};           ///< of the generator, while loading
  double cpu_share = 0;     ///< of one core
  bool bottleneck = false;  ///< the generator itself was too slow
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;

  bool server_seen = false;               ///< the following are known
  std::uint64_t server_bytes_before = 0;  ///< resident, before the first connection
  std::uint64_t server_bytes_idle = 0;    ///< with all attached
  Duration server_cpu{};                  ///< while loading

  bool interrupted = false;

  /// Nobody ever got in: there was no load.
  bool never_connected = false;

  /// 0 holds; 1 not all could connect, or not all was as asked; 3 a safety invariant broken;
  /// 4 liveness; 6 nothing was checked; 130 interrupted.
  int exit_status() const;
};

struct Progress {
  std::function<void(std::string_view)> say;  ///< a line now and then; none: silent
  std::function<bool()> interrupted;          ///< asked often; none: never
};

/// An error: the options cannot be carried out (status 2); that users have history on the server is
/// found only when they connect.
Result<Summary> run_load(const Options& options, const Progress& progress);

}  // namespace hubbub::loadgen
