#include "core/node/resident.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/random.hpp"

namespace hubbub {
namespace {

using Records = Resident<UserId, std::string>;

TEST(Resident, IsAbsentThenLoadingThenReady) {
  Records records;
  const UserId user{1};
  EXPECT_EQ(records.find(user), Records::none);
  const auto slot = records.add(user, 5s);
  EXPECT_EQ(records.find(user), slot);
  EXPECT_EQ(records[slot].key, user);
  EXPECT_EQ(records[slot].touched(), 5s);
  EXPECT_FALSE(records[slot].ready()) << "it is loading";
  records.park(slot);
  records[slot].loaded = true;
  EXPECT_FALSE(records[slot].ready()) << "who came first has not been handled again yet";
  records.unpark(slot);
  EXPECT_TRUE(records[slot].ready());
}

TEST(Resident, GivesASlotAgainButNotItsRecordNorItsUse) {
  Records records;
  const auto slot = records.add(UserId{1}, 1s);
  const std::uint32_t use = records[slot].use;
  records[slot].record = "of the first";
  records[slot].loaded = true;
  EXPECT_TRUE(records.is(slot, use));
  records.remove(slot);
  EXPECT_FALSE(records.is(slot, use));
  EXPECT_EQ(records.find(UserId{1}), Records::none);

  const auto again = records.add(UserId{2}, 2s);
  EXPECT_EQ(again, slot) << "memory is used again";
  EXPECT_EQ(records[again].record, "");
  EXPECT_FALSE(records[again].loaded);
  EXPECT_FALSE(records.is(slot, use)) << "who still asks for the first does not get the second";
  EXPECT_TRUE(records.is(again, records[again].use));
}

TEST(Resident, IsNothingBeyondItsSlots) {
  Records records;
  EXPECT_FALSE(records.is(0, 0));
  EXPECT_FALSE(records.is(Records::none, 0));
  EXPECT_EQ(records.oldest(), Records::none);
  EXPECT_EQ(records.size(), 0u);
}

TEST(Resident, KeepsARecordWhereItIsWhileOthersAreAdded) {
  Records records;
  const auto slot = records.add(UserId{1}, 1s);
  const auto* entry = &records[slot];
  for (std::uint64_t u = 2; u < 5'000; ++u) records.add(UserId{u}, 1s);
  EXPECT_EQ(&records[slot], entry);
}

TEST(ResidentDeath, ARecordThatSomebodyWaitsForIsNotGivenUp) {
  Records records;
  const auto slot = records.add(UserId{1}, 1s);
  records.park(slot);
  EXPECT_EXIT(records.remove(slot), testing::ExitedWithCode(70), "waited_for");
}

TEST(ResidentDeath, ARecordIsNotGivenUpTwice) {
  Records records;
  const auto slot = records.add(UserId{1}, 1s);
  records.remove(slot);
  EXPECT_EXIT(records.remove(slot), testing::ExitedWithCode(70), "in_use");
}

/// The definition: records in the order of their last use, and every use a slot ever had.
struct Model {
  struct Used {
    UserId key;
    Records::Slot slot;
    std::uint32_t use;
    std::string record;
    Duration touched;
  };
  std::list<Used> by_use;  ///< oldest first
  std::vector<std::pair<Records::Slot, std::uint32_t>> given_up;

  auto find(UserId key) {
    return std::find_if(by_use.begin(), by_use.end(),
                        [key](const Used& u) { return u.key == key; });
  }
};

void check(const Records& records, Model& model, UserId key) {
  const auto known = model.find(key);
  RC_ASSERT(records.size() == model.by_use.size());
  RC_ASSERT(records.oldest() == (model.by_use.empty() ? Records::none : model.by_use.front().slot));
  if (known == model.by_use.end()) {
    RC_ASSERT(records.find(key) == Records::none);
  } else {
    RC_ASSERT(records.find(key) == known->slot);
    RC_ASSERT(known->slot < records.end());
    RC_ASSERT(records.is(known->slot, known->use));
    RC_ASSERT(records[known->slot].key == key);
    RC_ASSERT(records[known->slot].record == known->record);
    RC_ASSERT(records[known->slot].touched() == known->touched);
  }
  for (const auto& past : model.given_up) RC_ASSERT(!records.is(past.first, past.second));
}

RC_GTEST_PROP(Resident, GivesUpWhatWasNotUsedForLongest, (std::uint64_t seed)) {
  sim::Random random(seed, 0, 0);
  Records records;
  Model model;
  std::size_t most = 0;
  for (int step = 0; step < 300; ++step) {
    const Duration now = std::chrono::seconds(step);
    const UserId key{1 + random.below(20)};
    const auto slot = records.find(key);
    const auto known = model.find(key);
    if (slot == Records::none) {
      const auto added = records.add(key, now);
      records[added].record = std::to_string(step);
      model.by_use.push_back({key, added, records[added].use, std::to_string(step), now});
    } else if (random.below(3) > 0) {
      records.touch(slot, now);
      known->touched = now;
      model.by_use.splice(model.by_use.end(), model.by_use, known);
    } else {
      // The oldest, as sweeping does; or any, as a partition that goes elsewhere does.
      const auto gone = random.below(2) > 0 ? known : model.by_use.begin();
      records.remove(gone->slot);
      model.given_up.emplace_back(gone->slot, gone->use);
      model.by_use.erase(gone);
    }
    most = std::max(most, model.by_use.size());
    check(records, model, key);
    RC_ASSERT(records.end() == most);
  }
  while (records.oldest() != Records::none) {
    RC_ASSERT(records.oldest() == model.by_use.front().slot);
    records.remove(records.oldest());
    model.by_use.pop_front();
  }
  RC_ASSERT(model.by_use.empty());
}

}  // namespace
}  // namespace hubbub
