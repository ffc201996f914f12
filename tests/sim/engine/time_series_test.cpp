#include "sim/engine/time_series.hpp"

#include <gtest/gtest.h>

namespace hubbub::sim {
namespace {

TimeSeries sent_and_online() {
  return TimeSeries(1s,
                    {{"sent", TimeSeries::Kind::counted}, {"online", TimeSeries::Kind::sampled}});
}

TEST(TimeSeries, CountsWithinRowsAndCarriesLevelsOn) {
  TimeSeries series = sent_and_online();
  series.sample(0s, 1, 10);
  series.count(100ms, 0);
  series.count(999ms, 0, 2);
  series.count(1s, 0);
  series.sample(3500ms, 1, 20);
  series.finish(4s);
  ASSERT_EQ(series.rows(), 4u);
  EXPECT_EQ(series.at(0, 0), 3);
  EXPECT_EQ(series.at(1, 0), 1);
  EXPECT_EQ(series.at(2, 0), 0);
  EXPECT_EQ(series.at(0, 1), 10);
  EXPECT_EQ(series.at(2, 1), 10);
  EXPECT_EQ(series.at(3, 1), 20);
}

TEST(TimeSeries, KeepsTheRowThatHadBegun) {
  TimeSeries series = sent_and_online();
  series.count(2500ms, 0);
  series.finish(2600ms);
  ASSERT_EQ(series.rows(), 3u);
  EXPECT_EQ(series.at(2, 0), 1);
}

TEST(TimeSeries, OfNoTimeHasNoRows) {
  TimeSeries series = sent_and_online();
  series.finish(0s);
  EXPECT_EQ(series.rows(), 0u);
}

}  // namespace
}  // namespace hubbub::sim
