// A store in memory that loses exactly what a real one would: the simulator's disk.
//
// It keeps three things apart:
// - what is durable;
// - what is only in the page cache: written with Sync::no, or under way. It survives the process,
//   not a loss of power;
// - what a failed sync left behind: still in the page cache, so it can be read, but no later sync
//   will write it, because the system believes it is clean.
//
// A synced write happens in two moments, so that time can pass between them: `begin_write` puts
// its bytes into the log, and `finish_write`, when the disk is done, makes it and all before it
// durable. Reads see it from the second moment on, as they do with LevelDB. `write` is both at
// once.
//
// After `process_crash`, `power_loss` or `power_loss_torn` the store is closed; `reopen` recovers
// what is left and makes all of it durable.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/policy.hpp"
#include "core/store/row_table.hpp"
#include "core/store/store.hpp"

namespace hubbub {

/// Whether a restarted process finds what had no good end: a write under way, and what a failed
/// sync left behind. Both can happen: the system may have dropped such pages or kept them.
enum class Unfinished : std::uint8_t { lost, found };

class MemoryStore final : public Store {
 public:
  /// `assume_done` (unsafe) goes on taking writes after a failed sync, as a careless store would.
  explicit MemoryStore(UnknownCommitPolicy after_failure = UnknownCommitPolicy::exit)
      : after_failure_(after_failure) {}

  // --- The port ---
  Result<void> write(std::span<const std::string_view> batches, Sync sync) override;
  Result<bool> read(const ReadRange& range, ByteBuffer& rows) override;

  // --- A synced write in two moments. REQUIRES: none other is under way. ---
  Result<void> begin_write(std::span<const std::string_view> batches);
  /// An error: the write ended unknown, and further ones are refused until `reopen`.
  Result<void> finish_write();
  bool writing() const { return writing_; }

  /// Makes all that was written durable, as the system does by itself now and then. REQUIRES: no
  /// write is under way.
  Result<void> sync();

  // --- Faults ---
  /// The next sync gives an error.
  void fail_next_sync() { sync_fails_ = true; }
  /// The process is gone; the page cache is not.
  void process_crash(Unfinished unfinished);
  /// Only what is durable is left.
  void power_loss() { power_loss_torn(0, TornWritePolicy::cut); }
  /// As power_loss, but of what was written since the last sync a prefix of the log's bytes has
  /// reached the disk: `choice` modulo (their number + 1) of them. The write in which the prefix
  /// ends is dropped whole (`cut`), or its complete rows are taken (`accept`, unsafe).
  void power_loss_torn(std::uint64_t choice, TornWritePolicy policy);
  /// Recovers: what is left is rewritten and synced, so that it is durable.
  void reopen();

  // --- For checkers and measurements ---
  std::uint64_t rows() const { return table_.rows(); }
  /// Memory in use.
  std::size_t bytes() const;
  /// Bytes of log that a loss of power could take.
  std::uint64_t unsynced_bytes() const { return log_bytes_; }
  /// Calls visit(key, value) for every row that a read would find, ascending.
  template <class Visit>
  void for_each(Visit&& visit) const {
    table_.for_each(visit);
  }

 private:
  /// What one row was before an unsynced write: a batch of one put or erase in `undo_rows_`.
  struct Undo {
    std::uint64_t row_end;    ///< where the row ends in the log
    std::uint64_t write_end;  ///< where its write ends
    std::uint64_t row_at;     ///< offset in `undo_rows_`
  };

  Result<void> accept_write() const;
  std::uint64_t log_size(std::span<const std::string_view> batches) const;
  void apply(const RowWrite& row);
  void apply_unsynced(std::string_view batch, std::uint64_t log_at, std::uint64_t write_end);
  void take_back(std::uint64_t kept_bytes, TornWritePolicy policy);
  void apply_pending(std::uint64_t kept_bytes, TornWritePolicy policy);
  void forget_log();
  void leave_behind();
  void all_durable();
  Result<void> fail();

  UnknownCommitPolicy after_failure_;
  RowTable table_;  ///< what reads see

  // The log since the last sync, oldest first, and behind it the write under way.
  std::vector<Undo> undo_;
  ByteBuffer undo_rows_;
  std::uint64_t log_bytes_ = 0;
  bool writing_ = false;
  ByteBuffer pending_;  ///< the rows of the write under way

  /// By key, what is durable in place of what a failed sync left behind; nothing: no row.
  std::map<std::string, std::optional<std::string>> left_behind_;

  bool open_ = true;
  bool refuses_ = false;
  bool sync_fails_ = false;
};

}  // namespace hubbub
