// What processes use, as the system counts it.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/time.hpp"

namespace hubbub::loadgen {

struct Usage {
  Duration cpu{};  ///< user and system time so far
  std::uint64_t resident_bytes = 0;
};

/// This process.
Usage own_usage();

/// Another process of this host, by its id; nothing if there is none.
std::optional<Usage> usage_of(std::uint32_t pid);

/// How many files (connections among them) this process may have, after raising the limit as far as
/// the system lets it.
std::uint64_t raise_file_limit();

}  // namespace hubbub::loadgen
