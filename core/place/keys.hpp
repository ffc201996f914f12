// What lies where in the register.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.hpp"

namespace hubbub::keys {

inline constexpr std::string_view map = "map";            ///< ShardMap
inline constexpr std::string_view assigner = "assigner";  ///< who holds the assigner's lease
inline constexpr std::string_view node_prefix = "node/";  ///< "node/17": its Registration

inline std::string node(NodeId id) { return std::string(node_prefix) + std::to_string(id.value); }

/// Whose registration lies there; nothing if `key` is no registration's.
inline std::optional<NodeId> parse_node(std::string_view key) {
  if (!key.starts_with(node_prefix)) return {};
  const std::string_view digits = key.substr(node_prefix.size());
  NodeId id;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id.value);
  // One key for each node: no other spelling of its number.
  if (error != std::errc{} || id == nobody || node(id) != key) return {};
  return id;
}

}  // namespace hubbub::keys
