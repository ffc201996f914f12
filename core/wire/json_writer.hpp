// Appends one JSON object, key by key. Keys and fixed words are the caller's own and need no
// escaping; texts are escaped.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/wire/json_text.hpp"

namespace hubbub::json {

class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  void close() { out_ += '}'; }

  void text(std::string_view key, std::string_view value) {
    name(key);
    append_string(value, out_);
  }
  /// A text that holds nothing that must be escaped.
  void word(std::string_view key, std::string_view value) {
    name(key);
    word(value);
  }
  template <std::integral N>
  void number(std::string_view key, N value) {
    name(key);
    append_number(value);
  }
  /// A number as a text, for what may be beyond 2^53.
  void number_as_text(std::string_view key, std::uint64_t value, int base = 10) {
    name(key);
    out_ += '"';
    append_number(value, base);
    out_ += '"';
  }
  /// 64 bits in 16 hexadecimal digits.
  void bits(std::string_view key, std::uint64_t value) {
    constexpr char hexadecimal[] = "0123456789abcdef";
    char digits[16];
    for (unsigned i = 0; i < sizeof digits; ++i)
      digits[i] = hexadecimal[(value >> (60 - 4 * i)) & 15];
    word(key, {digits, sizeof digits});
  }
  void boolean(std::string_view key, bool value) {
    name(key);
    out_ += value ? "true" : "false";
  }
  /// One word for each of `items`: `to_word(item)`.
  template <class Items, class ToWord>
  void words(std::string_view key, const Items& items, ToWord to_word) {
    list(key, items, [&](const auto& item) { word(to_word(item)); });
  }
  /// `write(item)` appends one value for each of `items`.
  template <class Items, class Write>
  void list(std::string_view key, const Items& items, Write write) {
    name(key);
    out_ += '[';
    bool first = true;
    for (const auto& item : items) {
      if (!first) out_ += ',';
      first = false;
      write(item);
    }
    out_ += ']';
  }
  /// Makes ready for a value that the caller appends.
  void name(std::string_view key) {
    out_ += first_ ? "\"" : ",\"";
    first_ = false;
    out_ += key;
    out_ += "\":";
  }

 private:
  void word(std::string_view value) {
    out_ += '"';
    out_ += value;
    out_ += '"';
  }
  template <std::integral N>
  void append_number(N value, int base = 10) {
    char digits[24];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value, base);
    (void)error;  // 24 characters hold every 64-bit number
    out_.append(digits, end);
  }

  std::string& out_;
  bool first_ = true;
};

}  // namespace hubbub::json
