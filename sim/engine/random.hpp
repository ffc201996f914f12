// Chance, by purpose and entity: a draw in one place moves nothing elsewhere.
//
// The n-th number of a stream is a hash of (seed, purpose, entity, n). No `std::` distribution is
// used, because they differ between libraries; and no libm function whose last bit may differ
// between machines decides anything: logarithms and the like come from engine/exact_math.hpp.
#pragma once

#include <cstdint>

#include "core/base/hash.hpp"

namespace hubbub::sim {

class Random {
 public:
  Random() = default;
  Random(std::uint64_t seed, std::uint64_t purpose, std::uint64_t entity)
      : key_(mix64(mix64(mix64(seed) ^ purpose) ^ entity)) {}

  std::uint64_t bits() { return mix64(key_ + 0x9e3779b97f4a7c15 * ++count_); }
  /// In [0, 1), 53 bits.
  double unit() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
  /// In [0, bound); `bound` > 0. Multiply-shift (Lemire 2019) without rejection: bias below 2^-32
  /// for bounds below 2^32.
  std::uint64_t below(std::uint64_t bound) {
    __extension__ typedef unsigned __int128 Product;
    return static_cast<std::uint64_t>((static_cast<Product>(bits()) * bound) >> 64);
  }
  bool chance(double probability) { return unit() < probability; }

 private:
  std::uint64_t key_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace hubbub::sim
