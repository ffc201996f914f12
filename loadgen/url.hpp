// Where a server's WebSocket is: "ws://127.0.0.1:4000/ws".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/errors.hpp"

namespace hubbub::loadgen {

struct Url {
  std::string host;
  std::uint16_t port = 80;
  std::string path = "/ws";
};

/// The error says what would be right.
Result<Url> parse_url(std::string_view text);

}  // namespace hubbub::loadgen
