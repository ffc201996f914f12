// Power fails at random moments: of the disk's operations, in the middle of writing, of turning
// logs into tables, of opening. Everything that was promised must be there.
#include <gtest/gtest.h>

#include <optional>

#include "core/store/level_store.hpp"
#include "tests/core/store/conformance.hpp"
#include "tests/core/store/power_loss_env.hpp"

namespace hubbub {
namespace {

using Model = std::map<std::string, std::string>;

/// A client of the store that remembers what it was promised.
class Writer {
 public:
  explicit Writer(std::uint64_t seed) : seed_(mix64(seed)) {}

  std::uint64_t below(std::uint64_t bound) { return mix64(seed_ + ++count_) % bound; }

  /// One write of one to four rows; the last key of a batch repeats one, so that rows are replaced.
  std::vector<RowChange> next_changes() {
    std::vector<RowChange> changes;
    const std::uint64_t rows = 1 + below(4);
    for (std::uint64_t i = 0; i < rows; ++i) {
      const std::uint64_t large = below(20) == 0 ? below(60'000) : 0;
      std::string value = std::to_string(++written_) + ":";
      value.append(below(3000) + large, static_cast<char>('a' + below(26)));
      changes.push_back({"key " + std::to_string(below(200)), below(8) == 0, value});
    }
    return changes;
  }

 private:
  std::uint64_t seed_;
  std::uint64_t count_ = 0;
  std::uint64_t written_ = 0;
};

void apply(const std::vector<RowChange>& changes, Model& model) {
  for (const RowChange& change : changes) {
    if (change.erase) {
      model.erase(change.key);
    } else {
      model[change.key] = change.value;
    }
  }
}

struct Options {
  Sync sync = Sync::yes;  ///< how writes are made that are taken as promised
  bool mixed = false;     ///< some writes are made unsynced, and not taken as promised
};

struct Outcome {
  int losses = 0;      ///< runs in which something promised was gone or changed
  int cuts = 0;        ///< torn ends found
  int recoveries = 0;  ///< openings that power interrupted
};

/// One life after another on one disk: open, write until power fails, and see what is left.
class Lives {
 public:
  Lives(std::uint64_t seed, Options options) : writer_(seed), options_(options) {}

  void run(int lives, Outcome& outcome) {
    for (int life = 0; life < lives && !testing::Test::HasFatalFailure(); ++life) live(outcome);
  }

 private:
  Result<std::unique_ptr<LevelStore>> open() {
    return LevelStore::open(
        "/data",
        {.env = &env_, .sync_directory = env_.sync_directory(), .write_buffer_bytes = 64 * 1024});
  }

  void live(Outcome& outcome) {
    std::unique_ptr<LevelStore> store;
    for (int tries = 0; store == nullptr; ++tries) {
      // Often power fails already while the store is being opened.
      if (tries < 3 && writer_.below(3) == 0) env_.lose_power_after(1 + writer_.below(40));
      auto opened = open();
      if (opened && env_.has_power()) {
        store = std::move(*opened);
        env_.lose_power_after(1'000'000'000);
        break;
      }
      ASSERT_FALSE(!opened && env_.has_power()) << opened.error().what;
      ++outcome.recoveries;
      opened = failure("");
      env_.restore_power(writer_.below(UINT64_MAX), PowerLossEnv::Torn::sometimes);
    }
    outcome.cuts += static_cast<int>(store->recovery().cuts.size());
    judge(*store, outcome);
    if (testing::Test::HasFatalFailure()) return;
    env_.lose_power_after(1 + writer_.below(300));
    write_until_power_fails(*store);
    store.reset();
    env_.restore_power(writer_.below(UINT64_MAX), PowerLossEnv::Torn::sometimes);
  }

  /// What is found is the state after a prefix of the writes that holds everything promised.
  void judge(LevelStore& store, Outcome& outcome) {
    const Model found = everything(store);
    const auto state = std::find(states_.begin(), states_.end(), found);
    if (state == states_.end()) {
      ++outcome.losses;
      ASSERT_TRUE(options_.sync == Sync::no) << "promised rows are gone, or a write is half there";
    }
    states_ = {found};
  }

  void write_until_power_fails(LevelStore& store) {
    while (env_.has_power()) {
      const auto changes = writer_.next_changes();
      const bool promised = !options_.mixed || writer_.below(3) != 0;
      const auto written = write(store, changes, promised ? options_.sync : Sync::no);
      states_.push_back(states_.back());
      apply(changes, states_.back());
      if (!written) return;
      if (promised) states_ = {states_.back()};
    }
  }

  PowerLossEnv env_;
  Writer writer_;
  Options options_;
  std::vector<Model> states_{Model{}};  ///< from what was last promised on
};

constexpr int disks = 15;
constexpr int lives_per_disk = 20;

Outcome run(Options options, std::uint64_t seed) {
  Outcome outcome;
  for (int disk = 0; disk < disks; ++disk) {
    Lives(seed + static_cast<std::uint64_t>(disk), options).run(lives_per_disk, outcome);
    if (testing::Test::HasFatalFailure()) break;
  }
  return outcome;
}

TEST(PowerLoss, EverySyncedWriteIsThereAndOthersAreWholeOrAbsent) {
  const Outcome outcome = run({}, 100);
  EXPECT_EQ(outcome.losses, 0);
  EXPECT_GT(outcome.cuts, 10) << "torn ends must occur for this to tell anything";
  EXPECT_GT(outcome.recoveries, 10);
}

TEST(PowerLoss, UnsyncedWritesBeforeASyncedOneAreThereToo) {
  const Outcome outcome = run({.mixed = true}, 200);
  EXPECT_EQ(outcome.losses, 0);
}

TEST(PowerLoss, WithoutSyncingSomePromisedWritesAreLost) {
  EXPECT_GT(run({.sync = Sync::no}, 300).losses, 10);
}

}  // namespace
}  // namespace hubbub
