#include "core/wire/cursor.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace hubbub {

std::string to_text(const Cursor& c) {
  if (!c.in_sync()) return fmt::format("{:x}-{:x}", c.incarnation, c.held);
  return fmt::format("{:x}-{:x}-{:x}-{:x}", c.incarnation, c.held, c.target, c.reached);
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  std::array<std::uint64_t, 4> parts{};
  std::size_t count = 0;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (count < parts.size()) {
    const auto [next, error] = std::from_chars(at, end, parts[count], 16);
    if (error != std::errc{}) return {};
    ++count;
    at = next;
    if (at == end || *at != '-') break;
    ++at;
  }
  if (at != end) return {};
  if (count == 2) return Cursor::at(parts[0], parts[1]);
  const Cursor c{parts[0], parts[1], parts[2], parts[3]};
  if (count != 4 || c.held >= c.reached || c.reached >= c.target) return {};
  return c;
}

}  // namespace hubbub
