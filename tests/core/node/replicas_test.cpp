#include "core/node/replicas.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace hubbub {
namespace {

constexpr NodeId me{1};
constexpr NodeId other{2};
constexpr PartitionId partition{3};

/// A node's replicas, with the log and the store in the test's hands.
class ReplicasTest : public testing::Test {
 protected:
  using What = Replicas::Change::What;

  ReplicasTest() : context_(config()), replicas_(context_) {
    context_.out = &out_;
    context_.life = 1;
    context_.now = {10s, 10s};
    context_.map = map_of(me, 5);
    replicas_.follow_map();
    replicas_.head_read(partition, {});
  }

  static NodeConfig config() {
    NodeConfig config{.id = me, .map = {.version = 0}, .policy = {}, .entropy = 7, .home = {}};
    config.policy.durability = Durability::quorum_synced;
    return config;
  }
  static ShardMap map_of(NodeId owner, std::uint64_t version) {
    ShardMap map{.version = version};
    map.places[partition.value].owner = owner;
    return map;
  }

  /// The last record it wants appended.
  std::string appended() const { return std::string(out_.appends.back().record); }
  void ends(AppendOutcome outcome, LogPosition position = 0) {
    replicas_.on(input::Appended{partition, out_.appends.back().ticket, outcome, position});
  }
  void reads(std::vector<LogEntry> entries) {
    LogPage page{.available = true,
                 .first = 1,
                 .through = entries.empty() ? out_.log_reads.back().after : entries.back().position,
                 .more = false,
                 .entries = entries};
    replicas_.on(input::LogRead{partition, out_.log_reads.back().ticket, page});
    if (register_answers_ && replicas_.unannounced()) replicas_.announced(Partitions{}.set());
  }
  /// What changed, once all that was given to the store is in it.
  std::vector<What> changes() {
    std::vector<What> all;
    for (; stored_ < out_.commits.size(); ++stored_) replicas_.applied(partition);
    for (Replicas::Change change; replicas_.next_change(change);) all.push_back(change.what);
    return all;
  }
  void own_and_lose() {
    reads({});
    const std::string mine = appended();
    ends(AppendOutcome::accepted, 1);
    changes();
    Partition& p = context_.partitions[partition.value];
    p.state = Partition::State::open;
    p.must_prove = true;
    replicas_.write(partition);
    ends(AppendOutcome::accepted, 3);
    reads({{2, follows(mine, 1, RecordKind::takeover, 2, other)}, {3, appended()}});
    EXPECT_EQ(changes(), std::vector{What::lost});
  }
  std::string follows(const std::string& record, LogPosition position, RecordKind kind,
                      PartitionEpoch epoch, NodeId author) {
    ByteBuffer bytes;
    wire::encode(LogRecord{.kind = kind,
                           .partition = partition,
                           .epoch = epoch,
                           .previous = position,
                           .previous_hash = hash_bytes(record),
                           .author = author,
                           .map_version = 6,
                           .rows = {}},
                 bytes);
    return std::string(bytes.view());
  }

  Outbox out_;
  Context context_;
  Replicas replicas_;
  std::size_t stored_ = 0;
  bool register_answers_ = true;  ///< and says at once that the partition is being opened
};

TEST_F(ReplicasTest, OwnAPartitionOnceTheirTakeoverCounts) {
  reads({});
  EXPECT_TRUE(changes().empty()) << "what is not appended makes nobody an owner";
  ends(AppendOutcome::accepted, 1);
  EXPECT_FALSE(replicas_.owns(partition)) << "its rows are not in the store yet";
  EXPECT_EQ(changes(), std::vector{What::taken});
  EXPECT_TRUE(replicas_.owns(partition));
}

TEST_F(ReplicasTest, TakeOverOnceTheRegisterSaysSo) {
  register_answers_ = false;
  reads({});
  EXPECT_TRUE(replicas_.unannounced());
  replicas_.announced({});  // what it was told before
  EXPECT_TRUE(replicas_.unannounced());
  EXPECT_TRUE(out_.appends.empty());
  replicas_.announced(Partitions{}.set(partition.value));
  EXPECT_EQ(out_.appends.size(), 1u);
}

TEST_F(ReplicasTest, DoNotWaitForARegisterThatIsAway) {
  register_answers_ = false;
  reads({});
  context_.now.mono += limits::announce_wait - 1ns;
  replicas_.timers();
  EXPECT_TRUE(out_.appends.empty());
  context_.now.mono += 1ns;
  replicas_.timers();
  EXPECT_EQ(out_.appends.size(), 1u);
}

TEST_F(ReplicasTest, ReadOnWhereAnotherRecordMayHaveCome) {
  reads({});
  const std::string mine = appended();
  ends(AppendOutcome::accepted, 4);
  EXPECT_TRUE(changes().empty());
  reads({{4, mine}});
  EXPECT_EQ(changes(), std::vector{What::taken});
}

TEST_F(ReplicasTest, AreNotOwnersByATakeoverThatFollowedTheirs) {
  reads({});
  const std::string mine = appended();
  ends(AppendOutcome::accepted, 4);
  const std::string theirs = follows(mine, 1, RecordKind::takeover, 2, other);
  reads({{1, mine}, {2, theirs}, {4, mine}});
  for (const What what : changes()) EXPECT_EQ(what, What::lost);
  EXPECT_FALSE(replicas_.owns(partition));
  EXPECT_EQ(replicas_.head(partition).owner, other);
  EXPECT_EQ(replicas_.head(partition).epoch, 2u);
}

TEST_F(ReplicasTest, AppendAgainByteForByteWhatEndedUnknown) {
  reads({});
  const std::string mine = appended();
  ends(AppendOutcome::unknown);
  EXPECT_EQ(out_.appends.size(), 1u);
  context_.now.mono += limits::log_retry;
  replicas_.timers();
  ASSERT_EQ(out_.appends.size(), 2u);
  EXPECT_EQ(appended(), mine);
  ends(AppendOutcome::accepted, 2);  // the first copy lies at 1
  reads({{1, mine}, {2, mine}});
  EXPECT_EQ(changes(), std::vector{What::taken});
  EXPECT_EQ(replicas_.head(partition).position, 1u);
}

TEST_F(ReplicasTest, LoseAPartitionWhenAnotherTakesItOver) { own_and_lose(); }

TEST_F(ReplicasTest, TellTheRegisterAgainWhenTheyTakeAPartitionAgain) {
  own_and_lose();
  register_answers_ = false;
  context_.map = map_of(me, 7);  // by the map that was missed it was the other's meanwhile
  replicas_.follow_map();
  const std::size_t appends = out_.appends.size();
  context_.now.mono += limits::log_retry;
  replicas_.timers();
  reads({});
  EXPECT_EQ(out_.appends.size(), appends);
  EXPECT_TRUE(replicas_.unannounced());
}

TEST_F(ReplicasTest, OpenASuspectAloneButDoNotWaitForWhatIsBeingCopied) {
  constexpr PartitionId suspect{4};
  context_.map.places[suspect.value] = {.owner = me, .vanished = 1};
  replicas_.follow_map();
  replicas_.head_read(suspect, {});
  const auto asked = [&] {
    return std::any_of(out_.log_reads.begin(), out_.log_reads.end(),
                       [&](const auto& read) { return read.partition == suspect; });
  };
  EXPECT_FALSE(asked());
  EXPECT_EQ(replicas_.state(suspect, Partition::State::elsewhere), std::nullopt);
  replicas_.on(input::LogRead{partition, out_.log_reads.back().ticket, {.available = true, .first = 9}});
  context_.now.mono += limits::log_retry;
  replicas_.timers();
  EXPECT_TRUE(asked());
  EXPECT_EQ(replicas_.state(suspect, Partition::State::elsewhere), Holding::State::opening);
}

TEST_F(ReplicasTest, SayThatTheyFollowWhenTheyHaveCaughtUp) {
  const auto state = [&] { return replicas_.state(partition, Partition::State::elsewhere); };
  context_.map.places[partition.value] = {.owner = other, .standby = me};
  replicas_.follow_map();
  EXPECT_EQ(state(), std::nullopt) << "of its log it has read nothing yet";
  reads({});
  EXPECT_EQ(state(), Holding::State::following);
  replicas_.on(input::LogRead{partition, out_.log_reads.back().ticket, {.available = true, .first = 9}});
  EXPECT_EQ(state(), std::nullopt) << "what it lacks it must get from another first";
}

TEST_F(ReplicasTest, LeaveALogThatWasTakenOverOnANewerMap) {
  ByteBuffer first;
  wire::encode(LogRecord{.kind = RecordKind::takeover,
                         .partition = partition,
                         .epoch = 1,
                         .previous = 0,
                         .previous_hash = 0,
                         .author = other,
                         .map_version = 6,
                         .rows = {}},
               first);
  reads({{1, first.view()}});
  changes();
  reads({});
  EXPECT_TRUE(out_.appends.empty());
  context_.map = map_of(me, 7);
  reads({});
  EXPECT_EQ(out_.appends.size(), 1u);
}

TEST_F(ReplicasTest, SayTheirLastWordWhenTheMapNamesAnother) {
  reads({});
  ends(AppendOutcome::accepted, 1);
  changes();
  context_.map = map_of(other, 6);
  replicas_.follow_map();
  ASSERT_EQ(out_.appends.size(), 2u);
  Arena arena;
  EXPECT_EQ(decode_record(out_.appends.back().record, arena)->kind, RecordKind::released);
  ends(AppendOutcome::accepted, 2);
  EXPECT_EQ(changes(), std::vector{What::lost});
}

}  // namespace
}  // namespace hubbub
