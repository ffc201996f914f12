#include "sim/engine/exact_math.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/base/hash.hpp"
#include "sim/engine/random.hpp"

namespace hubbub::sim {
namespace {

static_assert(exact_exp(0) == 1 && exact_log(1) == 0);

double relative_error(double value, long double truth) {
  return static_cast<double>(std::abs((static_cast<long double>(value) - truth) / truth));
}

TEST(ExactMath, ExponentialAgreesWithLongDoubleArithmetic) {
  Random random(1, 0, 0);
  for (int i = 0; i < 200'000; ++i) {
    const double x = (random.unit() - 0.5) * (i % 2 == 0 ? 1400 : 4);
    ASSERT_LT(relative_error(exact_exp(x), std::exp(static_cast<long double>(x))), 1e-14) << x;
  }
}

TEST(ExactMath, LogarithmAgreesWithLongDoubleArithmetic) {
  Random random(2, 0, 0);
  for (int i = 0; i < 200'000; ++i) {
    const double x =
        i % 2 == 0 ? std::ldexp(1 + random.unit(), static_cast<int>(random.below(2000)) - 1000)
                   : 0.5 + random.unit();
    ASSERT_LT(relative_error(exact_log(x), std::log(static_cast<long double>(x))), 1e-14) << x;
  }
  for (int i = 1; i < 50; ++i) {
    const double x = 1 + std::ldexp(1.0, -i);
    ASSERT_LT(relative_error(exact_log(x), std::log(static_cast<long double>(x))), 1e-14) << x;
  }
}

TEST(ExactMath, ExponentialEndsInZeroAndInfinity) {
  EXPECT_EQ(exact_exp(-800), 0);
  EXPECT_EQ(exact_exp(-1e300), 0);
  EXPECT_TRUE(std::isinf(exact_exp(800)));
  EXPECT_TRUE(std::isfinite(exact_exp(709)));
  EXPECT_GT(exact_exp(-708), 0);
}

std::uint64_t bits_of(double x) {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

// Golden: if one of these moves, every scenario's hash moves with it.
TEST(ExactMath, GivesTheSameBitsEverywhere) {
  std::uint64_t digest = 0;
  for (int i = -1000; i <= 1000; ++i) {
    digest = mix64(digest ^ bits_of(exact_exp(i * 0.617)));
    digest = mix64(digest ^ bits_of(exact_log(std::ldexp(1 + (i + 1000) * 0.0004, i))));
  }
  EXPECT_EQ(digest, 0x83d9168957259bfb);
}

}  // namespace
}  // namespace hubbub::sim
