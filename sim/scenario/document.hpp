// A JSON text as a tree whose every key and value knows where it stands, so that an error in
// meaning can point at its line and column just as one in syntax can.
//
// JSON as of RFC 8259, and comments (// and /* */). Bounded: `document_bytes` of text, nesting of
// `document_depth`, `object_keys` in one object; a key stands once in an object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/problems.hpp"

namespace hubbub::sim {

/// A scenario is written by people; the largest sensible one has a few thousand lines.
inline constexpr std::size_t document_bytes = 256 * 1024;
/// The deepest scenario needs 6.
inline constexpr std::size_t document_depth = 16;
/// More than the longest list of names (metrics) has; keeps look-ups by name cheap.
inline constexpr std::size_t object_keys = 256;

struct Member;

struct Value {
  enum class Kind : std::uint8_t { null, boolean, number, text, list, object };

  Kind kind = Kind::null;
  Place at;
  double number = 0;                   ///< of a number
  std::optional<std::uint64_t> whole;  ///< of a number that is whole, not negative, and fits
  std::string text;                    ///< of a text; of other scalars, how they look
  std::vector<Value> items;            ///< of a list
  std::vector<Member> members;         ///< of an object, in the file's order

  /// The value of a key; null where this is no object or has no such key.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
};

struct Member {
  std::string key;
  Place at;
  Value value;
};

/// Reads a text. On an error in syntax: adds one problem and returns nothing. `text` may hold any
/// bytes.
std::optional<Value> parse_document(std::string_view text, std::uint32_t source,
                                    Problems& problems);

/// What stands there, for an error's sentence: `"fast"`, `12`, `a list`.
std::string shown(const Value& value);

}  // namespace hubbub::sim
