#include "sim/report/exit_status.hpp"

#include "tests/sim/report/a_summary.hpp"

namespace hubbub::sim {
namespace {

TEST(ExitStatus, OfSeveralIsTheFirstOf70And5And3And4And6And1) {
  Outcome outcome;
  EXPECT_EQ(exit_status(outcome), 0);
  outcome.expectation_missed = true;
  EXPECT_EQ(exit_status(outcome), 1);
  outcome.vacuous = true;
  EXPECT_EQ(exit_status(outcome), 6);
  outcome.liveness_broken = true;
  EXPECT_EQ(exit_status(outcome), 4);
  outcome.safety_broken = true;
  EXPECT_EQ(exit_status(outcome), 3);
  outcome.not_deterministic = true;
  EXPECT_EQ(exit_status(outcome), 5);
  outcome.program_failed = true;
  EXPECT_EQ(exit_status(outcome), 70);
}

TEST(ExitStatus, OfAnInterruptedRunIs130UnlessSomethingBroke) {
  EXPECT_EQ(exit_status({.interrupted = true, .vacuous = true, .expectation_missed = true}), 130);
  EXPECT_EQ(exit_status({.safety_broken = true, .interrupted = true}), 3);
}

TEST(ExitStatus, OfBadInputIs2) { EXPECT_EQ(exit_status({.bad_input = true}), 2); }

TEST(ExitStatus, OfAGoodRunIs0) { EXPECT_EQ(exit_status(a_good_run()), 0); }

TEST(ExitStatus, OfAnUnwantedViolationIs3Or4) {
  Summary s = a_good_run();
  check_of(s, "caught-up").violated = 1;
  EXPECT_EQ(exit_status(s), 4);
  check_of(s, "acked-kept").violated = 1;
  EXPECT_EQ(exit_status(s), 3);
}

TEST(ExitStatus, OfAWantedViolationIs0) {
  Summary s = a_good_run();
  check_of(s, "acked-kept").violated = 1;
  s.wanted_violations = {"acked-kept"};
  s.expectations.push_back({"acked-kept", "> 0", 1, MetricUnit::count, true});
  EXPECT_EQ(exit_status(s), 0);
  // That finding, and only that one.
  check_of(s, "no-gaps").violated = 1;
  EXPECT_EQ(exit_status(s), 3);
}

TEST(ExitStatus, OfAWantedViolationThatIsAbsentIs1) {
  Summary s = a_good_run();
  s.wanted_violations = {"acked-kept"};
  s.expectations.push_back({"acked-kept", "> 0", 0, MetricUnit::count, false});
  EXPECT_EQ(exit_status(s), 1);
}

TEST(ExitStatus, OfARunThatComparedNothingIs6) {
  Summary s = a_good_run();
  s.checks = all_compared(0);
  EXPECT_EQ(exit_status(s), 6);
  s.checks.clear();
  EXPECT_EQ(exit_status(s), 6);
  s.interrupted = true;
  EXPECT_EQ(exit_status(s), 130);
}

TEST(ExitStatus, OfTwoRunsThatDifferIs5) {
  Summary s = a_good_run();
  s.repeated_alike = true;
  EXPECT_EQ(exit_status(s), 0);
  s.repeated_alike = false;
  EXPECT_EQ(exit_status(s), 5);
}

TEST(ExitStatus, OfACampaignIsItsWorst) {
  EXPECT_EQ(worse(0, 0), 0);
  EXPECT_EQ(worse(1, 0), 1);
  EXPECT_EQ(worse(1, 6), 6);
  EXPECT_EQ(worse(4, 3), 3);
  EXPECT_EQ(worse(3, 5), 5);
  EXPECT_EQ(worse(130, 1), 130);
  EXPECT_EQ(worse(4, 2), 4);
  EXPECT_EQ(worse(139, 3), 70) << "ended by a signal";
}

}  // namespace
}  // namespace hubbub::sim
