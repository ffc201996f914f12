// What a simulated message says: short text in place of a long one. It tells when it was written,
// so that whoever reads it knows how long it took.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/time.hpp"

namespace hubbub::sim {

/// Fifteen characters: twelve of the time in nanoseconds, three of the writer; a string that short
/// needs no memory of its own.
class Body {
 public:
  Body(Duration written, std::uint32_t writer) {
    auto time = static_cast<std::uint64_t>(written.count());
    for (std::size_t i = 0; i < 12; ++i, time >>= 5) text_[i] = letters[time & 31];
    for (std::size_t i = 12; i < 15; ++i, writer >>= 5) text_[i] = letters[writer & 31];
  }
  std::string_view view() const { return {text_.data(), text_.size()}; }

  /// When a body was written. REQUIRES: it is one.
  static Duration written(std::string_view body) {
    std::uint64_t time = 0;
    for (std::size_t i = 12; i-- > 0;) time = time << 5 | letters.find(body[i]);
    return Duration{static_cast<std::int64_t>(time)};
  }
  static constexpr std::size_t size = 15;

 private:
  static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz234567";
  std::array<char, size> text_{};
};

}  // namespace hubbub::sim
