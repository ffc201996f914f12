#include "core/node/partition.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/random.hpp"

namespace hubbub {
namespace {

constexpr Duration now = 1s;

/// The keys that a batch puts.
std::vector<std::string> keys_of(std::string_view batch) {
  std::vector<std::string> keys;
  BatchReader reader(batch);
  RowWrite row;
  while (reader.next(row)) keys.emplace_back(row.key);
  return keys;
}

/// The next effect that may leave, taken out; "": none.
std::string take_free(Partition& p, NodeId* to = nullptr) {
  NodeId node;
  std::string_view bytes;
  if (!p.next_free(node, bytes)) return "";
  std::string taken(bytes);
  if (to != nullptr) *to = node;
  p.pop_free();
  return taken;
}

TEST(Partition, HoldsNothingWhileNothingWasWritten) {
  Partition p;
  EXPECT_EQ(p.stamp(), 0u);
  EXPECT_FALSE(p.must_hold());
  EXPECT_FALSE(p.can_commit());
  EXPECT_FALSE(p.full());
  EXPECT_EQ(take_free(p), "");
}

TEST(Partition, LetsAnEffectLeaveWhenWhatItDependsOnIsDurable) {
  Partition p;
  p.rows(now).put("key", "value");
  ASSERT_TRUE(p.must_hold());
  p.hold(NodeId{3}, "ok");
  EXPECT_EQ(take_free(p), "");
  std::string_view bytes;
  const std::uint64_t batch = p.commit(bytes);
  EXPECT_EQ(keys_of(bytes), std::vector<std::string>{"key"});
  EXPECT_EQ(take_free(p), "") << "on its way is not durable";
  p.durable(batch);
  NodeId to;
  EXPECT_EQ(take_free(p, &to), "ok");
  EXPECT_EQ(to, NodeId{3});
  EXPECT_FALSE(p.must_hold());
  EXPECT_EQ(p.held_bytes(), 0u);
}

TEST(Partition, HoldsWhatWasReadFromABatchInFlightUntilThatOneIsDurable) {
  Partition p;
  std::string_view bytes;
  p.rows(now).put("a", "");
  const std::uint64_t first = p.commit(bytes);
  p.hold(NodeId{1}, "reads a");
  p.rows(now).put("b", "");
  p.hold(NodeId{1}, "reads b");
  EXPECT_FALSE(p.can_commit()) << "one batch in flight";
  p.durable(first);
  EXPECT_EQ(take_free(p), "reads a");
  EXPECT_EQ(take_free(p), "");
  ASSERT_TRUE(p.can_commit());
  p.durable(p.commit(bytes));
  EXPECT_EQ(take_free(p), "reads b");
}

TEST(Partition, LetsNothingOvertakeWhatIsHeldAlready) {
  Partition p;
  std::string_view bytes;
  p.rows(now).put("a", "");
  p.hold(NodeId{1}, "first");
  p.durable(p.commit(bytes));
  EXPECT_EQ(p.stamp(), 0u);
  ASSERT_TRUE(p.must_hold()) << "the first may leave and has not left";
  p.hold(NodeId{1}, "second");
  EXPECT_EQ(take_free(p), "first");
  EXPECT_EQ(take_free(p), "second");
}

TEST(Partition, KeepsABatchsBytesUntilItIsDurable) {
  Partition p;
  std::string_view bytes;
  p.rows(now).put("a", std::string(1'000, 'x'));
  const std::uint64_t batch = p.commit(bytes);
  const std::string before(bytes);
  for (int i = 0; i < 100; ++i) p.rows(now).put("b", std::string(1'000, 'y'));
  EXPECT_EQ(bytes, before);
  p.durable(batch);
}

TEST(Partition, IsFullWhenABatchGathersAndRoomIsLeftForWhatIsUnderWay) {
  Partition p;
  std::string_view bytes;
  const std::string longest(limits::text_bytes, 'x');
  std::size_t written = 0;
  for (; !p.full(); written += longest.size()) p.rows(now).put("a", longest);
  EXPECT_LE(written + longest.size(), limits::batch_bytes);
  p.commit(bytes);
  EXPECT_FALSE(p.full()) << "the next one gathers";
}

TEST(Partition, IsFullWhenTooMuchWaitsToLeave) {
  Partition p;
  p.rows(now).put("a", "");
  const std::string answer(1024 * 1024, 'x');
  while (!p.full()) {
    ASSERT_LE(p.held_bytes(), limits::held_bytes);
    p.hold(NodeId{1}, answer);
  }
  std::string_view bytes;
  p.durable(p.commit(bytes));
  EXPECT_TRUE(p.full());
  while (!take_free(p).empty()) {
  }
  EXPECT_FALSE(p.full());
}

TEST(Partition, KnowsSinceWhenSomethingIsNotDurable) {
  Partition p;
  std::string_view bytes;
  EXPECT_EQ(p.undurable_since(), never);
  p.rows(1s).put("a", "");
  p.rows(2s).put("b", "");
  EXPECT_EQ(p.undurable_since(), 1s);
  const std::uint64_t first = p.commit(bytes);
  p.rows(3s).put("c", "");
  EXPECT_EQ(p.undurable_since(), 1s) << "the batch in flight is older than the one that gathers";
  p.durable(first);
  EXPECT_EQ(p.durable_batches(), 1u);
  EXPECT_EQ(p.undurable_since(), 3s);
  p.durable(p.commit(bytes));
  EXPECT_EQ(p.durable_batches(), 2u);
  EXPECT_EQ(p.undurable_since(), never);
}

TEST(PartitionDeath, OnlyTheBatchInFlightBecomesDurable) {
  Partition idle;
  EXPECT_EXIT(idle.durable(1), testing::ExitedWithCode(70), "in_flight_");
  Partition p;
  std::string_view bytes;
  p.rows(now).put("a", "");
  const std::uint64_t batch = p.commit(bytes);
  EXPECT_EXIT(p.durable(batch + 1), testing::ExitedWithCode(70), "batch");
  p.durable(batch);
  EXPECT_EXIT(p.durable(batch), testing::ExitedWithCode(70), "in_flight_");
}

/// A partition and what it should do: rows by their number, which effect saw how many of them, and
/// how many are durable.
class Compared {
 public:
  void write(Duration when) {
    times_.push_back(when);
    partition_.rows(when).put(std::to_string(++written_), "");
  }
  void check_age() const {
    RC_ASSERT(partition_.undurable_since() == (durable_ < written_ ? times_[durable_] : never));
  }
  void emit() {
    const std::string effect = std::to_string(++emitted_);
    const bool must = written_ > durable_ || !held_.empty();
    RC_ASSERT(partition_.must_hold() == must);
    if (!must) return;
    partition_.hold(NodeId{static_cast<std::uint16_t>(emitted_ % 100)}, effect);
    held_.emplace_back(effect, written_);
  }
  void commit() {
    RC_ASSERT(partition_.can_commit() == (!flying_ && written_ > sent_));
    if (!partition_.can_commit()) return;
    std::string_view bytes;
    batch_ = partition_.commit(bytes);
    std::vector<std::string> expected;
    while (sent_ < written_) expected.push_back(std::to_string(++sent_));
    RC_ASSERT(keys_of(bytes) == expected);
    flying_ = true;
  }
  void durable() {
    if (!flying_) return;
    partition_.durable(batch_);
    flying_ = false;
    durable_ = sent_;
  }
  /// Takes out at most `most` effects: a step may have no more work left.
  void release(std::uint64_t most) {
    for (; most > 0; --most) {
      NodeId to;
      const std::string taken = take_free(partition_, &to);
      const bool free = !held_.empty() && held_.front().second <= durable_;
      RC_ASSERT(taken == (free ? held_.front().first : ""));
      if (!free) return;
      RC_ASSERT(to.value == std::stoul(taken) % 100);
      held_.pop_front();
    }
  }
  void finish() {
    for (int i = 0; i < 2; ++i) {
      durable();
      commit();
    }
    durable();
    release(UINT64_MAX);
    RC_ASSERT(held_.empty());
    RC_ASSERT(!partition_.must_hold());
    RC_ASSERT(partition_.held_bytes() == 0);
  }

 private:
  Partition partition_;
  std::uint64_t written_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t durable_ = 0;
  std::uint64_t emitted_ = 0;
  std::uint64_t batch_ = 0;
  bool flying_ = false;
  std::vector<Duration> times_;                             ///< of each row
  std::deque<std::pair<std::string, std::uint64_t>> held_;  ///< with the rows it depends on
};

RC_GTEST_PROP(Partition, LetsEffectsLeaveInOrderAndNeverBeforeTheirRows, (std::uint64_t seed)) {
  sim::Random random(seed, 0, 0);
  Compared compared;
  for (int step = 0; step < 500; ++step) {
    switch (random.below(5)) {
      case 0:
        compared.write(std::chrono::seconds(step));
        break;
      case 1:
        compared.emit();
        break;
      case 2:
        compared.commit();
        break;
      case 3:
        compared.durable();
        break;
      default:
        compared.release(random.below(4));
        break;
    }
    compared.check_age();
  }
  compared.finish();
}

}  // namespace
}  // namespace hubbub
