#include "core/store/commit_thread.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/store/memory_store.hpp"
#include "tests/core/store/conformance.hpp"

namespace hubbub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::SizeIs;

/// A gate that a thread waits at until it is opened; it can be told when somebody waits.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    waiting_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_for_somebody() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool waiting_ = false;
  bool open_ = false;
};

/// A store whose first write takes until the gate opens.
class SlowStore final : public Store {
 public:
  explicit SlowStore(Gate* gate) : gate_(gate) {}
  Result<void> write(std::span<const std::string_view> batches, Sync sync) override {
    if (Gate* gate = std::exchange(gate_, nullptr)) gate->pass();
    const std::lock_guard lock(mutex_);
    if (fails) memory_.fail_next_sync();
    writes.emplace_back(batches.size(), sync);
    return memory_.write(batches, sync);
  }
  Result<bool> read(const ReadRange& range, ByteBuffer& rows) override {
    const std::lock_guard lock(mutex_);
    if (unreadable) return failure("unreadable");
    return memory_.read(range, rows);
  }

  std::vector<std::pair<std::size_t, Sync>> writes;
  std::atomic<bool> fails = false;
  std::atomic<bool> unreadable = false;

 private:
  Gate* gate_;
  std::mutex mutex_;
  MemoryStore memory_;
};

class Answers final : public CommitListener {
 public:
  void durable(const CommitId& id) override {
    add([&] { durable_ids.push_back(id); });
  }
  void unknown(const CommitId& id, std::string_view reason) override {
    add([&] { unknown_ids.emplace_back(id, reason); });
  }
  void rows(const ReadId& id, std::string_view rows, bool more) override {
    add([&] { reads[id] = {rows_of(rows), more}; });
  }
  void read_failed(const ReadId& id, std::string_view reason) override {
    add([&] { failed_reads[id] = reason; });
  }
  void wait_for(std::size_t answers) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return answers_ >= answers; });
  }

  std::vector<CommitId> durable_ids;
  std::vector<std::pair<CommitId, std::string>> unknown_ids;
  std::map<ReadId, std::pair<Rows, bool>> reads;
  std::map<ReadId, std::string> failed_reads;

 private:
  template <class Change>
  void add(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    ++answers_;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t answers_ = 0;
};

CommitId id(std::uint16_t node, std::uint16_t partition, std::uint64_t batch) {
  return {NodeId{node}, PartitionId{partition}, batch};
}

TEST(CommitThread, WhatGathersDuringAWriteBecomesTheNextOne) {
  Gate gate;
  SlowStore store(&gate);
  Answers answers;
  CommitThread thread(store, answers);
  thread.commit(id(1, 0, 1), batch_of({put("a", "1")}), Sync::no);
  gate.wait_for_somebody();
  thread.commit(id(1, 1, 1), batch_of({put("b", "1")}), Sync::no);
  thread.commit(id(2, 1, 1), batch_of({put("c", "1")}), Sync::yes);
  thread.commit(id(1, 2, 1), batch_of({put("b", "2")}), Sync::no);
  gate.open();
  thread.stop();
  EXPECT_THAT(store.writes, ElementsAre(Pair(1, Sync::no), Pair(3, Sync::yes)));
  EXPECT_THAT(answers.durable_ids, ElementsAre(id(1, 0, 1), id(1, 1, 1), id(2, 1, 1), id(1, 2, 1)));
  EXPECT_THAT(everything(store), ElementsAre(Pair("a", "1"), Pair("b", "2"), Pair("c", "1")));
  const CommitStatistics statistics = thread.statistics();
  EXPECT_EQ(statistics.batches_per_write.count(), 2u);
  EXPECT_EQ(statistics.batches_per_write.sum(), 4u);
  EXPECT_EQ(statistics.synced_writes, 1u);
  EXPECT_EQ(statistics.bytes, 4 * batch_of({put("a", "1")}).size());
}

TEST(CommitThread, ReadsDoNotWaitForAWriteUnderWay) {
  Gate gate;
  SlowStore store(&gate);
  Answers answers;
  CommitThread thread(store, answers);
  thread.commit(id(1, 0, 1), batch_of({put("a", "1")}), Sync::yes);
  gate.wait_for_somebody();
  thread.read({NodeId{1}, 7}, {"a", "b", 10, 100, false});
  answers.wait_for(1);
  EXPECT_THAT(answers.reads[(ReadId{NodeId{1}, 7})].first, SizeIs(0));
  EXPECT_TRUE(answers.durable_ids.empty());
  gate.open();
  answers.wait_for(2);
  thread.read({NodeId{1}, 8}, {"a", "b", 10, 100, false});
  thread.stop();
  EXPECT_THAT(answers.reads[(ReadId{NodeId{1}, 8})].first, ElementsAre(Pair("a", "1")));
}

TEST(CommitThread, AfterAnUnknownWriteEverythingIsUnknown) {
  Gate gate;
  SlowStore store(&gate);
  store.fails = true;
  Answers answers;
  CommitThread thread(store, answers);
  thread.commit(id(1, 0, 1), batch_of({put("a", "1")}), Sync::yes);
  gate.wait_for_somebody();
  thread.commit(id(1, 1, 1), batch_of({put("b", "1")}), Sync::yes);
  gate.open();
  answers.wait_for(2);
  thread.commit(id(1, 0, 2), batch_of({put("c", "1")}), Sync::no);
  thread.stop();
  EXPECT_TRUE(answers.durable_ids.empty());
  ASSERT_THAT(answers.unknown_ids, SizeIs(3));
  EXPECT_THAT(answers.unknown_ids[0].second, HasSubstr("sync"));
  EXPECT_EQ(thread.statistics().unknown, 3u);
}

TEST(CommitThread, AReadThatFailsSaysWhy) {
  SlowStore store(nullptr);
  store.unreadable = true;
  Answers answers;
  CommitThread thread(store, answers);
  thread.read({NodeId{1}, 7}, {"a", "b", 10, 100, false});
  thread.stop();
  EXPECT_EQ((answers.failed_reads[{NodeId{1}, 7}]), "unreadable");
}

TEST(CommitThread, StoppingAnswersEverythingSubmittedFirst) {
  SlowStore store(nullptr);
  Answers answers;
  CommitThread thread(store, answers);
  for (std::uint16_t partition = 0; partition < 64; ++partition)
    thread.commit(id(1, partition, 1), batch_of({put("key", "1")}), Sync::yes);
  for (std::uint64_t ticket = 0; ticket < 100; ++ticket)
    thread.read({NodeId{1}, ticket}, {"a", "z", 10, 100, false});
  thread.stop();
  thread.stop();
  EXPECT_THAT(answers.durable_ids, SizeIs(64));
  EXPECT_THAT(answers.reads, SizeIs(100));
}

/// Submits a partition's next batch when the one before is durable, as a node does.
class Chain final : public CommitListener {
 public:
  void durable(const CommitId& id) override {
    if (id.batch < 200) {
      thread->commit({id.node, id.partition, id.batch + 1}, batch_of({put("k", "v")}), Sync::yes);
    } else if (++done == 8) {
      finished.open();
    }
  }
  void unknown(const CommitId&, std::string_view) override { std::abort(); }
  void rows(const ReadId&, std::string_view, bool) override {}
  void read_failed(const ReadId&, std::string_view) override { std::abort(); }
  CommitThread* thread = nullptr;
  std::atomic<int> done = 0;
  Gate finished;
};

TEST(CommitThread, TakesTheNextBatchOfAPartitionFromItsListener) {
  SlowStore store(nullptr);
  Chain chain;
  CommitThread thread(store, chain);
  chain.thread = &thread;
  for (std::uint16_t partition = 0; partition < 8; ++partition)
    thread.commit(id(1, partition, 1), batch_of({put("k", "v")}), Sync::yes);
  chain.finished.pass();
  thread.stop();
  EXPECT_EQ(thread.statistics().batches_per_write.sum(), 8u * 200);
}

TEST(CommitThreadDeathTest, ASecondBatchOfAPartitionInFlightIsABug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        Gate gate;
        SlowStore store(&gate);
        Answers answers;
        CommitThread thread(store, answers);
        thread.commit(id(1, 0, 1), batch_of({put("a", "1")}), Sync::yes);
        thread.commit(id(1, 0, 2), batch_of({put("a", "2")}), Sync::yes);
      },
      testing::ExitedWithCode(70), "");
}

TEST(ValueCounts, GivesQuantilesToAnEighth) {
  ValueCounts counts;
  EXPECT_EQ(counts.quantile(0.5), 0u);
  for (std::uint64_t value = 1; value <= 10'000; ++value) counts.add(value);
  EXPECT_EQ(counts.count(), 10'000u);
  EXPECT_EQ(counts.max(), 10'000u);
  EXPECT_DOUBLE_EQ(counts.mean(), 5000.5);
  for (const double share : {0.1, 0.5, 0.9, 0.99}) {
    const auto exact = share * 10'000;
    EXPECT_GE(static_cast<double>(counts.quantile(share)), exact);
    EXPECT_LE(static_cast<double>(counts.quantile(share)), exact * 1.13);
  }
  EXPECT_EQ(counts.quantile(1), 10'000u);
  counts.add(UINT64_MAX);
  EXPECT_EQ(counts.quantile(1), UINT64_MAX);
}

}  // namespace
}  // namespace hubbub
