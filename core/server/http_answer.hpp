// What an HTTP request gets: an upgrade, or a short answer. Decided here, without a socket.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/errors.hpp"
#include "core/base/ids.hpp"
#include "core/wire/advice.hpp"

namespace hubbub::server {

/// The parts of a request that decide. Header values are as they came, empty when absent.
struct RequestHead {
  std::string_view method;
  std::string_view target;  ///< path and query
  std::string_view authorization;
  std::string_view sub_protocols;
  std::string_view version;  ///< of the WebSocket protocol
  bool is_upgrade = false;
  std::size_t early_bytes = 0;  ///< sent behind the headers, before any answer
};

/// An answer after which the connection ends. Without a code it is well, and `detail` is a status.
struct HttpAnswer {
  unsigned status = 200;
  std::optional<ErrorCode> code;
  std::string detail;
};

/// What a client that comes back says of itself, in the query: `resume=1` and `ticket=…` (R29, R31).
struct Returning {
  bool resumes = false;
  Ticket ticket;
};

struct HttpDecision {
  std::optional<HttpAnswer> answer;  ///< else: upgrade to a WebSocket
  std::optional<UserId> user;        ///< as whom; none: the token is to come in `hello`
  Returning returning;
};

HttpDecision decide(const RequestHead& request);

/// The whole answer as bytes, with the body as JSON (the same error body as in a frame).
std::string to_http(const HttpAnswer& answer);

/// The value of a query's key with its %-escapes undone; none if absent or badly escaped.
std::optional<std::string> query_value(std::string_view target, std::string_view key);

}  // namespace hubbub::server
