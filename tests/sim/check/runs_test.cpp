#include "sim/check/runs.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace hubbub::sim {
namespace {

std::set<Sequence> expand(const Runs& runs) {
  std::set<Sequence> all;
  for (const auto& run : runs)
    for (Sequence seq = run.from; seq <= run.to; ++seq) all.insert(seq);
  return all;
}

bool ascend_without_touching(const Runs& runs) {
  Sequence before = 0;
  bool first = true;
  for (const auto& run : runs) {
    if (run.from > run.to || (!first && run.from <= before + 1)) return false;
    before = run.to;
    first = false;
  }
  return true;
}

std::vector<Runs::Run> some_runs() {
  const auto pairs = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(1, 40), rc::gen::inRange(0, 6)));
  std::vector<Runs::Run> runs;
  for (const auto& [from, more] : pairs)
    runs.push_back({static_cast<Sequence>(from), static_cast<Sequence>(from + more)});
  return runs;
}

RC_GTEST_PROP(Runs, AreTheUnionOfWhatWasAdded, ()) {
  Runs runs;
  std::set<Sequence> expected;
  for (const auto& run : some_runs()) {
    runs.add(run.from, run.to);
    for (Sequence seq = run.from; seq <= run.to; ++seq) expected.insert(seq);
    RC_ASSERT(ascend_without_touching(runs));
  }
  RC_ASSERT(expand(runs) == expected);
  for (Sequence seq = 0; seq < 50; ++seq)
    RC_ASSERT(runs.contains(seq) == (expected.count(seq) > 0));
}

RC_GTEST_PROP(Runs, NameTheFirstRunThatAnotherSetLacks, ()) {
  Runs mine;
  Runs theirs;
  for (const auto& run : some_runs()) mine.add(run.from, run.to);
  for (const auto& run : some_runs()) theirs.add(run.from, run.to);
  const Sequence limit = *rc::gen::inRange<Sequence>(1, 50);

  std::vector<Sequence> missing;
  for (const Sequence seq : expand(mine))
    if (seq <= limit && !theirs.contains(seq)) missing.push_back(seq);
  const auto first = mine.first_missing_from(theirs, limit);
  RC_ASSERT(first.has_value() == !missing.empty());
  if (!first) return;
  RC_ASSERT(first->from == missing.front());
  for (Sequence seq = first->from; seq <= first->to; ++seq)
    RC_ASSERT(mine.contains(seq) && !theirs.contains(seq) && seq <= limit);
}

TEST(Runs, OneRunNeedsNoMemoryOfItsOwn) {
  Runs runs;
  for (Sequence seq = 1; seq <= 1000; ++seq) runs.add(seq);
  EXPECT_EQ(runs.memory(), 0u);
  EXPECT_THAT(std::vector(runs.begin(), runs.end()), testing::ElementsAre(Runs::Run{1, 1000}));
}

TEST(Runs, ReachToTheGreatestSequence) {
  Runs all;
  all.add(1, Runs::unbounded);
  all.add(5, 7);
  all.add(5, Runs::unbounded);
  EXPECT_TRUE(all.contains(Runs::unbounded));
  EXPECT_FALSE(all.contains(0));
}

}  // namespace
}  // namespace hubbub::sim
