// What any replicated log does (core/store/replicated_log.hpp): a suite that each must pass. To join,
// include this in one source of a test program, write a LogWorld and
//
//   INSTANTIATE_TEST_SUITE_P(Reference, LogConformance, log_checks(LogMaker{...}), log_check_name);
//
// A check is a function of a world, so that a log that is broken on purpose can be put under each of
// them, to see that one notices (log_conformance_test.cpp).
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/store/log_checks.hpp"
#include "tests/core/store/log_suite.hpp"

namespace hubbub::test {

// --- The list --------------------------------------------------------------------------------------

struct LogCheck {
  std::string name;
  void (LogSuite::*run)();
  bool trims = false;
};

inline const std::vector<LogCheck>& all_log_checks() {
#define HUBBUB_LOG_CHECK(name) #name, &LogSuite::name
  static const std::vector<LogCheck> list{
      {HUBBUB_LOG_CHECK(GivesPositionsThatGrow)},
      {HUBBUB_LOG_CHECK(FindsWhatWasAcceptedAndNothingElse)},
      {HUBBUB_LOG_CHECK(KeepsEveryByte)},
      {HUBBUB_LOG_CHECK(TakesRecordsOfAnyLengthUpToTheLongest)},
      {HUBBUB_LOG_CHECK(KeepsPartitionsApart)},
      {HUBBUB_LOG_CHECK(ReadsFromAfterAnyPosition)},
      {HUBBUB_LOG_CHECK(HoldsToTheBoundsOfAPage)},
      {HUBBUB_LOG_CHECK(AWaitingReadIsAnsweredByTheNextRecord)},
      {HUBBUB_LOG_CHECK(AWaitingReadEndsWithItsWait)},
      {HUBBUB_LOG_CHECK(EveryoneWhoWaitsIsAnswered)},
      {HUBBUB_LOG_CHECK(AppendsUnderWayTogetherAllLand)},
      {HUBBUB_LOG_CHECK(WhatEndedUnknownMayLandAfterTheTailWasRead)},
      {HUBBUB_LOG_CHECK(WhatLostItsAnswerIsThere)},
      {HUBBUB_LOG_CHECK(WhatWasRefusedNeverAppears)},
      {HUBBUB_LOG_CHECK(AStaleReaderMissesNothingUpToWhereItSees)},
      {HUBBUB_LOG_CHECK(ContentsNeverChange)},
      {HUBBUB_LOG_CHECK(ReadersFollowWhateverWritersDo)},
      {HUBBUB_LOG_CHECK(AReadFromBelowTheTrimBeginsAtTheFirst), true},
      {HUBBUB_LOG_CHECK(TrimmingLosesNothingAbove), true},
      {HUBBUB_LOG_CHECK(TrimmingBelowAnEarlierTrimDoesNothing), true},
      {HUBBUB_LOG_CHECK(TrimmingAllKeepsPositionsGrowing), true},
  };
#undef HUBBUB_LOG_CHECK
  return list;
}

/// A log, and one of the checks that it is to pass.
struct LogCase {
  LogMaker maker;
  LogCheck check;
};
inline void PrintTo(const LogCase& one, std::ostream* out) { *out << one.check.name; }

inline auto log_checks(const LogMaker& maker) {
  std::vector<LogCase> cases;
  for (const LogCheck& check : all_log_checks())
    if (maker.trims || !check.trims) cases.push_back({maker, check});
  return testing::ValuesIn(cases);
}
inline std::string log_check_name(const testing::TestParamInfo<LogCase>& chosen) {
  return chosen.param.maker.name + "_" + chosen.param.check.name;
}

class LogConformance : public testing::TestWithParam<LogCase> {};

TEST_P(LogConformance, Holds) {
  const auto world = GetParam().maker.make();
  LogSuite suite(*world);
  (suite.*GetParam().check.run)();
}

}  // namespace hubbub::test
