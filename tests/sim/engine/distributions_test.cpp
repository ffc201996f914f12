#include "sim/engine/distributions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/base/hash.hpp"
#include "sim/engine/random.hpp"

namespace hubbub::sim {
namespace {

constexpr int draws = 1'000'000;

/// The greatest distance between the draws' distribution and the true one, times the root of their
/// number (Kolmogorov). Above 1.95 once in a thousand.
template <class Draw, class Cumulative>
double kolmogorov(Draw draw, Cumulative cumulative) {
  std::vector<double> values(draws);
  for (double& value : values) value = draw();
  std::sort(values.begin(), values.end());
  double greatest = 0;
  for (int i = 0; i < draws; ++i) {
    const double p = cumulative(values[static_cast<std::size_t>(i)]);
    greatest = std::max(
        {greatest, p - static_cast<double>(i) / draws, static_cast<double>(i + 1) / draws - p});
  }
  return greatest * std::sqrt(draws);
}

double normal_cumulative(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

TEST(Distributions, ExponentialIsExponential) {
  Random random(1, 0, 0);
  EXPECT_LT(kolmogorov([&] { return draw_exponential(random); },
                       [](double x) { return -std::expm1(-x); }),
            1.95);
}

TEST(Distributions, NormalIsNormal) {
  Random random(1, 0, 0);
  EXPECT_LT(kolmogorov([&] { return draw_normal(random); }, normal_cumulative), 1.95);
}

// Beyond the ziggurat's base other code draws, too rarely for the test above to see it.
TEST(Distributions, TailsAreAsLikelyAsTheyShouldBe) {
  Random random(2, 0, 0);
  constexpr int many = 20'000'000;
  int normal = 0, exponential = 0, far_exponential = 0;
  for (int i = 0; i < many; ++i) {
    if (std::abs(draw_normal(random)) > 3.7) ++normal;
    const double x = draw_exponential(random);
    if (x > 7.7) ++exponential;
    if (x > 9) ++far_exponential;
  }
  const auto expect_share = [](int count, double probability) {
    const double expected = many * probability;
    EXPECT_NEAR(count, expected, 4 * std::sqrt(expected));
  };
  expect_share(normal, std::erfc(3.7 / std::sqrt(2.0)));
  expect_share(exponential, std::exp(-7.7));
  expect_share(far_exponential, std::exp(-9.0));
}

TEST(Distributions, UniformStaysWithinItsBounds) {
  Random random(3, 0, 0);
  const Sampler sampler = Sampler::uniform(10, 50);
  EXPECT_LT(
      kolmogorov([&] { return sampler.draw(random); }, [](double x) { return (x - 10) / 40; }),
      1.95);
}

TEST(Distributions, LognormalHasItsMedianAndItsNinetyNinthPercentile) {
  Random random(4, 0, 0);
  const Sampler sampler = Sampler::lognormal(40e6, 200e6);
  std::vector<double> values(draws);
  for (double& value : values) value = sampler.draw(random);
  std::sort(values.begin(), values.end());
  EXPECT_NEAR(values[draws / 2], 40e6, 0.2e6);
  EXPECT_NEAR(values[draws / 100 * 99], 200e6, 3e6);
}

TEST(Distributions, NormalSamplesAreNeverNegative) {
  Random random(5, 0, 0);
  const Sampler sampler = Sampler::normal(1, 2);
  int zeros = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double value = sampler.draw(random);
    ASSERT_GE(value, 0);
    if (value == 0) ++zeros;
  }
  EXPECT_NEAR(zeros, 10'000 * normal_cumulative(-0.5), 300);
}

TEST(Distributions, MeansAreWhatIsDrawn) {
  Random random(6, 0, 0);
  for (const Sampler& sampler :
       {Sampler::constant(7), Sampler::uniform(2, 4), Sampler::exponential(3),
        Sampler::normal(10, 1), Sampler::lognormal(2, 5)}) {
    double sum = 0;
    for (int i = 0; i < draws; ++i) sum += sampler.draw(random);
    EXPECT_NEAR(sum / draws, sampler.mean(), 0.01 * sampler.mean());
  }
}

TEST(Distributions, IntegersAreRoundedAndBounded) {
  Random random(7, 0, 0);
  EXPECT_EQ(Sampler::constant(2.5).draw_integer(random), 3);
  EXPECT_EQ(Sampler::constant(2.4).draw_integer(random), 2);
  EXPECT_EQ(Sampler::constant(-5).draw_integer(random), 0);
  EXPECT_EQ(Sampler::constant(1e300).draw_integer(random), std::int64_t{1} << 53);
  EXPECT_EQ(Sampler().draw_integer(random), 0);
}

std::uint64_t bits_of(double x) {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

template <class Draw>
std::uint64_t digest_of(Draw draw) {
  Random random(42, 7, 9);
  std::uint64_t digest = 0;
  for (int i = 0; i < 100'000; ++i) digest = mix64(digest ^ bits_of(draw(random)));
  return digest;
}

// Golden: if one of these moves, every scenario's hash moves with it.
TEST(Random, GivesTheSameStreamsEverywhere) {
  Random random(42, 7, 9);
  EXPECT_EQ(random.bits(), 0x93e556f66380d5cf);
  EXPECT_EQ(random.bits(), 0xc2a6b4fc747faeb2);
  EXPECT_EQ(Random(42, 7, 10).bits(), 0xb1ad2ecf79a7a25c);
  EXPECT_EQ(Random(42, 8, 9).bits(), 0x594fbb23eee047c6);
  EXPECT_EQ(random.unit(), 0x1.597b7c1fef94fp-1);
  EXPECT_EQ(random.below(1000), 415u);
}

TEST(Distributions, GiveTheSameBitsEverywhere) {
  const auto sampled = [](const Sampler& sampler) {
    return digest_of([&](Random& random) { return sampler.draw(random); });
  };
  EXPECT_EQ(digest_of(draw_exponential), 0x9aeb05ea3fa0f9c5);
  EXPECT_EQ(digest_of(draw_normal), 0x8e2dc6e43c18448a);
  EXPECT_EQ(sampled(Sampler::uniform(10, 50)), 0xfe65bc0b1bc1c44);
  EXPECT_EQ(sampled(Sampler::normal(40e6, 5e6)), 0x7ea9df43bdc813a0);
  EXPECT_EQ(sampled(Sampler::lognormal(40e6, 200e6)), 0xe453478c899d88b3);
}

TEST(Random, StreamsDoNotMoveEachOther) {
  Random a(1, 1, 1);
  Random b(1, 1, 2);
  const std::uint64_t first = a.bits();
  Random again(1, 1, 1);
  for (int i = 0; i < 100; ++i) b.bits();
  EXPECT_EQ(again.bits(), first);
}

TEST(Random, BelowIsEven) {
  Random random(8, 0, 0);
  std::vector<int> counts(10);
  for (int i = 0; i < draws; ++i) ++counts[random.below(10)];
  for (const int count : counts) EXPECT_NEAR(count, draws / 10, 1'500);
}

}  // namespace
}  // namespace hubbub::sim
