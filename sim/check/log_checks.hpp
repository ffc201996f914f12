// Who wrote, and who spoke: one-writer, stale-bound.
//
// Each partition's log is read here a second time, by a reading of R8 of this file's own: the records
// that count form a chain, each naming the position and the hash of the one before it; a takeover
// begins the next epoch and makes its author the owner; everything else is by the owner, in its
// epoch, up to its last word. What the log and the nodes make of the same records is held against
// that, and so is who still spoke for a partition when another had it.
#pragma once

#include <string>
#include <vector>

#include "core/wire/log_record.hpp"
#include "sim/check/ledger.hpp"

namespace hubbub::sim {

class LogChecks {
 public:
  explicit LogChecks(Ledger& ledger) : ledger_(ledger) {}

  // What each of these is: checker.hpp.
  NodeId landed(Duration now, PartitionId partition, LogPosition position, std::string_view record,
                const LogHead& said);
  void lost_after(PartitionId partition, LogPosition last);
  void followed(Duration now, NodeId node, PartitionId partition, const LogHead& head);
  void owns(Duration now, NodeId node, PartitionId partition, PartitionEpoch epoch);

  void replaced(PartitionId partition, NodeId owner, Duration clock);
  void asked(NodeId node, PartitionId partition, NodeId whom);
  void spoke(Duration now, NodeId node, PartitionId partition, Duration clock, bool to_client,
             std::string_view what);

  std::size_t memory() const;

 private:
  /// From one takeover that counts to the next.
  struct Tenure {
    PartitionEpoch epoch{};
    std::uint64_t map_version{};
    NodeId owner;
    Duration replaced = never;  ///< on the owner's clock
    bool passes_on = false;     ///< since then its node asked another for its clients
  };
  struct Counted {
    LogPosition position{};
    std::uint64_t hash{};
    std::uint32_t tenure{};
    bool last_word{};
  };
  struct Log {
    std::vector<Counted> records;  ///< that count
    std::vector<Tenure> tenures;
  };

  static bool counts(const Log& log, LogPosition position, const LogRecord& record);
  static LogHead head(const Log& log, const Counted& at);
  /// The latest of that node; nothing if it never took the partition over.
  static Tenure* latest(Log& log, NodeId node);
  Log& log(PartitionId partition);

  Ledger& ledger_;
  std::vector<Log> logs_;  ///< by partition, as far as any was told of
  Arena arena_;
};

}  // namespace hubbub::sim
