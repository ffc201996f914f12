#include "core/server/token.hpp"

#include <fmt/format.h>

namespace hubbub::server {

Result<UserId> check_token(std::string_view token) {
  if (!token.starts_with(development_token_prefix)) {
    return failure(
        fmt::format("the token is not of the form \"{}u_71\", the only one this server knows",
                    development_token_prefix));
  }
  const auto user = parse_user(token.substr(development_token_prefix.size()));
  if (!user) {
    return failure(
        fmt::format("after \"{}\" the token must name a user as u_<number>, such as u_71",
                    development_token_prefix));
  }
  return *user;
}

}  // namespace hubbub::server
