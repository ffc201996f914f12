// Hashes that are the same on every machine.
#pragma once

#include <cstdint>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace hubbub {

/// The finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014): a bijection that spreads every
/// input bit over all output bits.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// XXH3, 64 bits. For digests of content and hash chains; not against a forger.
inline std::uint64_t hash_bytes(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

/// The next link of a chain over `bytes`. (XXH3's own seed costs as much as 200 bytes of input.)
inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t link) {
  return mix64(link ^ hash_bytes(bytes));
}

}  // namespace hubbub
