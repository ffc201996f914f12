#include "sim/report/plain_text.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

namespace hubbub::sim {
namespace {

using testing::ElementsAre;

TEST(PlainText, HasNoControlCharacters) {
  EXPECT_EQ(printable("a\x1b[31mred\x07", true), "a?[31mred?");
  EXPECT_EQ(printable("two\nlines\tand a tab", true), "two lines and a tab");
  EXPECT_EQ(printable("\xc2\x9b", true), "?") << "U+009B starts a sequence on some terminals";
}

TEST(PlainText, IsAsciiWhereUtf8IsNotTrusted) {
  EXPECT_EQ(printable("caf\u00e9 \u2713", true), "caf\u00e9 \u2713");
  EXPECT_EQ(printable("caf\u00e9 \u2713", false), "caf? ?");
}

TEST(PlainText, SurvivesBrokenUtf8) {
  EXPECT_EQ(printable("a\xff\xc3", true), "a??");
  EXPECT_EQ(printable("\xe2\x28\xa1", true), "?(?");
}

TEST(PlainText, IsWrappedAtSpaces) {
  EXPECT_THAT(wrap("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("", 7), ElementsAre(""));
  EXPECT_THAT(wrap("abcdefghij", 4), ElementsAre("abcd", "efgh", "ij"));
  EXPECT_THAT(wrap("\u00e9\u00e9 \u00e9\u00e9", 5), ElementsAre("\u00e9\u00e9 \u00e9\u00e9"));
}

RC_GTEST_PROP(PlainText, NeverShowsAControlCharacterAndNeverGrowsTooWide, ()) {
  const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const auto width = *rc::gen::inRange<std::size_t>(1, 30);
  for (const char c : printable(bytes, false)) RC_ASSERT(c >= 0x20 && c < 0x7f);
  for (const std::string& line : wrap(printable(bytes, true), width))
    RC_ASSERT(columns(line) <= width);
}

TEST(PlainText, IsPlainWhereThereIsNoTerminal) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const Style style = style_for(pipe_ends[1]);
  EXPECT_FALSE(style.colour);
  EXPECT_FALSE(style.unicode);
  EXPECT_EQ(style.width, 80);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

}  // namespace
}  // namespace hubbub::sim
