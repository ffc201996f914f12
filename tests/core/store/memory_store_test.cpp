// What only the store in memory can do: time within a write, and torn ends at any byte.
#include "core/store/memory_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/store/conformance.hpp"

namespace hubbub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Result<void> begin(MemoryStore& store, const std::vector<RowChange>& changes) {
  const std::string bytes = batch_of(changes);
  const std::string_view batch = bytes;
  return store.begin_write({&batch, 1});
}

TEST(MemoryStore, AWriteUnderWayIsNotReadUntilItIsDurable) {
  MemoryStore store;
  ASSERT_TRUE(begin(store, {put("a", "1")}));
  EXPECT_TRUE(store.writing());
  EXPECT_THAT(everything(store), IsEmpty());
  ASSERT_TRUE(store.finish_write());
  EXPECT_FALSE(store.writing());
  EXPECT_THAT(everything(store), ElementsAre(Pair("a", "1")));
}

TEST(MemoryStore, LossOfPowerTakesTheWriteUnderWay) {
  MemoryStore store;
  ASSERT_TRUE(write(store, {put("a", "1")}, Sync::yes));
  ASSERT_TRUE(begin(store, {put("a", "2"), put("b", "2")}));
  store.power_loss();
  store.reopen();
  EXPECT_THAT(everything(store), ElementsAre(Pair("a", "1")));
}

TEST(MemoryStore, ARestartedProcessMayOrMayNotFindTheWriteUnderWay) {
  for (const auto& [unfinished, rows] :
       {std::pair{Unfinished::lost, 0u}, std::pair{Unfinished::found, 1u}}) {
    MemoryStore store;
    ASSERT_TRUE(begin(store, {put("a", "1")}));
    store.process_crash(unfinished);
    store.reopen();
    EXPECT_EQ(store.rows(), rows);
    store.power_loss();
    store.reopen();
    EXPECT_EQ(store.rows(), rows) << "what was found is durable";
  }
}

TEST(MemoryStore, ALossOfPowerBetweenProcessEndAndReopeningTakesTheUnsynced) {
  MemoryStore store;
  ASSERT_TRUE(write(store, {put("a", "1")}, Sync::no));
  store.process_crash(Unfinished::found);
  store.power_loss();
  store.reopen();
  EXPECT_THAT(everything(store), IsEmpty());
}

TEST(MemoryStore, SyncMakesAllDurable) {
  MemoryStore store;
  ASSERT_TRUE(write(store, {put("a", "1")}, Sync::no));
  EXPECT_GT(store.unsynced_bytes(), 0u);
  ASSERT_TRUE(store.sync());
  EXPECT_EQ(store.unsynced_bytes(), 0u);
  store.power_loss();
  store.reopen();
  EXPECT_THAT(everything(store), ElementsAre(Pair("a", "1")));
}

/// Three writes of two rows each, the last one under way; what is left for each place of the tear.
std::vector<std::map<std::string, std::string>> torn_at_every_byte(TornWritePolicy policy) {
  std::vector<std::map<std::string, std::string>> left;
  for (std::uint64_t cut = 0;; ++cut) {
    MemoryStore store;
    HUBBUB_CHECK(write(store, {put("a", "0"), put("b", "0")}, Sync::yes).has_value());
    HUBBUB_CHECK(write(store, {put("a", "1"), put("b", "1")}, Sync::no).has_value());
    HUBBUB_CHECK(write(store, {put("a", "2"), erase("b")}, Sync::no).has_value());
    HUBBUB_CHECK(begin(store, {put("a", "3"), put("b", "3")}).has_value());
    if (cut > store.unsynced_bytes()) return left;
    store.power_loss_torn(cut, policy);
    store.reopen();
    left.push_back(everything(store));
  }
}

TEST(MemoryStore, ATornWriteIsDroppedWholeWhereverItIsCut) {
  std::map<std::map<std::string, std::string>, int> times;
  for (const auto& rows : torn_at_every_byte(TornWritePolicy::cut)) ++times[rows];
  EXPECT_EQ(times.size(), 4u);
  EXPECT_TRUE(times.contains({{"a", "0"}, {"b", "0"}}));
  EXPECT_TRUE(times.contains({{"a", "1"}, {"b", "1"}}));
  EXPECT_TRUE(times.contains({{"a", "2"}}));
  EXPECT_EQ((times[{{"a", "3"}, {"b", "3"}}]), 1) << "only if no byte is missing";
}

TEST(MemoryStore, ATornWriteThatIsAcceptedLeavesPartOfABatch) {
  std::map<std::map<std::string, std::string>, int> times;
  for (const auto& rows : torn_at_every_byte(TornWritePolicy::accept)) ++times[rows];
  EXPECT_EQ(times.size(), 7u);
  EXPECT_TRUE(times.contains({{"a", "1"}, {"b", "0"}}));
  EXPECT_TRUE(times.contains({{"a", "2"}, {"b", "1"}}));
  EXPECT_TRUE((times.contains({{"a", "3"}})));
}

TEST(MemoryStore, TheChoiceOfATearWrapsAround) {
  MemoryStore store;
  ASSERT_TRUE(write(store, {put("a", "1")}, Sync::no));
  const std::uint64_t bytes = store.unsynced_bytes();
  store.power_loss_torn(bytes + (bytes + 1) * 1000, TornWritePolicy::cut);
  store.reopen();
  EXPECT_THAT(everything(store), ElementsAre(Pair("a", "1")));
}

TEST(MemoryStore, WhatAFailedSyncLeftCanBeReadUntilPowerIsLost) {
  MemoryStore store;
  ASSERT_TRUE(write(store, {put("a", "1"), put("b", "1")}, Sync::yes));
  ASSERT_TRUE(begin(store, {put("a", "2"), erase("b"), put("c", "2")}));
  store.fail_next_sync();
  EXPECT_FALSE(store.finish_write());
  EXPECT_FALSE(begin(store, {put("d", "2")})) << "further writes are refused";
  EXPECT_THAT(everything(store), ElementsAre(Pair("a", "2"), Pair("c", "2")));
  store.power_loss();
  store.reopen();
  EXPECT_THAT(everything(store), ElementsAre(Pair("a", "1"), Pair("b", "1")));
}

TEST(MemoryStore, ARestartedProcessMayOrMayNotFindWhatAFailedSyncLeft) {
  for (const auto unfinished : {Unfinished::lost, Unfinished::found}) {
    MemoryStore store;
    ASSERT_TRUE(write(store, {put("a", "1")}, Sync::yes));
    store.fail_next_sync();
    EXPECT_FALSE(write(store, {put("a", "2")}, Sync::yes));
    store.process_crash(unfinished);
    store.reopen();
    const std::string expected = unfinished == Unfinished::found ? "2" : "1";
    store.power_loss();
    store.reopen();
    EXPECT_THAT(everything(store), ElementsAre(Pair("a", expected)));
    EXPECT_TRUE(write(store, {put("a", "3")}, Sync::yes));
  }
}

TEST(MemoryStore, ACarelessStoreLosesOnlyWhatTheFailedSyncLeft) {
  MemoryStore store(UnknownCommitPolicy::assume_done);
  ASSERT_TRUE(write(store, {put("a", "1"), put("b", "1")}, Sync::yes));
  store.fail_next_sync();
  EXPECT_FALSE(
      write(store, {put("a", "2"), put("b", "2"), put("c", "2"), put("d", "2")}, Sync::yes));
  ASSERT_TRUE(write(store, {put("b", "3")}, Sync::no));
  ASSERT_TRUE(write(store, {put("d", "3")}, Sync::yes)) << "it goes on as if nothing had been";
  EXPECT_THAT(everything(store),
              ElementsAre(Pair("a", "2"), Pair("b", "3"), Pair("c", "2"), Pair("d", "3")));
  store.power_loss();
  store.reopen();
  EXPECT_THAT(everything(store), ElementsAre(Pair("a", "1"), Pair("b", "3"), Pair("d", "3")));
}

TEST(MemoryStore, AFailingSyncTakesEarlierUnsyncedWritesWithIt) {
  MemoryStore store(UnknownCommitPolicy::assume_done);
  ASSERT_TRUE(write(store, {put("a", "1")}, Sync::no));
  store.fail_next_sync();
  EXPECT_FALSE(store.sync());
  ASSERT_TRUE(store.sync());
  store.power_loss();
  store.reopen();
  EXPECT_THAT(everything(store), IsEmpty());
}

}  // namespace
}  // namespace hubbub
