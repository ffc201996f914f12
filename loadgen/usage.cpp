#include "loadgen/usage.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace hubbub::loadgen {
namespace {

Duration from(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

Usage own_usage() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const std::optional<Usage> self = usage_of(static_cast<std::uint32_t>(::getpid()));
  return {from(usage.ru_utime) + from(usage.ru_stime), self ? self->resident_bytes : 0};
}

std::optional<Usage> usage_of(std::uint32_t pid) {
  // proc(5): the command's name stands in parentheses and may hold anything; fields are counted
  // from behind it. 14 and 15 are user and system time in ticks, 24 the resident pages.
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(file, line)) return {};
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  std::string field;
  std::uint64_t ticks = 0;
  std::uint64_t pages = 0;
  for (int number = 3; number <= 24 && fields >> field; ++number) {
    if (number == 14 || number == 15) ticks += std::stoull(field);
    if (number == 24) pages = std::stoull(field);
  }
  const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return Usage{std::chrono::nanoseconds(ticks * (1'000'000'000 / per_second)),
               pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))};
}

std::uint64_t raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace hubbub::loadgen
