// Logarithm, exponential and their like, the same to the last bit on every machine.
//
// Made of additions, multiplications, divisions and square roots in double precision, which IEEE
// 754 rounds in one way only; the tree is compiled with -ffp-contract=off so that none of them are
// fused. Relative error below 1e-14 (of the logarithm near 1: absolute error below 1e-16 times
// its argument's distance). All are constexpr, for tables.
#pragma once

#include <bit>
#include <cstdint>

namespace hubbub::sim {

namespace exact {
// ln 2 in two parts; the high one has zeros at its end, so that times a small integer is exact.
inline constexpr double ln2_high = 0x1.62e42fee00000p-1;
inline constexpr double ln2_low = 0x1.a39ef35793c76p-33;
inline constexpr double log2_e = 0x1.71547652b82fep+0;
}  // namespace exact

/// 2^exponent. REQUIRES: -1022 <= exponent <= 1023.
constexpr double exact_power_of_two(int exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

/// e^x; 0 below -708 and infinity above 709, so that no result is subnormal.
constexpr double exact_exp(double x) {
  if (x < -708) return 0;
  if (x > 709) return std::bit_cast<double>(std::uint64_t{0x7ff} << 52);
  // x = n ln 2 + r with |r| <= ln 2 / 2; then Taylor to the 14th power, whose remainder is below
  // 0.3466^15 / 15! = 1e-19.
  const int n = static_cast<int>(x * exact::log2_e + (x < 0 ? -0.5 : 0.5));
  const double r = (x - n * exact::ln2_high) - n * exact::ln2_low;
  double sum = 1;
  for (int k = 14; k >= 1; --k) sum = 1 + sum * r / k;
  return n > 1000 ? sum * exact_power_of_two(n - 1) * 2 : sum * exact_power_of_two(n);
}

/// ln x. REQUIRES: x is positive, finite and not subnormal.
constexpr double exact_log(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  int exponent = static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & ((std::uint64_t{1} << 52) - 1)) | 0x3ff0000000000000);
  if (m > 0x1.6a09e667f3bcdp+0) {  // sqrt 2
    m *= 0.5;
    ++exponent;
  }
  // ln m = 2 artanh s = 2 (s + s^3/3 + s^5/5 …), s = (m - 1)/(m + 1), |s| <= 0.1716: the term
  // with s^23 is below 1e-18.
  const double s = (m - 1) / (m + 1);
  const double square = s * s;
  double sum = 0;
  for (int k = 23; k >= 3; k -= 2) sum = (sum + 1.0 / k) * square;
  return exponent * exact::ln2_high + (2 * s + (2 * s * sum + exponent * exact::ln2_low));
}

}  // namespace hubbub::sim
