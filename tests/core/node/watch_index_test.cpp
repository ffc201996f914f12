#include "core/node/watch_index.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

namespace hubbub {
namespace {

using Relations = std::map<std::pair<std::uint64_t, WatchIndex::List>, bool>;

Relations all_of(const WatchIndex& index) {
  Relations seen;
  WatchIndex::Place at;
  const bool all = index.visit_all(at, [&](UserId user, WatchIndex::List list, bool told) {
    EXPECT_TRUE(seen.emplace(std::pair(user.value, list), told).second) << "shown twice";
    return true;
  });
  EXPECT_TRUE(all);
  return seen;
}

/// Few users and lists, so that they meet; and some at the ends of their ranges.
rc::Gen<std::uint64_t> user_gen() {
  return rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(1, 20),
                        rc::gen::inRange<std::uint64_t>(user_id_max - 3, user_id_max + 1));
}
rc::Gen<WatchIndex::List> list_gen() {
  return rc::gen::oneOf(rc::gen::inRange<WatchIndex::List>(0, 20),
                        rc::gen::inRange<WatchIndex::List>(WatchIndex::lists - 3, WatchIndex::lists));
}

RC_GTEST_PROP(WatchIndex, IsASetOfRelations, ()) {
  WatchIndex index;
  Relations model;
  const int steps = *rc::gen::inRange(0, 200);
  for (int step = 0; step < steps; ++step) {
    const std::uint64_t user = *user_gen();
    const WatchIndex::List list = *list_gen();
    const std::pair key(user, list);
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
      case 1: RC_ASSERT(index.add(UserId{user}, list) == model.emplace(key, false).second); break;
      case 2: RC_ASSERT(index.remove(UserId{user}, list) == (model.erase(key) == 1)); break;
      default: {
        const bool told = *rc::gen::arbitrary<bool>();
        index.tell(UserId{user}, list, told);
        if (const auto at = model.find(key); at != model.end()) at->second = told;
        const auto at = model.find(key);
        RC_ASSERT(index.told(UserId{user}, list) == (at != model.end() && at->second));
      }
    }
    RC_ASSERT(index.size() == model.size());
  }
  RC_ASSERT(all_of(index) == model);
}

/// More than one bucket takes, so that the buckets are doubled; and one user with more than any other.
Relations fill(WatchIndex& index, std::uint64_t users, WatchIndex::List fans) {
  Relations model;
  const auto add = [&](std::uint64_t user, WatchIndex::List list) {
    EXPECT_TRUE(index.add(UserId{user}, list));
    const bool told = (user + list) % 3 == 0;
    index.tell(UserId{user}, list, told);
    model.emplace(std::pair(user, list), told);
  };
  for (std::uint64_t user = 1; user <= users; ++user)
    for (WatchIndex::List list = 0; list < 8; ++list)
      add(user * 977, static_cast<WatchIndex::List>((user * 8 + list * 31) % WatchIndex::lists));
  for (WatchIndex::List list = 0; list < fans; ++list) add(user_id_max, list);
  return model;
}

TEST(WatchIndex, KeepsAllWhenItGrows) {
  WatchIndex index;
  const Relations model = fill(index, 20'000, 5'000);
  EXPECT_EQ(all_of(index), model);
  for (const auto& [key, told] : model) ASSERT_EQ(index.told(UserId{key.first}, key.second), told);
}

TEST(WatchIndex, ShowsAUserInPieces) {
  WatchIndex index;
  fill(index, 1'000, 5'000);
  WatchIndex::Place at = WatchIndex::first(UserId{user_id_max});
  std::set<WatchIndex::List> seen;
  int pieces = 0;
  for (bool all = false; !all; ++pieces) {
    int left = 700;
    all = index.visit(UserId{user_id_max}, at, [&](WatchIndex::List list, bool) {
      if (left-- == 0) return false;
      EXPECT_TRUE(seen.insert(list).second) << list << " was shown twice";
      return true;
    });
    // What is added and removed meanwhile, and buckets that are doubled, do not disturb it.
    index.remove(UserId{user_id_max}, static_cast<WatchIndex::List>(pieces));
    for (std::uint64_t user = 0; user < 5'000; ++user)
      index.add(UserId{user + 1}, static_cast<WatchIndex::List>(100'000 + pieces));
  }
  EXPECT_EQ(pieces, 8);
  EXPECT_EQ(seen.size(), 5'000u);
}

TEST(WatchIndex, SweepsWhatHasEndedAndSaysWhoIsWatchedNoMore) {
  WatchIndex index;
  Relations model = fill(index, 20'000, 5'000);
  const auto dead = [](WatchIndex::List list) { return list % 5 != 0; };
  std::set<std::uint64_t> gone, expected;
  for (const auto& [key, told] : model) expected.insert(key.first);
  std::erase_if(model, [&](const auto& r) { return dead(r.first.second); });
  for (const auto& [key, told] : model) expected.erase(key.first);
  const std::size_t before = index.memory();
  std::size_t looked_at = 0;
  for (WatchIndex::Place at; at.key <= WatchIndex::key_max;)
    looked_at += index.sweep(at, 700, dead, [&](UserId user) { EXPECT_TRUE(gone.insert(user.value).second); });
  EXPECT_EQ(looked_at, 165'000u);
  EXPECT_EQ(all_of(index), model);
  EXPECT_EQ(index.size(), model.size());
  EXPECT_EQ(gone, expected);
  EXPECT_LT(index.memory(), before / 2);
}

/// What all of it is for: 8 bytes, the room that vectors keep to grow, and their heads.
TEST(WatchIndex, TakesLittleMoreThanAWordARelation) {
  WatchIndex index;
  const Relations model = fill(index, 100'000, 0);
  EXPECT_LE(static_cast<double>(index.memory()), 10.0 * static_cast<double>(model.size()));
}

}  // namespace
}  // namespace hubbub
