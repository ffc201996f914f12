// What is remembered of the register, and for how long.
#include "sim/world/register_past.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "sim/engine/random.hpp"

namespace hubbub::sim {
namespace {

using Values = std::map<std::string, std::string>;

/// A reader's copy after a page.
Values with(Values values, const RegisterPage& page) {
  if (page.whole) values.clear();
  for (const RegisterEntry& entry : page.entries) {
    values.erase(std::string(entry.key));
    if (entry.version != 0) values.emplace(entry.key, entry.value);
  }
  return values;
}

/// A register whose keys change at random, once a second.
class Changing {
 public:
  explicit Changing(Duration kept) : past(kept) {
    states.emplace_back();
    change();
  }

  void change() {
    Values now = states.back();
    const std::string key = "key " + std::to_string(random.below(6));
    const std::string value = random.chance(0.3) ? "" : std::to_string(states.size());
    now.erase(key);
    if (!value.empty()) now.emplace(key, value);
    const std::uint64_t revision = states.size();
    const std::vector<RegisterEntry> entries{{key, value.empty() ? 0 : revision, value}};
    past.add(at(revision), {.whole = revision == 1, .revision = revision, .entries = entries});
    states.push_back(std::move(now));
  }
  static Duration at(std::uint64_t revision) { return static_cast<std::int64_t>(revision) * 1s; }
  std::uint64_t newest() const { return states.size() - 1; }

  RegisterPast past;
  std::vector<Values> states;  ///< by revision
  Random random{1, 2, 3};
};

TEST(RegisterPast, BringsEveryReaderToWhatItIsToSee) {
  Changing world(40s);
  for (int i = 0; i < 300; ++i) world.change();
  std::uint64_t whole = 0, changes = 0;
  for (std::uint64_t through = world.newest() - 40; through <= world.newest(); ++through)
    for (std::uint64_t known = 0; known <= through; ++known)
      world.past.page(known, through, [&](const RegisterPage& page) {
        ++(page.whole ? whole : changes);
        ASSERT_EQ(page.revision, through);
        ASSERT_EQ(with(world.states[known], page), world.states[through])
            << known << " to " << through;
      });
  EXPECT_GT(whole, 1000u) << "who lacks what is forgotten";
  EXPECT_GT(changes, 500u);
}

TEST(RegisterPast, KnowsWhatThereWasAtAnyMomentThatItRemembers) {
  Changing world(40s);
  for (int i = 0; i < 300; ++i) world.change();
  for (std::uint64_t revision = world.newest() - 40; revision < world.newest(); ++revision) {
    EXPECT_EQ(world.past.revision_at(Changing::at(revision)), revision);
    EXPECT_EQ(world.past.revision_at(Changing::at(revision) + 999ms), revision);
    EXPECT_EQ(world.past.next_after(revision), Changing::at(revision + 1));
  }
  EXPECT_EQ(world.past.next_after(world.newest()), never);
  EXPECT_GE(world.past.revision_at(0s), world.newest() - 41) << "never below the first";
}

TEST(RegisterPast, RemembersNoMoreThanItMust) {
  Changing world(40s);
  for (int i = 0; i < 1000; ++i) world.change();
  EXPECT_LE(world.past.steps(), 42u);
  EXPECT_GE(world.past.steps(), 41u);
}

}  // namespace
}  // namespace hubbub::sim
