// Group commit and what faults leave of it.
#include "sim/world/disk.hpp"

#include <gtest/gtest.h>

#include <map>

#include "core/wire/batch.hpp"

namespace hubbub::sim {
namespace {

class HostDiskTest : public testing::Test {
 protected:
  Slab slab;
  Policy policy;
  sim::Disk settings = [] {
    sim::Disk d;
    d.read = {Distribution::Kind::constant, 100e3, 0};
    d.write = {Distribution::Kind::constant, 20e3, 0};
    d.sync = {Distribution::Kind::constant, 200e3, 0};
    return d;
  }();
  std::map<FaultKind, int> struck;
  HostDisk disk = made(policy);

  HostDisk made(const Policy& by) {
    return HostDisk(settings, by, 1, 0, slab, [this](FaultKind kind) { ++struck[kind]; });
  }

  PendingCommit batch(std::string_view key) {
    ByteBuffer bytes;
    BatchWriter(bytes).put(key, "value");
    PendingCommit commit;
    commit.batch = ++batches;
    commit.rows = slab.hold(bytes.view());
    return commit;
  }
  bool has(std::string_view key) {
    ByteBuffer rows;
    const std::string to = std::string(key) + '\0';
    EXPECT_TRUE(disk.store().read({key, to, 1, 1000, false}, rows).has_value());
    return !rows.empty();
  }
  std::uint64_t batches = 0;
};

TEST_F(HostDiskTest, GathersWhileAWriteIsUnderWay) {
  EXPECT_TRUE(disk.submit(batch("a")));
  EXPECT_EQ(disk.begin(0s), 220us);
  EXPECT_FALSE(disk.submit(batch("b")));
  EXPECT_FALSE(disk.submit(batch("c")));
  EXPECT_FALSE(has("a"));
  auto finished = disk.finish();
  EXPECT_TRUE(finished.durable);
  ASSERT_EQ(finished.commits.size(), 1u);
  EXPECT_TRUE(has("a"));
  ASSERT_TRUE(disk.waiting());
  (void)disk.begin(220us);
  finished = disk.finish();
  ASSERT_EQ(finished.commits.size(), 2u);
  EXPECT_EQ(finished.commits[0].batch, 2u);
  EXPECT_EQ(finished.commits[1].batch, 3u);
  EXPECT_EQ(disk.counts().writes, 2u);
  EXPECT_EQ(disk.counts().commits, 3u);
  EXPECT_EQ(slab.in_use(), 0u);
}

TEST_F(HostDiskTest, AnswersEveryCommitOfAFailedSyncWithUnknown) {
  disk.submit(batch("a"));
  disk.submit(batch("b"));
  disk.store().fail_next_sync();
  (void)disk.begin(0s);
  const auto finished = disk.finish();
  EXPECT_FALSE(finished.durable);
  EXPECT_FALSE(finished.reason.empty());
  EXPECT_EQ(finished.commits.size(), 2u);
  EXPECT_EQ(struck[FaultKind::sync_error], 1);
  // The store refuses what comes after.
  disk.submit(batch("c"));
  (void)disk.begin(1s);
  EXPECT_FALSE(disk.finish().durable);
}

TEST_F(HostDiskTest, LosesWhatWasUnderWayWhenThePowerGoes) {
  disk.submit(batch("a"));
  (void)disk.begin(0s);
  (void)disk.finish();
  disk.submit(batch("b"));
  (void)disk.begin(1s);
  disk.power_loss(false);
  disk.reopen();
  EXPECT_TRUE(has("a"));
  EXPECT_FALSE(has("b"));
  EXPECT_FALSE(disk.busy());
  EXPECT_EQ(slab.in_use(), 0u);
}

TEST_F(HostDiskTest, KeepsWhatTheSystemHasWhenOnlyTheProcessEnds) {
  policy.durability = Durability::buffered;
  HostDisk buffered = made(policy);
  buffered.submit(batch("a"));
  EXPECT_EQ(buffered.begin(0s), 20us);
  EXPECT_TRUE(buffered.finish().durable);
  buffered.process_crash();
  buffered.reopen();
  ByteBuffer rows;
  EXPECT_TRUE(buffered.store().read({"a", "b", 1, 1000, false}, rows).has_value());
  EXPECT_FALSE(rows.empty());
}

TEST_F(HostDiskTest, BufferedLosesWhatWasNotWrittenBackWhenThePowerGoes) {
  policy.durability = Durability::buffered;
  HostDisk buffered = made(policy);
  const auto commit = [&](std::string_view key) {
    buffered.submit(batch(key));
    (void)buffered.begin(0s);
    EXPECT_TRUE(buffered.finish().durable);
  };
  commit("a");
  buffered.write_back();
  commit("b");
  buffered.power_loss(false);
  buffered.reopen();
  ByteBuffer rows;
  EXPECT_TRUE(buffered.store().read({"a", "z", 10, 1000, false}, rows).has_value());
  BatchReader reader(rows.view());
  RowWrite row;
  ASSERT_TRUE(reader.next(row));
  EXPECT_EQ(row.key, "a");
  EXPECT_FALSE(reader.next(row));
}

TEST_F(HostDiskTest, IsSlowOnlyForItsTime) {
  disk.slow_down(1s, 10);
  disk.submit(batch("a"));
  EXPECT_EQ(disk.begin(0s), 2020us);
  (void)disk.finish();
  disk.submit(batch("b"));
  EXPECT_EQ(disk.begin(1s), 220us);
  (void)disk.finish();
}

TEST_F(HostDiskTest, WithoutRoomAWriteEndsUnknownAndIsNotThereUntilItIsOpenedAgain) {
  for (const bool synced : {true, false}) {
    policy.durability = synced ? Durability::synced : Durability::quorum_memory;
    HostDisk full = made(policy);
    struck.clear();
    full.fill(10s);
    full.submit(batch("a"));
    (void)full.begin(9s);
    auto finished = full.finish();
    EXPECT_FALSE(finished.durable);
    EXPECT_NE(finished.reason.find("no room"), std::string::npos);
    full.submit(batch("b"));
    (void)full.begin(11s);
    EXPECT_FALSE(full.finish().durable) << "nothing goes behind what may be half there";
    EXPECT_EQ(struck[FaultKind::disk_full], 1);
    full.process_crash();
    full.reopen();
    EXPECT_EQ(full.store().rows(), 0u);
    full.submit(batch("c"));
    (void)full.begin(12s);
    EXPECT_TRUE(full.finish().durable);
  }
}

TEST_F(HostDiskTest, AReadThatFailsSaysSoOnce) {
  disk.submit(batch("a"));
  (void)disk.begin(0s);
  (void)disk.finish();
  EXPECT_TRUE(disk.fail_next_read());
  EXPECT_FALSE(disk.fail_next_read()) << "it is to fail already";
  ByteBuffer rows;
  const ReadRange all{"", "z", 10, 1000, false};
  const auto failed = disk.read(all, rows);
  ASSERT_FALSE(failed.has_value());
  EXPECT_FALSE(failed.error().what.empty());
  EXPECT_TRUE(rows.empty());
  EXPECT_TRUE(disk.read(all, rows).has_value());
  EXPECT_FALSE(rows.empty());
  EXPECT_EQ(struck[FaultKind::read_error], 1);
}

TEST_F(HostDiskTest, DamagedRowsAreGivenToNobodyUntilTheDiskIsReplaced) {
  disk.submit(batch("a"));
  (void)disk.begin(0s);
  (void)disk.finish();
  EXPECT_TRUE(disk.damage());
  EXPECT_FALSE(disk.damage());
  EXPECT_TRUE(struck.empty()) << "nobody has met it yet";
  ByteBuffer rows;
  EXPECT_TRUE(disk.read({"x", "z", 10, 1000, false}, rows).has_value()) << "it is not read there";
  EXPECT_FALSE(disk.found_damaged());
  for (int life = 0; life < 3; ++life) {
    EXPECT_FALSE(disk.read({"", "z", 10, 1000, false}, rows).has_value());
    EXPECT_TRUE(rows.empty());
    disk.process_crash();
    disk.reopen();
  }
  EXPECT_TRUE(disk.found_damaged());
  EXPECT_EQ(struck[FaultKind::corrupted_block], 1);
  disk.mend();
  EXPECT_TRUE(disk.read({"", "z", 10, 1000, false}, rows).has_value());
  EXPECT_FALSE(rows.empty());
  EXPECT_TRUE(disk.damage());
  disk.process_crash();
  disk.replace({});
  disk.reopen();
  EXPECT_FALSE(disk.found_damaged());
  EXPECT_EQ(disk.store().rows(), 0u);
}

}  // namespace
}  // namespace hubbub::sim
