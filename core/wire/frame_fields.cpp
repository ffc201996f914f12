#include "core/wire/frame_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/hash.hpp"
#include "core/wire/frame_json.hpp"
#include "core/wire/json_text.hpp"

namespace hubbub::json {
namespace {

constexpr std::string_view user_form = "a user's id like \"u_71\"";
constexpr std::string_view conversation_form =
    "a conversation's id like \"c_71_84\" or \"c_71_2_17\"";
constexpr std::string_view cursor_form = "a cursor as the server sent it";
constexpr std::string_view key_form = "16 hexadecimal digits";

template <class N>
std::optional<N> parse_all(std::string_view text, int base) {
  N value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

std::string range_form(std::uint64_t least, std::uint64_t greatest) {
  return fmt::format("a whole number from {} to {}", least, greatest);
}

}  // namespace

to_client::Error make_error(ErrorCode code, std::string_view sentence, Arena& arena) {
  to_client::Error error;
  error.code = code;
  error.detail = arena.copy(sentence);
  return error;
}

std::string describe(const Value& value) {
  constexpr std::size_t shown_bytes = 48;
  const std::string_view shown = prefix_of(value.text, shown_bytes);
  const std::string_view more = shown.size() < value.text.size() ? "…" : "";
  switch (value.kind) {
    case Value::Kind::null:
      return "null";
    case Value::Kind::boolean:
      return value.boolean ? "true" : "false";
    case Value::Kind::number:
      return fmt::format("{}{}", shown, more);
    case Value::Kind::string:
      return fmt::format("\"{}{}\"", shown, more);
    case Value::Kind::list:
      return fmt::format("a list of {}", value.count);
    case Value::Kind::object:
      return "an object";
  }
  return {};
}

std::optional<std::uint64_t> whole_number(const Value& value) {
  if (value.kind != Value::Kind::number) return {};
  return parse_all<std::uint64_t>(value.text, 10);
}

void FrameFields::fail(ErrorCode code, std::string_view detail) {
  if (failed_) return;
  failed_ = true;
  const RequestId id = request_id_if_any();
  error_ = make_error(code, detail, arena_);
  error_.id = id;
}

void FrameFields::fail(std::string_view key, const Value* found, std::string_view right,
                       ErrorCode code) {
  if (failed_) return;
  fail(code, fmt::format("\"{}\" is {}: it must be {}", key,
                         found == nullptr ? "missing" : describe(*found), right));
}

const Value* FrameFields::find(std::string_view key) {
  const Value* found = nullptr;
  for (const Value* value = object_.first; value != nullptr; value = value->next) {
    if (value->key != key) continue;
    if (found != nullptr)
      fail(ErrorCode::bad_request, fmt::format("\"{}\" is there twice: a key may stand once", key));
    found = value;
  }
  return found == nullptr || found->kind == Value::Kind::null ? nullptr : found;
}

const Value* FrameFields::required(std::string_view key, Value::Kind kind, std::string_view right) {
  const Value* value = find(key);
  if (value == nullptr || value->kind != kind) {
    fail(key, value, right);
    return nullptr;
  }
  return value;
}

RequestId FrameFields::request_id() { return number("id", 1, json_number_max); }

RequestId FrameFields::request_id_if_any() const {
  for (const Value* value = object_.first; value != nullptr; value = value->next)
    if (value->key == "id") {
      const auto number = whole_number(*value);
      return number && *number <= json_number_max ? *number : 0;
    }
  return 0;
}

std::uint64_t FrameFields::number(std::string_view key, std::uint64_t least,
                                  std::uint64_t greatest) {
  const Value* value = find(key);
  const auto number = value == nullptr ? std::nullopt : whole_number(*value);
  if (!number || *number < least || *number > greatest) {
    fail(key, value, range_form(least, greatest));
    return 0;
  }
  return *number;
}

std::uint64_t FrameFields::number_or(std::string_view key, std::uint64_t otherwise,
                                     std::uint64_t least, std::uint64_t greatest) {
  return has(key) ? number(key, least, greatest) : otherwise;
}

std::int64_t FrameFields::time_ms_or_zero(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) return 0;
  const auto number =
      value->kind == Value::Kind::number ? parse_all<std::int64_t>(value->text, 10) : std::nullopt;
  constexpr auto greatest = static_cast<std::int64_t>(json_number_max);
  if (!number || *number < -greatest || *number > greatest) {
    fail(key, value, "milliseconds since 1970, a whole number");
    return 0;
  }
  return *number;
}

bool FrameFields::boolean_or_false(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) return false;
  if (value->kind != Value::Kind::boolean) fail(key, value, "true or false");
  return value->boolean;
}

std::string_view FrameFields::text(std::string_view key, std::string_view right) {
  const Value* value = required(key, Value::Kind::string, right);
  if (value == nullptr) return {};
  if (value->unpaired_surrogate) {
    fail(ErrorCode::bad_request,
         fmt::format("\"{}\" has half of a surrogate pair: it must be Unicode characters", key));
    return {};
  }
  return value->text;
}

std::string_view FrameFields::name(std::string_view key, std::size_t least, std::size_t greatest) {
  const std::string right = fmt::format("a text of {} to {} bytes", least, greatest);
  const std::string_view name = text(key, right);
  if (failed_ || (name.size() >= least && name.size() <= greatest)) return name;
  const bool too_large = name.size() > greatest;
  fail(too_large ? ErrorCode::too_large : ErrorCode::bad_request,
       fmt::format("\"{}\" has {} bytes: it must be {}", key, name.size(), right));
  return {};
}

Content FrameFields::content() {
  const std::string_view body = text("content", "a text");
  if (failed_) return {};
  const std::size_t characters = count_code_points(body);
  if (characters == 0 || characters > limits::text_code_points) {
    fail(characters == 0 ? ErrorCode::bad_request : ErrorCode::too_large,
         fmt::format("\"content\" has {} characters: it must have 1 to {}", characters,
                     limits::text_code_points));
    return {};
  }
  return {static_cast<std::uint32_t>(body.size()), hash_bytes(body), body};
}

UserId FrameFields::user(std::string_view key) {
  const Value* value = required(key, Value::Kind::string, user_form);
  const auto user = value == nullptr ? std::nullopt : parse_user(value->text);
  if (!user) fail(key, value, user_form);
  return user.value_or(UserId{});
}

ConversationId FrameFields::conversation(std::string_view key) {
  const Value* value = required(key, Value::Kind::string, conversation_form);
  const auto conversation = value == nullptr ? std::nullopt : parse_conversation(value->text);
  if (!conversation) fail(key, value, conversation_form);
  return conversation.value_or(ConversationId{});
}

std::uint64_t FrameFields::key(std::string_view key) {
  const Value* value = required(key, Value::Kind::string, key_form);
  const auto bits = value == nullptr || value->text.size() != 16
                        ? std::nullopt
                        : parse_all<std::uint64_t>(value->text, 16);
  if (!bits) fail(key, value, key_form);
  return bits.value_or(0);
}

std::uint64_t FrameFields::hexadecimal(std::string_view key) {
  constexpr std::string_view form = "1 to 16 hexadecimal digits";
  const Value* value = required(key, Value::Kind::string, form);
  const auto bits = value == nullptr ? std::nullopt : parse_all<std::uint64_t>(value->text, 16);
  if (!bits) fail(key, value, form);
  return bits.value_or(0);
}

MessageId FrameFields::message_id_or_zero() {
  const Value* value = find("message_id");
  if (value == nullptr) return {};
  const auto id =
      value->kind == Value::Kind::string ? parse_all<std::uint64_t>(value->text, 10) : std::nullopt;
  if (!id) fail("message_id", value, "a whole number as a text");
  return MessageId{id.value_or(0)};
}

Cursor FrameFields::cursor() {
  const Value* value = required("cursor", Value::Kind::string, cursor_form);
  const auto cursor = value == nullptr ? std::nullopt : parse_cursor(value->text);
  if (!cursor) fail("cursor", value, cursor_form);
  return cursor.value_or(Cursor{});
}

std::size_t FrameFields::choice(std::string_view key, std::span<const std::string_view> names) {
  std::string right;
  for (std::size_t i = 0; i < names.size(); ++i)
    right += fmt::format("{}\"{}\"", i == 0 ? "" : i + 1 == names.size() ? " or " : ", ", names[i]);
  const Value* value = required(key, Value::Kind::string, right);
  if (value == nullptr) return 0;
  const auto found = std::ranges::find(names, value->text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  fail(key, value, right);
  return 0;
}

const Value* FrameFields::list(std::string_view key, std::string_view right) {
  return required(key, Value::Kind::list, right);
}

template <class Id, class Parse>
std::span<const Id> FrameFields::ids(std::string_view key, const Value& list,
                                     std::string_view right, Parse parse) {
  const std::span<Id> ids = arena_.array<Id>(list.count);
  std::size_t filled = 0;
  for (const Value* item = list.first; item != nullptr; item = item->next) {
    const auto id = item->kind == Value::Kind::string ? parse(item->text) : std::nullopt;
    if (!id) {
      fail(ErrorCode::bad_request,
           fmt::format("\"{}\" holds {}: it must be {}", key, describe(*item), right));
      return {};
    }
    ids[filled++] = *id;
  }
  return ids;
}

std::span<const UserId> FrameFields::users_or_none(std::string_view key, std::size_t count_max) {
  return has(key) ? users(key, count_max) : std::span<const UserId>{};
}

std::span<const UserId> FrameFields::users(std::string_view key, std::size_t count_max) {
  constexpr std::string_view form = "a list of users' ids like \"u_71\"";
  const Value* values = list(key, form);
  if (values == nullptr) return {};
  if (values->count > count_max) {
    fail(ErrorCode::too_large,
         fmt::format("\"{}\" has {} users: it may have at most {}", key, values->count, count_max));
    return {};
  }
  return ids<UserId>(key, *values, form, parse_user);
}

std::span<const ConversationId> FrameFields::conversations(std::string_view key) {
  constexpr std::string_view form = "a list of conversations' ids like \"c_71_84\"";
  const Value* values = list(key, form);
  if (values == nullptr) return {};
  return ids<ConversationId>(key, *values, form, parse_conversation);
}

}  // namespace hubbub::json
