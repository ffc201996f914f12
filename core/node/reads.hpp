// What a node was doing when it asked for rows, kept by ticket until they are in.
#pragma once

#include <cstdint>
#include <variant>

#include "core/base/ids.hpp"
#include "core/wire/frames.hpp"

namespace hubbub::reads {

/// The kinds of record that are loaded into memory.
enum class Kind : std::uint8_t { conversation, sender, user, stream, contact, opaque };

struct Record {
  Kind kind{};
  std::uint32_t slot{};
  std::uint32_t use{};
};

/// What the node knows of itself, and the map.
struct OwnRows {};
struct PartitionMeta {
  PartitionId partition;
};
/// How far a replica's log is in its rows.
struct Head {
  PartitionId partition;
};
/// A slice of a replica's rows: to be compared with other copies at a checkpoint, to be given to who
/// wants a copy, or to be erased before one is made.
struct Slice {
  enum class What : std::uint8_t { compare, give, wipe };
  What what{};
  PartitionId partition;
  std::uint64_t gift{};  ///< which of those under way
};
/// The marks of what a partition owes (R13).
struct Owing {
  PartitionId partition;
};

/// A page of messages: for a reader's history, or for a session that catches up.
struct Page {
  ConversationId conversation;
  Sequence from{};
  Sequence to{};
  bool descending{};    ///< read from `to` down: a page cut short keeps the newest
  bool more{};          ///< there is more to read beyond [from, to]
  Sequence head{};
  SessionRef session;   ///< history
  RequestId request{};
  NodeId asker;         ///< fetch
  std::uint64_t ticket{};
  UserId reader;
  bool fetch{};
};

/// Messages that a delivery needs and memory lacks.
struct Delivery {
  std::uint32_t slot{};
  std::uint32_t use{};
  ShardId shard;
};

/// A session's next inbox rows.
struct Inbox {
  std::uint32_t slot{};
  std::uint32_t use{};
  DeviceNumber device;
  std::uint32_t serial{};
  bool ranges{};
  std::uint64_t durable{};  ///< batches of the partition when it was asked
};

/// What receipts are due for: inbox entries that a device has.
struct Receipted {
  std::uint32_t slot{};
  std::uint32_t use{};
  Sequence to{};  ///< the round's last
};

/// A user's conversations, or those that are channels.
struct Chats {
  enum class Which : std::uint8_t { all, channels };
  SessionRef session;
  RequestId request{};
  UserId user;
  std::uint32_t limit{};
  Which which{};
};
/// The channels in which it is pushed that a user came, or went.
struct PresenceChannels {
  PresenceOf of;
};

struct ContactsPage {
  SessionRef session;
  RequestId request{};
  UserId user;
  VisibleTo visible_to{};
  std::uint32_t limit{};
};
struct DevicesPage {
  SessionRef session;
  RequestId request{};
  UserId user;
  DeviceNumber after;
};
/// The marks of blocks that conversations are still to be told of (R4).
struct BlocksOwed {
  PartitionId partition;
};

/// What is new to a user who is away (R20); and the marks of those to whom a push may be owed.
struct PushInbox {
  UserId user;
  std::uint64_t round{};
};
struct PushesOwed {
  PartitionId partition;
};

/// Which of a user's conversations are of a message's shard, and whether one of these has it (finds.hpp).
struct FindChats {
  UserId user;
  std::uint64_t number{};  ///< which of those under way
};
struct FindStep {
  PartitionId partition;
  std::uint64_t number{};
};

/// Mentions of a user, by their numbers: [from, to], of those from `least` on.
struct Mentions {
  SessionRef session;
  RequestId request{};
  UserId user;
  std::uint64_t least{};
  std::uint64_t from{};
  std::uint64_t to{};
  std::uint32_t limit{};
};

using Job = std::variant<Record, OwnRows, Head, Slice, PartitionMeta, Owing, Page, Delivery, Inbox, Chats,
                         ContactsPage, DevicesPage, BlocksOwed, Receipted, PushInbox,
                         PushesOwed, PresenceChannels, FindChats, FindStep, Mentions>;

}  // namespace hubbub::reads
