// Who a token says its bearer is.
//
// There are no accounts yet: the only form is one for development, and it says so itself. Whoever
// can reach the server can be anyone; `serve` prints that at its start.
#pragma once

#include <string_view>

#include "core/base/errors.hpp"
#include "core/base/ids.hpp"

namespace hubbub::server {

inline constexpr std::string_view development_token_prefix = "dev-insecure:";

/// "dev-insecure:u_71" is user u_71. The error's sentence says what would be right; it never
/// repeats what was sent, which might be somebody's real secret.
Result<UserId> check_token(std::string_view token);

}  // namespace hubbub::server
