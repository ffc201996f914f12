#include "core/wire/log_record.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace hubbub {
namespace {

constexpr NodeId ann{1};
constexpr NodeId bob{2};

std::string bytes_of(const LogRecord& record) {
  ByteBuffer bytes;
  wire::encode(record, bytes);
  return std::string(bytes.view());
}

LogRecord after(const LogHead& head, NodeId author, RecordKind kind, std::string_view rows = {}) {
  return {.kind = kind,
          .partition = PartitionId{3},
          .epoch = head.epoch + (kind == RecordKind::takeover ? 1 : 0),
          .previous = head.position,
          .previous_hash = head.hash,
          .author = author,
          .map_version = 1,
          .rows = rows};
}

/// A log that takes everything, and one reader.
struct Log {
  std::vector<std::string> records;
  LogHead head;
  std::vector<std::string> rows;  ///< of batches that count

  Standing append(const LogRecord& record) { return append(bytes_of(record)); }
  Standing append(const std::string& bytes) {
    records.push_back(bytes);
    Arena arena;
    const auto record = decode_record(bytes, arena);
    const Standing standing = follow(head, records.size(), bytes, record);
    if (standing == Standing::counts && record->kind == RecordKind::batch)
      rows.emplace_back(record->rows);
    return standing;
  }
};

TEST(LogRecord, OfANewerFormIsNeitherTakenNorLeftByWhoCannotReadIt) {
  Log log;
  log.append(after(log.head, ann, RecordKind::takeover));
  LogRecord checkpoint = after(log.head, ann, RecordKind::checkpoint);
  checkpoint.form = form_of(RecordKind::checkpoint);
  const std::string bytes = bytes_of(checkpoint);
  Arena arena;
  LogHead head = log.head;
  EXPECT_EQ(follow(head, 2, bytes, decode_record(bytes, arena), oldest_form), Standing::unreadable);
  EXPECT_EQ(head, log.head);
  EXPECT_EQ(log.append(bytes), Standing::counts);
  checkpoint = after(log.head, ann, RecordKind::checkpoint);
  EXPECT_EQ(log.append(checkpoint), Standing::not_counted) << "in that form there were no checkpoints";
}

TEST(LogRecord, CountsWhenItFollowsTheLastThatCountsInItsEpoch) {
  Log log;
  EXPECT_EQ(log.append(after(log.head, ann, RecordKind::takeover)), Standing::counts);
  EXPECT_EQ(log.append(after(log.head, ann, RecordKind::batch, "one")), Standing::counts);
  const LogHead before = log.head;
  EXPECT_EQ(log.append(after(log.head, ann, RecordKind::batch, "two")), Standing::counts);
  EXPECT_EQ(log.append(after(before, ann, RecordKind::batch, "late")), Standing::not_counted)
      << "its place is taken";
  EXPECT_EQ(log.append(after(log.head, bob, RecordKind::takeover)), Standing::counts);
  EXPECT_EQ(log.head.epoch, 2u);
  EXPECT_EQ(log.append(after(log.head, ann, RecordKind::batch, "mine?")), Standing::not_counted)
      << "it does not own this epoch";
  EXPECT_EQ(log.append(after(log.head, bob, RecordKind::released)), Standing::counts);
  EXPECT_EQ(log.append(after(log.head, bob, RecordKind::batch, "after my last word")),
            Standing::not_counted);
  EXPECT_EQ(log.append(after(log.head, ann, RecordKind::takeover)), Standing::counts);
  EXPECT_EQ(log.rows, (std::vector<std::string>{"one", "two"}));
}

TEST(LogRecord, CountsOnceHoweverOftenItIsAppended) {
  Log log;
  log.append(after(log.head, ann, RecordKind::takeover));
  const LogRecord batch = after(log.head, ann, RecordKind::batch, "one");
  EXPECT_EQ(log.append(batch), Standing::counts);
  EXPECT_EQ(log.append(batch), Standing::not_counted);
  EXPECT_EQ(log.rows, std::vector<std::string>{"one"});
}

TEST(LogRecord, OfAnotherEpochIsVoidThoughItFollows) {
  Log log;
  log.append(after(log.head, ann, RecordKind::takeover));
  LogRecord record = after(log.head, ann, RecordKind::batch, "x");
  record.epoch = 7;
  EXPECT_EQ(log.append(record), Standing::not_counted);
  record = after(log.head, ann, RecordKind::takeover);
  record.epoch = 3;
  EXPECT_EQ(log.append(record), Standing::not_counted) << "epochs grow by one";
}

TEST(LogRecord, OfAnotherPastIsVoidThoughItsNumbersFit) {
  Log log;
  log.append(after(log.head, ann, RecordKind::takeover));
  LogRecord record = after(log.head, ann, RecordKind::batch, "x");
  record.previous_hash ^= 1;
  EXPECT_EQ(log.append(record), Standing::not_counted);
}

TEST(LogRecord, ThatIsNoneIsVoidAndOneOfANewerFormIsNotForThisReaderToJudge) {
  Log log;
  log.append(after(log.head, ann, RecordKind::takeover));
  EXPECT_EQ(log.append(std::string("\x01 not a record")), Standing::not_counted);
  EXPECT_EQ(log.append(std::string()), Standing::not_counted);
  EXPECT_EQ(log.append(std::string("\x03 of tomorrow")), Standing::unreadable);
}

/// An owner that writes batches as fast as it can be, wrong about nothing but the present: it goes
/// by what it last read. Its unknown appends it repeats, byte for byte (R10).
struct Writer {
  NodeId name;
  LogHead seen;
  std::string pending;  ///< may or may not have landed
  int written = 0;

  std::string next() {
    if (pending.empty()) {
      const bool owner = seen.owner == name && !seen.released;
      const std::string rows = std::to_string(name.value) + "." + std::to_string(written++);
      pending = bytes_of(after(seen, name, owner ? RecordKind::batch : RecordKind::takeover,
                               owner ? std::string_view(rows) : std::string_view{}));
    }
    return pending;
  }
  /// Reads the whole log. What was pending is decided if something followed what was seen.
  void read(const Log& log) {
    if (log.head != seen) pending.clear();
    seen = log.head;
  }
};

/// What every interleaving must leave: one chain of records, epochs that grow, each batch once and
/// each author's in order.
void expect_one_history(const Log& log) {
  LogHead head;
  Arena arena;
  std::vector<std::string> rows;
  PartitionEpoch epoch = 0;
  for (std::size_t i = 0; i < log.records.size(); ++i) {
    const auto record = decode_record(log.records[i], arena);
    if (follow(head, i + 1, log.records[i], record) != Standing::counts) continue;
    ASSERT_GE(record->epoch, epoch);
    ASSERT_TRUE(record->epoch == epoch || record->kind == RecordKind::takeover);
    epoch = record->epoch;
    if (record->kind == RecordKind::batch) rows.emplace_back(record->rows);
  }
  ASSERT_EQ(head, log.head);
  ASSERT_EQ(rows, log.rows);
  for (const NodeId name : {ann, bob}) {
    int last = -1;
    for (const std::string& row : rows) {
      if (row[0] != static_cast<char>('0' + name.value)) continue;
      const int number = std::stoi(row.substr(2));
      ASSERT_GT(number, last) << "a batch counted twice, or out of order";
      last = number;
    }
  }
}

/// Steps: a writer appends at once; its append is lost on the way; it lands later; it reads.
struct Race {
  Log log;
  Writer writers[2] = {{.name = ann, .seen = {}, .pending = {}, .written = 0},
                       {.name = bob, .seen = {}, .pending = {}, .written = 0}};
  std::vector<std::string> late;
  static constexpr int steps = 7;

  void step(int choice) {
    if (choice < 4) {
      Writer& writer = writers[choice % 2];
      const std::string record = writer.next();
      if (choice < 2)
        log.append(record);
      else
        late.push_back(record);
    } else if (choice < 6) {
      writers[choice - 4].read(log);
    } else if (!late.empty()) {
      log.append(late.front());
      late.erase(late.begin());
    }
  }
};

TEST(LogRecord, LeavesOneHistoryInEveryInterleavingOfTwoOwners) {
  // All sequences of six steps.
  constexpr int length = 6;
  for (int code = 0; code < 117'649; ++code) {
    Race race;
    for (int i = 0, rest = code; i < length; ++i, rest /= Race::steps) race.step(rest % Race::steps);
    expect_one_history(race.log);
    if (testing::Test::HasFatalFailure()) FAIL() << "interleaving " << code;
  }
}

RC_GTEST_PROP(LogRecord, LeavesOneHistoryInLongInterleavings, ()) {
  Race race;
  const auto choices = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, Race::steps));
  for (const int choice : choices) race.step(choice);
  expect_one_history(race.log);
  RC_ASSERT(!testing::Test::HasFatalFailure());
}

}  // namespace
}  // namespace hubbub
