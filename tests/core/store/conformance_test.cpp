#include "tests/core/store/conformance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>

#include "core/store/level_store.hpp"
#include "core/store/memory_store.hpp"
#include "tests/core/store/power_loss_env.hpp"

namespace hubbub {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// RapidCheck reads its seed when it first runs.
const int seeded = ::setenv("RC_PARAMS", "seed=2026 max_success=60", 0);

class MemoryWorld final : public StoreWorld {
 public:
  Store& store() override { return store_; }
  void restart_process() override {
    store_.process_crash(Unfinished::found);
    store_.reopen();
  }
  void lose_power() override {
    store_.power_loss();
    store_.reopen();
  }
  void fail_next_sync() override { store_.fail_next_sync(); }

 private:
  MemoryStore store_;
};

class LevelWorld final : public StoreWorld {
 public:
  LevelWorld() { open(); }
  Store& store() override { return *store_; }
  void restart_process() override {
    store_.reset();
    open();
  }
  void lose_power() override {
    env_.lose_power();
    store_.reset();
    env_.restore_power(1, PowerLossEnv::Torn::not_torn);
    open();
  }
  void fail_next_sync() override { env_.fail_next_log_sync(); }

 private:
  void open() {
    auto opened =
        LevelStore::open("/data", {.env = &env_, .sync_directory = env_.sync_directory()});
    HUBBUB_CHECK(opened.has_value());
    store_ = std::move(*opened);
  }
  PowerLossEnv env_;
  std::unique_ptr<LevelStore> store_;
};

}  // namespace

std::unique_ptr<StoreWorld> memory_world() { return std::make_unique<MemoryWorld>(); }
std::unique_ptr<StoreWorld> level_world() { return std::make_unique<LevelWorld>(); }

namespace {

struct Implementation {
  std::string name;
  std::unique_ptr<StoreWorld> (*make)();
};

class StoreConformance : public testing::TestWithParam<Implementation> {
 protected:
  StoreConformance() : world_(GetParam().make()) {}
  Store& store() { return world_->store(); }
  std::unique_ptr<StoreWorld> world_;
};

TEST_P(StoreConformance, ReadsAscendFromTheLowerBoundAndStopBeforeTheUpper) {
  ASSERT_TRUE(
      write(store(), {put("c", "3"), put("a", "1"), put("b", "2"), put("d", "4")}, Sync::no));
  EXPECT_THAT(read(store(), {"a", "c", 9, 999, false}),
              ElementsAre(Pair("a", "1"), Pair("b", "2")));
  EXPECT_THAT(read(store(), {"aa", "cc", 9, 999, false}),
              ElementsAre(Pair("b", "2"), Pair("c", "3")));
  EXPECT_THAT(read(store(), {"c", "a", 9, 999, false}), IsEmpty());
  EXPECT_THAT(read(store(), {"e", "f", 9, 999, false}), IsEmpty());
}

TEST_P(StoreConformance, ReverseReadsDescendFromBelowTheUpperBoundToTheLower) {
  ASSERT_TRUE(
      write(store(), {put("a", "1"), put("b", "2"), put("c", "3"), put("d", "4")}, Sync::no));
  EXPECT_THAT(read(store(), {"a", "c", 9, 999, true}), ElementsAre(Pair("b", "2"), Pair("a", "1")));
  EXPECT_THAT(read(store(), {"b", "zz", 9, 999, true}),
              ElementsAre(Pair("d", "4"), Pair("c", "3"), Pair("b", "2")));
  EXPECT_THAT(read(store(), {"", "a", 9, 999, true}), IsEmpty());
  EXPECT_THAT(read(store(), {"c", "a", 9, 999, true}), IsEmpty());
}

TEST_P(StoreConformance, KeysCompareAsUnsignedBytes) {
  ASSERT_TRUE(write(store(),
                    {put("\xff", "high"), put("\x01", "low"), put("\x7f", "mid"),
                     put("\x80", "above mid"), put("", "empty")},
                    Sync::no));
  EXPECT_THAT(read(store(), {"", "\xff\xff", 9, 999, false}),
              ElementsAre(Pair("", "empty"), Pair("\x01", "low"), Pair("\x7f", "mid"),
                          Pair("\x80", "above mid"), Pair("\xff", "high")));
}

TEST_P(StoreConformance, AReadSaysWhetherRowsAreLeftBeyondItsLimits) {
  ASSERT_TRUE(write(store(), {put("a", "12345"), put("b", "12345"), put("c", "12345")}, Sync::no));
  const auto more = [&](std::uint32_t rows, std::uint32_t bytes, bool reverse,
                        std::size_t expected) {
    ByteBuffer found;
    const auto result = store().read({"a", "d", rows, bytes, reverse}, found);
    EXPECT_EQ(rows_of(found.view()).size(), expected);
    return result.value();
  };
  for (const bool reverse : {false, true}) {
    EXPECT_FALSE(more(3, 999, reverse, 3));
    EXPECT_TRUE(more(2, 999, reverse, 2));
    EXPECT_TRUE(more(0, 999, reverse, 0));
    EXPECT_FALSE(more(9, 18, reverse, 3));
    EXPECT_TRUE(more(9, 17, reverse, 2));
    EXPECT_TRUE(more(9, 1, reverse, 1)) << "the first row comes whatever its size";
  }
}

TEST_P(StoreConformance, AReadAppendsToWhatIsAlreadyInTheBuffer) {
  ASSERT_TRUE(write(store(), {put("a", "1"), put("b", "2")}, Sync::no));
  ByteBuffer bytes;
  ASSERT_TRUE(store().read({"a", "b", 9, 999, false}, bytes).has_value());
  ASSERT_TRUE(store().read({"b", "c", 9, 999, false}, bytes).has_value());
  EXPECT_THAT(rows_of(bytes.view()), ElementsAre(Pair("a", "1"), Pair("b", "2")));
}

TEST_P(StoreConformance, LaterWritesWinAlsoWithinABatchAndAWrite) {
  const std::string first = batch_of({put("a", "1"), put("b", "1"), erase("c"), put("c", "1")});
  const std::string second = batch_of({put("a", "2"), erase("b")});
  const std::vector<std::string_view> batches = {first, second};
  ASSERT_TRUE(store().write(batches, Sync::yes));
  EXPECT_THAT(everything(store()), ElementsAre(Pair("a", "2"), Pair("c", "1")));
  ASSERT_TRUE(write(store(), {put("a", "3"), erase("a"), erase("never there")}, Sync::yes));
  EXPECT_THAT(everything(store()), ElementsAre(Pair("c", "1")));
}

TEST_P(StoreConformance, AWriteOfNothingChangesNothing) {
  ASSERT_TRUE(store().write({}, Sync::yes));
  const std::string_view empty;
  ASSERT_TRUE(store().write({&empty, 1}, Sync::yes));
  EXPECT_THAT(everything(store()), IsEmpty());
}

TEST_P(StoreConformance, SyncedWritesAndAllBeforeThemSurviveLossOfPower) {
  ASSERT_TRUE(write(store(), {put("a", "1")}, Sync::no));
  ASSERT_TRUE(write(store(), {put("b", "2")}, Sync::yes));
  world_->lose_power();
  EXPECT_THAT(everything(store()), ElementsAre(Pair("a", "1"), Pair("b", "2")));
}

TEST_P(StoreConformance, UnsyncedWritesAreReadAtOnceAndGoneAfterLossOfPower) {
  ASSERT_TRUE(write(store(), {put("a", "old"), put("b", "old")}, Sync::yes));
  ASSERT_TRUE(write(store(), {put("a", "new"), erase("b"), put("c", "new")}, Sync::no));
  EXPECT_THAT(everything(store()), ElementsAre(Pair("a", "new"), Pair("c", "new")));
  world_->lose_power();
  EXPECT_THAT(everything(store()), ElementsAre(Pair("a", "old"), Pair("b", "old")));
}

TEST_P(StoreConformance, UnsyncedWritesSurviveTheEndOfTheProcess) {
  ASSERT_TRUE(write(store(), {put("a", "1")}, Sync::no));
  world_->restart_process();
  EXPECT_THAT(everything(store()), ElementsAre(Pair("a", "1")));
}

TEST_P(StoreConformance, WhatOpeningRecoveredSurvivesLossOfPower) {
  ASSERT_TRUE(write(store(), {put("a", "1")}, Sync::no));
  world_->restart_process();
  world_->lose_power();
  EXPECT_THAT(everything(store()), ElementsAre(Pair("a", "1")));
}

TEST_P(StoreConformance, AfterAFailedSyncWritesAreRefusedAndOlderRowsStillRead) {
  ASSERT_TRUE(write(store(), {put("a", "1")}, Sync::yes));
  world_->fail_next_sync();
  EXPECT_FALSE(write(store(), {put("b", "2")}, Sync::yes));
  EXPECT_FALSE(write(store(), {put("c", "3")}, Sync::yes));
  EXPECT_FALSE(write(store(), {put("c", "3")}, Sync::no));
  EXPECT_THAT(read(store(), {"a", "b", 9, 999, false}), ElementsAre(Pair("a", "1")));
}

TEST_P(StoreConformance, WhatAFailedSyncLeftIsGoneAfterLossOfPower) {
  ASSERT_TRUE(write(store(), {put("a", "1")}, Sync::yes));
  world_->fail_next_sync();
  EXPECT_FALSE(write(store(), {put("a", "2"), put("b", "2")}, Sync::yes));
  world_->lose_power();
  EXPECT_THAT(everything(store()), ElementsAre(Pair("a", "1")));
  EXPECT_TRUE(write(store(), {put("c", "3")}, Sync::yes)) << "opened again, it takes writes";
}

TEST_P(StoreConformance, WhatAFailedSyncLeftIsDurableOnceServedByARestartedProcess) {
  ASSERT_TRUE(write(store(), {put("a", "1")}, Sync::yes));
  world_->fail_next_sync();
  EXPECT_FALSE(write(store(), {put("a", "2"), put("b", "2")}, Sync::yes));
  world_->restart_process();
  const auto found = everything(store());
  world_->lose_power();
  EXPECT_EQ(everything(store()), found);
}

// --- Against a model ---------------------------------------------------------------------------

using Model = std::map<std::string, std::string>;

void apply(const std::vector<RowChange>& changes, Model& model) {
  for (const RowChange& change : changes) {
    if (change.erase) {
      model.erase(change.key);
    } else {
      model[change.key] = change.value;
    }
  }
}

std::string any_key() {
  // Few keys, so that they meet; some share beginnings.
  return *rc::gen::element<std::string>("", "a", "b", "ba", "bab", "bac", "bb", "c",
                                        std::string("c\0", 2), "\xff", std::string(64, 'b'));
}

std::vector<RowChange> any_batch() {
  const int size = *rc::gen::inRange(0, 5);
  std::vector<RowChange> changes;
  for (int i = 0; i < size; ++i) {
    const bool erases = *rc::gen::inRange(0, 4) == 0;
    const int length = *rc::gen::element(0, 1, 5, 130, 3000);
    changes.push_back({any_key(), erases,
                       std::string(static_cast<std::size_t>(length), *rc::gen::inRange('a', 'z'))});
  }
  return changes;
}

void check_any_read(Store& store, const Model& model) {
  const std::string from = any_key();
  const std::string to = any_key();
  const auto limit = *rc::gen::inRange<std::uint32_t>(0, 6);
  const auto reverse = *rc::gen::arbitrary<bool>();
  Rows expected;
  if (from < to) expected.assign(model.lower_bound(from), model.lower_bound(to));
  if (reverse) std::reverse(expected.begin(), expected.end());
  const bool more = expected.size() > limit;
  if (more) expected.resize(limit);
  ByteBuffer bytes;
  const auto result = store.read({from, to, limit, 1 << 20, reverse}, bytes);
  RC_ASSERT(result.has_value());
  RC_ASSERT(*result == more);
  RC_ASSERT(rows_of(bytes.view()) == expected);
}

TEST_P(StoreConformance, DoesWhatAMapDoesAndLosesWholeWritesFromTheEndOnly) {
  EXPECT_TRUE(rc::check([] {
    const auto world = GetParam().make();
    // States since the last sync; a loss of power may lead back to any, and to the first at worst.
    std::vector<Model> states(1);
    const int steps = *rc::gen::inRange(1, 30);
    for (int i = 0; i < steps; ++i) {
      switch (*rc::gen::inRange(0, 10)) {
        case 0: {
          world->lose_power();
          const Model found = everything(world->store());
          RC_ASSERT(std::find(states.begin(), states.end(), found) != states.end());
          states = {found};
          break;
        }
        case 1:
          world->restart_process();
          states = {states.back()};
          RC_ASSERT(everything(world->store()) == states.back());
          break;
        case 2:
        case 3:
        case 4:
          check_any_read(world->store(), states.back());
          break;
        default: {
          const auto changes = any_batch();
          const auto sync = *rc::gen::element(Sync::no, Sync::yes);
          RC_ASSERT(write(world->store(), changes, sync).has_value());
          states.push_back(states.back());
          apply(changes, states.back());
          if (sync == Sync::yes) states = {states.back()};
        }
      }
    }
    RC_ASSERT(everything(world->store()) == states.back());
  }));
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance,
                         testing::Values(Implementation{"Memory", memory_world},
                                         Implementation{"LevelDB", level_world}),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace
}  // namespace hubbub
