#include "sim/engine/histogram.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "sim/engine/random.hpp"

namespace hubbub::sim {
namespace {

std::vector<std::int64_t> values_of_all_sizes(std::uint64_t seed, std::size_t count) {
  Random random(seed, 0, 0);
  std::vector<std::int64_t> values(count);
  for (auto& value : values) {
    value = static_cast<std::int64_t>(random.bits() >> (1 + random.below(63)));
  }
  return values;
}

/// Nearest rank, on the values themselves.
std::int64_t exact_percentile(const std::vector<std::int64_t>& sorted, double percent) {
  const auto rank = static_cast<std::size_t>(
      std::ceil(percent / 100 * static_cast<double>(sorted.size()) - 1e-9));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

RC_GTEST_PROP(Histogram, PercentilesAreWithinOnePercentOfTheExactOnes, (std::uint64_t seed)) {
  Random random(seed, 1, 0);
  auto values = values_of_all_sizes(seed, 1 + random.below(5000));
  Histogram histogram;
  for (const auto value : values) histogram.record(value);
  std::sort(values.begin(), values.end());
  for (const double percent : {0.0, 1.0, 25.0, 50.0, 75.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
    const auto exact = static_cast<double>(exact_percentile(values, percent));
    const auto found = static_cast<double>(histogram.percentile(percent));
    RC_ASSERT(std::abs(found - exact) <= 0.004 * exact);
  }
  RC_ASSERT(histogram.min() == values.front());
  RC_ASSERT(histogram.max() == values.back());
  RC_ASSERT(histogram.count() == values.size());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  const double mean = sum / static_cast<double>(values.size());
  RC_ASSERT(std::abs(histogram.mean() - mean) <= 1e-9 * mean);
}

RC_GTEST_PROP(Histogram, MergingIsRecordingBoth, (std::uint64_t seed)) {
  Histogram left, right, both;
  for (const auto value : values_of_all_sizes(seed, seed % 100)) {
    left.record(value);
    both.record(value);
  }
  for (const auto value : values_of_all_sizes(seed + 1, seed % 77)) {
    right.record(value, 3);
    both.record(value, 3);
  }
  left.merge(right);
  RC_ASSERT(left == both);
}

TEST(Histogram, IsExactForSmallValues) {
  Histogram histogram;
  for (int value = 0; value < 256; ++value) histogram.record(value);
  for (int rank = 1; rank <= 256; ++rank) {
    EXPECT_EQ(histogram.percentile(100.0 * rank / 256), rank - 1);
  }
}

TEST(Histogram, TakesTheGreatestValueThereIs) {
  Histogram histogram;
  constexpr auto greatest = std::numeric_limits<std::int64_t>::max();
  histogram.record(greatest, 1'000'000);
  EXPECT_EQ(histogram.max(), greatest);
  EXPECT_NEAR(histogram.mean() / static_cast<double>(greatest), 1, 1e-9);
  EXPECT_EQ(histogram.percentile(100), greatest);
}

TEST(Histogram, OfNothingIsZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.percentile(99), 0);
  EXPECT_EQ(histogram.mean(), 0);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
}

TEST(Histogram, TellsTheLastTenThousandthFromTheRest) {
  Histogram histogram;
  histogram.record(1, 9'999);
  histogram.record(100, 1);
  EXPECT_EQ(histogram.percentile(99.99), 1);
  EXPECT_EQ(histogram.percentile(99.995), 100);
}

}  // namespace
}  // namespace hubbub::sim
