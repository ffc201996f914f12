#include "sim/scenario/overrides.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "sim/scenario/nearest.hpp"
#include "sim/scenario/outline.hpp"

namespace hubbub::sim {

namespace {

/// A walk down the path through the description and the document at once.
class Walk {
 public:
  Walk(std::string_view path, Value& root, Place at, Problems& problems)
      : rest_(path), path_(path), value_(&root), at_(at), problems_(problems) {}

  /// False if a problem was reported.
  bool to_end() {
    do {
      if (!into_key()) return false;
      if (rest_.starts_with('[') && !into_index()) return false;
    } while (take('.'));
    return rest_.empty() || refuse("expected keys with dots between, such as clients.users");
  }

  Value& value() { return *value_; }
  const Spec* spec() const { return outline_ != nullptr ? &outline_->spec : nullptr; }

 private:
  bool refuse(std::string what) {
    problems_.add(at_, printable(path_), std::move(what));
    return false;
  }

  bool take(char expected_char) {
    if (!rest_.starts_with(expected_char)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool into_key() {
    // Names of metrics have dots of their own: below bounds, all that is left is one name.
    const bool names = outline_ != nullptr && outline_->spec.kind == Spec::Kind::bounds;
    const std::size_t end =
        names ? rest_.size() : std::min(rest_.find_first_of(".["), rest_.size());
    const std::string key(rest_.substr(0, end));
    rest_.remove_prefix(end);
    if (!names && !know(key)) return false;
    if (names) outline_ = nullptr;
    if (value_->kind != Value::Kind::object) *value_ = {.kind = Value::Kind::object, .at = at_};
    Value* found = value_->find(key);
    if (found == nullptr) {
      value_->members.push_back({key, at_, {.at = at_}});
      found = &value_->members.back().value;
    }
    value_ = found;
    return true;
  }

  bool know(const std::string& key) {
    if (outline_ == nullptr || outline_->below.empty())
      return refuse("there are no keys below this");
    const Outline* next = outline_->find(key);
    if (next == nullptr) {
      return refuse(
          fmt::format("unknown key {}{}", in_quotes(key), suggestion(key, outline_->names())));
    }
    if (next->directive) return refuse("only a file can say this");
    const bool list = next->spec.kind == Spec::Kind::list;
    if (list && !rest_.starts_with('[') && !rest_.empty()) {
      return refuse(fmt::format("this is a list, expected an index, such as {}[0]", key));
    }
    outline_ = next;
    return true;
  }

  bool into_index() {
    if (outline_ == nullptr || outline_->spec.kind != Spec::Kind::list) {
      return refuse("found an index, but this is no list");
    }
    std::size_t index = 0;
    const char* end = rest_.data() + rest_.size();
    const auto read = std::from_chars(rest_.data() + 1, end, index);
    if (read.ec != std::errc{} || read.ptr == end || *read.ptr != ']') {
      return refuse("expected an index, such as faults[0]");
    }
    rest_.remove_prefix(static_cast<std::size_t>(read.ptr + 1 - rest_.data()));
    if (value_->kind != Value::Kind::list) *value_ = {.kind = Value::Kind::list, .at = at_};
    if (index > value_->items.size()) {
      return refuse(fmt::format("there is no entry {}, expected at most {}, which adds one", index,
                                value_->items.size()));
    }
    if (index == value_->items.size()) {
      value_->items.push_back({.kind = Value::Kind::object, .at = at_});
    }
    value_ = &value_->items[index];
    return true;
  }

  std::string_view rest_;
  std::string_view path_;
  Value* value_;
  const Outline* outline_ = &scenario_outline();
  Place at_;
  Problems& problems_;
};

void move_to(Place at, Value& value) {
  value.at = at;
  for (Value& item : value.items) move_to(at, item);
  for (Member& member : value.members) {
    member.at = at;
    move_to(at, member.value);
  }
}

bool taken_as_it_stands(const Spec* spec) {
  return spec == nullptr || spec->kind == Spec::Kind::text || spec->kind == Spec::Kind::name ||
         spec->kind == Spec::Kind::quantity || spec->kind == Spec::Kind::choice;
}

Value value_of(std::string_view text, const Spec* spec, Place at) {
  if (!taken_as_it_stands(spec)) {
    Problems ignored;
    if (auto value = parse_document(text, at.source, ignored)) {
      move_to(at, *value);
      return std::move(*value);
    }
  }
  return {.kind = Value::Kind::text, .at = at, .text = std::string(text)};
}

}  // namespace

void apply_override(std::string_view override_text, Value& root, Problems& problems) {
  const Place at{problems.add_source(fmt::format("--set {}", override_text)), 0, 0};
  const std::size_t equals = override_text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    problems.add(at, "", "expected key=value, such as clients.users=500");
    return;
  }
  Value changed = root;  // so that a path that ends nowhere leaves nothing behind
  Walk walk(override_text.substr(0, equals), changed, at, problems);
  if (!walk.to_end()) return;
  walk.value() = value_of(override_text.substr(equals + 1), walk.spec(), at);
  root = std::move(changed);
}

}  // namespace hubbub::sim
