// Holds our JSON reader against a well-known one.
#pragma once

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "core/wire/json_text.hpp"
#include "core/wire/json_value.hpp"

namespace hubbub::json {

/// Ours is the reference's value. Numbers are compared as the reference reads their text.
inline bool same(const Value& ours, const nlohmann::json& theirs) {
  switch (ours.kind) {
    case Value::Kind::null:
      return theirs.is_null();
    case Value::Kind::boolean:
      return theirs.is_boolean() && theirs.get<bool>() == ours.boolean;
    case Value::Kind::number:
      return theirs.is_number() && nlohmann::json::parse(ours.text) == theirs;
    case Value::Kind::string:
      return theirs.is_string() && theirs.get<std::string>() == ours.text;
    case Value::Kind::list: {
      if (!theirs.is_array() || theirs.size() != ours.count) return false;
      std::size_t index = 0;
      for (const Value* item = ours.first; item != nullptr; item = item->next)
        if (!same(*item, theirs[index++])) return false;
      return true;
    }
    case Value::Kind::object: {
      // The reference keeps the last of several equal keys, ours all of them.
      if (!theirs.is_object() || theirs.size() > ours.count) return false;
      for (const Value* item = ours.first; item != nullptr; item = item->next) {
        bool repeated = false;
        for (const Value* later = item->next; later != nullptr; later = later->next)
          repeated = repeated || later->key == item->key;
        const auto found = theirs.find(std::string(item->key));
        if (found == theirs.end() || (!repeated && !same(*item, *found))) return false;
      }
      return true;
    }
  }
  return false;
}

/// Does any text in it hold half of a surrogate pair? The reference refuses that as a whole.
inline bool has_unpaired_surrogate(std::string_view text) {
  for (std::size_t at = text.find("\\u"); at != text.npos; at = text.find("\\u", at + 1))
    if (at + 3 < text.size() && (text[at + 2] == 'd' || text[at + 2] == 'D') &&
        std::string_view("89abcdefABCDEF").find(text[at + 3]) != std::string_view::npos)
      return true;
  return false;
}

/// Is there a number beyond what a double holds? The reference refuses that too.
inline bool has_infinite_number(const Value& value) {
  if (value.kind == Value::Kind::number)
    return std::isinf(std::strtod(std::string(value.text).c_str(), nullptr));
  for (const Value* item = value.first; item != nullptr; item = item->next)
    if (has_infinite_number(*item)) return true;
  return false;
}

/// "" if both take the text with the same value, or both refuse it.
inline std::string reference_disagreement(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) return "";  // the reference skips a byte order mark
  if (text.find('\0') != text.npos) return "";      // and takes a zero byte for the end
  Arena arena;
  const auto ours = parse(text, {.values = 1'000'000, .depth = 200}, arena);
  if (!ours && ours.error().beyond_bounds) return "";
  const auto theirs = nlohmann::json::parse(text, nullptr, false);
  if (ours && theirs.is_discarded())
    return has_unpaired_surrogate(text) || has_infinite_number(**ours)
               ? ""
               : "ours takes what the reference refuses";
  if (!ours && theirs.is_discarded()) return "";
  if (!ours) return "ours refuses what the reference takes: " + std::string(ours.error().what);
  return same(**ours, theirs) ? "" : "the values differ";
}

}  // namespace hubbub::json
