// Whatever bytes a file has: a scenario or errors, never a crash. The fuzzer looks further; this
// keeps the promise in every test run.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <string>

#include "tests/sim/scenario/arbitrary_scenario.hpp"
#include "tests/sim/scenario/golden.hpp"
#include "tests/sim/scenario/parsing.hpp"

namespace hubbub::sim {
namespace {

/// What must hold for any text.
void expect_sane(const std::string& text) {
  const ScenarioResult result = parsed(text);
  if (result) {
    const ScenarioResult again = parsed(to_json(*result));
    EXPECT_TRUE(again.has_value() && *again == *result) << text;
    return;
  }
  EXPECT_FALSE(result.error().empty());
  EXPECT_LE(result.error().size(), problems_shown + 1);
  for (const ScenarioError& error : result.error()) {
    const std::string line = to_text(error);
    EXPECT_EQ(line.find_first_of("\n\r\x1B"), std::string::npos) << line;
    EXPECT_LT(line.size(), 2000u);
  }
}

TEST(Hostile, TheFuzzersCorpusIsBorne) {
  for (const auto& entry : std::filesystem::directory_iterator("tests/sim/scenario/corpus")) {
    expect_sane(file_text(entry.path().string()));
  }
}

TEST(Hostile, ShortAndOddTextsAreBorne) {
  for (const std::string text :
       {"", " ", "{", "}", "[]", "null", "1", "\"", "{\"name\":", "\xFF", "\xEF\xBB\xBF", "/*",
        "//", "{\"name\": \"x\", \"seed\": 1e999}", "{\"name\": \"x\", \"seed\": -0}",
        "{\"name\": \"x\", \"seed\": NaN}", "{\"name\": \"\xC3\x28\"}", "{\"\x1B[31m\": 1}",
        "{\"name\": \"x\", \"seed\": 99999999999999999999}"}) {
    expect_sane(text);
  }
}

TEST(Hostile, LargeTextsAreBorne) {
  std::string many_keys = "{\"name\": \"x\"";
  for (int i = 0; i < 20'000; ++i) many_keys += ",\"" + std::to_string(i) + "\":1";
  expect_sane(many_keys + "}");
  expect_sane("{\"name\": \"" + std::string(200'000, 'x') + "\"}");
  expect_sane("{\"" + std::string(200'000, '\x1B') + "\": 1}");
  expect_sane("{\"" + std::string(200'000, 'x') + "\": 1}");
  expect_sane("{\"name\": \"x\", \"seed\": " + std::string(200'000, '9') + "}");
  expect_sane("{\"name\": \"x\", \"duration\": \"" + std::string(200'000, '9') + "s\"}");
  expect_sane("{\"name\": \"x\", \"faults\": [" + std::string(50'000, '[') + "]}");
  std::string many_faults = "{\"name\": \"x\", \"faults\": [1";
  for (int i = 0; i < 100'000; ++i) many_faults += ",1";
  expect_sane(many_faults + "]}");
}

RC_GTEST_PROP(Hostile, ChangedBytesAreBorne, ()) {
  std::string text = to_json(any_scenario());
  for (int left = *rc::gen::inRange(1, 6); left > 0; --left) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto length = *rc::gen::inRange<std::size_t>(0, 4);
    const auto bytes = *rc::gen::container<std::string>(2, rc::gen::arbitrary<char>());
    text.replace(at, length, bytes);
  }
  expect_sane(text);
}

}  // namespace
}  // namespace hubbub::sim
