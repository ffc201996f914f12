// A partition's replicated log: the form of its records, and which of them count (R8).
//
// The log fences itself. Every record names the record that it follows, by position and by hash,
// and the epoch in which it was written. One that does not follow the last record that counts, or
// whose epoch is not that of the last takeover that counts, is void: for every reader, for ever,
// wherever it landed and whoever wrote it. So the engine need refuse nothing, and no clock and no
// lease is needed for the safety of writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/hash.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/form.hpp"

namespace hubbub {

enum class RecordKind : std::uint8_t {
  takeover,  ///< begins the next epoch: from here on its author is the owner (R9)
  batch,     ///< row writes
  settle,    ///< nothing, but what was unknown before it is decided (R10)
  released,  ///< the owner has ended: the next one need not wait (R11)
  checkpoint,  ///< every copy of the partition is compared here, a slice at a time (R11)
};
constexpr RecordKind last_of(RecordKind) { return RecordKind::checkpoint; }

/// The form in which a record of this kind is written.
constexpr std::uint8_t form_of(RecordKind kind) { return kind == RecordKind::checkpoint ? 2 : 1; }

/// One of a pass of checkpoints over all rows of a partition. At each of them every copy reads the
/// same slice of its rows, as they are at this position of the log, before it goes on.
struct Checkpoint {
  LogPosition pass{};      ///< of the record that began the pass; 0: it is this one
  std::uint64_t digest{};  ///< of the slice that the checkpoint before this one named
  std::string_view from;   ///< the key at which the slice to be read begins; empty: the pass is over
  static auto fields(auto& s) { return std::tie(s.pass, s.digest, s.from); }
};

struct LogRecord {
  std::uint8_t form = 1;
  RecordKind kind{};
  PartitionId partition;
  PartitionEpoch epoch{};
  LogPosition previous{};          ///< of the record that it follows; 0: it is the first
  std::uint64_t previous_hash{};   ///< of that record's bytes
  NodeId author;
  std::uint64_t map_version{};     ///< on which the author acts; of takeovers
  std::string_view rows;           ///< of a batch (batch.hpp); of a checkpoint, its byte form
  static auto fields(auto& s) {
    return std::tie(s.form, s.kind, s.partition, s.epoch, s.previous, s.previous_hash, s.author,
                    s.map_version, s.rows);
  }
};

/// The row writes of a record.
inline std::string_view writes(const LogRecord& record) {
  return record.kind == RecordKind::batch ? record.rows : std::string_view{};
}

/// What the records of a log that count come to.
struct LogHead {
  LogPosition position{};  ///< of the last that counts; 0: none
  std::uint64_t hash{};    ///< of its bytes
  PartitionEpoch epoch{};
  NodeId owner = nobody;   ///< of that epoch
  std::uint64_t map_version{};
  bool released{};         ///< by that owner
  bool operator==(const LogHead&) const = default;
  static auto fields(auto& s) {
    return std::tie(s.position, s.hash, s.epoch, s.owner, s.map_version, s.released);
  }
};

enum class Standing : std::uint8_t {
  counts,
  not_counted,  ///< void
  unreadable,   ///< of a newer form: only who can read it may say (R12)
};

/// Reads a record as it lies in the log. Nothing: it is not one, and so counts for nobody.
inline std::optional<LogRecord> decode_record(std::string_view bytes, Arena& arena) {
  return wire::decode<LogRecord>(bytes, arena);
}

/// R8: does the record at `position` follow `head`? If so, `head` becomes what it makes of it.
/// `reads`: the newest form that the reader knows.
inline Standing follow(LogHead& head, LogPosition position, std::string_view bytes,
                       const std::optional<LogRecord>& record, Form reads = newest_form) {
  const auto form = bytes.empty() ? 0 : static_cast<std::uint8_t>(bytes.front());
  if (form > reads) return Standing::unreadable;
  if (!record || record->form != form_of(record->kind) || position <= head.position || record->previous != head.position ||
      record->previous_hash != head.hash)
    return Standing::not_counted;
  const bool takeover = record->kind == RecordKind::takeover;
  if (record->epoch != head.epoch + (takeover ? 1 : 0)) return Standing::not_counted;
  // Before the first takeover there is no owner; after its last word an owner says nothing.
  if (!takeover && (head.epoch == 0 || head.released || record->author != head.owner)) return Standing::not_counted;
  head.position = position;
  head.hash = hash_bytes(bytes);
  head.released = record->kind == RecordKind::released;
  if (takeover) {
    head.epoch = record->epoch;
    head.owner = record->author;
    head.map_version = record->map_version;
  }
  return Standing::counts;
}

}  // namespace hubbub
