#include "sim/scenario/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace hubbub::sim {

namespace {

/// Walks the text one token behind the JSON parser, which says what it found but not where. The
/// parser has accepted each token before this sees it, so no form needs to be judged again.
class Follower {
 public:
  Follower(std::string_view text, std::uint32_t source) : text_(text), source_(source) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  /// The place of the next token; steps behind it.
  Place next() {
    skip_between();
    const Place start = here();
    skip_token();
    return start;
  }

  /// The place of a byte that has not been passed yet, counted from the start of the text.
  Place place_of(std::size_t byte) {
    while (at_ < std::min(byte, text_.size())) step();
    return here();
  }

 private:
  Place here() const { return {source_, line_, column_}; }
  bool done() const { return at_ >= text_.size(); }

  void step() {
    const auto byte = static_cast<unsigned char>(text_[at_++]);
    if (byte == '\n') {
      ++line_;
      column_ = 1;
    } else if (at_ >= text_.size() || (static_cast<unsigned char>(text_[at_]) & 0xC0) != 0x80) {
      ++column_;
    }
  }

  void skip_comment() {
    const bool to_line_end = text_.substr(at_).starts_with("//");
    const std::size_t end = to_line_end ? text_.find('\n', at_) : text_.find("*/", at_ + 2);
    const std::size_t behind =
        end == std::string_view::npos ? text_.size() : end + (to_line_end ? 0 : 2);
    while (at_ < behind) step();
  }

  void skip_between() {
    while (!done()) {
      if (text_[at_] == '/') {
        skip_comment();
      } else if (std::string_view(" \t\r\n,:").find(text_[at_]) != std::string_view::npos) {
        step();
      } else {
        return;
      }
    }
  }

  void skip_token() {
    if (done()) return;
    const char first = text_[at_];
    step();
    if (first == '"') {
      while (!done() && text_[at_] != '"') {
        if (text_[at_] == '\\') step();
        if (!done()) step();
      }
      if (!done()) step();
    } else if (std::string_view("{}[]").find(first) == std::string_view::npos) {
      while (!done() &&
             std::string_view(" \t\r\n,:{}[]/\"").find(text_[at_]) == std::string_view::npos) {
        step();
      }
    }
  }

  std::string_view text_;
  std::uint32_t source_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

/// Text of any bytes on one line, for a sentence: as in a JSON text, but with bare quotes.
std::string on_one_line(std::string_view text) {
  const std::string json = json_text(text);
  std::string result;
  for (std::size_t i = 1; i + 1 < json.size(); ++i) {
    if (json[i] == '\\' && (json[i + 1] == '"' || json[i + 1] == '\\')) ++i;
    result += json[i];
  }
  return result;
}

/// What most often lies behind a syntax error.
std::string_view likely_cause(std::string_view words) {
  const auto has = [&](std::string_view part) {
    return words.find(part) != std::string_view::npos;
  };
  if (has("object key - unexpected '}'") || has("value - unexpected ']'")) {
    return "; is there a comma too many before it?";
  }
  if (has("object - unexpected string literal") || has("array - unexpected string literal") ||
      has("array - unexpected '{'")) {
    return "; is a comma missing before it?";
  }
  return "";
}

/// What the JSON parser's own words say, without their number and position.
std::string syntax_sentence(std::string_view words) {
  constexpr std::string_view marker = "syntax error while parsing ";
  if (const std::size_t found = words.find(marker); found != std::string_view::npos) {
    words.remove_prefix(found + marker.size());
    return fmt::format("not valid JSON, in {}{}", on_one_line(words.substr(0, 160)),
                       likely_cause(words));
  }
  if (words.find("number overflow") != std::string_view::npos) {
    return "found a number beyond the range of any value, expected a smaller one";
  }
  return "not valid JSON, expected an object such as {\"name\": \"first-light\"}";
}

/// Builds the tree from the parser's events. Returning false ends the reading.
class Builder {
 public:
  using Json = nlohmann::json;

  Builder(std::string_view text, std::uint32_t source, Problems& problems)
      : follower_(text, source), problems_(problems) {}

  Value take() { return std::move(root_); }

  bool null() { return scalar(Value::Kind::null, "null"); }
  bool boolean(bool value) { return scalar(Value::Kind::boolean, value ? "true" : "false"); }
  bool number_integer(Json::number_integer_t value) {
    return number(static_cast<double>(value), std::to_string(value), std::nullopt);
  }
  bool number_unsigned(Json::number_unsigned_t value) {
    return number(static_cast<double>(value), std::to_string(value), value);
  }
  bool number_float(Json::number_float_t value, const Json::string_t& written) {
    std::optional<std::uint64_t> whole;
    if (value >= 0 && value < 0x1p64 && value == std::floor(value)) {
      whole = static_cast<std::uint64_t>(value);
    }
    return number(value, written, whole);
  }
  bool string(Json::string_t& value) { return scalar(Value::Kind::text, std::move(value)); }
  bool binary(Json::binary_t&) { return false; }  // only in binary forms, which are not read here

  bool start_object(std::size_t) { return open(Value::Kind::object); }
  bool start_array(std::size_t) { return open(Value::Kind::list); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(Json::string_t& name) {
    Value& object = *open_.back();
    const Place at = follower_.next();
    if (object.find(name) != nullptr) {
      return refuse(at,
                    fmt::format("found the key {} a second time, expected it once in its object",
                                in_quotes(name)));
    }
    if (object.members.size() >= object_keys) {
      return refuse(at, fmt::format("found more than {} keys in one object", object_keys));
    }
    object.members.push_back({std::move(name), at, {}});
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception& error) {
    // `position` counts the bytes read, the one that does not fit included.
    return refuse(follower_.place_of(position == 0 ? 0 : position - 1),
                  syntax_sentence(error.what()));
  }

 private:
  bool refuse(const Place& at, std::string what) {
    problems_.add(at, "", std::move(what));
    return false;
  }

  Value& slot() {
    if (open_.empty()) return root_;
    Value& parent = *open_.back();
    if (parent.kind == Value::Kind::object) return parent.members.back().value;
    return parent.items.emplace_back();
  }

  bool scalar(Value::Kind kind, std::string text) {
    Value& value = slot();
    value.kind = kind;
    value.at = follower_.next();
    value.text = std::move(text);
    return true;
  }

  bool number(double exact, std::string text, std::optional<std::uint64_t> whole) {
    Value& value = slot();
    value.kind = Value::Kind::number;
    value.at = follower_.next();
    value.number = exact;
    value.whole = whole;
    value.text = std::move(text);
    return true;
  }

  bool open(Value::Kind kind) {
    Value& value = slot();
    value.kind = kind;
    value.at = follower_.next();
    if (open_.size() >= document_depth) {
      return refuse(value.at, fmt::format("found values nested deeper than {}", document_depth));
    }
    open_.push_back(&value);  // stays valid: its parent does not grow while it is open
    return true;
  }

  bool close() {
    follower_.next();
    open_.pop_back();
    return true;
  }

  Follower follower_;
  Problems& problems_;
  Value root_;
  std::vector<Value*> open_;
};

}  // namespace

const Value* Value::find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Value* Value::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

std::optional<Value> parse_document(std::string_view text, std::uint32_t source,
                                    Problems& problems) {
  if (text.size() > document_bytes) {
    problems.add({source, 1, 1}, "",
                 fmt::format("found {} bytes, expected at most {}", text.size(), document_bytes));
    return std::nullopt;
  }
  // The parser takes a zero byte for the end and would not look at what follows.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    problems.add(Follower(text, source).place_of(zero), "", "found a zero byte, expected text");
    return std::nullopt;
  }
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    problems.add({source, 1, 1}, "",
                 R"(the file is empty, expected an object such as {"name": "x"})");
    return std::nullopt;
  }
  Builder builder(text, source, problems);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder,
                                 nlohmann::json::input_format_t::json, true, true)) {
    return std::nullopt;
  }
  return builder.take();
}

std::string shown(const Value& value) {
  switch (value.kind) {
    case Value::Kind::text:
      return in_quotes(value.text);
    case Value::Kind::list:
      return "a list";
    case Value::Kind::object:
      return "an object";
    default:
      return printable(value.text);
  }
}

}  // namespace hubbub::sim
