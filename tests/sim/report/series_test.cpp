#include "sim/report/series.hpp"

#include <gmock/gmock.h>

#include <array>
#include <limits>

namespace hubbub::sim {
namespace {

TEST(Series, IsWrittenAsCsv) {
  SeriesTable series({"time_s", "online", "ack_p99_ms"});
  series.add_row(std::array{0.0, 1000.0, std::numeric_limits<double>::quiet_NaN()});
  series.add_row(std::array{0.1, 2000.0, 41.25});
  EXPECT_EQ(series.rows(), 2u);
  EXPECT_EQ(series_csv(series), "time_s,online,ack_p99_ms\r\n0,1000,\r\n0.1,2000,41.25\r\n");
}

TEST(Series, QuotesNamesThatNeedIt) {
  EXPECT_EQ(series_csv(SeriesTable({"a,b", "say \"hi\"", "two\nlines", "plain"})),
            "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",plain\r\n");
}

TEST(Series, NumbersReadBackAsTheSame) {
  const double odd = 0.1 + 0.2;
  SeriesTable series({"x"});
  series.add_row(std::array{odd});
  EXPECT_EQ(std::stod(series_csv(series).substr(3)), odd);
}

TEST(Series, TakesWhatTheEngineRecorded) {
  TimeSeries recorded(
      500ms, {{"sends", TimeSeries::Kind::counted}, {"online", TimeSeries::Kind::sampled}});
  recorded.sample(0ms, 1, 3);
  recorded.count(100ms, 0);
  recorded.count(700ms, 0, 2);
  recorded.finish(1s);
  EXPECT_EQ(series_csv(series_of(recorded)), "time_s,sends,online\r\n0,1,3\r\n0.5,2,3\r\n");
}

TEST(SeriesDeathTest, ARowHasOneValueForEachColumn) {
  SeriesTable series({"a", "b"});
  EXPECT_DEATH(series.add_row(std::array{1.0}), "columns");
}

}  // namespace
}  // namespace hubbub::sim
