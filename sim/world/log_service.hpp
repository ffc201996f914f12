// The replicated log as a simulated service: one log for each partition, on machines of its own that
// do not fail with the servers. No better than a real one: an append may be accepted, refused, or
// end unknown and land later, even after the tail was read; reads may be stale; a change of leader
// stalls everything for seconds; positions skip.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/node/outbox.hpp"
#include "core/store/memory_store.hpp"
#include "core/wire/batch.hpp"
#include "core/wire/log_record.hpp"
#include "sim/world/answers.hpp"
#include "sim/world/draws.hpp"

namespace hubbub::sim {

class LogService {
 public:
  /// `clock`: what the monotonic clock of a node's host shows now.
  LogService(Stage& stage, std::function<Duration(NodeId)> clock);

  // --- From nodes. `heard`: the service can be reached from there. -------------------------------
  void append(const Asker& asker, const output::Append& append, bool heard);
  void read(const Asker& asker, const output::LogRead& read, bool heard);
  void trim(const Asker& asker, const output::LogTrim& trim, bool heard);

  /// A node's process has ended: from now on nobody serves what it owned.
  void node_ended(std::uint32_t node) { ended_at_[node] = stage_.now; }
  /// Every machine of the log loses its power, too: what its memory alone had is gone.
  void lose_power();

  // --- Happenings -------------------------------------------------------------------------------
  void append_lands(Piece* piece);
  void read_arrives(Piece* piece);
  void trim_arrives(Piece* piece);
  void read_waited(Piece* piece);

  // --- Faults, each until a time ------------------------------------------------------------------
  void slow(Duration until, double factor) { slow_ = {until, factor}; }
  /// Requests are refused, or get no answer.
  void away(Duration until) { away_until_ = until; }
  /// This share of appends lands, and the answer is lost.
  void lose_answers(Duration until, double share) { lost_ = {until, share}; }
  /// This share of appends ends unknown and lands later, within `late_most`.
  void delay_appends(Duration until, double share) { late_ = {until, share}; }
  /// A new leader is elected: nothing lands and nothing is read before.
  void change_leader(Duration until) { stalled_until_ = until; }
  /// Reads see what was there this long ago.
  void stale_reads(Duration until, Duration staleness) { stale_until_ = until, staleness_ = staleness; }
  void heal();

  // --- Looking ----------------------------------------------------------------------------------
  /// The rows that all records that count come to, as they stand now.
  MemoryStore& truth() { return *truth_; }
  const LogHead& head(PartitionId partition) const { return logs_[partition.value].head; }
  struct Counts {
    std::uint64_t appends = 0, counted = 0, not_counted = 0, refused = 0, unknown = 0, late = 0,
                  stale = 0, takeovers = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Entry {
    LogPosition position;
    Duration landed;
    std::string bytes;
  };
  struct Log {
    std::vector<Entry> entries;
    LogPosition first = 0;  ///< what lay below was trimmed
    LogHead trimmed;        ///< what those came to
    LogPosition last = 0;
    LogHead head;
    Duration last_counted{};
    std::vector<Piece*> waiting;  ///< reads that found nothing
  };
  struct Chance {
    Duration until{};
    double share = 0;
  };

  bool strikes(const Chance& chance) { return stage_.now < chance.until && random_.chance(chance.share); }
  Duration latency();
  bool answer_read(Piece* piece, bool even_if_empty);
  /// R8, once more beside the nodes. If the entry counts, `head` becomes what it makes of it, and
  /// `rows` gets its writes. `record`: what it is, if it is anything; valid until the next call.
  Standing apply(const Entry& entry, LogHead& head, MemoryStore& rows,
                 std::optional<LogRecord>& record);
  void count(Log& log, const Entry& entry);
  bool loses_with_power() const { return stage_.scenario.policy.durability == Durability::quorum_memory; }
  static void write(MemoryStore& store, std::string_view rows);
  void judge(PartitionId partition, const Log& log);
  void measure(const Log& log, const LogHead& before);

  Stage& stage_;
  std::function<Duration(NodeId)> clock_;
  Answers answers_;
  Sampler latency_;
  Random random_;
  std::array<Log, limits::partitions> logs_;
  std::unique_ptr<MemoryStore> truth_ = std::make_unique<MemoryStore>();
  /// What trimmed records came to, where a loss of power can take later ones away.
  MemoryStore base_;
  Chance slow_, lost_, late_;
  Duration away_until_{}, stalled_until_{}, stale_until_{}, staleness_{};
  Counts counts_;
  std::array<Duration, limits::nodes> ended_at_{};
  std::vector<LogEntry> page_;
  Arena arena_, records_;
  ByteBuffer rows_;
};

}  // namespace hubbub::sim
