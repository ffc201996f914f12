// Judges a JSON value by a JSON Schema, as far as scenario.schema.json uses it. A keyword it does
// not know fails the test, so that none can be silently ignored.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>

namespace hubbub::sim {

class SchemaJudge {
 public:
  using Json = nlohmann::json;

  explicit SchemaJudge(const Json& root) : root_(root) {}

  /// Empty if `value` follows the whole schema; else where and why not.
  std::string complaint(const Json& value) const { return judge(value, root_, "$"); }

 private:
  std::string judge(const Json& value, const Json& schema, const std::string& path) const {
    // The type first: the other keywords lean on it.
    if (schema.contains("type") && !has_type(value, schema.at("type"))) return path + ": type";
    for (const auto& [keyword, rule] : schema.items()) {
      const std::string found = keyword_complaint(value, schema, keyword, rule, path);
      if (!found.empty()) return found;
    }
    return "";
  }

  std::string keyword_complaint(const Json& value, const Json& schema, const std::string& keyword,
                                const Json& rule, const std::string& path) const {
    static const std::set<std::string> notes{"$schema",     "$defs",   "title",
                                             "description", "default", "type"};
    const auto fail_unless = [&](bool holds) { return holds ? "" : path + ": " + keyword; };
    if (notes.count(keyword) > 0) return "";
    if (keyword == "$ref")
      return judge(value, root_.at(Json::json_pointer(rule.get<std::string>().substr(1))), path);
    if (keyword == "enum")
      return fail_unless(std::find(rule.begin(), rule.end(), value) != rule.end());
    if (keyword == "anyOf") {
      return fail_unless(std::any_of(rule.begin(), rule.end(), [&](const Json& one) {
        return judge(value, one, path).empty();
      }));
    }
    if (keyword == "properties") return judge_properties(value, rule, path);
    if (keyword == "additionalProperties") {
      if (rule == true) return "";
      for (const auto& [key, below] : value.items()) {
        if (!schema.at("properties").contains(key)) return path + "." + key + ": not a property";
      }
      return "";
    }
    if (keyword == "required") {
      return fail_unless(std::all_of(rule.begin(), rule.end(), [&](const Json& key) {
        return value.contains(key.get<std::string>());
      }));
    }
    if (keyword == "items") {
      for (const Json& item : value) {
        if (const std::string found = judge(item, rule, path + "[]"); !found.empty()) return found;
      }
      return "";
    }
    if (keyword == "minItems" || keyword == "minProperties")
      return fail_unless(value.size() >= rule);
    if (keyword == "maxItems" || keyword == "maxProperties")
      return fail_unless(value.size() <= rule);
    if (keyword == "maxLength") return fail_unless(value.get<std::string>().size() <= rule);
    if (keyword == "pattern") {
      return fail_unless(
          std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>())));
    }
    if (keyword == "minimum") return fail_unless(value >= rule);
    if (keyword == "maximum") return fail_unless(value <= rule);
    return path + ": unknown keyword " + keyword;
  }

  std::string judge_properties(const Json& value, const Json& properties,
                               const std::string& path) const {
    for (const auto& [key, schema] : properties.items()) {
      if (!value.contains(key)) continue;
      if (const std::string found = judge(value.at(key), schema, path + "." + key);
          !found.empty()) {
        return found;
      }
    }
    return "";
  }

  static bool has_type(const Json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    return type == "number" && value.is_number();
  }

  const Json& root_;
};

}  // namespace hubbub::sim
