// A conversation in memory: its members, its sequence, what is owed to whom.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/chat/marks.hpp"
#include "core/chat/members.hpp"
#include "core/chat/numbers.hpp"
#include "core/chat/opaque_names.hpp"
#include "core/chat/recent.hpp"
#include "core/wire/rows.hpp"

namespace hubbub {

/// What one user shard has of a conversation, as the conversation knows it (R13).
struct DeliveryStream {
  ShardId shard;
  Sequence confirmed = 0;   ///< durable in the shard's inboxes
  bool in_flight = false;   ///< one batch at a time
  bool waiting = false;     ///< for rows, or for a refusal's delay
  bool settled = true;      ///< nothing due lies beyond `confirmed`
};

struct Conversation {
  static rows::Bounds bounds(const ConversationId& id) { return rows::conversation_record(id); }

  bool exists = false;       ///< a direct one exists by its id
  Sequence head = 0;
  Sequence owing_from = 0;   ///< as stored; 0: no mark
  std::string name;
  GroupSettings settings;
  rows::Block by_first;   ///< direct: whether the one has blocked the other
  rows::Block by_second;
  Members members;
  Modes modes;
  Marks marks;
  std::vector<DeliveryStream> streams;  ///< ascending by shard
  std::uint32_t unsettled = 0;          ///< streams that are not
  bool queued = false;                  ///< for fan-out, or for what is left of it
  bool unmarking = false;               ///< the `owing` mark is to be taken off soon
  std::uint32_t next_stream = 0;        ///< where fan-out goes on, round and round
  std::uint32_t to_visit = 0;           ///< streams that may not know of the newest entry
  RecentMessages::Newest newest;

  DeliveryStream* stream(ShardId shard) {
    const auto at = std::lower_bound(
        streams.begin(), streams.end(), shard,
        [](const DeliveryStream& s, ShardId wanted) { return s.shard < wanted; });
    return at == streams.end() || at->shard != shard ? nullptr : &*at;
  }
  void set_settled(DeliveryStream& s, bool settled) {
    if (s.settled == settled) return;
    s.settled = settled;
    settled ? --unsettled : ++unsettled;
  }

  /// Of a direct conversation in which either has blocked the other.
  bool is_blocked() const { return by_first.blocked || by_second.blocked; }

  /// Takes back one stored row. False: it cannot be read.
  bool restore(std::string_view key, std::string_view value, Arena& arena);
  /// After the last row: everything below the mark is confirmed, everything from it on is to be
  /// delivered again (a crash resends more, never less).
  void restored(const ConversationId& id);
  /// A stream for every shard that has members; new ones have `confirmed`.
  void add_streams(Sequence confirmed);
};

/// A device's numbers in a conversation.
struct SenderKey {
  ConversationId conversation;
  DeviceId device;
  bool operator==(const SenderKey&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const SenderKey& k) {
    return H::combine(std::move(h), k.conversation, k.device);
  }
};
/// The shard whose partition stores a record.
inline ShardId home_shard(const ConversationId& c) { return shard_of(c); }
inline ShardId home_shard(const SenderKey& k) { return shard_of(k.conversation); }

/// The messages that a device named there instead of numbering them. Apart from its numbers: hardly any
/// device does that, and these are many rows.
struct OpaqueKey : SenderKey {};
struct OpaqueRecord : OpaqueNames {
  static rows::Bounds bounds(const OpaqueKey& k) {
    return rows::opaque_record(k.conversation, k.device);
  }
  /// Takes back one stored row. False: it cannot be read.
  bool restore(std::string_view key, std::string_view value, Arena& arena);
  void restored(const OpaqueKey&) {}
};

struct SenderRecord : Sender {
  static rows::Bounds bounds(const SenderKey& k) {
    return rows::sender_record(k.conversation, k.device);
  }
  /// Takes back one stored row. False: it cannot be read.
  bool restore(std::string_view key, std::string_view value, Arena& arena);
  void restored(const SenderKey&) {}
};

}  // namespace hubbub
