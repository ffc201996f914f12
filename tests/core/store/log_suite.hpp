// A replicated log under test: the world that it lives in, what is asked of it, and what is true of
// every answer. What is checked with it: log_checks.hpp.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/limits.hpp"
#include "core/store/replicated_log.hpp"

namespace hubbub::test {

/// What a log may do to who uses it.
enum class LogTrouble : std::uint8_t {
  none,
  late_appends,  ///< some appends end unknown, and land later
  lost_answers,  ///< some appends end unknown though they landed
  away,          ///< appends are refused or end unknown, reads find it away
  stale_reads,   ///< readers see it as it was `stale_by` ago
};
inline constexpr Duration stale_by = 5s;

/// Empty logs, and what they live in.
class LogWorld {
 public:
  virtual ~LogWorld() = default;
  virtual ReplicatedLog& log() = 0;
  /// Time passes, and answers come; 0: those that are there.
  virtual void pass(Duration time) = 0;
  /// From now on, until another is named.
  virtual void trouble(LogTrouble what) = 0;
  /// How late an answer, or the landing of an append that ended unknown, may be.
  virtual Duration lateness() const = 0;
};

struct LogMaker {
  std::string name;
  std::function<std::unique_ptr<LogWorld>()> make;
  bool trims = true;  ///< trimming is there to be checked
};

/// Answers that outlive their calls.
struct AppendAnswer {
  AppendOutcome outcome{};
  LogPosition position{};
};
struct LogPageAnswer {
  bool available{};
  LogPosition first{};
  LogPosition through{};
  bool more{};
  std::vector<std::pair<LogPosition, std::string>> entries;
};

/// A log under test, and what is known of it.
class LogSuite {
 public:
  explicit LogSuite(LogWorld& world) : world_(world) {}

  // --- The checks --------------------------------------------------------------------------------
  void GivesPositionsThatGrow();
  void FindsWhatWasAcceptedAndNothingElse();
  void KeepsEveryByte();
  void TakesRecordsOfAnyLengthUpToTheLongest();
  void KeepsPartitionsApart();
  void ReadsFromAfterAnyPosition();
  void HoldsToTheBoundsOfAPage();
  void AWaitingReadIsAnsweredByTheNextRecord();
  void AWaitingReadEndsWithItsWait();
  void EveryoneWhoWaitsIsAnswered();
  void AppendsUnderWayTogetherAllLand();
  void WhatEndedUnknownMayLandAfterTheTailWasRead();
  void WhatLostItsAnswerIsThere();
  void WhatWasRefusedNeverAppears();
  void AStaleReaderMissesNothingUpToWhereItSees();
  void ContentsNeverChange();
  void ReadersFollowWhateverWritersDo();
  void AReadFromBelowTheTrimBeginsAtTheFirst();
  void TrimmingLosesNothingAbove();
  void TrimmingBelowAnEarlierTrimDoesNothing();
  void TrimmingAllKeepsPositionsGrowing();

 private:
  template <class Answer>
  using Waiting = std::shared_ptr<std::optional<Answer>>;
  using Records = std::map<LogPosition, std::string>;
  static constexpr PartitionId one{1};
  static constexpr PartitionId other{2};

  Waiting<AppendAnswer> begin_append(PartitionId partition, std::string_view record);
  Waiting<LogPageAnswer> begin_read(PartitionId partition, LogPosition after, Duration wait);
  /// Gives an answer that is due its time.
  template <class Answer>
  Answer finish(const Waiting<Answer>& waiting);
  LogPageAnswer read(PartitionId partition, LogPosition after) {
    return finish(begin_read(partition, after, {}));
  }
  /// Appends a record that must be accepted, and remembers it.
  LogPosition put(PartitionId partition, const std::string& record);
  void put_many(PartitionId partition, int count);
  /// All that a reader finds after `after`, page by page.
  Records everything(PartitionId partition, LogPosition after = 0);
  void judge_page(PartitionId partition, LogPosition after, const LogPageAnswer& page);
  void judge_records(PartitionId partition, LogPosition position, const std::string& record);

  LogWorld& world_;
  /// What was accepted and not trimmed, and all that was ever seen, by partition.
  std::map<PartitionId, Records> accepted_, seen_;
};

// --- Asking --------------------------------------------------------------------------------------

inline LogSuite::Waiting<AppendAnswer> LogSuite::begin_append(PartitionId partition,
                                                              std::string_view record) {
  auto answer = std::make_shared<std::optional<AppendAnswer>>();
  world_.log().append(partition, record, [answer](AppendOutcome outcome, LogPosition position) {
    EXPECT_FALSE(*answer) << "answered twice";
    *answer = {outcome, position};
  });
  EXPECT_FALSE(*answer) << "no answer comes before the call returns";
  return answer;
}

inline LogSuite::Waiting<LogPageAnswer> LogSuite::begin_read(PartitionId partition,
                                                             LogPosition after, Duration wait) {
  auto answer = std::make_shared<std::optional<LogPageAnswer>>();
  world_.log().read(partition, after, wait, [answer, this, partition, after](const LogPage& page) {
    EXPECT_FALSE(*answer) << "answered twice";
    *answer = {page.available, page.first, page.through, page.more, {}};
    for (const LogEntry& entry : page.entries)
      (*answer)->entries.emplace_back(entry.position, std::string(entry.bytes));
    if (page.available) judge_page(partition, after, **answer);
  });
  EXPECT_FALSE(*answer) << "no answer comes before the call returns";
  return answer;
}

template <class Answer>
Answer LogSuite::finish(const Waiting<Answer>& waiting) {
  // In small steps: what lands late shall not have landed when this append's end is told.
  constexpr Duration step = 20ms;
  world_.pass({});
  for (Duration passed{}; !*waiting && passed < world_.lateness(); passed += step)
    world_.pass(step);
  EXPECT_TRUE(*waiting) << "no answer";
  return waiting->value_or(Answer{});
}

inline LogPosition LogSuite::put(PartitionId partition, const std::string& record) {
  const AppendAnswer answer = finish(begin_append(partition, record));
  EXPECT_EQ(answer.outcome, AppendOutcome::accepted);
  EXPECT_TRUE(accepted_[partition].emplace(answer.position, record).second)
      << "position " << answer.position << " was given twice";
  return answer.position;
}

inline void LogSuite::put_many(PartitionId partition, int count) {
  for (int i = 0; i < count; ++i) put(partition, "record " + std::to_string(i));
}

/// What is true of every page, however stale: its records are in order and as they ever were, and up
/// to `through` none that was accepted is missing, but below where the log was trimmed.
inline void LogSuite::judge_page(PartitionId partition, LogPosition after,
                                 const LogPageAnswer& page) {
  std::size_t bytes = 0;
  LogPosition last = after;
  for (const auto& [position, record] : page.entries) {
    EXPECT_GT(position, last) << "in order";
    EXPECT_GE(position, page.first) << "what lies below was trimmed";
    EXPECT_TRUE(bytes == 0 || bytes + record.size() <= limits::log_page_bytes);
    judge_records(partition, position, record);
    last = position;
    bytes += record.size();
  }
  EXPECT_LE(page.entries.size(), limits::log_page_records);
  EXPECT_TRUE(page.entries.empty() || page.through >= last);
  const Records& accepted = accepted_[partition];
  for (auto at = accepted.upper_bound(after); at != accepted.end() && at->first <= page.through;
       ++at) {
    const bool there = std::any_of(page.entries.begin(), page.entries.end(),
                                   [&](const auto& entry) { return entry.first == at->first; });
    EXPECT_TRUE(there) << "position " << at->first << " is left out of what goes through "
                       << page.through;
  }
}

inline void LogSuite::judge_records(PartitionId partition, LogPosition position,
                                    const std::string& record) {
  const auto [seen, fresh] = seen_[partition].emplace(position, record);
  EXPECT_TRUE(fresh || seen->second == record) << "position " << position << " has changed";
  const auto put = accepted_[partition].find(position);
  EXPECT_TRUE(put == accepted_[partition].end() || put->second == record)
      << "at position " << position << " another record was accepted";
}

inline LogSuite::Records LogSuite::everything(PartitionId partition, LogPosition after) {
  Records found;
  // So many pages there cannot be: each but the last has a record at least.
  for (int pages = 0; pages < 10'000; ++pages) {
    const LogPageAnswer page = read(partition, after);
    EXPECT_TRUE(page.available);
    for (const auto& [position, record] : page.entries) found.emplace(position, record);
    if (!page.more) return found;
    EXPECT_GT(page.through, after) << "there is more, and nothing of it was given";
    if (page.through <= after) return found;
    after = page.through;
  }
  ADD_FAILURE() << "the log has no end";
  return found;
}

}  // namespace hubbub::test
