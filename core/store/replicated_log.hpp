// The port to the replicated log: one for each partition, on some engine that outlives every server
// and keeps what it accepted through the loss of any minority of its own machines. Implementations
// hold one contract, checked by one suite (tests/core/store/log_conformance.hpp).
//
// - A record is bytes, at most limits::log_record_bytes. The log gives each a position; positions
//   grow, and may skip. What stands at a position never changes.
// - An append ends `accepted`, with its position: it is in the log, and every reader finds it in the
//   end. Or `refused`: it is not, and never will be. Or `unknown`: it may be in the log, may land
//   later, even after the tail was read, or never.
// - Nothing is promised about the order of appends that are under way together, nor that only one
//   writer appends: which records count is decided by their readers (wire/log_record.hpp).
// - A read gives records after a position, in order, none left out up to `through`. It may be stale:
//   `through` may lie below what another reader, or this one before, has seen.
// - Records below a position can be trimmed; a read from below it begins at `first`.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "core/base/ids.hpp"
#include "core/base/time.hpp"

namespace hubbub {

enum class AppendOutcome : std::uint8_t { accepted, refused, unknown };
constexpr AppendOutcome last_of(AppendOutcome) { return AppendOutcome::unknown; }

struct LogEntry {
  LogPosition position{};
  std::string_view bytes;
  static auto fields(auto& s) { return std::tie(s.position, s.bytes); }
};

/// What a read found. Not `available`: nothing, for now.
struct LogPage {
  bool available = true;
  LogPosition first{};    ///< what lies below was trimmed; 0: nothing was
  LogPosition through{};  ///< every record after the one asked for and up to here is in `entries`
  bool more{};            ///< there are further ones, by this reader's knowledge
  std::span<const LogEntry> entries;
  static auto fields(auto& s) {
    return std::tie(s.available, s.first, s.through, s.more, s.entries);
  }
};

/// Answers come later, in any order, in no case before the call returns; views in them are valid
/// during the call.
class ReplicatedLog {
 public:
  virtual ~ReplicatedLog() = default;
  virtual void append(PartitionId partition, std::string_view record,
                      std::function<void(AppendOutcome, LogPosition)> done) = 0;
  /// Records after `after`, at most limits::log_page_records of them and, unless the first alone is
  /// longer, limits::log_page_bytes. Where there is none yet, waits for one for up to `wait`.
  virtual void read(PartitionId partition, LogPosition after, Duration wait,
                    std::function<void(const LogPage&)> done) = 0;
  /// Nobody needs what lies below `below` any more.
  virtual void trim(PartitionId partition, LogPosition below) = 0;
};

}  // namespace hubbub
