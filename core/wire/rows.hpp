// What is stored: the key and the value of every kind of row. This file is the format.
//
// A node's own rows: 00 node(2), and, replicated, 00 node(2) 'p': MapRow
// A partition's rows share the prefix  01 partition(2):
//   'h'                                   HeadRow: how far its log is in these rows
//   'm'                                   PartitionRow
//   'o' conversation(16)                  OwingRow: deliveries of it may be unconfirmed (R13)
//   'b' user(8) user(8)                   BlockOwedRow: their conversation is still to be told (R4)
//   'n' user(8)                           PushOwedRow: a push may be owed to them (R20)
//   'c' conversation(16) 0                ConversationRow
//   'c' conversation(16) 0 1              BlocksRow, of a direct one
//   'c' conversation(16) 0 2              GroupRow, of a group
//   'c' conversation(16) 0 3              ModesRow, of one that was ever a channel
//   'c' conversation(16) 0 4 seq(8)       MentionedRow, of a channel's: they may be owed it
//   'c' conversation(16) 1 chunk(2)       MembersRow
//   'c' conversation(16) 1 chunk(2) 1     MarksRow, of the same members
//   'c' conversation(16) 2 user(8) device(2) 0          SenderRow
//   'c' conversation(16) 2 user(8) device(2) 1 slot(1)  RememberedRow of a message
//   'c' conversation(16) 2 user(8) device(2) 2 slot(1)  RememberedRow of a changing call
//   'c' conversation(16) 2 user(8) device(2) 3 slot(2)  RememberedRow of a message under a client_id
//   'c' conversation(16) 9 seq(8)         MessageRow
//   's' shard(2) conversation(16)         StreamRow: what that user shard has of a conversation
//   'u' user(8) 0                         UserRow
//   'u' user(8) 0 1                       PushRow, of who is pushed to
//   'u' user(8) 1 device(2)               DeviceRow
//   'u' user(8) 1 device(2) slot(1)       RememberedRow of a changing call
//   'u' user(8) 1 device(2) 255           DeviceNameRow: written once
//   'u' user(8) 2 conversation(16)        ChatRow
//   'u' user(8) 4 user(8)                 ContactRow
//   'u' user(8) 7 conversation(16)        ChannelRow
//   'u' user(8) 8 slot(2)                 MentionRow
//   'u' user(8) 9 number(8)               InboxRow
// Numbers in keys are big-endian, so that keys sort as numbers do. Every value begins with the
// version of its form (R12).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/ids.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/log_record.hpp"
#include "core/wire/message.hpp"
#include "core/wire/people.hpp"

namespace hubbub::rows {

inline constexpr std::uint8_t version = 1;

/// A key, or a bound of a range of keys.
class Key {
 public:
  Key() = default;
  template <class... Part>
    requires(sizeof...(Part) > 1)
  explicit Key(const Part&... parts) {
    (add(parts), ...);
  }

  std::string_view view() const { return {bytes_.data(), size_}; }
  operator std::string_view() const { return view(); }

  /// Appends a number, big-endian.
  template <wire::Number N>
  Key& add(N number) {
    if constexpr (sizeof number == 8) number = static_cast<N>(__builtin_bswap64(number));
    if constexpr (sizeof number == 2) number = static_cast<N>(__builtin_bswap16(number));
    static_assert(sizeof number == 8 || sizeof number == 2 || sizeof number == 1);
    std::memcpy(bytes_.data() + size_, &number, sizeof number);
    size_ = static_cast<std::uint8_t>(size_ + sizeof number);
    return *this;
  }
  Key& add(const ConversationId& c) { return add(c.high).add(c.low); }
  /// The least key above this one.
  Key next() const { return Key(*this).add(std::uint8_t{0}); }

 private:
  std::array<char, 48> bytes_;
  std::uint8_t size_ = 0;
};

Key node(NodeId node);
Key map(NodeId node);
Key head(PartitionId partition);
Key partition(PartitionId partition);
Key owing(PartitionId partition, const ConversationId& conversation);
Key conversation(const ConversationId& conversation);
Key members(const ConversationId& conversation, std::uint16_t chunk);
Key marks(const ConversationId& conversation, std::uint16_t chunk);
Key sender(const ConversationId& conversation, DeviceId device);
Key remembered_message(const ConversationId& conversation, DeviceId device, std::uint8_t slot);
Key remembered_call(const ConversationId& conversation, DeviceId device, std::uint8_t slot);
Key message(const ConversationId& conversation, Sequence seq);
Key remembered_opaque(const ConversationId& conversation, DeviceId device, std::uint16_t slot);
Key mentioned(const ConversationId& conversation, Sequence seq);
Key stream(ShardId shard, const ConversationId& conversation);
Key user(UserId user);
Key device(DeviceId device);
Key chat(UserId user, const ConversationId& conversation);
Key inbox(UserId user, Sequence number);
/// Newer ones take the place of the oldest.
Key mention(UserId user, std::uint16_t slot);
Key blocks(const ConversationId& conversation);
Key group(const ConversationId& conversation);
Key remembered_call(DeviceId device, std::uint8_t slot);
Key modes(const ConversationId& conversation);
Key channel(UserId user, const ConversationId& conversation);
Key contact(UserId user, UserId other);
Key block_owed(UserId user, UserId other);
Key push(UserId user);
Key push_owed(UserId user);
Key device_name(DeviceId device);

/// Two keys that enclose rows read together: from <= key < to.
struct Bounds {
  Key from;
  Key to;
};
/// Of one row.
inline Bounds only(const Key& key) { return {key, key.next()}; }
Bounds node_rows(NodeId node);
Bounds owing_of(PartitionId partition);
Bounds conversation_record(const ConversationId& conversation);   ///< itself and its members
Bounds sender_record(const ConversationId& conversation, DeviceId device);
Bounds opaque_record(const ConversationId& conversation, DeviceId device);
Bounds user_record(UserId user);                                  ///< itself and its devices
Bounds chats_of(UserId user);
Bounds channels_of(UserId user);
Bounds contacts_of(UserId user);
Bounds blocks_owed_of(PartitionId partition);
Bounds pushes_owed_of(PartitionId partition);

/// The partition whose row this is. REQUIRES: not a node's own row.
PartitionId partition_of_key(std::string_view key);

// What every copy of a partition must hold alike: its rows but for the HeadRow, which tells how far
// a copy is. A walk over them begins at `copied_begin`, reads from a key to `copied_end` of it, and
// goes on at `copied_next`.
Key copied_begin(PartitionId partition);
Key copied_end(PartitionId partition, std::string_view from);
/// `last`: the last key that was read, if the range holds `more`. Empty: that was all.
std::string copied_next(PartitionId partition, std::string_view from, std::string_view last, bool more);

struct NodeRow {
  std::uint8_t version = rows::version;
  NodeGeneration life{};  ///< the start counter
  static auto fields(auto& s) { return std::tie(s.version, s.life); }
};

/// The newest map that the node knew, as it lies in the register (R27).
struct MapRow {
  std::uint8_t version = rows::version;
  std::string_view map;
  static auto fields(auto& s) { return std::tie(s.version, s.map); }
};

struct HeadRow {
  std::uint8_t version = rows::version;
  LogHead head;
  /// Some rows may be ahead of the head, as they were copied while they changed: from this position
  /// on they are again what the log makes of them.
  LogPosition whole_at{};
  /// Of rows that are being copied, and not all there.
  static constexpr LogPosition never = UINT64_MAX;
  /// Bytes of the records in the log that count, as far as this replica knows: what could be trimmed.
  std::uint64_t kept{};
  static auto fields(auto& s) { return std::tie(s.version, s.head, s.whole_at, s.kept); }
};

struct PartitionRow {
  std::uint8_t version = rows::version;
  Incarnation incarnation{};
  std::uint64_t ids_reserved_ms{};  ///< message ids with time bits below this may be in use
  static auto fields(auto& s) { return std::tie(s.version, s.incarnation, s.ids_reserved_ms); }
};

struct OwingRow {
  std::uint8_t version = rows::version;
  Sequence from{};  ///< everything below is confirmed by everyone
  static auto fields(auto& s) { return std::tie(s.version, s.from); }
};

/// Who wrote lately, and what last.
struct Writer {
  UserId user;
  Sequence seq{};
  bool operator==(const Writer&) const = default;
  static auto fields(auto& s) { return std::tie(s.user, s.seq); }
};

struct ConversationRow {
  std::uint8_t version = rows::version;
  Sequence head{};
  Sequence owing_from{};  ///< as in the OwingRow; 0: nothing is owed
  std::string_view name;
  std::span<const Writer> writers;  ///< who are told counts (R19); the one who wrote last comes last
  static auto fields(auto& s) {
    return std::tie(s.version, s.head, s.owing_from, s.name, s.writers);
  }
};

/// `user` is a member for sequences in (from, to]; `to` is open_end while they are. `role`: the
/// last that they had. `earlier`: what came before may be read, though it was never delivered.
inline constexpr Sequence open_end = UINT64_MAX;
struct Interval {
  UserId user;
  Sequence from{};
  Sequence to = open_end;
  Role role{};
  bool earlier{};
  auto operator<=>(const Interval&) const = default;
  static auto fields(auto& s) { return std::tie(s.user, s.from, s.to, s.role, s.earlier); }
};

struct MembersRow {
  std::uint8_t version = rows::version;
  std::span<const Interval> intervals;
  static auto fields(auto& s) { return std::tie(s.version, s.intervals); }
};

/// What a direct conversation knows of one of its two: the newest change of theirs, and what it said.
struct Block {
  std::uint64_t number{};
  bool blocked{};
  bool operator==(const Block&) const = default;
  static auto fields(auto& s) { return std::tie(s.number, s.blocked); }
};
struct BlocksRow {
  std::uint8_t version = rows::version;
  Block by_first;
  Block by_second;
  static auto fields(auto& s) { return std::tie(s.version, s.by_first, s.by_second); }
};

struct GroupRow {
  std::uint8_t version = rows::version;
  GroupSettings settings;
  static auto fields(auto& s) { return std::tie(s.version, s.settings); }
};

/// Where a group became a channel (the last entry that was pushed), where it became a group again (the
/// first that was), and so on in turn.
struct ModesRow {
  std::uint8_t version = rows::version;
  std::span<const Sequence> changes;
  static auto fields(auto& s) { return std::tie(s.version, s.changes); }
};

/// How far a member has the conversation, and has read it (R19).
struct Mark {
  Sequence delivered{};
  Sequence read{};
  bool operator==(const Mark&) const = default;
  static auto fields(auto& s) { return std::tie(s.delivered, s.read); }
};

/// By the place of a member's first interval; of later ones nothing is kept.
struct MarksRow {
  std::uint8_t version = rows::version;
  std::span<const Mark> marks;
  static auto fields(auto& s) { return std::tie(s.version, s.marks); }
};

struct SenderRow {
  std::uint8_t version = rows::version;
  Generation generation{};  ///< the highest seen; lower ones are ignored (R3)
  static auto fields(auto& s) { return std::tie(s.version, s.generation); }
};

/// What was accepted under a number, to be answered again (R1, R4).
struct Remembered {
  std::uint64_t number{};
  std::uint64_t key{};
  std::uint64_t digest{};
  Sequence seq{};
  MessageId id;
  std::int64_t sent_at_ms{};
  bool operator==(const Remembered&) const = default;
  static auto fields(auto& s) {
    return std::tie(s.number, s.key, s.digest, s.seq, s.id, s.sent_at_ms);
  }
};

struct RememberedRow {
  std::uint8_t version = rows::version;
  Remembered what;
  static auto fields(auto& s) { return std::tie(s.version, s.what); }
};

/// Whom a message of a channel mentions. Of messages that all of these have, it may be gone.
struct MentionedRow {
  std::uint8_t version = rows::version;
  std::span<const UserId> users;
  static auto fields(auto& s) { return std::tie(s.version, s.users); }
};

struct MessageRow {
  std::uint8_t version = rows::version;
  hubbub::Message message;
  static auto fields(auto& s) { return std::tie(s.version, s.message); }
};

struct StreamRow {
  std::uint8_t version = rows::version;
  Incarnation incarnation{};
  Sequence have{};
  static auto fields(auto& s) { return std::tie(s.version, s.incarnation, s.have); }
};

struct UserRow {
  std::uint8_t version = rows::version;
  Sequence head{};
  std::int64_t last_seen_ms{};  ///< when the last session ended; 0: not known
  VisibleTo visible_to{};
  std::uint16_t contacts{};     ///< how many there are
  std::uint16_t blocked{};
  std::uint32_t last_block{};   ///< the number of the last block, or end of one
  /// What was acknowledged up to this inbox number is known to its conversations (R19).
  Sequence receipted{};
  std::uint32_t mentions{};  ///< how many there were, over all time
  static auto fields(auto& s) {
    return std::tie(s.version, s.head, s.last_seen_ms, s.visible_to, s.contacts, s.blocked,
                    s.last_block, s.receipted, s.mentions);
  }
};

struct DeviceRow {
  std::uint8_t version = rows::version;
  Generation generation{};
  Sequence acknowledged{};
  std::int64_t seen_ms{};    ///< it came, or acknowledged something
  std::uint32_t issued_s{};  ///< when the newest token was given with which it came
  std::uint32_t revoked_s{};  ///< nothing that was given up to then lets it in; 0: it is its user's
  static auto fields(auto& s) {
    return std::tie(s.version, s.generation, s.acknowledged, s.seen_ms, s.issued_s, s.revoked_s);
  }
};

struct DeviceNameRow {
  std::uint8_t version = rows::version;
  std::string_view name;
  static auto fields(auto& s) { return std::tie(s.version, s.name); }
};

/// A conversation of a user's list.
struct ChatRow {
  std::uint8_t version = rows::version;
  bool joined{};
  static auto fields(auto& s) { return std::tie(s.version, s.joined); }
};

/// A conversation of a user's that is a channel now.
struct ChannelRow {
  std::uint8_t version = rows::version;
  static auto fields(auto& s) { return std::tie(s.version); }
};

/// Of somebody who is pushed to, an entry that no push tells of is quiet: what they said themself, or
/// somebody whom they had blocked. The highest bit of its stored number says so.
class InboxRow {
 public:
  InboxRow() = default;
  InboxRow(const ConversationId& of, Sequence seq, bool is_quiet)
      : conversation(of), seq_(is_quiet ? seq | quiet_bit : seq) {}

  std::uint8_t version = rows::version;
  ConversationId conversation;
  Sequence seq() const { return seq_ & ~quiet_bit; }
  bool quiet() const { return (seq_ & quiet_bit) != 0; }
  static auto fields(auto& s) { return std::tie(s.version, s.conversation, s.seq_); }

 private:
  static constexpr Sequence quiet_bit = Sequence{1} << 63;
  Sequence seq_ = 0;
};

/// A message that mentions the user, by their own count of these.
struct MentionRow {
  std::uint8_t version = rows::version;
  std::uint64_t number{};
  ConversationId conversation;
  Sequence seq{};
  MessageId message;
  UserId from;
  static auto fields(auto& s) {
    return std::tie(s.version, s.number, s.conversation, s.seq, s.message, s.from);
  }
};

/// Somebody whom a user has as a contact, has blocked, or both. `number`: of the last block or end of
/// one. `owed`: the conversation of the two has not stored it yet.
struct ContactRow {
  std::uint8_t version = rows::version;
  bool contact{};
  bool blocked{};
  bool owed{};
  std::uint64_t number{};
  std::string_view name;
  static auto fields(auto& s) {
    return std::tie(s.version, s.contact, s.blocked, s.owed, s.number, s.name);
  }
};

struct BlockOwedRow {
  std::uint8_t version = rows::version;
  static auto fields(auto& s) { return std::tie(s.version); }
};

/// A device that is pushed to: its provider has taken pushes up to this inbox number.
struct PushedTo {
  DeviceNumber device;
  Sequence pushed{};
  bool operator==(const PushedTo&) const = default;
  static auto fields(auto& s) { return std::tie(s.device, s.pushed); }
};
struct PushRow {
  std::uint8_t version = rows::version;
  std::span<const PushedTo> to;
  static auto fields(auto& s) { return std::tie(s.version, s.to); }
};

struct PushOwedRow {
  std::uint8_t version = rows::version;
  static auto fields(auto& s) { return std::tie(s.version); }
};

/// Reads a value of this version; anything else is nothing.
template <class Row>
std::optional<Row> decode(std::string_view value, Arena& arena) {
  if (value.empty() || static_cast<std::uint8_t>(value.front()) != version) return {};
  return wire::decode<Row>(value, arena);
}

/// A row of any kind with what its key says, for those who look at a whole store: checkers, tools.
struct Parsed {
  ConversationId conversation;
  DeviceId device;         ///< `user` alone where the key names no device
  ShardId shard;
  Sequence number{};       ///< of a message, mentions or an inbox row; the chunk of members or their marks
  bool call{};             ///< a RememberedRow of a changing call; of a user's own: no conversation
  bool opaque{};           ///< a RememberedRow of a message under a client_id
  UserId other;            ///< whom a ContactRow or a BlockOwedRow is about
  std::variant<NodeRow, MapRow, HeadRow, PartitionRow, OwingRow, ConversationRow, MembersRow, SenderRow,
               RememberedRow, MessageRow, StreamRow, UserRow, DeviceRow, ChatRow, InboxRow, BlocksRow,
               GroupRow, ContactRow, BlockOwedRow, MarksRow, PushRow, PushOwedRow, ModesRow,
               ChannelRow, MentionRow, MentionedRow, DeviceNameRow>
      row;
};
std::optional<Parsed> parse(std::string_view key, std::string_view value, Arena& arena);

}  // namespace hubbub::rows
