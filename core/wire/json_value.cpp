#include "core/wire/json_value.hpp"

#include <optional>

#include "core/wire/json_text.hpp"

namespace hubbub::json {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_high_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDBFF; }
constexpr bool is_low_surrogate(char32_t c) { return c >= 0xDC00 && c <= 0xDFFF; }
constexpr char32_t replacement = 0xFFFD;

std::optional<char32_t> hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return {};
}

/// Recursive descent, one function per production; the first error is kept and ends everything.
class Parser {
 public:
  Parser(std::string_view text, Bounds bounds, Arena& arena)
      : text_(text), bounds_(bounds), arena_(arena) {}

  tl::expected<const Value*, ParseError> parse() {
    if (!is_utf8(text_)) return tl::unexpected(ParseError{"it is not valid UTF-8", bad_byte()});
    skip_space();
    const Value* value = parse_value(0);
    if (value != nullptr) {
      skip_space();
      if (at_ != text_.size()) value = fail("nothing was expected after the value");
    }
    if (value == nullptr) return tl::unexpected(error_);
    return value;
  }

 private:
  bool reject(std::string_view what, bool beyond_bounds = false) {
    error_ = {what, at_, beyond_bounds};
    return false;
  }
  Value* fail(std::string_view what, bool beyond_bounds = false) {
    reject(what, beyond_bounds);
    return nullptr;
  }

  std::size_t bad_byte() const {
    std::size_t at = 0;
    while (const std::size_t size = character_bytes(text_.substr(at))) at += size;
    return at;
  }

  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (next_is(' ') || next_is('\t') || next_is('\n') || next_is('\r')) ++at_;
  }

  Value* make(Value::Kind kind) {
    if (++values_ > bounds_.values) return fail("it has too many values", true);
    Value* value = arena_.array<Value>(1).data();
    value->kind = kind;
    return value;
  }

  Value* parse_value(unsigned depth) {
    if (at_ == text_.size()) return fail("a value was expected, not the end");
    switch (text_[at_]) {
      case '{':
        return parse_inside(Value::Kind::object, '}', depth);
      case '[':
        return parse_inside(Value::Kind::list, ']', depth);
      case '"':
        return parse_string();
      case 't':
        return parse_word("true", Value::Kind::boolean);
      case 'f':
        return parse_word("false", Value::Kind::boolean);
      case 'n':
        return parse_word("null", Value::Kind::null);
      default:
        return parse_number();
    }
  }

  Value* parse_word(std::string_view word, Value::Kind kind) {
    if (text_.substr(at_, word.size()) != word) return fail("a value was expected");
    at_ += word.size();
    Value* value = make(kind);
    if (value != nullptr) value->boolean = word == "true";
    return value;
  }

  Value* parse_inside(Value::Kind kind, char close, unsigned depth) {
    if (depth == bounds_.depth) return fail("it is nested too deeply", true);
    Value* outer = make(kind);
    if (outer == nullptr) return nullptr;
    ++at_;
    skip_space();
    if (take(close)) return outer;
    const Value** link = &outer->first;
    do {
      skip_space();
      Value* inner = kind == Value::Kind::object ? parse_member(depth + 1) : parse_value(depth + 1);
      if (inner == nullptr) return nullptr;
      *link = inner;
      link = &inner->next;
      ++outer->count;
      skip_space();
    } while (take(','));
    if (!take(close))
      return fail(kind == Value::Kind::object ? "\",\" or \"}\" was expected"
                                              : "\",\" or \"]\" was expected");
    return outer;
  }

  Value* parse_member(unsigned depth) {
    if (!next_is('"')) return fail("a key in quotes was expected");
    Value key;
    if (!parse_text(key)) return nullptr;
    skip_space();
    if (!take(':')) return fail("\":\" was expected");
    skip_space();
    Value* value = parse_value(depth);
    if (value != nullptr) value->key = key.text;
    return value;
  }

  bool take_digits() {
    const std::size_t from = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ != from;
  }

  Value* parse_number() {
    const std::size_t from = at_;
    take('-');
    const bool zero = next_is('0');
    const std::size_t whole = at_;
    if (!take_digits()) return fail("a value was expected");
    if (zero && at_ - whole > 1) return fail("a number does not start with 0");
    if (take('.') && !take_digits()) return fail("a digit was expected");
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!take_digits()) return fail("a digit was expected");
    }
    Value* value = make(Value::Kind::number);
    if (value != nullptr) value->text = text_.substr(from, at_ - from);
    return value;
  }

  Value* parse_string() {
    Value* value = make(Value::Kind::string);
    return value != nullptr && parse_text(*value) ? value : nullptr;
  }

  /// At the opening quote. Sets text and unpaired_surrogate.
  bool parse_text(Value& value) {
    const std::size_t from = ++at_;
    bool escapes = false;
    for (; !next_is('"'); ++at_) {
      if (at_ == text_.size()) return reject("a string was not closed");
      if (static_cast<unsigned char>(text_[at_]) < 0x20)
        return reject("a control character must be escaped");
      if (text_[at_] != '\\') continue;
      escapes = true;
      if (++at_ == text_.size()) return reject("a string was not closed");
    }
    const std::size_t to = at_;
    value.text = text_.substr(from, to - from);
    if (escapes) {
      at_ = from;
      if (!unescape(to, value)) return false;
    }
    at_ = to + 1;
    return true;
  }

  /// No escape is longer decoded than written, so the written length is enough room.
  bool unescape(std::size_t to, Value& value) {
    char* const start = static_cast<char*>(arena_.allocate(to - at_, 1));
    char* out = start;
    while (at_ < to) {
      if (text_[at_] != '\\') {
        *out++ = text_[at_++];
        continue;
      }
      char32_t code_point = 0;
      if (!parse_escape(to, code_point, value)) return false;
      out = put_utf8(code_point, out);
    }
    value.text = {start, static_cast<std::size_t>(out - start)};
    return true;
  }

  /// At the backslash; goes past the escape (past both, for a pair of surrogates).
  bool parse_escape(std::size_t to, char32_t& c, Value& value) {
    switch (text_[at_ + 1]) {
      case '"':
        c = '"';
        break;
      case '\\':
        c = '\\';
        break;
      case '/':
        c = '/';
        break;
      case 'b':
        c = '\b';
        break;
      case 'f':
        c = '\f';
        break;
      case 'n':
        c = '\n';
        break;
      case 'r':
        c = '\r';
        break;
      case 't':
        c = '\t';
        break;
      case 'u':
        return parse_unicode(to, c, value);
      default:
        return reject("there is no such escape");
    }
    at_ += 2;
    return true;
  }

  bool parse_unicode(std::size_t to, char32_t& c, Value& value) {
    const auto unit = escaped_unit(to);
    if (!unit) return reject("four hexadecimal digits were expected after \"\\u\"");
    at_ += escaped_unit_bytes;
    c = *unit;
    if (!is_high_surrogate(c) && !is_low_surrogate(c)) return true;
    const auto low = is_high_surrogate(c) ? escaped_unit(to) : std::nullopt;
    if (low && is_low_surrogate(*low)) {
      at_ += escaped_unit_bytes;
      c = 0x10000 + ((c - 0xD800) << 10) + (*low - 0xDC00);
    } else {
      c = replacement;
      value.unpaired_surrogate = true;
    }
    return true;
  }

  /// The UTF-16 unit of a `\uXXXX` that starts here and ends before `to`, if one does.
  std::optional<char32_t> escaped_unit(std::size_t to) const {
    if (to - at_ < escaped_unit_bytes || text_[at_] != '\\' || text_[at_ + 1] != 'u') return {};
    char32_t unit = 0;
    for (std::size_t i = 2; i < escaped_unit_bytes; ++i) {
      const auto digit = hex_digit(text_[at_ + i]);
      if (!digit) return {};
      unit = unit * 16 + *digit;
    }
    return unit;
  }

  static constexpr std::size_t escaped_unit_bytes = 6;

  std::string_view text_;
  Bounds bounds_;
  Arena& arena_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
  ParseError error_;
};

}  // namespace

tl::expected<const Value*, ParseError> parse(std::string_view text, Bounds bounds, Arena& arena) {
  return Parser(text, bounds, arena).parse();
}

}  // namespace hubbub::json
