// A log that does right passes the conformance suite, and one that does anything wrong does not.
#include "tests/core/store/log_conformance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>

#include <set>

#include "tests/core/store/reference_log.hpp"

namespace hubbub::test {
namespace {

INSTANTIATE_TEST_SUITE_P(Reference, LogConformance,
                         log_checks(LogMaker{
                             "Reference", [] { return std::make_unique<ReferenceLogWorld>(); }}),
                         log_check_name);

/// The checks that a log with this defect does not pass.
std::set<std::string> failed_by(LogDefect defect) {
  std::set<std::string> failed;
  for (const LogCheck& check : all_log_checks()) {
    ReferenceLogWorld world(defect);
    LogSuite suite(world);
    testing::TestPartResultArray results;
    {
      const testing::ScopedFakeTestPartResultReporter reporter(
          testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
      (suite.*check.run)();
    }
    for (int i = 0; i < results.size(); ++i)
      if (results.GetTestPartResult(i).failed()) failed.insert(check.name);
  }
  return failed;
}

TEST(LogConformanceSuite, EveryDefectIsNoticed) {
  using D = LogDefect;
  const std::map<D, std::string> noticed_by{
      {D::drops, "FindsWhatWasAcceptedAndNothingElse"},
      {D::reorders, "ReadsFromAfterAnyPosition"},
      {D::changes, "ContentsNeverChange"},
      {D::forgets_partitions, "KeepsPartitionsApart"},
      {D::numbers_again, "GivesPositionsThatGrow"},
      {D::keeps_refused, "WhatWasRefusedNeverAppears"},
      {D::loses_late, "WhatEndedUnknownMayLandAfterTheTailWasRead"},
      {D::lands_in_the_middle, "WhatEndedUnknownMayLandAfterTheTailWasRead"},
      {D::leaves_a_hole, "AStaleReaderMissesNothingUpToWhereItSees"},
      {D::overfills, "HoldsToTheBoundsOfAPage"},
      {D::ends_early, "HoldsToTheBoundsOfAPage"},
      {D::answers_at_once, "GivesPositionsThatGrow"},
      {D::answers_twice, "GivesPositionsThatGrow"},
      {D::never_wakes, "AWaitingReadIsAnsweredByTheNextRecord"},
      {D::waits_for_ever, "AWaitingReadEndsWithItsWait"},
      {D::trims_too_much, "TrimmingLosesNothingAbove"},
      {D::trims_back, "TrimmingBelowAnEarlierTrimDoesNothing"},
      {D::hides_trims, "AReadFromBelowTheTrimBeginsAtTheFirst"},
      {D::begins_anew, "TrimmingAllKeepsPositionsGrowing"},
  };
  EXPECT_THAT(failed_by(D::none), testing::IsEmpty());
  for (int d = 1; d <= static_cast<int>(last_of(D{})); ++d) {
    const auto defect = static_cast<D>(d);
    ASSERT_TRUE(noticed_by.contains(defect)) << d;
    EXPECT_THAT(failed_by(defect), testing::Contains(noticed_by.at(defect))) << d;
  }
}

/// A check that no defect fails would not have to be there.
TEST(LogConformanceSuite, EveryCheckNoticesSomething) {
  std::set<std::string> notices;
  for (int d = 1; d <= static_cast<int>(last_of(LogDefect{})); ++d)
    notices.merge(failed_by(static_cast<LogDefect>(d)));
  for (const LogCheck& check : all_log_checks()) EXPECT_TRUE(notices.contains(check.name)) << check.name;
}

}  // namespace
}  // namespace hubbub::test
