// A JSON text (RFC 8259) as a tree of values in the caller's arena.
//
// Written for frames that strangers send: what it takes is bounded (values, depth), it allocates
// nothing but arena memory, text without escapes is a view into the input, and numbers stay as
// they were written, so that 64 bits are never rounded. An escaped surrogate without its other
// half is not an error of the whole text, as browsers write it for a cut emoji: the string is
// marked, so that only the frame it stands in is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tl/expected.hpp>

#include "core/base/bytes.hpp"

namespace hubbub::json {

struct Value {
  enum class Kind : std::uint8_t { null, boolean, number, string, list, object };
  Kind kind{};
  bool boolean{};
  bool unpaired_surrogate{};  ///< string: U+FFFD stands in for half a character
  std::uint32_t count{};      ///< list, object: how many are inside
  std::string_view key;       ///< inside an object: its name, in the order they came, repeats too
  std::string_view text;      ///< string: decoded, valid UTF-8; number: as it was written
  const Value* first{};       ///< list, object: what is inside
  const Value* next{};        ///< the one beside it
};

struct Bounds {
  std::size_t values;  ///< values in all
  unsigned depth;      ///< lists and objects inside each other
};

struct ParseError {
  std::string_view what;  ///< "a value was expected"
  std::size_t offset{};   ///< byte of the text
  bool beyond_bounds{};   ///< it may be JSON, but more of it than `Bounds` allows
};

/// `text` must be one JSON value and nothing else. The tree lives as long as `text` and `arena`.
tl::expected<const Value*, ParseError> parse(std::string_view text, Bounds bounds, Arena& arena);

}  // namespace hubbub::json
