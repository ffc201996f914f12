#include "core/base/errors.hpp"

#include <array>

namespace hubbub {
namespace {

constexpr std::array<std::string_view, 17> names = {
    "internal",   "unauthenticated", "forbidden",     "not_found",      "bad_request", "too_large",
    "conflict",   "rate_limited",    "overloaded",    "token_expired",  "cursor_expired",
    "not_member", "blocked",         "quota",         "unavailable",    "moved",       "unsupported",
};
static_assert(names.size() == static_cast<std::size_t>(ErrorCode::unsupported) + 1);

}  // namespace

std::string_view to_text(ErrorCode code) { return names[static_cast<std::size_t>(code)]; }

std::optional<ErrorCode> parse_error_code(std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<ErrorCode>(i);
  return {};
}

}  // namespace hubbub
