#include "core/wire/json_value.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "core/wire/json_text.hpp"
#include "tests/core/wire/generators.hpp"
#include "tests/core/wire/reference_json.hpp"

namespace hubbub::json {
namespace {

constexpr Bounds wide{.values = 100'000, .depth = 64};

std::string error_of(std::string_view text, Bounds bounds = wide) {
  Arena arena;
  const auto parsed = parse(text, bounds, arena);
  if (parsed) return "none";
  return std::string(parsed.error().what) + " at " + std::to_string(parsed.error().offset);
}

/// Texts near JSON: pieces of it in any order, and valid documents with some bytes changed.
rc::Gen<std::string> almost_json() {
  const auto piece = rc::gen::element<std::string>(
      "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "1", "-", "0", ".5", "e3", "E+", "true", "false",
      "null", " ", "\n", "\\", "\\u00e9", "\\ud83d\\ude00", "\\ud83d", "é", "\xff", "{\"k\":1}");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                      [](const std::vector<std::string>& pieces) {
                        std::string text;
                        for (const std::string& p : pieces) text += p;
                        return text;
                      });
}

RC_GTEST_PROP(JsonValue, AgreesWithTheReferenceOnWhatIsJson, ()) {
  const std::string text = *almost_json();
  RC_ASSERT(reference_disagreement(text) == "");
}

RC_GTEST_PROP(JsonValue, AgreesWithTheReferenceOnEveryText, ()) {
  const std::string text = *generators::unicode_text();
  RC_ASSERT(reference_disagreement(nlohmann::json(text).dump()) == "");
  RC_ASSERT(reference_disagreement(nlohmann::json(text).dump(-1, ' ', true)) == "");
  std::string own;
  append_string(text, own);
  RC_ASSERT(nlohmann::json::parse(own).get<std::string>() == text);
}

TEST(JsonValue, TakesWhatTheStandardTakes) {
  for (const char* text : {"0", "-0", "1.5e+10", "[]", "{}", " [ 1 , 2 ] ", "{\"a\":{\"b\":[]}}",
                           "\"\\u0000\\/\"", "{\"\":null}", "\"\x7f\"", "1e999"})
    EXPECT_EQ(error_of(text), "none") << text;
}

TEST(JsonValue, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(error_of(""), "a value was expected, not the end at 0");
  EXPECT_EQ(error_of("{\"a\":1,}"), "a key in quotes was expected at 7");
  EXPECT_EQ(error_of("[1 2]"), "\",\" or \"]\" was expected at 3");
  EXPECT_EQ(error_of("{\"a\" 1}"), "\":\" was expected at 5");
  EXPECT_EQ(error_of("01"), "a number does not start with 0 at 2");
  EXPECT_EQ(error_of("1."), "a digit was expected at 2");
  EXPECT_EQ(error_of("[1] 2"), "nothing was expected after the value at 4");
  EXPECT_EQ(error_of("\"a"), "a string was not closed at 2");
  EXPECT_EQ(error_of("\"a\nb\""), "a control character must be escaped at 2");
  EXPECT_EQ(error_of("\"\\x\""), "there is no such escape at 1");
  EXPECT_EQ(error_of("\"\\u12g4\""), "four hexadecimal digits were expected after \"\\u\" at 1");
  EXPECT_EQ(error_of("[\"\xff\"]"), "it is not valid UTF-8 at 2");
  EXPECT_EQ(error_of("nul"), "a value was expected at 0");
}

TEST(JsonValue, StopsAtItsBounds) {
  Arena arena;
  EXPECT_EQ(error_of("[[1]]", {.values = 3, .depth = 2}), "none");
  EXPECT_EQ(error_of("[[1]]", {.values = 2, .depth = 2}), "it has too many values at 3");
  EXPECT_EQ(error_of("[[1]]", {.values = 3, .depth = 1}), "it is nested too deeply at 1");
  const std::string deep(100'000, '[');
  EXPECT_EQ(error_of(deep), "it is nested too deeply at 64");
  EXPECT_TRUE(parse(deep, wide, arena).error().beyond_bounds);
}

TEST(JsonValue, MarksHalfACharacterInsteadOfRefusingTheWhole) {
  Arena arena;
  for (const char* text : {R"("\ud83d")", R"("\ude00")", R"("\ud83d\ud83d")", R"("\ud83dx")",
                           R"("\ude00\ud83d")", R"("\ud83d\n")"}) {
    const auto parsed = parse(text, wide, arena);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_TRUE((*parsed)->unpaired_surrogate) << text;
    EXPECT_TRUE(is_utf8((*parsed)->text)) << text;
  }
  const auto pair = parse(R"("\ud83d\ude00")", wide, arena);
  EXPECT_FALSE((*pair)->unpaired_surrogate);
  EXPECT_EQ((*pair)->text, "😀");
}

TEST(JsonValue, ViewsTextThatNeedsNoDecoding) {
  const std::string text = R"(["as it is"])";
  Arena arena;
  const auto parsed = parse(text, wide, arena);
  EXPECT_EQ((*parsed)->first->text.data(), text.data() + 2);
}

}  // namespace
}  // namespace hubbub::json
