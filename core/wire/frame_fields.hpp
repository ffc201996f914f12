// The keys of one JSON frame, read as the types of the core.
//
// A key that is missing, of the wrong kind or out of range makes the frame an error: the first one
// is kept, as a sentence that says which key, what stands there, and what would be right; what is
// read afterwards is empty. So a frame is read straight through and judged once, at the end.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/wire/frames.hpp"
#include "core/wire/json_value.hpp"

namespace hubbub::json {

class FrameFields {
 public:
  /// `object`: of kind object. Texts of what is read live as long as it and `arena`.
  FrameFields(const Value& object, Arena& arena) : object_(object), arena_(arena) {}

  Arena& arena() { return arena_; }
  bool failed() const { return failed_; }
  /// With the request's id, if it could be read. REQUIRES: failed().
  const to_client::Error& error() const { return error_; }
  /// Makes the frame an error, unless it is one already.
  void fail(ErrorCode code, std::string_view detail);
  /// The same, about one key: `"key" is <what stands there>: it must be <right>`.
  void fail(std::string_view key, const Value* found, std::string_view right,
            ErrorCode code = ErrorCode::bad_request);

  /// The key's value, or nullptr if it is absent or null. A key that is there twice is an error.
  const Value* find(std::string_view key);
  bool has(std::string_view key) { return find(key) != nullptr; }

  /// The request's number, which the answer carries; from 1.
  RequestId request_id();
  /// The same if it is there and right, else 0; never an error.
  RequestId request_id_if_any() const;

  std::uint64_t number(std::string_view key, std::uint64_t least, std::uint64_t greatest);
  std::uint64_t number_or(std::string_view key, std::uint64_t otherwise, std::uint64_t least,
                          std::uint64_t greatest);
  /// Milliseconds since 1970; before it, below 0. Absent: 0.
  std::int64_t time_ms_or_zero(std::string_view key);
  bool boolean_or_false(std::string_view key);

  /// `right`: a noun phrase for what the text must be. Absent is an error.
  std::string_view text(std::string_view key, std::string_view right);
  /// A text of `least` to `greatest` bytes.
  std::string_view name(std::string_view key, std::size_t least, std::size_t greatest);
  /// What was said: 1 to limits::text_code_points characters.
  Content content();

  UserId user(std::string_view key);
  ConversationId conversation(std::string_view key);
  /// 64 bits in 16 hexadecimal digits.
  std::uint64_t key(std::string_view key);
  /// 64 bits in at most 16 hexadecimal digits.
  std::uint64_t hexadecimal(std::string_view key);
  /// 64 bits as a decimal text. Absent: 0.
  MessageId message_id_or_zero();
  Cursor cursor();

  /// One of `names`, which are by the enumeration's values.
  template <class Enum, std::size_t count>
  Enum choice(std::string_view key, const std::array<std::string_view, count>& names) {
    return static_cast<Enum>(choice(key, std::span<const std::string_view>(names)));
  }
  /// Its index.
  std::size_t choice(std::string_view key, std::span<const std::string_view> names);

  /// A list's values, or nullptr (and an error, unless it is empty).
  const Value* list(std::string_view key, std::string_view right);
  std::span<const UserId> users(std::string_view key, std::size_t count_max);
  std::span<const UserId> users_or_none(std::string_view key, std::size_t count_max);
  std::span<const ConversationId> conversations(std::string_view key);

 private:
  /// A list of ids that `parse` reads from their text forms.
  template <class Id, class Parse>
  std::span<const Id> ids(std::string_view key, const Value& list, std::string_view right,
                          Parse parse);
  const Value* required(std::string_view key, Value::Kind kind, std::string_view right);

  const Value& object_;
  Arena& arena_;
  bool failed_ = false;
  to_client::Error error_;
};

/// `sentence`, kept in `arena`.
to_client::Error make_error(ErrorCode code, std::string_view sentence, Arena& arena);

/// What stands there, for a sentence: `"abc"`, `-3.5`, `null`, `a list of 3`; long texts are cut.
std::string describe(const Value& value);

/// The number a number's text is, if it is a whole one within 64 bits.
std::optional<std::uint64_t> whole_number(const Value& value);

}  // namespace hubbub::json
