// What whoever lets a client in knows of it beside who it is: how long its token is good, and by
// which developer's key it came.
#pragma once

#include <cstdint>
#include <tuple>

#include "core/base/hash.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits.hpp"

namespace hubbub {

/// When a token is good, by the wall clock of who gave it: milliseconds since the Unix epoch.
struct TokenSpan {
  std::int64_t from_ms{};   ///< when it was given; 0: nobody knows, so before anything else
  std::int64_t until_ms{};  ///< 0: for ever
  bool ends() const { return until_ms != 0; }
  bool operator==(const TokenSpan&) const = default;
  static auto fields(auto& s) { return std::tie(s.from_ms, s.until_ms); }
};

/// A developer's key, under a number of whoever gave it, and what all that come by it may ask for
/// within one window (A17).
struct ApiKey {
  std::uint32_t id{};  ///< 0: none, and no quota
  std::uint32_t quota{};
  bool operator==(const ApiKey&) const = default;
  static auto fields(auto& s) { return std::tie(s.id, s.quota); }
};

/// Where what is asked for by a key is counted.
inline ShardId shard_of(const ApiKey& key) {
  return ShardId{static_cast<std::uint16_t>(mix64(key.id) % limits::shards)};
}

}  // namespace hubbub
