#include "core/wire/cursor.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/wire/generators.hpp"

namespace hubbub {
namespace {

RC_GTEST_PROP(Cursor, ComesBackFromItsText, ()) {
  const Cursor cursor = generators::cursor();
  RC_ASSERT(parse_cursor(to_text(cursor)) == cursor);
}

RC_GTEST_PROP(Cursor, NeverFailsOnAnyText, (const std::string& text)) {
  const auto cursor = parse_cursor(text);
  if (cursor) RC_ASSERT(parse_cursor(to_text(*cursor)) == cursor);
}

TEST(Cursor, IsOnePositionBetweenSyncs) {
  EXPECT_EQ(to_text(Cursor::at(0x5f3a, 0x1c)), "5f3a-1c");
  EXPECT_FALSE(Cursor::at(1, 2).in_sync());
}

TEST(Cursor, SaysWhereASyncStands) {
  const Cursor cursor = Cursor::during(0x5f3a, 0x1c, 0x2f, 0x20);
  EXPECT_TRUE(cursor.in_sync());
  EXPECT_EQ(to_text(cursor), "5f3a-1c-2f-20");
}

TEST(Cursor, BecomesItsTargetWhenTheSyncMeetsWhatWasHeld) {
  EXPECT_EQ(Cursor::during(1, 28, 47, 28), Cursor::at(1, 47));
}

TEST(Cursor, RefusesWhatNoServerSent) {
  for (const char* text :
       {"", "-", "1", "1-", "1-2-", "1-2-3", "1-2-3-4-5", "1-2-4-4", "1-2-4-2", "1-3-2-3", "x-1",
        "1-g", " 1-2", "1-2 ", "+1-2", "0x1-2", "10000000000000000-1", "-1-2"})
    EXPECT_FALSE(parse_cursor(text).has_value()) << text;
}

}  // namespace
}  // namespace hubbub
