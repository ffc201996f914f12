// Whom to ask for a partition: who last said to own it, or else who should by the map.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>

#include "core/base/ids.hpp"
#include "core/base/limits.hpp"
#include "core/place/shard_map.hpp"

namespace hubbub {

/// A set of partitions.
using Partitions = std::bitset<limits::partitions>;

class Routes {
 public:
  explicit Routes(const ShardMap& map) { follow(map); }

  NodeId owner(PartitionId partition) const { return routes_[partition.value].node; }
  PartitionEpoch epoch(PartitionId partition) const { return routes_[partition.value].epoch; }

  struct Followed {
    Partitions opened;  ///< whose owner said so before it was believed: it does not say so again
    Partitions moved;   ///< that are asked for elsewhere now: what was under way may not be answered
  };
  /// A higher map version came. What an owner said that acts on a newer map stands.
  Followed follow(const ShardMap& map) {
    Followed followed;
    for (std::uint16_t p = 0; p < limits::partitions; ++p) {
      Route& route = routes_[p];
      if (map.version <= route.map_version) continue;
      followed.moved.set(p, route.node != map.places[p].owner);
      route.node = map.places[p].owner;
      route.map_version = map.version;
      if (route.node == nobody || route.node != route.not_believed) continue;
      route.not_believed = nobody;
      followed.opened.set(p);
    }
    return followed;
  }

  /// `node` says that it owns the partition. False: someone owned it later.
  bool owned(NodeId node, PartitionId partition, PartitionEpoch epoch, std::uint64_t map_version) {
    Route& route = routes_[partition.value];
    if (epoch < route.epoch) return false;
    route.epoch = epoch;
    const bool older_map = route.node != node && map_version < route.map_version;
    route.not_believed = older_map ? node : nobody;
    if (older_map) return false;
    route.node = node;
    route.map_version = std::max(route.map_version, map_version);
    return true;
  }

 private:
  struct Route {
    NodeId node = nobody;
    PartitionEpoch epoch = 0;
    std::uint64_t map_version = 0;
    NodeId not_believed = nobody;  ///< owner of that epoch, by an older map than was known here
  };
  std::array<Route, limits::partitions> routes_{};
};

}  // namespace hubbub
