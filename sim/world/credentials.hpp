// What simulated clients show: tokens that say when they are good, and developers' keys.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "core/wire/credentials.hpp"
#include "sim/engine/random.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/world/draws.hpp"

namespace hubbub::sim {

/// A token, as it stands in a frame: "from-until".
inline std::string text_of(const TokenSpan& span) {
  return fmt::format("{}-{}", span.from_ms, span.until_ms);
}
inline std::optional<TokenSpan> parse_token(std::string_view text) {
  TokenSpan span;
  const char* const end = text.data() + text.size();
  const auto from = std::from_chars(text.data(), end, span.from_ms);
  if (from.ec != std::errc{} || from.ptr == end || *from.ptr != '-') return {};
  const auto until = std::from_chars(from.ptr + 1, end, span.until_ms);
  if (until.ec != std::errc{} || until.ptr != end) return {};
  return span;
}

/// The group of keys that a user comes by, in clients.api_keys; nothing: by none.
inline std::optional<std::size_t> key_group_of(const Scenario& scenario, std::uint64_t seed, UserId user) {
  double place = Random(seed, purpose::api_key, user.value).unit();
  for (std::size_t i = 0; i < scenario.clients.api_keys.size(); ++i) {
    if (place < scenario.clients.api_keys[i].share) return i;
    place -= scenario.clients.api_keys[i].share;
  }
  return {};
}

/// Keys of all groups are numbered from 1.
inline ApiKey api_key_of(const Scenario& scenario, std::uint64_t seed, UserId user) {
  const auto group = key_group_of(scenario, seed, user);
  if (!group) return {};
  std::uint32_t first = 1;
  for (std::size_t i = 0; i < *group; ++i) first += scenario.clients.api_keys[i].keys;
  const ApiKeys& keys = scenario.clients.api_keys[*group];
  return {first + static_cast<std::uint32_t>(mix64(user.value) % keys.keys), keys.quota};
}

}  // namespace hubbub::sim
