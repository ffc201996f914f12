// A hash that only who knows the key can make: SipHash-2-4 (Aumasson, Bernstein, 2012), over words.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>

namespace hubbub {

using HashKey = std::array<std::uint64_t, 2>;

/// The same on every machine, and as hard to guess without the key as 64 random bits.
constexpr std::uint64_t keyed_hash(const HashKey& key, std::span<const std::uint64_t> words) {
  std::uint64_t a = key[0] ^ 0x736f6d6570736575, b = key[1] ^ 0x646f72616e646f6d;
  std::uint64_t c = key[0] ^ 0x6c7967656e657261, d = key[1] ^ 0x7465646279746573;
  const auto rounds = [&](int count) {
    for (int i = 0; i < count; ++i) {
      a += b, b = std::rotl(b, 13) ^ a, a = std::rotl(a, 32);
      c += d, d = std::rotl(d, 16) ^ c;
      a += d, d = std::rotl(d, 21) ^ a;
      c += b, b = std::rotl(b, 17) ^ c, c = std::rotl(c, 32);
    }
  };
  const auto take = [&](std::uint64_t word) {
    d ^= word;
    rounds(2);
    a ^= word;
  };
  for (const std::uint64_t word : words) take(word);
  take(static_cast<std::uint64_t>(words.size() * sizeof(std::uint64_t)) << 56);
  c ^= 0xff;
  rounds(4);
  return a ^ b ^ c ^ d;
}

}  // namespace hubbub
