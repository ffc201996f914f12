// Assertions that stay on in release: a broken invariant inside the core ends the process with
// status 70 and says where, rather than letting a wrong answer out.
#pragma once

namespace hubbub {

[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace hubbub

// A macro, because only a macro can quote the expression and its place.
#define HUBBUB_CHECK(expression)                                              \
  (static_cast<bool>(expression) ? static_cast<void>(0)                       \
                                 : ::hubbub::check_failed(#expression, __FILE__, __LINE__))
