#include "core/chat/opaque_names.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace hubbub {
namespace {

using Judgement = Numbers::Judgement;
rows::Remembered named(std::uint64_t number, std::uint64_t key) {
  return {.number = number, .key = key, .digest = key + 1, .seq = number, .id = {}, .sent_at_ms = 0};
}

TEST(OpaqueNames, WhatIsSaidAgainIsARepeatAndOtherWordsAConflictAndAllElseFresh) {
  OpaqueNames names;
  names.accept(named(names.next(), 7));
  EXPECT_EQ(names.judge(7, 8).judgement, Judgement::repeat);
  EXPECT_EQ(names.judge(7, 8).first->seq, 1u);
  EXPECT_EQ(names.judge(7, 9).judgement, Judgement::conflict);
  EXPECT_EQ(names.judge(8, 8).judgement, Judgement::fresh);
}

TEST(OpaqueNames, TheNewestTakesThePlaceOfTheOldest) {
  OpaqueNames names;
  for (std::uint64_t n = 1; n <= limits::opaque_window + 1u; ++n) names.accept(named(n, n));
  EXPECT_EQ(names.judge(1, 2).judgement, Judgement::fresh);
  EXPECT_EQ(names.judge(2, 3).judgement, Judgement::repeat);
  EXPECT_EQ(OpaqueNames::slot(1), OpaqueNames::slot(limits::opaque_window + 1u));
}

/// Whatever is said and loaded again, it is recognised if it is of the newest.
RC_GTEST_PROP(OpaqueNames, RememberWhatTheirRowsRemember, ()) {
  const auto said = *rc::gen::resize(
      3000, rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(1, 2000)));
  OpaqueNames names;
  std::map<std::uint16_t, rows::Remembered> stored;
  std::map<std::uint64_t, std::uint64_t> model;  // which it was, by its key
  for (const std::uint64_t key : said) {
    const auto known = model.find(key);
    const bool remembered = known != model.end() && known->second + limits::opaque_window >= names.next();
    RC_ASSERT((names.judge(key, key + 1).judgement == Judgement::repeat) == remembered);
    if (remembered) continue;
    const rows::Remembered what = named(names.next(), key);
    names.accept(what);
    stored[OpaqueNames::slot(what.number)] = what;
    model[key] = what.number;
    if (key % 64 != 0) continue;
    names = {};
    for (const auto& [slot, row] : stored) names.restore(row);
  }
}

}  // namespace
}  // namespace hubbub
