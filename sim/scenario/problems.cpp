#include "sim/scenario/problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

namespace hubbub::sim {

namespace {

constexpr std::size_t shown_bytes = 60;

}  // namespace

std::string json_text(std::string_view text) {
  const std::string json = nlohmann::json(std::string(text))
                               .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string result;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto byte = static_cast<unsigned char>(json[i]);
    const auto next = i + 1 < json.size() ? static_cast<unsigned char>(json[i + 1]) : 0u;
    if (byte == 0x7f) {
      result += "\\u007f";
    } else if (byte == 0xc2 && next < 0xa0) {
      result += fmt::format("\\u{:04x}", next);  // U+0080 to U+009F
      ++i;
    } else {
      result += json[i];
    }
  }
  return result;
}

std::string printable(std::string_view text) {
  std::string shown = in_quotes(text);
  return shown.substr(1, shown.size() - 2);
}

std::string in_quotes(std::string_view text) {
  std::string_view head = text.substr(0, shown_bytes);
  // Not in the middle of a code point: back to its first byte.
  while (head.size() < text.size() && !head.empty() &&
         (static_cast<unsigned char>(text[head.size()]) & 0xC0) == 0x80) {
    head.remove_suffix(1);
  }
  std::string whole(head);
  if (head.size() < text.size()) whole += "...";
  return json_text(whole);
}

std::string to_text(const ScenarioError& error) {
  std::string text = error.file;
  if (error.line > 0) text += fmt::format(":{}:{}", error.line, error.column);
  if (!error.key.empty()) text += ": " + error.key;
  return text + ": " + error.what;
}

std::uint32_t Problems::add_source(std::string_view name) {
  sources_.push_back(printable(name));
  return static_cast<std::uint32_t>(sources_.size() - 1);
}

void Problems::add(const Place& at, std::string_view key, std::string what) {
  ++count_;
  if (!full()) errors_.push_back({at, std::string(key), std::move(what)});
}

bool Problems::concerns(std::string_view key) const {
  return std::any_of(errors_.begin(), errors_.end(), [&](const Found& found) {
    return found.key.starts_with(key) &&
           (found.key.size() == key.size() || key.empty() || found.key[key.size()] == '.' ||
            found.key[key.size()] == '[');
  });
}

std::vector<ScenarioError> Problems::take() {
  std::stable_sort(errors_.begin(), errors_.end(), [](const Found& left, const Found& right) {
    return std::tie(left.at.source, left.at.line, left.at.column) <
           std::tie(right.at.source, right.at.line, right.at.column);
  });
  std::vector<ScenarioError> result;
  for (Found& found : errors_) {
    result.push_back({sources_.at(found.at.source), found.at.line, found.at.column,
                      std::move(found.key), std::move(found.what)});
  }
  if (count_ > errors_.size()) {
    result.push_back(
        {sources_.front(), 0, 0, "", fmt::format("and {} more problems", count_ - errors_.size())});
  }
  return result;
}

}  // namespace hubbub::sim
