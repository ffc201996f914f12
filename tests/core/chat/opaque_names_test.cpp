#include "core/chat/opaque_names.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace hubbub {
namespace {

using Judgement = Numbers::Judgement;
constexpr std::int64_t week_ms = std::chrono::milliseconds(limits::opaque_kept).count();

rows::Remembered named(std::uint64_t number, std::uint64_t key, std::int64_t at_ms = 0) {
  return {.number = number, .key = key, .digest = key + 1, .seq = number, .id = {}, .sent_at_ms = at_ms};
}

TEST(OpaqueNames, WhatIsSaidAgainIsARepeatAndOtherWordsAConflictAndAllElseFresh) {
  OpaqueNames names;
  names.accept(named(names.next(), 7));
  EXPECT_EQ(names.judge(7, 8, 0).judgement, Judgement::repeat);
  EXPECT_EQ(names.judge(7, 8, 0).first->seq, 1u);
  EXPECT_EQ(names.judge(7, 9, 0).judgement, Judgement::conflict);
  EXPECT_EQ(names.judge(8, 8, 0).judgement, Judgement::fresh);
}

TEST(OpaqueNames, AreRememberedForAWeekAndThenGivenUp) {
  OpaqueNames names;
  names.accept(named(1, 7, 1000));
  names.accept(named(2, 9, 5000));
  EXPECT_EQ(names.judge(7, 8, 1000 + week_ms).judgement, Judgement::repeat);
  EXPECT_FALSE(names.forget(1000 + week_ms));
  EXPECT_EQ(names.judge(7, 8, 1001 + week_ms).judgement, Judgement::fresh);
  EXPECT_EQ(names.forget(1001 + week_ms), 1);
  EXPECT_FALSE(names.forget(1001 + week_ms));
  EXPECT_EQ(names.judge(9, 10, 1001 + week_ms).judgement, Judgement::repeat);
}

TEST(OpaqueNames, TheNewestTakesThePlaceOfTheOldest) {
  OpaqueNames names;
  for (std::uint64_t n = 1; n <= limits::opaque_window + 1u; ++n) names.accept(named(n, n));
  EXPECT_EQ(names.judge(1, 2, 0).judgement, Judgement::fresh);
  EXPECT_EQ(names.judge(2, 3, 0).judgement, Judgement::repeat);
  EXPECT_EQ(OpaqueNames::slot(1), OpaqueNames::slot(limits::opaque_window + 1u));
}

/// Whatever is said, given up and loaded again, it is recognised if it is of the newest and not too old.
RC_GTEST_PROP(OpaqueNames, RememberWhatTheirRowsRemember, ()) {
  const auto said = *rc::gen::container<std::vector<std::pair<std::uint64_t, std::int64_t>>>(
      rc::gen::pair(rc::gen::inRange<std::uint64_t>(1, 50),
                    rc::gen::inRange<std::int64_t>(0, week_ms / 3)));
  OpaqueNames names;
  std::map<std::uint16_t, rows::Remembered> stored;
  std::map<std::uint64_t, std::int64_t> model;  // when it was said, by its key
  std::int64_t now = 0;
  for (const auto& [key, later] : said) {
    now += later;
    const auto known = model.find(key);
    const bool remembered = known != model.end() && now - known->second <= week_ms;
    RC_ASSERT((names.judge(key, key + 1, now).judgement == Judgement::repeat) == remembered);
    if (remembered) continue;
    while (const auto slot = names.forget(now)) stored.erase(*slot);
    const rows::Remembered what = named(names.next(), key, now);
    names.accept(what);
    stored[OpaqueNames::slot(what.number)] = what;
    model[key] = now;
    names = {};
    for (const auto& [slot, row] : stored) names.restore(row);
  }
}

}  // namespace
}  // namespace hubbub
