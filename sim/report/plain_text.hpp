// Text for a terminal or a file that shows nothing but what is meant: no control characters, lines
// that fit, and plain ASCII where nothing else can be trusted to arrive.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hubbub::sim {

/// How text is shown. The default is safe everywhere.
struct Style {
  bool colour = false;   ///< ANSI escape sequences
  bool unicode = false;  ///< UTF-8; else ASCII only
  int width = 80;        ///< columns; at least 40
};

/// The style for output to `file_descriptor`: colour and UTF-8 on a terminal that has them
/// (TERM is not "dumb", NO_COLOR is not set, the locale is UTF-8), its width; else the default.
Style style_for(int file_descriptor);

/// `text` with control characters and broken UTF-8 replaced by "?", and without `unicode`
/// everything beyond ASCII too.
std::string printable(std::string_view text, bool unicode);

/// Columns that UTF-8 text takes, at one a code point.
std::size_t columns(std::string_view text);

/// Lines of at most `width` columns, broken at spaces; longer words are cut.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace hubbub::sim
