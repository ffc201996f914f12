// Inboxes and the streams that carry them to devices: stream-order, inbox-agrees, and of inboxes
// one-binding and no-gaps.
//
// Every frame's cursor says which inbox numbers it covers: (before, after] at the head, and from
// the top down during a sync (core/wire/cursor.hpp). So a hole or a repeat shows at once, without
// knowing the inbox. That what was covered *is* the inbox is shown at the end: a device keeps the
// sum of a hash of every (conversation, sequence) it was shown or declared since its stream began,
// which must be the sum over the stored rows of the same numbers.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>

#include "core/base/stable_vector.hpp"
#include "core/wire/cursor.hpp"
#include "sim/check/ledger.hpp"
#include "sim/check/sequence_words.hpp"

namespace hubbub::sim {

class StreamChecks {
 public:
  explicit StreamChecks(Ledger& ledger) : ledger_(ledger) {}

  void attached(Duration now, std::uint32_t device, const Cursor& from);
  void shown(Duration now, std::uint32_t device, std::uint32_t user, const Cursor& cursor,
             std::uint32_t conversation, Sequence seq);
  /// `conversations`: those of the ranges, in the same order.
  void declared(Duration now, std::uint32_t device, std::uint32_t user, const Cursor& cursor,
                std::span<const Range> ranges, std::span<const std::uint32_t> conversations);
  void reset(Duration now, std::uint32_t device, std::uint32_t user, const Cursor& cursor);
  void synced(Duration now, std::uint32_t device, const Cursor& cursor);

  /// See Checker::stored_inbox.
  void stored(Duration now, std::uint32_t user, Sequence number, std::uint32_t conversation,
              Sequence seq);
  /// `stores_seen`: the streams are held against the stored inboxes.
  void finish(Duration now, bool stores_seen);

  /// The last number stored, or (without stores) the last that any device was told of.
  Sequence head(std::uint32_t user, bool stores_seen) const;
  std::size_t memory() const;

 private:
  struct Inbox {
    Incarnation incarnation = 0;
    SequenceWords words;
    Sequence stored_head = 0;
    Sequence told_head = 0;
  };
  /// What one device was sent since its stream began at `base`.
  struct Stream {
    Cursor cursor;
    Sequence base = 0;
    std::uint64_t sum = 0;
    std::uint32_t user = no_entity;
    std::uint32_t life = 0;  ///< raised when the device starts anew
    bool known = false;
    bool whole = false;  ///< `sum` covers all from `base` on
  };
  /// The last sequence of a conversation that a device was sent, in which life of its stream.
  struct Last {
    Sequence seq = 0;
    std::uint32_t life = 0;
  };
  /// Inbox numbers (from, to].
  struct Covered {
    Sequence from = 0;
    Sequence to = 0;
    std::uint64_t count() const { return to - from; }
  };

  Stream& stream(std::uint32_t device);
  Inbox& inbox(std::uint32_t user);
  void begin(Stream& stream, const Cursor& at);
  std::optional<Covered> advance(Duration now, std::uint32_t device, Stream& stream,
                                 const Cursor& to);
  void bind(Duration now, std::uint32_t device, std::uint32_t user, Incarnation incarnation,
            Sequence number, std::uint32_t conversation, Sequence seq);
  void judge_stored(Duration now, const Stream& stream, std::uint32_t device);
  std::string hole(std::uint32_t device, const Cursor& from, const Cursor& to) const;

  Ledger& ledger_;
  StableVector<Stream> streams_;  // by device
  StableVector<Inbox> inboxes_;   // by user
  std::vector<std::pair<std::uint32_t, Stream>> closed_;
  absl::flat_hash_map<std::uint64_t, Last> last_;  // by (device, conversation)
};

}  // namespace hubbub::sim
