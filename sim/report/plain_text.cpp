#include "sim/report/plain_text.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace hubbub::sim {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// Bytes of the code point that starts here; 0 if none does. Overlong forms and surrogates are
/// not told apart: this is for showing text, not for trusting it.
std::size_t code_point_bytes(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80                     ? 1
                           : first >= 0xc2 && first < 0xe0  ? 2
                           : first >= 0xe0 && first < 0xf0  ? 3
                           : first >= 0xf0 && first <= 0xf4 ? 4
                                                            : 0;
  if (size == 0 || size > text.size()) return 0;
  const auto rest = text.substr(1, size - 1);
  return std::ranges::all_of(rest, is_continuation) ? size : 0;
}

/// C0, DEL, and C1 (U+0080 to U+009F), any of which may mean something to a terminal.
bool is_control(std::string_view point) {
  const auto first = static_cast<unsigned char>(point[0]);
  if (point.size() == 1) return first < 0x20 || first == 0x7f;
  return point.size() == 2 && first == 0xc2 && static_cast<unsigned char>(point[1]) < 0xa0;
}

bool has_utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view locale(value);
    return locale.find("UTF-8") != locale.npos || locale.find("utf8") != locale.npos;
  }
  return false;
}

}  // namespace

Style style_for(int file_descriptor) {
  Style style;
  if (isatty(file_descriptor) == 0) return style;
  const char* term = std::getenv("TERM");
  const char* no_colour = std::getenv("NO_COLOR");  // no-color.org
  style.colour = term != nullptr && std::string_view(term) != "dumb" &&
                 (no_colour == nullptr || *no_colour == '\0');
  style.unicode = has_utf8_locale();
  winsize size{};
  if (ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    style.width = std::clamp<int>(size.ws_col, 40, 120);
  return style;
}

std::string printable(std::string_view text, bool unicode) {
  std::string result;
  while (!text.empty()) {
    const std::size_t size = code_point_bytes(text);
    const std::string_view point = text.substr(0, std::max<std::size_t>(size, 1));
    if (size == 0 || is_control(point) || (size > 1 && !unicode)) {
      result += point == "\n" || point == "\t" ? ' ' : '?';
    } else {
      result += point;
    }
    text.remove_prefix(point.size());
  }
  return result;
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines{""};
  const auto add = [&](std::string_view word) {
    if (!lines.back().empty() && columns(lines.back()) + 1 + columns(word) > width)
      lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    for (const char c : word) {
      if (!is_continuation(c) && columns(lines.back()) >= width) lines.emplace_back();
      lines.back() += c;
    }
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) add(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace hubbub::sim
