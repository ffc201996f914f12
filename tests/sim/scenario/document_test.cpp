#include "sim/scenario/document.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hubbub::sim {
namespace {

/// Every key and scalar with its place: "a@1:2 1@1:7".
void list_places(const Value& value, std::string& text) {
  const auto add = [&](const std::string& what, const Place& at) {
    text += what + "@" + std::to_string(at.line) + ":" + std::to_string(at.column) + " ";
  };
  add(shown(value), value.at);
  for (const Value& item : value.items) list_places(item, text);
  for (const Member& member : value.members) {
    add(member.key, member.at);
    list_places(member.value, text);
  }
}

std::string places(std::string_view text) {
  Problems problems;
  const std::uint32_t source = problems.add_source("f");
  const auto value = parse_document(text, source, problems);
  if (!value) return to_text(problems.take().front());
  std::string result;
  list_places(*value, result);
  return result;
}

TEST(Document, KnowsWhereEveryValueStands) {
  EXPECT_EQ(places(R"({"a": 1, "b": [true, "x"]})"),
            "an object@1:1 a@1:2 1@1:7 b@1:10 a list@1:15 true@1:16 \"x\"@1:22 ");
}

TEST(Document, CountsLinesThroughComments) {
  EXPECT_EQ(places("// one\n/* two\n three */ {\n  \"a\" /* , */ : // :\n  -5}"),
            "an object@3:11 a@4:3 -5@5:3 ");
}

TEST(Document, CountsColumnsInCodePoints) {
  EXPECT_EQ(places("{\"\u00E4\u20AC\U0001F600\": 1}"),
            "an object@1:1 \u00E4\u20AC\U0001F600@1:2 1@1:9 ");
}

TEST(Document, IsNotMisledByWhatStandsInTexts) {
  EXPECT_EQ(places(R"({"a\"}]//": "/* \\", "b": 2})"),
            "an object@1:1 a\"}]//@1:2 \"/* \\\\\"@1:13 b@1:22 2@1:27 ");
}

TEST(Document, SkipsAByteOrderMark) {
  EXPECT_EQ(places("\xEF\xBB\xBF{\"a\": null}"), "an object@1:1 a@1:2 null@1:7 ");
}

TEST(Document, ReadsWholeNumbersWhateverTheirForm) {
  Problems problems;
  const std::uint32_t source = problems.add_source("f");
  const auto value =
      parse_document("[18446744073709551615, 1e3, 1.5, -1, 1e19, 1e20]", source, problems);
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(value->items[0].whole, 18446744073709551615u);
  EXPECT_EQ(value->items[1].whole, 1000u);
  EXPECT_EQ(value->items[2].whole, std::nullopt);
  EXPECT_EQ(value->items[3].whole, std::nullopt);
  EXPECT_EQ(value->items[4].whole, 10'000'000'000'000'000'000u);
  EXPECT_EQ(value->items[5].whole, std::nullopt);
}

TEST(Document, RefusesNestingBeyondItsDepth) {
  const std::string open(document_depth, '['), close(document_depth, ']');
  EXPECT_NE(places(open + close).find("a list@1:16"), std::string::npos);
  EXPECT_EQ(places("[" + open + close + "]"), "f:1:17: found values nested deeper than 16");
  EXPECT_EQ(places(std::string(200'000, '[')), "f:1:17: found values nested deeper than 16");
}

TEST(Document, RefusesATextBeyondItsSize) {
  EXPECT_EQ(places(std::string(document_bytes + 1, ' ')),
            "f:1:1: found 262145 bytes, expected at most 262144");
}

}  // namespace
}  // namespace hubbub::sim
