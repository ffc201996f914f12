#include "core/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace hubbub {

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "hubbub: internal error: %s does not hold (%s:%d)\n", expression, file, line);
  std::fflush(stderr);
  std::_Exit(70);
}

}  // namespace hubbub
