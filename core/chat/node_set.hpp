// Some nodes of the cluster, in 8 bytes.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "core/base/ids.hpp"
#include "core/base/limits.hpp"

namespace hubbub {

/// Exact of the first 63 nodes. All others are in it together: once one of them was added, each is.
class NodeSet {
 public:
  bool empty() const { return bits_ == 0; }
  bool has(NodeId node) const { return (bits_ & bit(node)) != 0; }
  void add(NodeId node) { bits_ |= bit(node); }
  /// No effect on one of those that are in it together.
  void remove(NodeId node) {
    if (node.value < shared) bits_ &= ~bit(node);
  }

  /// The first from `node` on; `nobody` if there is none.
  NodeId next(NodeId node) const {
    if (node.value >= shared) return has(node) && node.value < limits::nodes ? node : nobody;
    const std::uint64_t from = bits_ >> node.value;
    if (from == 0) return nobody;
    return NodeId{static_cast<std::uint16_t>(node.value + std::countr_zero(from))};
  }

 private:
  static constexpr std::uint16_t shared = 63;
  static std::uint64_t bit(NodeId node) {
    return std::uint64_t{1} << std::min(node.value, shared);
  }

  std::uint64_t bits_ = 0;
};

}  // namespace hubbub
