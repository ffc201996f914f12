#include "core/chat/numbers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <vector>

#include "sim/engine/random.hpp"

namespace hubbub {
namespace {

using Judgement = Numbers::Judgement;

rows::Remembered said(std::uint64_t number, std::uint64_t key, std::uint64_t digest) {
  return {.number = number, .key = key, .digest = digest, .seq = 1'000 + number};
}

/// A device that said 1 .. count, with keys 101, 102 … and digests 201, 202 …
Numbers counted_to(std::uint64_t count) {
  Numbers numbers(limits::repeat_window);
  for (std::uint64_t n = 1; n <= count; ++n) numbers.accept(said(n, 100 + n, 200 + n));
  return numbers;
}

TEST(Numbers, BeginWithOne) {
  const Numbers numbers(limits::repeat_window);
  EXPECT_EQ(numbers.last(), 0u);
  EXPECT_EQ(numbers.next(), 1u);
  EXPECT_EQ(numbers.judge(1, 101, 201).judgement, Judgement::fresh);
  EXPECT_EQ(numbers.judge(0, 101, 201).judgement, Judgement::conflict);
}

TEST(Numbers, AnswerARepeatAsTheFirstTime) {
  const Numbers numbers = counted_to(3);
  const auto verdict = numbers.judge(2, 102, 202);
  ASSERT_EQ(verdict.judgement, Judgement::repeat);
  EXPECT_EQ(*verdict.first, said(2, 102, 202));
}

TEST(Numbers, KnowARepeatUnderAnotherNumberAndDoNotUseThatNumberUp) {
  const Numbers numbers = counted_to(3);
  for (const std::uint64_t number : {1u, 3u, 4u, 50u}) {
    const auto verdict = numbers.judge(number, 102, 202);
    ASSERT_EQ(verdict.judgement, Judgement::repeat) << number;
    EXPECT_EQ(verdict.first->number, 2u);
  }
  EXPECT_EQ(numbers.next(), 4u);
}

TEST(Numbers, TellARepeatFromAConflict) {
  const Numbers numbers = counted_to(3);
  EXPECT_EQ(numbers.judge(2, 102, 999).judgement, Judgement::conflict) << "another content";
  EXPECT_EQ(numbers.judge(2, 999, 999).judgement, Judgement::conflict) << "another message";
  EXPECT_EQ(numbers.judge(4, 102, 999).judgement, Judgement::conflict)
      << "a key stands for one intention, at whatever number";
}

TEST(Numbers, SayingTheSameTwiceOnPurposeIsNoRepeat) {
  const Numbers numbers = counted_to(3);
  EXPECT_EQ(numbers.judge(4, 999, 203).judgement, Judgement::fresh);
  EXPECT_EQ(numbers.judge(3, 999, 203).judgement, Judgement::conflict)
      << "or the second of two equal texts would be swallowed";
}

TEST(Numbers, CallWhatLiesBelowTheWindowAConflict) {
  const Numbers numbers = counted_to(limits::repeat_window + 1);
  EXPECT_EQ(numbers.size(), limits::repeat_window);
  EXPECT_EQ(numbers.judge(1, 101, 201).judgement, Judgement::conflict);
  EXPECT_EQ(numbers.judge(2, 102, 202).judgement, Judgement::repeat);
}

TEST(NumbersDeath, ANumberIsNotAcceptedTwice) {
  Numbers numbers = counted_to(3);
  EXPECT_EXIT(numbers.accept(said(3, 999, 999)), testing::ExitedWithCode(70), "number > last");
}

/// The definition: everything ever accepted, the last `window` of it known.
class Model {
 public:
  explicit Model(std::size_t window) : window_(window) {}

  void accept(const rows::Remembered& what) { all_.emplace(what.number, what); }
  std::uint64_t last() const { return all_.empty() ? 0 : all_.rbegin()->first; }
  std::size_t known() const { return std::min(all_.size(), window_); }

  Numbers::Judgement judge(std::uint64_t number, std::uint64_t key, std::uint64_t digest,
                           rows::Remembered& first) const {
    auto at = all_.rbegin();
    for (std::size_t i = 0; i < known(); ++i, ++at) {
      if (at->second.key != key) continue;
      first = at->second;
      return first.digest == digest ? Judgement::repeat : Judgement::conflict;
    }
    return number > last() ? Judgement::fresh : Judgement::conflict;
  }

 private:
  std::size_t window_;
  std::map<std::uint64_t, rows::Remembered> all_;
};

/// What a store holds of a window: one row a slot, a later one in place of an earlier one.
class Slots {
 public:
  void put(const Numbers& numbers, const rows::Remembered& what) {
    rows_[numbers.slot(what.number)] = what;
  }
  std::size_t size() const { return rows_.size(); }

  Numbers restored(std::uint64_t window, std::uint64_t order) const {
    std::vector<rows::Remembered> rows;
    for (const auto& row : rows_) rows.push_back(row.second);
    std::sort(rows.begin(), rows.end(), [order](const auto& a, const auto& b) {
      return (a.number * order) % 257 < (b.number * order) % 257;
    });
    Numbers numbers(window);
    for (const rows::Remembered& row : rows) numbers.restore(row);
    return numbers;
  }

 private:
  std::map<std::uint8_t, rows::Remembered> rows_;
};

void judge_alike(const Numbers& numbers, const Model& model, std::uint64_t number,
                 std::uint64_t key, std::uint64_t digest) {
  rows::Remembered first;
  const Judgement expected = model.judge(number, key, digest, first);
  const auto verdict = numbers.judge(number, key, digest);
  RC_ASSERT(verdict.judgement == expected);
  RC_ASSERT((verdict.first != nullptr) == (expected == Judgement::repeat));
  if (verdict.first != nullptr) RC_ASSERT(*verdict.first == first);
}

/// A device sends old and new, right and wrong; now and then the conversation is loaded anew.
RC_GTEST_PROP(Numbers, JudgeMessagesAsTheLastSixtyFourDoOverRestarts, (std::uint64_t seed)) {
  sim::Random random(seed, 0, 0);
  Numbers numbers(limits::repeat_window);
  Model model(limits::repeat_window);
  Slots slots;
  const auto accept = [&](const rows::Remembered& what) {
    numbers.accept(what);
    model.accept(what);
    slots.put(numbers, what);
  };
  for (std::uint64_t step = 0; step < 400; ++step) {
    // Mostly at the end; else far enough back to reach below the window.
    const std::uint64_t back = random.below(3) > 0 ? 0 : random.below(100);
    const std::uint64_t number = model.last() + 2 - std::min(back, model.last() + 2);
    const std::uint64_t key = random.below(8) > 0 ? number : random.below(400);
    const std::uint64_t digest = random.below(8) > 0 ? key * 3 : random.below(5);
    judge_alike(numbers, model, number, key, digest);
    // What is said next is mostly what the device numbered so, and else was renumbered.
    const std::uint64_t next_key = random.below(4) > 0 ? numbers.next() : 10'000 + step;
    judge_alike(numbers, model, numbers.next(), next_key, next_key * 3);
    if (numbers.judge(numbers.next(), next_key, next_key * 3).judgement == Judgement::fresh)
      accept(said(numbers.next(), next_key, next_key * 3));
    RC_ASSERT(numbers.last() == model.last());
    RC_ASSERT(numbers.next() == model.last() + 1);
    RC_ASSERT(numbers.size() == model.known());
    if (random.below(50) == 0) {
      numbers = slots.restored(limits::repeat_window, 1 + random.below(256));
      RC_ASSERT(numbers.size() == model.known());
    }
  }
}

/// Calls leave gaps, for a device's calls go to many conversations.
RC_GTEST_PROP(Numbers, JudgeCallsAsTheLastEightDo, (std::uint64_t seed)) {
  sim::Random random(seed, 0, 0);
  Numbers numbers(limits::call_window);
  Model model(limits::call_window);
  std::vector<rows::Remembered> all;
  for (int step = 0; step < 100; ++step) {
    const std::uint64_t number = model.last() + 1 + random.below(20);
    const rows::Remembered what = said(number, number * 7, random.below(5));
    RC_ASSERT(numbers.judge(number, what.key, what.digest).judgement == Judgement::fresh);
    numbers.accept(what);
    model.accept(what);
    all.push_back(what);
    const std::size_t back = random.below(std::min<std::size_t>(all.size(), 12));
    const rows::Remembered& again = all[all.size() - 1 - back];
    judge_alike(numbers, model, again.number, again.key, again.digest);
    judge_alike(numbers, model, again.number, again.key, again.digest + 1);
    judge_alike(numbers, model, again.number + 1, again.key + 1, again.digest);
  }
}

/// Two calls may share a slot, so a restart may forget the one before the last: a device sends one
/// at a time, and only the last may still be asked for again (R4). What matters is kept: the last
/// one is known, nothing old is taken for new, and no answer is made up.
RC_GTEST_PROP(Numbers, KnowTheLastCallAfterARestartAndTakeNoOldOneForNew, (std::uint64_t seed)) {
  sim::Random random(seed, 0, 0);
  Numbers numbers(limits::call_window);
  Slots slots;
  std::vector<rows::Remembered> all;
  for (int step = 0; step < 60; ++step) {
    const std::uint64_t number = numbers.next() + random.below(20);
    all.push_back(said(number, number * 7, random.below(5)));
    numbers.accept(all.back());
    slots.put(numbers, all.back());
    if (random.below(5) > 0) continue;
    numbers = slots.restored(limits::call_window, 1 + random.below(256));
    RC_ASSERT(numbers.size() <= limits::call_window);
    RC_ASSERT(numbers.last() == number);
    RC_ASSERT(numbers.judge(number, all.back().key, all.back().digest).judgement ==
              Judgement::repeat);
    for (const rows::Remembered& old : all) {
      const auto verdict = numbers.judge(old.number, old.key, old.digest);
      RC_ASSERT(verdict.judgement != Judgement::fresh);
      if (verdict.judgement == Judgement::repeat) RC_ASSERT(*verdict.first == old);
    }
  }
}

TEST(Numbers, GiveEachMessageOfTheWindowASlotOfItsOwn) {
  const Numbers numbers(limits::repeat_window);
  std::set<std::uint8_t> slots;
  for (std::uint64_t n = 1'000; n < 1'000 + limits::repeat_window; ++n)
    slots.insert(numbers.slot(n));
  EXPECT_EQ(slots.size(), limits::repeat_window);
  EXPECT_EQ(numbers.slot(1'000 + limits::repeat_window), numbers.slot(1'000))
      << "the newest takes the place of the one that falls out";
}

}  // namespace
}  // namespace hubbub
