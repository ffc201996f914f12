// Which node owns which partition, and who follows its log: the one map (R26).
//
// Only a map of a higher version is believed. The map is a hint to everyone but the assigner: who
// owns a partition is decided in its log (R9). Embedded, it is made once and never changes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits.hpp"
#include "core/wire/form.hpp"

namespace hubbub {

/// Where one partition lives.
struct Place {
  NodeId owner = nobody;
  NodeId standby = nobody;    ///< follows the log, to be the next owner
  std::uint8_t vanished = 0;  ///< nodes that vanished while opening it, one after the other (R12)
  /// It killed whoever opened it, and stays closed, alone, until a person opens it again (R12).
  bool closed = false;
  bool operator==(const Place&) const = default;
  static auto fields(auto& s) { return std::tie(s.owner, s.standby, s.vanished, s.closed); }
};

struct ShardMap {
  std::uint64_t version = 1;
  /// Everybody reads this form of records; it never becomes an older one (R12).
  Form form = oldest_form;
  std::array<Place, limits::partitions> places{};

  NodeId owner(PartitionId partition) const { return places[partition.value].owner; }
  NodeId owner(ShardId shard) const { return owner(partition_of(shard)); }
  NodeId owner(UserId user) const { return owner(shard_of(user)); }
  NodeId owner(const ConversationId& c) const { return owner(shard_of(c)); }
  bool operator==(const ShardMap&) const = default;
};

/// The byte form under which the map lies in the register.
void encode(const ShardMap& map, ByteBuffer& to);
std::optional<ShardMap> decode_map(std::string_view bytes);

/// Partitions dealt round to nodes 0 .. nodes - 1. REQUIRES: 0 < nodes <= limits::nodes.
ShardMap static_map(std::uint16_t nodes);

}  // namespace hubbub
