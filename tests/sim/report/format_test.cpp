#include "sim/report/format.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace hubbub::sim {
namespace {

TEST(Format, DurationsHaveThreeDigitsAndTheUnitThatSuits) {
  EXPECT_EQ(format_duration(0ns), "0 ns");
  EXPECT_EQ(format_duration(850ns), "850 ns");
  EXPECT_EQ(format_duration(1'500ns), "1.5 us");
  EXPECT_EQ(format_duration(412ms), "412 ms");
  EXPECT_EQ(format_duration(1'239ms), "1.24 s");
  EXPECT_EQ(format_duration(30s), "30 s");
  EXPECT_EQ(format_duration(200s), "3 min 20 s");
  EXPECT_EQ(format_duration(10min), "10 min");
  EXPECT_EQ(format_duration(125min), "2 h 5 min");
  EXPECT_EQ(format_duration(99h), "4 d 3 h");
  EXPECT_EQ(format_duration(-412ms), "-412 ms");
  EXPECT_EQ(format_duration(never), "never");
}

TEST(Format, RoundingCarriesIntoTheNextUnit) {
  EXPECT_EQ(format_duration(999'600us), "1 s");
  EXPECT_EQ(format_duration(999'400us), "999 ms");
  EXPECT_EQ(format_duration(59'960ms), "1 min");
  EXPECT_EQ(format_duration(3'599'600ms), "1 h");
  EXPECT_EQ(format_duration(24h - 20s), "1 d");
  EXPECT_EQ(format_bytes(1023.9), "1 KiB");
  EXPECT_EQ(format_rate(999'600), "1 M/s");
}

TEST(Format, SizesAreBinaryAndRatesDecimal) {
  EXPECT_EQ(format_bytes(12), "12 B");
  EXPECT_EQ(format_bytes(1.31 * 1024 * 1024 * 1024), "1.31 GiB");
  EXPECT_EQ(format_rate(412), "412/s");
  EXPECT_EQ(format_rate(0.25), "0.25/s");
  EXPECT_EQ(format_rate(12'400), "12.4 k/s");
  EXPECT_EQ(format_rate(1'200'000), "1.2 M/s");
}

TEST(Format, CountsAreGrouped) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1'000), "1,000");
  EXPECT_EQ(format_count(1'234'567), "1,234,567");
  EXPECT_EQ(format_count(-123'456), "-123,456");
  EXPECT_EQ(format_count(-123), "-123");
  EXPECT_EQ(format_count(0.25), "0.25");
}

TEST(Format, RoughCountsAreAtMostSixColumns) {
  EXPECT_EQ(format_rough_count(0), "0");
  EXPECT_EQ(format_rough_count(9'999), "9,999");
  EXPECT_EQ(format_rough_count(24'690), "24.7 k");
  EXPECT_EQ(format_rough_count(1'200'000), "1.2 M");
  for (double count = 1; count < 1e15; count *= 1.37)
    EXPECT_LE(format_rough_count(std::floor(count)).size(), 6u) << count;
}

TEST(Format, SharesArePercent) {
  EXPECT_EQ(format_share(1), "100 %");
  EXPECT_EQ(format_share(0.9995), "99.95 %");
  EXPECT_EQ(format_share(0), "0 %");
}

TEST(Format, WhatWasNotMeasuredIsADash) {
  EXPECT_EQ(format_value(std::numeric_limits<double>::quiet_NaN(), MetricUnit::duration), "-");
  EXPECT_EQ(format_value(412e6, MetricUnit::duration), "412 ms");
  EXPECT_EQ(format_value(1e300, MetricUnit::duration), "never");
  EXPECT_EQ(format_value(1e300, MetricUnit::count).substr(0, 3), "100");
}

}  // namespace
}  // namespace hubbub::sim
