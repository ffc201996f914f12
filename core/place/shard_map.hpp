// Which node owns which partition. For now the map is static: made once from the number of nodes.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/check.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits.hpp"

namespace hubbub {

struct ShardMap {
  std::uint64_t version = 1;
  std::array<NodeId, limits::partitions> owners{};

  NodeId owner(PartitionId partition) const { return owners[partition.value]; }
  NodeId owner(ShardId shard) const { return owner(partition_of(shard)); }
  NodeId owner(UserId user) const { return owner(shard_of(user)); }
  NodeId owner(const ConversationId& c) const { return owner(shard_of(c)); }
};

/// Partitions dealt round to nodes 0 .. nodes - 1. REQUIRES: 0 < nodes <= limits::nodes.
inline ShardMap static_map(std::uint16_t nodes) {
  HUBBUB_CHECK(nodes > 0 && nodes <= limits::nodes);
  ShardMap map;
  for (std::uint16_t p = 0; p < limits::partitions; ++p) map.owners[p] = NodeId{static_cast<std::uint16_t>(p % nodes)};
  return map;
}

}  // namespace hubbub
