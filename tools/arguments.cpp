#include "tools/arguments.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace hubbub::tools {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t ns;
};
constexpr std::array<Unit, 4> units{
    {{"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}}};

[[noreturn]] void refuse(std::string sentence) { throw CLI::ValidationError(std::move(sentence)); }

template <class T>
std::optional<T> read_all(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

/// Nanoseconds; nothing if it is no time.
std::optional<double> nanoseconds(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789.-"), text.size());
  const auto number = read_all<double>(text.substr(0, digits));
  if (!number) return {};
  const std::string_view unit = digits == text.size() ? "s" : text.substr(digits);
  for (const Unit& known : units)
    if (known.name == unit) return *number * static_cast<double>(known.ns);
  return {};
}

}  // namespace

std::uint64_t read_whole(const std::string& option, const std::string& text, std::uint64_t least,
                         std::uint64_t most) {
  const auto value = read_all<std::uint64_t>(text);
  if (!value || *value < least || *value > most)
    refuse(fmt::format("{} must be {} to {}, not \"{}\"", option, least, most, text));
  return *value;
}

double read_number(const std::string& option, const std::string& text, double least, double most) {
  const auto value = read_all<double>(text);
  if (!value || !std::isfinite(*value) || *value < least || *value > most)
    refuse(fmt::format("{} must be {} to {:.0f}, not \"{}\"", option, least, most, text));
  return *value;
}

Duration read_duration(const std::string& option, const std::string& text, Duration least,
                       Duration most) {
  const auto ns = nanoseconds(text);
  if (!ns || !(*ns >= static_cast<double>(least.count())) ||
      !(*ns <= static_cast<double>(most.count())))
    refuse(fmt::format(
        "{} must be {} to {}, written like 500ms, 10s, 2m or 1h (without a unit: s), not \"{}\"",
        option, short_text(least), short_text(most), text));
  return Duration(std::llround(*ns));
}

std::string read_path(const std::string& option, const std::string& text) {
  if (text.empty())
    refuse(fmt::format("{} is empty: name a place, or leave {} out", option, option));
  return text;
}

void refuse_choice(const std::string& option, const std::string& text,
                   const std::vector<std::string>& choices) {
  if (choices.size() == 2)
    refuse(fmt::format("{}: \"{}\" is neither {} nor {}", option, text, choices[0], choices[1]));
  refuse(fmt::format("{}: \"{}\" is none of {}", option, text, CLI::detail::join(choices, ", ")));
}

std::string short_text(Duration duration) {
  for (const Unit& unit : units)
    if (duration.count() >= unit.ns && duration.count() % unit.ns == 0)
      return fmt::format("{}{}", duration.count() / unit.ns, unit.name);
  return duration == Duration{0} ? "0s" : fmt::format("{}ns", duration.count());
}

CLI::Option* add_duration(CLI::App& command, const std::string& option, Duration& value,
                          Duration least, Duration most, const char* help) {
  return command
      .add_option_function<std::string>(
          option,
          [&value, option, least, most](const std::string& text) {
            value = read_duration(option, text, least, most);
          },
          help)
      ->option_text(fmt::format("TIME(ms|s|m|h) [{}]", short_text(value)));
}

CLI::Option* add_path(CLI::App& command, const std::string& option, std::string& value,
                      const char* type, const char* help) {
  return command
      .add_option_function<std::string>(
          option, [&value, option](const std::string& text) { value = read_path(option, text); },
          help)
      ->option_text(type);
}

}  // namespace hubbub::tools
