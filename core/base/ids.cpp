#include "core/base/ids.hpp"

#include <charconv>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"

namespace hubbub {
namespace {

constexpr std::uint64_t group_bit = std::uint64_t{1} << 63;

ShardId shard_of_hash(std::uint64_t hash) {
  return ShardId{static_cast<std::uint16_t>(hash % limits::shards)};
}

/// Takes one decimal number off the front of `text`; no sign, no leading zero, so that every id
/// has one text form only.
std::optional<std::uint64_t> take_number(std::string_view& text, std::uint64_t greatest) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || text.front() == '0' || value == 0 || value > greatest) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

ConversationId ConversationId::direct(UserId a, UserId b) {
  HUBBUB_CHECK(a != b);
  return a < b ? ConversationId{a.value, b.value} : ConversationId{b.value, a.value};
}

ConversationId ConversationId::group(UserId creator, DeviceNumber device, std::uint64_t number) {
  HUBBUB_CHECK(number > 0 && number <= group_number_max);
  return {creator.value | group_bit, (std::uint64_t{device.value} << 48) | number};
}

ShardId shard_of(UserId user) { return shard_of_hash(mix64(user.value)); }

ShardId shard_of(const ConversationId& c) { return shard_of_hash(mix64(mix64(c.high) ^ c.low)); }

std::string to_text(UserId user) { return "u_" + std::to_string(user.value); }

std::string to_text(const ConversationId& c) {
  const std::string head = "c_" + std::to_string(c.first().value) + "_";
  if (!c.is_group()) return head + std::to_string(c.low);
  return head + std::to_string(c.low >> 48) + "_" + std::to_string(c.low & group_number_max);
}

std::optional<UserId> parse_user(std::string_view text) {
  if (!take(text, "u_")) return {};
  const auto number = take_number(text, user_id_max);
  if (!number || !text.empty()) return {};
  return UserId{*number};
}

std::optional<ConversationId> parse_conversation(std::string_view text) {
  if (!take(text, "c_")) return {};
  const auto first = take_number(text, user_id_max);
  if (!first || !take(text, "_")) return {};
  const auto second = take_number(text, user_id_max);
  if (!second) return {};
  if (text.empty()) {
    if (*first >= *second) return {};
    return ConversationId{*first, *second};
  }
  if (*second > UINT16_MAX || !take(text, "_")) return {};
  const auto number = take_number(text, group_number_max);
  if (!number || !text.empty()) return {};
  return ConversationId::group(UserId{*first}, DeviceNumber{static_cast<std::uint16_t>(*second)},
                               *number);
}

}  // namespace hubbub
