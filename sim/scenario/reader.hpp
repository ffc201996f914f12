// The visitor of keys.hpp that fills a struct from an object of the file, and reports what is
// missing, unknown or wrong in it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/document.hpp"
#include "sim/scenario/keys.hpp"
#include "sim/scenario/nearest.hpp"
#include "sim/scenario/values.hpp"

namespace hubbub::sim {

class Reader {
 public:
  /// Reads `value` into `out`; keys that are not there leave its members as they are.
  template <class Struct>
  static void read_object(const Value& value, const std::string& path, Problems& problems,
                          Struct& out) {
    const Spec spec = object_spec();
    if (value.kind != Value::Kind::object) return Reading{value, spec, path, problems}.mismatch();
    Reader reader(value, path, problems);
    describe(reader, out);
    reader.report_unknown();
  }

  void directive(std::string_view key, const Spec& spec, std::string_view) {
    std::string ignored;
    if (const Value* value = claim(key, spec)) read({*value, spec, below(key), problems_}, ignored);
  }

  template <class T>
  void field(std::string_view key, T& out, const Spec& spec, std::string_view) {
    if (const Value* value = claim(key, spec)) read({*value, spec, below(key), problems_}, out);
  }

  template <class Struct>
  void object(std::string_view key, Struct& out, std::string_view) {
    if (const Value* value = claim(key, object_spec())) {
      read_object(*value, below(key), problems_, out);
    }
  }

  template <class Struct>
  void list(std::string_view key, std::vector<Struct>& out, std::size_t longest, std::string_view) {
    const Spec spec = list_spec(longest);
    const Value* value = claim(key, spec);
    if (value == nullptr) return;
    const Reading reading{*value, spec, below(key), problems_};
    if (value->kind != Value::Kind::list) return reading.mismatch();
    if (value->items.size() > longest) {
      return reading.mismatch(fmt::format("it has {} entries", value->items.size()));
    }
    out.assign(value->items.size(), {});
    for (std::size_t i = 0; i < out.size(); ++i) {
      read_object(value->items[i], fmt::format("{}[{}]", reading.path, i), problems_, out[i]);
    }
  }

 private:
  Reader(const Value& object, const std::string& path, Problems& problems)
      : object_(object), path_(path), problems_(problems), problems_before_(problems.count()) {}

  std::string below(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  }

  /// The key's value, if it is there and has a meaning; marks the key as known.
  const Value* claim(std::string_view key, const Spec& spec) {
    known_.push_back(key);
    const Value* value = object_.find(key);
    if (value == nullptr && spec.must_stand) {
      problems_.add(object_.at, below(key), "the key is missing, expected " + expected(spec));
    }
    // After a problem in this object, what decides whether the key applies may itself be wrong.
    if (value != nullptr && !spec.applies && problems_.count() == problems_before_) {
      problems_.add(value->at, below(key),
                    fmt::format("found {}, which has a meaning only with {}", shown(*value),
                                spec.applies_with));
      return nullptr;
    }
    return value;
  }

  void report_unknown() {
    for (const Member& member : object_.members) {
      const bool known = std::find(known_.begin(), known_.end(), member.key) != known_.end();
      if (known) continue;
      // What is not shown any more needs no words.
      const std::string near = problems_.full() ? "" : suggestion(member.key, known_);
      problems_.add(member.at, below(printable(member.key)), "unknown key" + near);
    }
  }

  const Value& object_;
  const std::string& path_;
  Problems& problems_;
  std::size_t problems_before_;
  std::vector<std::string_view> known_;
};

}  // namespace hubbub::sim
