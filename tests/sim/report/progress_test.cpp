#include "sim/report/progress.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

namespace hubbub::sim {
namespace {

ProgressFigures halfway() {
  return {.virtual_time = 22s,
          .total = 1min,
          .speed = 1234.6,
          .events_per_second = 194'000,
          .online = 100'000,
          .p99 = 412ms,
          .left = 3s};
}

TEST(Progress, IsOneLineOf80Columns) {
  const std::string line = progress_line(halfway());
  EXPECT_EQ(line, " 36% 00:22/01:00  1,234x  194 k ev/s  100,000 online  p99 412 ms  00:03 left");
}

TEST(Progress, LeavesOutTheLeastImportantWhereItIsNarrow) {
  EXPECT_EQ(progress_line(halfway(), 60), " 36% 00:22/01:00  1,234x  100,000 online  00:03 left");
  EXPECT_EQ(progress_line(halfway(), 20), " 36% 00:22/01:00");
  EXPECT_EQ(progress_line(halfway(), 3), " 36");
}

TEST(Progress, SaysNothingOfWhatIsNotKnown) {
  ProgressFigures p = halfway();
  p.p99.reset();
  p.left.reset();
  p.total = {};
  EXPECT_EQ(progress_line(p), "  0% 00:22/00:00  1,234x  194 k ev/s  100,000 online");
}

TEST(Progress, DoesNotCountDownFromNothing) {
  ProgressFigures p = halfway();
  p.left = 999ms;
  EXPECT_EQ(progress_line(p), " 36% 00:22/01:00  1,234x  194 k ev/s  100,000 online  p99 412 ms");
}

RC_GTEST_PROP(Progress, AlwaysFits, ()) {
  ProgressFigures p;
  p.virtual_time = Duration(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 60));
  p.total = Duration(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 60));
  p.speed = static_cast<double>(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000));
  p.events_per_second = static_cast<double>(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000));
  p.online = *rc::gen::arbitrary<std::uint64_t>();
  p.p99 = Duration(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 60));
  p.left = Duration(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 60));
  RC_ASSERT(progress_line(p).size() <= 80u);
}

TEST(TerminalLine, CoversWhatWasThereBefore) {
  TerminalLine line;
  EXPECT_EQ(line.clear(), "");
  EXPECT_EQ(line.show("abcdef"), "\rabcdef");
  EXPECT_EQ(line.show("xy"), "\rxy    ");
  EXPECT_EQ(line.show("abc"), "\rabc");
  EXPECT_EQ(line.clear(), "\r   \r");
  EXPECT_EQ(line.clear(), "");
}

}  // namespace
}  // namespace hubbub::sim
