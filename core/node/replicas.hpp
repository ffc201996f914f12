// The replicated partitions of this node: what of their logs is in its store, who may write, and
// what came of what was written (R8 to R11).
//
// A replica reads its log, applies to the store what counts, and says how far it is in the same
// batch, so that a store that lost its tail reads on from there. An owner is a replica that appended
// a takeover which counts; its batches are records, one under way at a time, and are durable once
// they count and are applied. An append whose end is unknown is appended again, byte for byte:
// whichever copy lands first follows the same record, so it counts, and the other is void. That
// decides what was unknown (R10) without giving up what depends on it.
//
// A log is kept until two servers hold, on disk, what it comes to, and found it equal: at checkpoints
// in the log every replica reads the same slice of its rows, as they are at that position, and
// compares its digest with the owner's (replica_checkpoints.cpp). Who needs what was trimmed, or
// differs, copies the rows from another, while they change, and lets the log make them whole
// (replica_copies.cpp).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/ring.hpp"
#include "core/node/context.hpp"
#include "core/place/registration.hpp"
#include "core/wire/log_record.hpp"

namespace hubbub {

class Replicas {
 public:
  explicit Replicas(Context& context) : c_(context) {}

  /// The node has its life, or a newer map: what it should own and follow from now on.
  void follow_map();
  void head_read(PartitionId partition, std::string_view rows);
  void on(const input::Appended& i);
  void on(const input::LogRead& i);
  /// What was last given to the store is in it.
  void applied(PartitionId partition);
  /// Appends the partition's next batch, or a settle record if there is nothing to write but
  /// something to prove (R21). REQUIRES: may_write, and the partition can commit.
  void write(PartitionId partition);
  /// Something that a hand-over waits for may have left.
  void drained(PartitionId partition) { go_on(partition); }

  // --- Before the register -------------------------------------------------------------------------
  /// Partitions are about to be opened, and the register does not say so yet (R12).
  bool unannounced() const { return unannounced_; }
  /// It does of these.
  void announced(const Partitions& opening);

  // --- Between replicas ----------------------------------------------------------------------------
  void on(const peer::CopyWanted& m, NodeId from);
  void on(const peer::Copied& m, NodeId from);
  void on(const peer::Verified& m, NodeId from);
  void slice_read(const reads::Slice& job, const input::ReadDone& i);

  void timers();
  Duration next_deadline() const { return due_; }

  struct Change {
    enum class What : std::uint8_t {
      taken,    ///< this life's takeover counts: the partition is to be opened
      durable,  ///< its batch under way is
      lost,     ///< this node owns it no more
    };
    PartitionId partition;
    What what{};
  };
  bool next_change(Change& change);
  bool waiting() const { return !changes_.empty(); }

  /// REQUIRES: this node follows or owns it.
  const LogHead& head(PartitionId partition) const { return at(partition).head; }
  bool owns(PartitionId partition) const {
    const auto& r = replicas_[partition.value];
    return r != nullptr && r->owns() && !r->applying;
  }
  /// What is said of it in the register; nothing if this node has nothing to do with it.
  std::optional<Holding::State> state(PartitionId partition, Partition::State partition_state) const;
  /// Its last word is under way.
  bool releases(PartitionId partition) const {
    const Replica& r = at(partition);
    return r.writing() && r.kind == RecordKind::released;
  }
  /// It owns the partition, and nothing is under way.
  bool may_write(PartitionId partition) const {
    const auto& r = replicas_[partition.value];
    return r != nullptr && r->owns() && r->rests() && !r->writing();
  }

 private:
  enum class Wanted : std::uint8_t { nothing, follow, own };
  /// Checkpoints over all rows, as this replica sees them (R11).
  struct Pass {
    LogPosition start = 0;    ///< of the record that began it; 0: there is none
    bool equal = false;       ///< all slices so far were read here, and are as the owner's
    bool due = false;         ///< the next slice is to be read, or, at the end, all to be synced
    bool reading = false;
    bool over = false;
    bool synced = false;      ///< and all that it compared survives a loss of power
    bool verified = false;    ///< another has said so of its own
    std::uint64_t digest = 0;
    std::string from;         ///< where the last slice begins
    std::string next;         ///< where it ended; empty: that was all
    std::uint64_t bytes = 0;  ///< of the slices so far
    std::uint64_t kept = 0;   ///< the log's bytes before it
    Duration at{};            ///< owner: the next checkpoint not before; over: verified until then
  };
  /// Fetching all rows from others, because the log does not have them any more. What is here is
  /// given up when somebody has offered something better.
  struct Copy {
    enum class Stage : std::uint8_t { asking, wiping, fetching, over };
    Stage stage = Stage::asking;
    NodeId source = nobody;
    std::uint64_t ticket = 0;   ///< under way; 0: nothing
    Duration ask_at{};          ///< not before; with something under way, that is given up then
    Duration in_vain_until{};   ///< then a person is told that nobody has them
    LogPosition at_least = 0;   ///< who gives them must be so far
    LogHead from;               ///< from here on the log must say what changed meanwhile
    LogPosition most = 0;       ///< nothing beyond this is in what was copied
    std::string next;
  };
  /// A slice on its way to who copies.
  struct Gift {
    std::uint64_t number = 0;
    NodeId to = nobody;
    std::uint64_t ticket = 0;
    LogHead head;  ///< what was in the store when it was read
    std::string from;
  };
  struct Replica {
    Wanted wanted = Wanted::nothing;
    bool known = false;         ///< `head` is that of the store
    LogHead head;               ///< of what is in the store, or on its way there
    LogHead stored;             ///< of what is in the store
    LogPosition whole_at{};     ///< rows.hpp: HeadRow
    LogPosition read_to{};      ///< all up to here was judged
    PartitionEpoch mine{};      ///< the epoch that this life took; 0: none
    bool announced = false;     ///< the register says that it is being opened here
    Duration announce_by{};     ///< or could not be told until then
    Duration patient_until{};   ///< until then the last owner may say that it has ended (R11)
    // Reading.
    std::uint64_t reading = 0;  ///< ticket; 0: none
    bool at_tail = false;       ///< nothing further was there when it was last read
    bool caught_up = false;     ///< it was there once
    Duration read_at{};         ///< not before
    // Applying.
    bool applying = false;
    bool counted = false;       ///< what was under way is among it
    bool sync = false;          ///< it is to survive a loss of power
    LogPosition applied_to{};
    ByteBuffer rows;            ///< on their way to the store
    // Writing.
    ByteBuffer record;          ///< under way; empty: none
    RecordKind kind{};
    std::uint64_t record_hash{};
    std::uint64_t ticket = 0;   ///< of its last append; 0: to be appended (again)
    LogPosition accepted{};     ///< where it was accepted; it may be void there
    Duration first_sent{};
    Duration append_at{};       ///< not before
    Duration patience{};
    // Trimming and copying.
    std::uint64_t kept = 0;        ///< rows.hpp: HeadRow
    std::uint64_t pass_bytes = 0;  ///< that the rows had in the last pass
    Pass pass;
    bool differs = false;          ///< from the owner's rows: to be copied anew
    std::unique_ptr<Copy> copying;
    std::vector<Gift> gifts;
    bool whole() const { return copying == nullptr && !differs && stored.position >= whole_at; }
    /// Its rows do not change at the moment, nor wait to be read as they are.
    bool rests() const { return known && !applying && !pass.due && !pass.reading && copying == nullptr; }
    bool owns() const { return mine != 0 && mine == head.epoch && !head.released; }
    bool writing() const { return !record.empty(); }
  };

  Replica& at(PartitionId p) { return *replicas_[p.value]; }
  const Replica& at(PartitionId p) const { return *replicas_[p.value]; }

  void go_on(PartitionId id);
  void look_up(PartitionId id);
  void want(PartitionId id, Wanted wanted, NodeId before);
  void read(PartitionId id, Replica& r, Duration wait);
  void begin(PartitionId id, Replica& r, RecordKind kind, std::string_view rows = {});
  void append(PartitionId id, Replica& r);
  Standing judge(LogHead& head, const LogEntry& entry, const std::optional<LogRecord>& record) const;
  void end_unknown(PartitionId id);
  bool absorb(PartitionId id, Replica& r, std::span<const LogEntry> entries);
  void count(PartitionId id, Replica& r, const LogRecord& record);
  void apply(PartitionId id, Replica& r);
  void store(PartitionId id, Replica& r);
  void lose(PartitionId id, Replica& r);
  bool must_wait(PartitionId id) const;
  void waits_anew(Replica& r, NodeId before);
  bool is_announced(Replica& r);
  bool assumes(const Replica& r) const;
  void assume(PartitionId id, Replica& r);
  bool suspect(PartitionId id) const;
  bool may_take(const Replica& r) const;
  bool may_release(PartitionId id) const;

  // Checkpoints.
  bool may_begin_pass(PartitionId id, const Replica& r) const;
  void check(PartitionId id, Replica& r);
  void checkpoint_counts(Replica& r, LogPosition position, const LogRecord& record, bool own);
  void pass_goes_on(PartitionId id, Replica& r);
  void compare_read(PartitionId id, Replica& r, const input::ReadDone& i);
  void pass_is_over(PartitionId id, Replica& r);
  void trim(PartitionId id, Replica& r);
  void read_slice(reads::Slice::What what, PartitionId id, std::string_view from, std::uint64_t gift = 0);
  std::string after_slice(PartitionId id, std::string_view from, const input::ReadDone& i);

  // Copies.
  void copy_anew(PartitionId id, Replica& r, LogPosition at_least = 0);
  void wipe_read(PartitionId id, Replica& r, const input::ReadDone& i);
  void copy_goes_on(PartitionId id, Replica& r);
  NodeId next_source(NodeId node) const;
  void wipe(PartitionId id, Replica& r);
  void ask_for_copy(PartitionId id, Replica& r);
  void fetched(const peer::Copied& m, Replica& r);
  void copy_is_over(PartitionId id, Replica& r);
  void give(PartitionId id, Replica& r, std::uint64_t gift, const input::ReadDone& i);

  void wake_at(Duration at) { due_ = std::min(due_, at); }

  Context& c_;
  std::array<std::unique_ptr<Replica>, limits::partitions> replicas_;
  std::uint64_t last_ticket_ = 0;
  Ring<Change> changes_;
  bool unannounced_ = false;
  std::uint64_t last_gift_ = 0;
  Duration due_ = never;
  Arena arena_;
  ByteBuffer payload_;
};

}  // namespace hubbub
