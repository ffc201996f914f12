// The schema, the parser and the writer hold together: what one knows, all know.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/scenario/load.hpp"
#include "tests/sim/scenario/arbitrary_scenario.hpp"
#include "tests/sim/scenario/golden.hpp"
#include "tests/sim/scenario/parsing.hpp"
#include "tests/sim/scenario/schema_judge.hpp"

namespace hubbub::sim {
namespace {

using nlohmann::json;

const json& schema() {
  static const json parsed_schema = json::parse(schema_json());
  return parsed_schema;
}

TEST(Schema, TheFileIsWhatTheParserReadsBy) {
  expect_golden("scenarios/schema/scenario.schema.json", schema_json());
  expect_golden("scenarios/KEYS.md", keys_reference());
}

RC_GTEST_PROP(Schema, AcceptsEveryScenario, ()) {
  const std::string text = to_json(any_scenario());
  const std::string complaint = SchemaJudge(schema()).complaint(json::parse(text));
  RC_LOG() << complaint;
  RC_ASSERT(complaint.empty());
}

TEST(Schema, RefusesWhatTheParserRefuses) {
  const std::vector<std::string> wrong{
      R"({"nmae": "x"})",
      R"({"name": "X Y"})",
      R"({"name": "x", "duration": "10 s"})",
      R"({"name": "x", "duration": 10})",
      R"({"name": "x", "clients": {"users": 0}})",
      R"({"name": "x", "clients": {"users": 1.5}})",
      R"({"name": "x", "clients": {"online": "5"}})",
      R"({"name": "x", "clients": {"length": "5s"}})",
      R"({"name": "x", "servers": {"disk": {"sync": {"uniform": ["1ms"]}}}})",
      R"({"name": "x", "servers": {"disk": {"sync": {"pareto": "1ms"}}}})",
      R"({"name": "x", "servers": {"disk": {"sync": {}}}})",
      R"({"name": "x", "policy": {"durability": "maybe"}})",
      R"({"name": "x", "faults": [{"at": "1s"}]})",
      R"({"name": "x", "faults": {"kind": "crash"}})",
      R"({"name": "x", "expect": {"metrics": {"ack.p98": "< 1s"}}})",
      R"({"name": "x", "expect": {"metrics": {"ack.p99": "< 1"}}})",
      R"({"name": "x", "expect": {"checks": {"no-gaps": "many"}}})"};
  for (const std::string& text : wrong) {
    EXPECT_NE(SchemaJudge(schema()).complaint(json::parse(text)), "") << text;
    EXPECT_FALSE(parsed(text).has_value()) << text;
  }
}

/// {"a": {"b": [value]}} from {"a", "b", "[]"}.
json nested(const std::vector<std::string>& path, const json& value) {
  json result = value;
  for (auto key = path.rbegin(); key != path.rend(); ++key) {
    result = *key == "[]" ? json::array({result}) : json{{*key, result}};
  }
  return result;
}

/// Every property the schema has, as a path.
void list_properties(const json& object, std::vector<std::string> path,
                     std::vector<std::vector<std::string>>& out) {
  if (!object.contains("properties")) return;
  for (const auto& [key, below] : object.at("properties").items()) {
    path.push_back(key);
    out.push_back(path);
    list_properties(below, path, out);
    if (below.contains("items")) {
      path.push_back("[]");
      list_properties(below.at("items"), path, out);
      path.pop_back();
    }
    path.pop_back();
  }
}

TEST(Schema, HasNoKeyThatTheParserDoesNotKnow) {
  std::vector<std::vector<std::string>> paths;
  list_properties(schema(), {}, paths);
  EXPECT_GT(paths.size(), 150u);
  for (const auto& path : paths) {
    // No key takes null, so each must be refused for its value and none for its name.
    const ScenarioResult result = parsed(nested(path, nullptr).dump());
    const std::string errors = errors_of(result);
    EXPECT_EQ(errors.find("unknown key"), std::string::npos) << errors;
    EXPECT_NE(errors.find("found null"), std::string::npos) << errors << nested(path, nullptr);
  }
}

TEST(Schema, DefaultsAreAcceptedByTheParser) {
  std::vector<std::vector<std::string>> paths;
  list_properties(schema(), {}, paths);
  int tried = 0;
  for (const auto& path : paths) {
    json found = schema();
    for (const std::string& key : path)
      found = key == "[]" ? found["items"] : found["properties"][key];
    const bool in_list = std::find(path.begin(), path.end(), "[]") != path.end();
    if (!found.contains("default") || in_list) continue;
    json text = nested(path, found["default"]);
    if (path.front() != "name") text["name"] = "x";
    Scenario fresh;
    fresh.name = "x";
    EXPECT_EQ(right(parsed(text.dump())), fresh) << text;
    ++tried;
  }
  EXPECT_GT(tried, 50);
}

}  // namespace
}  // namespace hubbub::sim
