// Text as JSON carries it: UTF-8 that is known to be valid, and strings in quotes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hubbub::json {

/// Bytes of the UTF-8 character at the start of `text`, or 0 if there is none: overlong forms,
/// surrogates and numbers above 10FFFF are none (Unicode 15, table 3-7).
std::size_t character_bytes(std::string_view text);

/// Is all of it UTF-8?
bool is_utf8(std::string_view text);

/// Code points of a valid UTF-8 text.
std::size_t count_code_points(std::string_view text);

/// The longest prefix of whole characters within `bytes_max`. REQUIRES: `text` is valid UTF-8.
std::string_view prefix_of(std::string_view text, std::size_t bytes_max);

/// Writes `code_point` as UTF-8, at most 4 bytes, and gives the end of it. REQUIRES: at most
/// 10FFFF, not a surrogate.
char* put_utf8(char32_t code_point, char* out);

/// Appends `text` in quotes, escaped as little as JSON allows. What is not UTF-8 comes out as
/// U+FFFD, so that whatever is handed in, the result is JSON.
void append_string(std::string_view text, std::string& out);

}  // namespace hubbub::json
