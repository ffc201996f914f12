// What a user or a client is told when something is refused: a code, whether to try again, and a
// sentence that says what would be right.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace hubbub {

/// The codes a client may see, with one text form each.
enum class ErrorCode : std::uint8_t {
  internal,
  unauthenticated,
  forbidden,
  not_found,
  bad_request,
  too_large,
  conflict,
  rate_limited,
  overloaded,
  token_expired,
  cursor_expired,
  not_member,
  blocked,
  quota,
  unavailable,
  moved,
  unsupported,
};
constexpr ErrorCode last_of(ErrorCode) { return ErrorCode::unsupported; }

std::string_view to_text(ErrorCode code);
std::optional<ErrorCode> parse_error_code(std::string_view text);

/// Why a connection is closed. 40xx: come back; 44xx: do not, except 4402.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  draining = 4000,
  server_error = 4001,
  too_slow = 4002,
  silent = 4003,
  position_lost = 4004,
  moved = 4005,
  rate_limited = 4008,
  overloaded = 4009,
  bad_frame = 4400,
  bad_token = 4401,
  token_expired = 4402,
  forbidden = 4403,
  unsupported_version = 4406,
  replaced = 4409,
};

/// May a client return by itself after this close code?
constexpr bool may_return(CloseCode code) {
  return static_cast<std::uint16_t>(code) < 4400 || code == CloseCode::token_expired;
}

/// An error from outside, as a sentence for a person.
struct Failure {
  std::string what;
};

template <class T>
using Result = tl::expected<T, Failure>;

inline auto failure(std::string what) { return tl::unexpected(Failure{std::move(what)}); }

}  // namespace hubbub
