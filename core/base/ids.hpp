// The names of things. Each is a type of its own, so that a user cannot be passed where a device
// is meant; each has one text form, used on the wire, in reports and in errors.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "core/base/limits.hpp"

namespace hubbub {

/// A number that means one kind of thing only.
template <class Tag, class Rep>
struct Id {
  using rep = Rep;
  Rep value{};
  auto operator<=>(const Id&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const Id& id) {
    return H::combine(std::move(h), id.value);
  }
};

/// An account: 1 .. 2^48 - 1. Text: "u_71".
using UserId = Id<struct UserTag, std::uint64_t>;
/// A user's device, numbered by the user's shard from 1 as devices first attach.
using DeviceNumber = Id<struct DeviceTag, std::uint16_t>;
using NodeId = Id<struct NodeTag, std::uint16_t>;
inline constexpr NodeId nobody{UINT16_MAX};
using ShardId = Id<struct ShardTag, std::uint16_t>;
using PartitionId = Id<struct PartitionTag, std::uint16_t>;
/// Time-sortable, unique, 64 bits; nothing is ordered by it (see chat/message_ids.hpp).
using MessageId = Id<struct MessageTag, std::uint64_t>;

/// Position in a conversation or an inbox: 1, 2, 3 … without gaps. 0: before the first.
using Sequence = std::uint64_t;
/// A device's session generation; raised at each attach of a new session. 0: none yet.
using Generation = std::uint32_t;
/// Which life of a node: its start counter (R5). 0: none yet.
using NodeGeneration = std::uint32_t;
/// How often a partition's log was taken over; each owner's writes carry theirs (R9). 0: never.
using PartitionEpoch = std::uint64_t;
/// Where a record lies in a partition's log. Positions grow, and may skip. 0: before the first.
using LogPosition = std::uint64_t;
/// Which history a partition's numbers belong to; a store that lost its tail gets a new one.
using Incarnation = std::uint64_t;

inline constexpr std::uint64_t user_id_max = (std::uint64_t{1} << 48) - 1;

struct DeviceId {
  UserId user;
  DeviceNumber device;
  auto operator<=>(const DeviceId&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const DeviceId& d) {
    return H::combine(std::move(h), d.user, d.device);
  }
  static auto fields(auto& s) { return std::tie(s.user, s.device); }
};

/// A conversation's id says who it is (R4): a direct one *is* its ordered pair of users, a group's
/// is made of its creator, the device it was created on, and that device's call number.
/// Text: "c_71_84" and "c_71_2_17".
struct ConversationId {
  std::uint64_t high{};
  std::uint64_t low{};
  auto operator<=>(const ConversationId&) const = default;

  /// REQUIRES: a != b. The order of the arguments does not matter.
  static ConversationId direct(UserId a, UserId b);
  /// REQUIRES: 0 < number < 2^48.
  static ConversationId group(UserId creator, DeviceNumber device, std::uint64_t number);

  bool is_group() const { return (high >> 63) != 0; }
  /// Direct: the lower user. Group: the creator.
  UserId first() const { return UserId{high & ~(std::uint64_t{1} << 63)}; }
  /// Direct only: the higher user.
  UserId second() const { return UserId{low}; }

  template <class H>
  friend H AbslHashValue(H h, const ConversationId& c) {
    return H::combine(std::move(h), c.high, c.low);
  }
  static auto fields(auto& s) { return std::tie(s.high, s.low); }
};

inline constexpr std::uint64_t group_number_max = (std::uint64_t{1} << 48) - 1;

/// A connection as its edge knows it: a slot, and which use of that slot. Edges keep slots dense,
/// because the gateway finds its sessions by them.
struct ConnectionId {
  std::uint32_t slot{};
  std::uint32_t use{};
  auto operator<=>(const ConnectionId&) const = default;
  static auto fields(auto& s) { return std::tie(s.slot, s.use); }
};

/// A connection as other nodes know it. It dies with the node's life.
struct SessionRef {
  NodeId node;
  NodeGeneration life{};
  ConnectionId connection;
  auto operator<=>(const SessionRef&) const = default;
  static auto fields(auto& s) { return std::tie(s.node, s.life, s.connection); }
};

ShardId shard_of(UserId user);
ShardId shard_of(const ConversationId& conversation);
inline PartitionId partition_of(ShardId shard) {
  return PartitionId{static_cast<std::uint16_t>(shard.value / limits::shards_per_partition)};
}

std::string to_text(UserId user);
std::string to_text(const ConversationId& conversation);
std::optional<UserId> parse_user(std::string_view text);
std::optional<ConversationId> parse_conversation(std::string_view text);

}  // namespace hubbub
