// The replicated partitions of this node: what of their logs is in its store, who may write, and
// what came of what was written (R8 to R11).
//
// A replica reads its log, applies to the store what counts, and says how far it is in the same
// batch, so that a store that lost its tail reads on from there. An owner is a replica that appended
// a takeover which counts; its batches are records, one under way at a time, and are durable once
// they count and are applied. An append whose end is unknown is appended again, byte for byte:
// whichever copy lands first follows the same record, so it counts, and the other is void. That
// decides what was unknown (R10) without giving up what depends on it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

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
    return r != nullptr && r->owns() && r->known && !r->writing() && !r->applying;
  }

 private:
  enum class Wanted : std::uint8_t { nothing, follow, own };
  struct Replica {
    Wanted wanted = Wanted::nothing;
    bool known = false;         ///< `head` is that of the store
    LogHead head;               ///< of what is in the store, or on its way there
    LogPosition read_to{};      ///< all up to here was judged
    PartitionEpoch mine{};      ///< the epoch that this life took; 0: none
    Duration patient_until{};   ///< until then the last owner may say that it has ended (R11)
    // Reading.
    std::uint64_t reading = 0;  ///< ticket; 0: none
    bool at_tail = false;       ///< nothing further was there when it was last read
    Duration read_at{};         ///< not before
    // Applying.
    bool applying = false;
    bool counted = false;       ///< what was under way is among it
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
    bool owns() const { return mine != 0 && mine == head.epoch && !head.released; }
    bool writing() const { return !record.empty(); }
  };

  Replica& at(PartitionId p) { return *replicas_[p.value]; }
  const Replica& at(PartitionId p) const { return *replicas_[p.value]; }

  void go_on(PartitionId id);
  void want(PartitionId id, Wanted wanted, NodeId before);
  void read(PartitionId id, Replica& r, Duration wait);
  void begin(PartitionId id, Replica& r, RecordKind kind, std::string_view rows);
  void append(PartitionId id, Replica& r);
  Standing judge(LogHead& head, const LogEntry& entry, const std::optional<LogRecord>& record) const;
  void end_unknown(PartitionId id);
  void absorb(PartitionId id, Replica& r, std::span<const LogEntry> entries);
  void count(PartitionId id, Replica& r, const LogRecord& record);
  void apply(PartitionId id, Replica& r);
  void lose(PartitionId id, Replica& r);
  bool must_wait(PartitionId id);
  bool suspect(PartitionId id) const;
  bool may_take(const Replica& r) const;
  bool may_release(PartitionId id) const;
  void wake_at(Duration at) { due_ = std::min(due_, at); }

  Context& c_;
  std::array<std::unique_ptr<Replica>, limits::partitions> replicas_;
  std::uint64_t last_ticket_ = 0;
  Ring<Change> changes_;
  Duration due_ = never;
  Arena arena_;
};

}  // namespace hubbub
