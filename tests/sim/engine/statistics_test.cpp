#include "sim/engine/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/engine/distributions.hpp"
#include "sim/engine/random.hpp"

namespace hubbub::sim {
namespace {

TEST(MeanVariance, KeepsSmallDifferencesOfLargeValues) {
  MeanVariance values;
  for (const double value : {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}) values.add(value);
  EXPECT_DOUBLE_EQ(values.mean(), 1e9 + 10);
  EXPECT_DOUBLE_EQ(values.variance(), 30);
}

TEST(MeanVariance, OfFewerThanTwoHasNoVariance) {
  MeanVariance values;
  EXPECT_EQ(values.variance(), 0);
  values.add(5);
  EXPECT_EQ(values.variance(), 0);
  EXPECT_EQ(values.mean(), 5);
}

// Tables of Student's t, two-sided 99.9%.
TEST(Confidence, UsesStudentsFactor) {
  EXPECT_NEAR(student_t_999(19), 3.883, 0.02);
  EXPECT_NEAR(student_t_999(30), 3.646, 0.01);
  EXPECT_NEAR(student_t_999(60), 3.460, 0.005);
  EXPECT_NEAR(student_t_999(1e9), 3.291, 0.001);
}

/// How many of 2,000 intervals contain the truth; `run(random)` makes one around 0.
template <class Run>
int covered(Run run) {
  int count = 0;
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    Random random(i, 0, 0);
    if (run(random).contains(0)) ++count;
  }
  return count;
}

// 99.9% of 2,000 is 1,998; fewer than 1,992 has a chance of 10^-3, fewer than 2,000 of 86%.
TEST(Confidence, IntervalsOfBatchesContainTheTruthAsOftenAsTheySay) {
  const int count = covered([](Random& random) {
    BatchMeans means(500);
    double level = 0;  // each value depends on the one before
    for (int i = 0; i < 30 * 500; ++i) means.add(level = 0.8 * level + draw_normal(random));
    return means.confidence_999();
  });
  EXPECT_GE(count, 1'990);
  EXPECT_LT(count, 2'000) << "the intervals are too wide to be 99.9%";
}

TEST(Confidence, ControlsNarrowTheIntervalAndKeepItTrue) {
  double plain_width = 0;
  double controlled_width = 0;
  const int count = covered([&](Random& random) {
    ControlledMeans controlled;
    MeanVariance plain;
    for (int i = 0; i < 30; ++i) {
      const double control = draw_normal(random);
      const double value = 3 * control + draw_normal(random);
      controlled.add(value, control);
      plain.add(value);
    }
    plain_width += confidence_999(plain).half_width;
    controlled_width += controlled.confidence_999().half_width;
    return controlled.confidence_999();
  });
  EXPECT_GE(count, 1'990);
  EXPECT_LT(controlled_width, 0.4 * plain_width);
}

TEST(BatchMeans, LeavesTheUnfinishedBatchOut) {
  BatchMeans means(10);
  for (int i = 0; i < 209; ++i) means.add(i < 200 ? 1 : 1000);
  EXPECT_EQ(means.batches(), 20u);
  EXPECT_EQ(means.confidence_999().mean, 1);
  EXPECT_EQ(means.confidence_999().half_width, 0);
}

TEST(TimeAverage, WeighsLevelsByTheirTime) {
  TimeAverage average(10s, 2);
  average.set(11s, 4);
  average.add(13s, -3);
  EXPECT_DOUBLE_EQ(average.average(15s), (2.0 * 1 + 4.0 * 2 + 1.0 * 2) / 5);
  EXPECT_EQ(average.level(), 1);
  average.restart(15s);
  EXPECT_DOUBLE_EQ(average.average(15s), 1);
  average.set(16s, 3);
  EXPECT_DOUBLE_EQ(average.average(17s), 2);
}

TEST(LittlesLaw, HoldsForBooksThatBalance) {
  LittlesLaw law;
  law.arrive(1s);
  law.arrive(2s);
  law.depart(4s, 3s);
  law.depart(8s, 6s);
  EXPECT_NEAR(law.mean_present(10s), 0.9, 1e-12);
  EXPECT_NEAR(law.arrival_rate(10s) * 1e9, 0.2, 1e-12);
  EXPECT_NEAR(law.mean_sojourn(), 4.5e9, 1e-3);
  EXPECT_LT(law.discrepancy(10s), 1e-12);
}

TEST(LittlesLaw, IsBrokenByATimeThatIsWrong) {
  LittlesLaw law;
  law.arrive(1s);
  law.depart(4s, 2s);
  EXPECT_GT(law.discrepancy(10s), 0.3);
}

}  // namespace
}  // namespace hubbub::sim
