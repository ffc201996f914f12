#include "tools/standard_output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace hubbub::tools {
namespace {

int first_error = 0;

void note_error() {
  if (first_error == 0) first_error = errno != 0 ? errno : EIO;
}

}  // namespace

void print_out(std::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) note_error();
}

void flush_out() {
  errno = 0;
  if (std::fflush(stdout) != 0) note_error();
}

int finish_output(int status) {
  flush_out();
  if (first_error == 0 || first_error == EPIPE) return status;
  std::fprintf(stderr, "hubbub: cannot write to standard output: %s\n", std::strerror(first_error));
  return status == 0 ? status_output_failed : status;
}

}  // namespace hubbub::tools
