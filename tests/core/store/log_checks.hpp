// The checks of the conformance suite for replicated logs (log_conformance.hpp).
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/base/limits.hpp"
#include "sim/engine/random.hpp"
#include "tests/core/store/log_suite.hpp"

namespace hubbub::test {

// --- Appending -----------------------------------------------------------------------------------

inline void LogSuite::GivesPositionsThatGrow() {
  LogPosition last = 0;
  for (int i = 0; i < 100; ++i) {
    const LogPosition position = put(one, "record");
    EXPECT_GT(position, last);
    last = position;
  }
}

inline void LogSuite::FindsWhatWasAcceptedAndNothingElse() {
  EXPECT_TRUE(everything(one).empty());
  put_many(one, 50);
  EXPECT_EQ(everything(one), accepted_[one]);
}

inline void LogSuite::KeepsEveryByte() {
  std::string bytes;
  for (int i = 0; i < 1024; ++i) bytes.push_back(static_cast<char>(i * 7));
  put(one, bytes);
  EXPECT_EQ(everything(one), accepted_[one]);
}

inline void LogSuite::TakesRecordsOfAnyLengthUpToTheLongest() {
  for (const std::size_t length : {std::size_t{1}, limits::log_page_bytes, limits::log_page_bytes + 1,
                                   limits::log_record_bytes, std::size_t{2}}) {
    std::string record(length, '\0');
    for (std::size_t i = 0; i < length; i += 97) record[i] = static_cast<char>(length + i);
    put(one, record);
  }
  EXPECT_TRUE(everything(one) == accepted_[one]);
}

inline void LogSuite::KeepsPartitionsApart() {
  for (int i = 0; i < 20; ++i) {
    put(one, "one " + std::to_string(i));
    put(other, "other " + std::to_string(i));
  }
  EXPECT_EQ(everything(one), accepted_[one]);
  EXPECT_EQ(everything(other), accepted_[other]);
}

inline void LogSuite::AppendsUnderWayTogetherAllLand() {
  std::vector<Waiting<AppendAnswer>> answers;
  for (int i = 0; i < 40; ++i) answers.push_back(begin_append(one, "record " + std::to_string(i)));
  for (int i = 0; i < 40; ++i) {
    const AppendAnswer answer = finish(answers[static_cast<std::size_t>(i)]);
    EXPECT_EQ(answer.outcome, AppendOutcome::accepted);
    EXPECT_TRUE(
        accepted_[one].emplace(answer.position, "record " + std::to_string(i)).second);
  }
  EXPECT_EQ(everything(one), accepted_[one]);
}

// --- Reading -------------------------------------------------------------------------------------

inline void LogSuite::ReadsFromAfterAnyPosition() {
  put_many(one, 100);
  const LogPosition last = accepted_[one].rbegin()->first;
  for (LogPosition after = 0; after <= last + 1; ++after) {
    const Records& all = accepted_[one];
    EXPECT_EQ(everything(one, after), Records(all.upper_bound(after), all.end())) << after;
  }
}

inline void LogSuite::HoldsToTheBoundsOfAPage() {
  const auto many = static_cast<int>(limits::log_page_records);
  put_many(one, many + 1);
  const LogPageAnswer by_count = read(one, 0);
  EXPECT_EQ(by_count.entries.size(), limits::log_page_records);
  EXPECT_TRUE(by_count.more);
  const LogPageAnswer rest = read(one, by_count.through);
  EXPECT_EQ(rest.entries.size(), 1u);
  EXPECT_FALSE(rest.more);

  const std::string half(limits::log_page_bytes / 2, 'h');
  for (int i = 0; i < 3; ++i) put(other, half);
  put(other, std::string(limits::log_page_bytes + 1, 'l'));
  put(other, "short");
  std::vector<std::size_t> sizes;
  LogPosition after = 0;
  for (LogPageAnswer page{.more = true}; page.more && sizes.size() < 10; after = page.through) {
    page = read(other, after);
    sizes.push_back(page.entries.size());
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{2, 1, 1, 1}));
}

inline void LogSuite::AWaitingReadIsAnsweredByTheNextRecord() {
  const LogPosition tail = put(one, "first");
  const auto waiting = begin_read(one, tail, 1h);
  world_.pass(world_.lateness());
  EXPECT_FALSE(*waiting) << "there is nothing yet";
  put(other, "another partition's");
  world_.pass(world_.lateness());
  EXPECT_FALSE(*waiting) << "there is nothing yet";
  const LogPosition next = put(one, "second");
  const LogPageAnswer page = finish(waiting);
  ASSERT_EQ(page.entries.size(), 1u);
  EXPECT_EQ(page.entries.front().first, next);
  EXPECT_FALSE(page.more);
}

inline void LogSuite::AWaitingReadEndsWithItsWait() {
  const LogPosition tail = put(one, "first");
  const auto waiting = begin_read(one, tail, 1min);
  world_.pass(59s);
  EXPECT_FALSE(*waiting);
  world_.pass(1s);
  const LogPageAnswer page = finish(waiting);
  EXPECT_TRUE(page.available);
  EXPECT_TRUE(page.entries.empty());
  EXPECT_FALSE(page.more);
  EXPECT_TRUE(read(one, tail).entries.empty()) << "who does not wait is answered at once";
}

inline void LogSuite::EveryoneWhoWaitsIsAnswered() {
  std::vector<Waiting<LogPageAnswer>> readers;
  for (int i = 0; i < 5; ++i) readers.push_back(begin_read(one, 0, 1h));
  world_.pass(world_.lateness());
  const LogPosition next = put(one, "record");
  for (const auto& reader : readers) {
    const LogPageAnswer page = finish(reader);
    ASSERT_EQ(page.entries.size(), 1u);
    EXPECT_EQ(page.entries.front().first, next);
  }
}

// --- Ends that are not known -----------------------------------------------------------------------

inline void LogSuite::WhatEndedUnknownMayLandAfterTheTailWasRead() {
  world_.trouble(LogTrouble::late_appends);
  std::map<std::string, bool> unknown;
  for (int i = 0; i < 60; ++i) {
    const std::string record = "record " + std::to_string(i);
    const AppendAnswer answer = finish(begin_append(one, record));
    ASSERT_NE(answer.outcome, AppendOutcome::refused);
    if (answer.outcome == AppendOutcome::accepted)
      accepted_[one].emplace(answer.position, record);
    else
      unknown.emplace(record, false);
  }
  const Records before = everything(one);
  for (const auto& [position, record] : before) unknown.erase(record);
  ASSERT_FALSE(unknown.empty() || before.empty()) << "the trouble did not come";
  world_.trouble(LogTrouble::none);
  world_.pass(world_.lateness());
  const Records after = everything(one);
  int landed = 0;
  for (const auto& [position, record] : after) {
    EXPECT_TRUE(before.contains(position) || position > before.rbegin()->first)
        << "it lands at the tail";
    if (unknown.contains(record)) ++landed;
  }
  EXPECT_GT(landed, 0);
  for (const auto& [position, record] : accepted_[one]) EXPECT_EQ(after.count(position), 1u);
}

inline void LogSuite::WhatLostItsAnswerIsThere() {
  world_.trouble(LogTrouble::lost_answers);
  int unknown = 0;
  for (int i = 0; i < 60; ++i) {
    const std::string record = "record " + std::to_string(i);
    const AppendAnswer answer = finish(begin_append(one, record));
    ASSERT_NE(answer.outcome, AppendOutcome::refused);
    if (answer.outcome == AppendOutcome::unknown)
      ++unknown;
    else
      accepted_[one].emplace(answer.position, record);
  }
  EXPECT_GT(unknown, 0);
  world_.trouble(LogTrouble::none);
  world_.pass(world_.lateness());
  EXPECT_EQ(everything(one).size(), 60u);
}

inline void LogSuite::WhatWasRefusedNeverAppears() {
  const LogPosition tail = put(one, "first");
  world_.trouble(LogTrouble::away);
  EXPECT_FALSE(finish(begin_read(one, 0, {})).available);
  std::vector<std::string> refused;
  for (int i = 0; i < 60; ++i) {
    const std::string record = "record " + std::to_string(i);
    const AppendAnswer answer = finish(begin_append(one, record));
    EXPECT_NE(answer.outcome, AppendOutcome::accepted);
    if (answer.outcome == AppendOutcome::refused) refused.push_back(record);
  }
  ASSERT_FALSE(refused.empty());
  world_.trouble(LogTrouble::none);
  world_.pass(world_.lateness());
  put(one, "last");
  const Records found = everything(one);
  EXPECT_EQ(found.count(tail), 1u);
  for (const auto& [position, record] : found)
    EXPECT_EQ(std::count(refused.begin(), refused.end(), record), 0) << record << " was refused";
}

// --- What readers see ------------------------------------------------------------------------------

inline void LogSuite::AStaleReaderMissesNothingUpToWhereItSees() {
  world_.trouble(LogTrouble::stale_reads);
  int behind = 0;
  LogPosition after = 0;
  for (int i = 0; i < 60; ++i) {
    const LogPosition last = put(one, "record " + std::to_string(i));
    world_.pass(200ms);
    const LogPageAnswer page = read(one, after);
    ASSERT_TRUE(page.available);
    if (!page.more && page.through < last) ++behind;
    if (i % 3 == 0) after = std::max(after, page.through);
  }
  EXPECT_GT(behind, 0) << "the trouble did not come";
  world_.trouble(LogTrouble::none);
  EXPECT_EQ(everything(one), accepted_[one]);
}

inline void LogSuite::ContentsNeverChange() {
  put_many(one, 40);
  const Records first = everything(one);
  put_many(one, 40);
  world_.pass(1h);
  // `judge_page` compares each record with what was seen at its position before.
  const Records second = everything(one);
  EXPECT_TRUE(std::includes(second.begin(), second.end(), first.begin(), first.end()));
  EXPECT_EQ(second, accepted_[one]);
}

inline void LogSuite::ReadersFollowWhateverWritersDo() {
  struct Follower {
    LogPosition after = 0;
    Records found;
    Waiting<LogPageAnswer> waiting;
  };
  struct Sent {
    std::string record;
    Waiting<AppendAnswer> answer;
  };
  sim::Random random(2026, 3, 1);
  std::vector<Follower> followers(4);
  std::vector<Sent> sent;
  // Takes what came; a reader whose log is away, or who sees less than before, asks again.
  const auto take = [](Follower& follower) {
    if (follower.waiting == nullptr || !*follower.waiting) return;
    const LogPageAnswer& page = **follower.waiting;
    for (const auto& [position, record] : page.entries) follower.found.emplace(position, record);
    if (page.available) follower.after = std::max(follower.after, page.through);
    follower.waiting = nullptr;
  };
  const auto look = [&](Follower& follower, Duration wait) {
    take(follower);
    if (follower.waiting == nullptr) follower.waiting = begin_read(one, follower.after, wait);
  };
  for (int step = 0; step < 600; ++step) {
    const std::uint64_t choice = random.below(10);
    if (choice < 4) {
      sent.push_back({"record " + std::to_string(step), nullptr});
      sent.back().answer = begin_append(one, sent.back().record);
    } else if (choice < 8) {
      look(followers[random.below(followers.size())], random.below(3) * 1s);
    } else if (choice < 9) {
      world_.pass(random.below(400) * 1ms);
    } else if (step % 7 == 0) {
      world_.trouble(static_cast<LogTrouble>(random.below(5)));
    }
  }
  world_.trouble(LogTrouble::none);
  for (int i = 0; i < 3; ++i) world_.pass(world_.lateness());
  int decided = 0;
  for (const Sent& s : sent) {
    const AppendAnswer answer = finish(s.answer);
    if (answer.outcome == AppendOutcome::unknown) continue;
    ++decided;
    if (answer.outcome == AppendOutcome::accepted) accepted_[one].emplace(answer.position, s.record);
  }
  EXPECT_GT(decided, 20);
  const Records all = everything(one);
  for (const auto& [position, record] : accepted_[one])
    EXPECT_TRUE(all.contains(position) && all.at(position) == record) << position;
  for (Follower& follower : followers) {
    take(follower);
    ASSERT_EQ(follower.waiting, nullptr) << "a read that was never answered";
    const Records rest = everything(one, follower.after);
    follower.found.insert(rest.begin(), rest.end());
    EXPECT_EQ(follower.found, all) << "a reader that went on from where it was found another log";
  }
}

// --- Trimming --------------------------------------------------------------------------------------

inline void LogSuite::AReadFromBelowTheTrimBeginsAtTheFirst() {
  put_many(one, 100);
  const LogPosition below = std::next(accepted_[one].begin(), 60)->first;
  accepted_[one].erase(accepted_[one].begin(), accepted_[one].find(below));
  world_.log().trim(one, below);
  world_.pass(world_.lateness());
  for (const LogPosition after : {LogPosition{0}, LogPosition{1}, below - 1}) {
    const LogPageAnswer page = read(one, after);
    EXPECT_EQ(page.first, below);
    ASSERT_FALSE(page.entries.empty());
    EXPECT_EQ(page.entries.front().first, below);
  }
  const LogPageAnswer above = read(one, below);
  EXPECT_EQ(above.first, below) << "whoever reads is told where the log begins";
  EXPECT_GT(above.entries.front().first, below);
}

inline void LogSuite::TrimmingLosesNothingAbove() {
  put_many(one, 50);
  put_many(other, 5);
  const LogPosition below = std::next(accepted_[one].begin(), 20)->first;
  const auto under_way = begin_append(one, "under way");
  accepted_[one].erase(accepted_[one].begin(), accepted_[one].find(below));
  world_.log().trim(one, below);
  accepted_[one].emplace(finish(under_way).position, "under way");
  put_many(one, 10);
  world_.pass(world_.lateness());
  EXPECT_EQ(everything(one), accepted_[one]);
  EXPECT_EQ(everything(other), accepted_[other]);
}

inline void LogSuite::TrimmingBelowAnEarlierTrimDoesNothing() {
  put_many(one, 50);
  const LogPosition lower = std::next(accepted_[one].begin(), 10)->first;
  const LogPosition below = std::next(accepted_[one].begin(), 30)->first;
  accepted_[one].erase(accepted_[one].begin(), accepted_[one].find(below));
  for (const LogPosition point : {below, lower, below, LogPosition{0}, lower}) {
    world_.log().trim(one, point);
    world_.pass(world_.lateness());
    EXPECT_EQ(read(one, 0).first, below);
    EXPECT_EQ(everything(one), accepted_[one]);
  }
}

inline void LogSuite::TrimmingAllKeepsPositionsGrowing() {
  put_many(one, 20);
  const LogPosition last = accepted_[one].rbegin()->first;
  accepted_[one].clear();
  world_.log().trim(one, last + 1);
  world_.pass(world_.lateness());
  EXPECT_TRUE(everything(one).empty());
  EXPECT_GT(read(one, 0).first, last) << "who comes from below must see that it lacks something";
  EXPECT_GT(put(one, "after it"), last);
  EXPECT_EQ(everything(one), accepted_[one]);
}

}  // namespace hubbub::test
