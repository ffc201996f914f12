#include "sim/report/verdict.hpp"

#include "tests/sim/report/a_summary.hpp"

namespace hubbub::sim {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Verdict, OfAGoodRun) { expect_golden("good.txt", verdict_text(a_good_run(), {})); }

TEST(Verdict, OfABadRun) { expect_golden("bad.txt", verdict_text(a_bad_run(), {})); }

TEST(Verdict, OfABadRunInColour) {
  expect_golden("bad_colour.txt",
                verdict_text(a_bad_run(), {.colour = true, .unicode = true, .width = 100}));
}

TEST(Verdict, FitsOneScreen) {
  for (const Summary& summary : {a_good_run(), a_bad_run()}) {
    const auto lines = lines_of(verdict_text(summary, {}));
    EXPECT_LE(lines.size(), 48u);
    for (const std::string& line : lines) EXPECT_LE(columns(line), 80u) << line;
  }
}

TEST(Verdict, SaysHowAvailableItWasWhereItIsNarrow) {
  const std::string text = verdict_text(a_good_run(), {.width = 40});
  EXPECT_THAT(text, HasSubstr("  no fault (120 s): send 100 %, change\n    -\n"));
  EXPECT_THAT(text, HasSubstr("  crash 5 (40 s): send 99.67 %, change\n    88.89 %\n"));
}

TEST(Verdict, SaysWhichFaultsThereWereWhateverElseThereIs) {
  Summary s = a_good_run();
  s.availability.clear();
  EXPECT_THAT(verdict_text(s, {}), HasSubstr("Faults that took effect: crash 5, slow_sync 2\n"));
  EXPECT_THAT(verdict_text(a_bad_run(), {}), HasSubstr("took effect: crash 5, slow_sync 2\n"));
}

TEST(Verdict, IsPlainAsciiWhereThereIsNoTerminal) {
  Summary s = a_bad_run();
  s.scenario = "caf\u00e9\x1b[2J";
  s.about = "\u2713\nlines";
  for (const char c : verdict_text(s, {})) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f));
}

TEST(Verdict, OfAWantedViolationHolds) {
  Summary s = a_good_run();
  check_of(s, "acked-kept").violated = 1;
  s.wanted_violations = {"acked-kept"};
  s.violations = {{"acked-kept", 1s, "1 of c_1_2 was acknowledged and is not stored", {}}};
  const std::string text = verdict_text(s, {});
  EXPECT_THAT(text, StartsWith("+ first-light: holds\n"));
  EXPECT_THAT(text, HasSubstr("acked-kept (wanted) at 1.000000 s"));
}

TEST(Verdict, ShowsWhatNobodyWantedFirst) {
  Summary s = a_good_run();
  check_of(s, "acked-kept").violated = 3;
  check_of(s, "no-gaps").violated = 1;
  s.wanted_violations = {"acked-kept"};
  for (int i = 0; i < 3; ++i) s.violations.push_back({"acked-kept", 1s, "a wanted one", {}});
  s.violations.push_back({"no-gaps", 2s, "an unwanted one", {}});
  const std::string text = verdict_text(s, {});
  EXPECT_LT(text.find("an unwanted one"), text.find("a wanted one"));
  EXPECT_THAT(text, HasSubstr("and 1 more"));
}

TEST(Verdict, SaysThatARunWasInterruptedOrFailedOrDiffered) {
  Summary s = a_good_run();
  s.interrupted = true;
  EXPECT_THAT(verdict_text(s, {}), StartsWith("x first-light: interrupted\n"));
  s.repeated_alike = false;
  s.difference = "in the window from 3 s, server 2";
  EXPECT_THAT(verdict_text(s, {}),
              StartsWith("x first-light: two runs differ: in the window from 3 s, server 2\n"));
  s.failure = "out of memory";
  EXPECT_THAT(verdict_text(s, {}),
              StartsWith("x first-light: the program itself failed: out of memory\n"));
}

TEST(Verdict, CutsLongListsAndSaysSo) {
  Summary s = a_good_run();
  for (int i = 0; i < 100; ++i)
    s.metrics.push_back({"metric" + std::to_string(i), 1, MetricUnit::count});
  EXPECT_THAT(verdict_text(s, {}), HasSubstr("and 83 more in the summary file"));
}

TEST(Verdict, SurvivesASummaryWithNothingInIt) {
  EXPECT_THAT(verdict_text({}, {}), HasSubstr("nothing was checked"));
  EXPECT_THAT(verdict_text({}, {.width = 1}), HasSubstr("nothing was"));
}

TEST(Verdict, TellsLivenessApartFromSafety) {
  Summary s = a_bad_run();
  EXPECT_THAT(verdict_text(s, {}),
              StartsWith("x crash-unsynced: safety is broken: acked-kept; liveness: settled\n"));
  check_of(s, "acked-kept").violated = 0;
  EXPECT_THAT(verdict_text(s, {}), StartsWith("x crash-unsynced: liveness is broken: settled\n"));
}

TEST(Verdict, SaysWhatAComparisonOfTwoRunsGave) {
  Summary s = a_good_run();
  EXPECT_THAT(verdict_text(s, {}), Not(HasSubstr("verified")));
  s.repeated_alike = true;
  EXPECT_THAT(verdict_text(s, {}), HasSubstr("\n  verified: both runs alike\n"));
  EXPECT_THAT(verdict_line(s, {}), HasSubstr("verified: both runs alike"));
  s.repeated_alike = false;
  EXPECT_THAT(verdict_text(s, {}), HasSubstr("\n  verified: the two runs differ\n"));
}

TEST(Verdict, DoesNotBlameAnInterruptedRunForWhatItDidNotComeTo) {
  Summary s = a_good_run();
  s.expectations[1].met = false;
  EXPECT_THAT(verdict_text(s, {}), HasSubstr("\n  x crash"));
  s.interrupted = true;
  EXPECT_THAT(verdict_text(s, {}), HasSubstr("\n  - crash"));
  EXPECT_THAT(verdict_text(s, {}), HasSubstr("wanted >= 3, not come to\n"));
}

TEST(Verdict, CountsRunsBelowThem) {
  EXPECT_EQ(tally(std::vector<int>(8, 0), 0), "8 runs: 8 hold\n");
  EXPECT_EQ(tally(std::vector{0, 3, 1, 130}, 2),
            "6 runs: 1 holds, 1 missed an expectation, 1 broke safety, 1 interrupted, 2 not "
            "begun\n");
}

TEST(Verdict, FitsALineForRunsSideBySide) {
  const std::string line = verdict_line(a_bad_run(), {});
  EXPECT_THAT(
      line,
      StartsWith("x crash-unsynced: safety is broken: acked-kept; liveness: settled (seed 7"));
  EXPECT_EQ(lines_of(line).size(), 1u);
  EXPECT_THAT(verdict_line(a_good_run(), {}), Not(HasSubstr("broken")));
}

}  // namespace
}  // namespace hubbub::sim
