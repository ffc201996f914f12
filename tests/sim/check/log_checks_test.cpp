// one-writer and stale-bound, on logs written by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/hash.hpp"
#include "sim/check/checker.hpp"

namespace hubbub::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr PartitionId partition{7};
constexpr NodeId anna{1}, bert{2}, carl{3};

/// One partition's log. What the log itself says of it is what the core's rule says.
class ALog {
 public:
  Checker checker;
  LogHead head;
  NodeId replaced = nobody;

  /// A record that follows what stands now.
  LogRecord next(RecordKind kind, NodeId author) const {
    return {.kind = kind,
            .partition = partition,
            .epoch = head.epoch + (kind == RecordKind::takeover ? 1 : 0),
            .previous = head.position,
            .previous_hash = head.hash,
            .author = author,
            .map_version = head.map_version + 1,
            .rows = "rows"};
  }
  Standing lands(const LogRecord& record) {
    ByteBuffer bytes;
    wire::encode(record, bytes);
    position_ += 2;
    const Standing standing = follow(head, position_, bytes.view(), record);
    replaced = checker.landed(1s, partition, position_, bytes.view(), head);
    return standing;
  }
  Standing lands(RecordKind kind, NodeId author) { return lands(next(kind, author)); }

  std::vector<std::string> broken() const {
    std::vector<std::string> names;
    for (const InvariantResult& r : checker.results())
      if (r.violated > 0) names.push_back(r.name);
    return names;
  }
  std::uint64_t compared(std::string_view name) const {
    for (const InvariantResult& r : checker.results())
      if (r.name == name) return r.compared;
    return 0;
  }
  std::string what() const { return checker.violations().at(0).what; }

 private:
  LogPosition position_ = 0;
};

TEST(OneWriter, HoldsForOwnersThatFollowEachOther) {
  ALog log;
  EXPECT_EQ(log.lands(RecordKind::takeover, anna), Standing::counts);
  EXPECT_EQ(log.replaced, nobody);
  EXPECT_EQ(log.lands(RecordKind::batch, anna), Standing::counts);
  log.checker.followed(1s, carl, partition, log.head);
  const LogRecord late = log.next(RecordKind::batch, anna);
  EXPECT_EQ(log.lands(RecordKind::takeover, bert), Standing::counts);
  EXPECT_EQ(log.replaced, anna);
  EXPECT_EQ(log.lands(late), Standing::not_counted);
  EXPECT_EQ(log.lands(RecordKind::batch, anna), Standing::not_counted);
  EXPECT_EQ(log.lands(RecordKind::released, bert), Standing::counts);
  EXPECT_EQ(log.lands(RecordKind::batch, bert), Standing::not_counted);
  EXPECT_EQ(log.lands(RecordKind::takeover, bert), Standing::counts);
  EXPECT_EQ(log.replaced, nobody) << "its own next life";
  log.checker.followed(1s, carl, partition, log.head);
  log.checker.followed(1s, anna, partition, LogHead{});
  log.checker.owns(1s, bert, partition, 3);
  EXPECT_THAT(log.broken(), IsEmpty());
  EXPECT_EQ(log.compared("one-writer"), 12u);
}

TEST(OneWriter, AgreesWithTheCoreOnWhateverLandsInAnyOrder) {
  std::uint64_t state = 20;
  const auto below = [&](std::uint64_t n) { return (state = mix64(state)) % n; };
  std::uint64_t counted = 0;
  std::uint64_t void_ones = 0;
  for (int run = 0; run < 200; ++run) {
    ALog log;
    std::vector<LogHead> heads{{}};
    for (int i = 0; i < 40; ++i) {
      LogRecord record = log.next(static_cast<RecordKind>(below(4)),
                                  log.head.owner == nobody || below(3) == 0
                                      ? NodeId{static_cast<std::uint16_t>(below(3))}
                                      : log.head.owner);
      const LogHead& other = heads[below(heads.size())];
      if (below(4) == 0) record.previous = other.position;
      if (below(4) == 0) record.previous_hash = other.hash;
      if (below(6) == 0) record.epoch = other.epoch + below(3);
      ++(log.lands(record) == Standing::counts ? counted : void_ones);
      heads.push_back(log.head);
      log.checker.followed(1s, carl, partition, heads[below(heads.size())]);
    }
    ASSERT_THAT(log.broken(), IsEmpty()) << "run " << run;
  }
  EXPECT_GT(counted, 500u);
  EXPECT_GT(void_ones, 500u);
}

TEST(OneWriter, FindsALogThatTakesARecordOfAReplacedOwner) {
  ALog log;
  log.lands(RecordKind::takeover, anna);
  LogRecord late = log.next(RecordKind::batch, anna);
  log.lands(RecordKind::takeover, bert);
  late.previous = log.head.position;
  late.previous_hash = log.head.hash;
  ByteBuffer bytes;
  wire::encode(late, bytes);
  LogHead wrong = log.head;
  wrong.position = 100;
  wrong.hash = hash_bytes(bytes.view());
  log.checker.landed(1s, partition, 100, bytes.view(), wrong);
  EXPECT_THAT(log.broken(), ElementsAre("one-writer"));
  EXPECT_THAT(log.what(), HasSubstr("the log of partition 7 stands at position 100"));
  EXPECT_THAT(log.what(), HasSubstr("by its records it is at position 4"));
}

TEST(OneWriter, FindsANodeThatGoesByWhatIsVoid) {
  ALog log;
  log.lands(RecordKind::takeover, anna);
  const LogRecord late = log.next(RecordKind::batch, anna);
  log.lands(RecordKind::takeover, bert);
  LogHead zombies = log.head;
  zombies.position = 6;
  log.lands(late);
  log.checker.followed(2s, anna, partition, zombies);
  EXPECT_THAT(log.broken(), ElementsAre("one-writer"));
  EXPECT_THAT(log.what(), HasSubstr("node 1 goes by the log of partition 7"));
  EXPECT_THAT(log.what(), HasSubstr("no record counts there"));
}

TEST(OneWriter, FindsANodeThatTakesARecordForAnothers) {
  ALog log;
  log.lands(RecordKind::takeover, anna);
  for (const auto& spoil : {+[](LogHead& h) { h.owner = bert; }, +[](LogHead& h) { ++h.hash; },
                            +[](LogHead& h) { ++h.epoch; }, +[](LogHead& h) { h.released = true; }}) {
    LogHead wrong = log.head;
    spoil(wrong);
    log.checker.followed(2s, carl, partition, wrong);
  }
  log.checker.followed(2s, carl, PartitionId{8}, log.head);
  EXPECT_THAT(log.broken(), ElementsAre("one-writer"));
  EXPECT_EQ(log.checker.violations().size(), 5u);
}

TEST(OneWriter, FindsWhoSaysToOwnAnEpochThatIsNotTheirs) {
  ALog log;
  log.lands(RecordKind::takeover, anna);
  log.lands(RecordKind::takeover, bert);
  log.checker.owns(2s, anna, partition, 1);
  EXPECT_THAT(log.broken(), IsEmpty()) << "a word on its way for long is still true of that epoch";
  log.checker.owns(2s, anna, partition, 2);
  log.checker.owns(2s, bert, partition, 3);
  ASSERT_EQ(log.checker.violations().size(), 2u);
  EXPECT_THAT(log.checker.violations()[0].what, HasSubstr("epoch 2, which is node 2's"));
  EXPECT_THAT(log.checker.violations()[1].what, HasSubstr("epoch 3, which nobody began"));
}

TEST(OneWriter, WhatTheLogItselfLostCountsNoMore) {
  ALog log;
  log.lands(RecordKind::takeover, anna);
  const LogHead before = log.head;
  log.lands(RecordKind::takeover, bert);
  const LogHead lost = log.head;
  log.checker.lost_after(partition, before.position);
  log.head = before;
  log.checker.followed(2s, carl, partition, before);
  EXPECT_EQ(log.lands(RecordKind::batch, anna), Standing::counts);
  EXPECT_THAT(log.broken(), IsEmpty());
  log.checker.followed(2s, carl, partition, lost);
  EXPECT_THAT(log.broken(), ElementsAre("one-writer"));
}

/// Anna was replaced by Bert when her clock showed 10 s.
class AReplacedLog : public ALog {
 public:
  AReplacedLog() {
    lands(RecordKind::takeover, anna);
    lands(RecordKind::takeover, bert);
    checker.replaced(partition, replaced, 10s);
  }
};

TEST(StaleBound, AReplacedOwnerSpeaksFiveSecondsOfItsOwnTimeLonger) {
  for (const bool to_client : {false, true}) {
    AReplacedLog log;
    log.checker.spoke(40s, anna, partition, 15s, to_client, "a page");
    log.checker.spoke(40s, bert, partition, 90s, to_client, "a page");
    EXPECT_THAT(log.broken(), IsEmpty());
    EXPECT_EQ(log.compared("stale-bound"), 2u);
    log.checker.spoke(40s, anna, partition, 15s + Duration{1}, to_client, "a page");
    EXPECT_THAT(log.broken(), ElementsAre("stale-bound"));
    EXPECT_THAT(log.what(), HasSubstr("node 1 sent a page for partition 7 5.000 s of its own time"));
  }
}

TEST(StaleBound, WhoTookItAgainIsNoStaleOwner) {
  AReplacedLog log;
  log.lands(RecordKind::takeover, anna);
  log.checker.spoke(40s, anna, partition, 90s, false, "a page");
  EXPECT_THAT(log.broken(), IsEmpty());
}

TEST(StaleBound, WhatAnotherSaysIsPassedOnToClients) {
  AReplacedLog log;
  log.checker.spoke(40s, carl, partition, 90s, true, "a page");
  log.checker.asked(anna, partition, bert);
  log.checker.spoke(40s, anna, partition, 90s, true, "a page");
  EXPECT_THAT(log.broken(), IsEmpty());
  EXPECT_EQ(log.compared("stale-bound"), 0u);
  log.checker.spoke(40s, anna, partition, 90s, false, "a page");
  EXPECT_THAT(log.broken(), ElementsAre("stale-bound")) << "to other nodes it speaks for itself";
}

TEST(StaleBound, WhoAskedAnotherBeforeItTookThePartitionSpeaksForItself) {
  ALog log;
  log.lands(RecordKind::takeover, anna);
  log.checker.asked(anna, partition, bert);
  log.lands(RecordKind::takeover, bert);
  log.lands(RecordKind::takeover, anna);
  log.lands(RecordKind::takeover, carl);
  log.checker.replaced(partition, log.replaced, 10s);
  log.checker.spoke(40s, anna, partition, 16s, true, "a page");
  EXPECT_THAT(log.broken(), ElementsAre("stale-bound"));
}

TEST(StaleBound, WhoWasAskedMayOwnThePartitionOnlyWhenItAnswers) {
  ALog log;
  log.lands(RecordKind::takeover, anna);
  log.checker.asked(anna, partition, carl);
  log.lands(RecordKind::takeover, carl);
  log.checker.replaced(partition, log.replaced, 10s);
  log.checker.spoke(40s, anna, partition, 16s, true, "a page");
  EXPECT_THAT(log.broken(), IsEmpty());
}

TEST(StaleBound, WhoNeverHadAPartitionDoesNotSpeakForItToOthers) {
  AReplacedLog log;
  log.checker.spoke(40s, carl, partition, 1s, false, "a delivery");
  EXPECT_THAT(log.broken(), ElementsAre("stale-bound"));
  EXPECT_THAT(log.what(), HasSubstr("which it never took over"));
}

}  // namespace
}  // namespace hubbub::sim
