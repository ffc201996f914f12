// How words of the command line become values. What cannot be one is refused in a sentence that
// names the option, what would be right, and what stands there.
#pragma once

#include <CLI/CLI.hpp>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/time.hpp"

namespace hubbub::tools {

// These throw CLI::ValidationError.

/// Decimal digits, nothing else: no sign, no fraction.
std::uint64_t read_whole(const std::string& option, const std::string& text, std::uint64_t least,
                         std::uint64_t most);
/// A finite number; "1e3" is one.
double read_number(const std::string& option, const std::string& text, double least, double most);
/// "10s", "500ms", "2m", "1.5h"; seconds if there is no unit.
Duration read_duration(const std::string& option, const std::string& text, Duration least,
                       Duration most);
/// Text that is not empty.
std::string read_path(const std::string& option, const std::string& text);
[[noreturn]] void refuse_choice(const std::string& option, const std::string& text,
                                const std::vector<std::string>& choices);

/// "24h", "1ms", "90s": one number, the largest unit that leaves it whole.
std::string short_text(Duration duration);

template <std::unsigned_integral T>
CLI::Option* add_whole(CLI::App& command, const std::string& option, T& value, const char* help,
                       T least = 0, T most = std::numeric_limits<T>::max()) {
  return command
      .add_option_function<std::string>(
          option,
          [&value, option, least, most](const std::string& text) {
            value = static_cast<T>(read_whole(option, text, least, most));
          },
          help)
      ->option_text("UINT [" + std::to_string(value) + "]");
}

CLI::Option* add_duration(CLI::App& command, const std::string& option, Duration& value,
                          Duration least, Duration most, const char* help);

CLI::Option* add_path(CLI::App& command, const std::string& option, std::string& value,
                      const char* type, const char* help);

template <class T>
CLI::Option* add_choice(CLI::App& command, const std::string& option, T& value,
                        const std::vector<std::pair<std::string, T>>& choices, const char* help) {
  std::vector<std::string> names;
  std::string all;
  std::string now;
  for (const auto& [name, meaning] : choices) {
    names.push_back(name);
    all += (all.empty() ? "" : "|") + name;
    if (meaning == value) now = name;
  }
  return command
      .add_option_function<std::string>(
          option,
          [&value, option, choices, names](const std::string& text) {
            for (const auto& [name, meaning] : choices) {
              if (name != text) continue;
              value = meaning;
              return;
            }
            refuse_choice(option, text, names);
          },
          help)
      ->option_text(all + " [" + now + "]");
}

}  // namespace hubbub::tools
