// Standard output, on which a verdict must not be lost unnoticed: a full disk is an error, said at
// the end; a reader who has gone (EPIPE) is none.
#pragma once

#include <string_view>

namespace hubbub::tools {

/// EX_IOERR of sysexits.h: what was found could not be told.
inline constexpr int status_output_failed = 74;

/// Writes; remembers the first error.
void print_out(std::string_view text);

/// Shows what was written so far; remembers an error like `print_out`.
void flush_out();

/// Writes all that is still held back. Gives `status`; if something could not be written, says so
/// on standard error and gives `status_output_failed` in place of 0.
int finish_output(int status);

}  // namespace hubbub::tools
