#include "core/server/http_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/server/token.hpp"
#include "core/wire/frame_json.hpp"

namespace hubbub::server {
namespace {

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Is `item` in the comma-separated list of a header?
bool lists(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (trimmed(list.substr(0, comma)) == item) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

std::optional<std::string> unescaped(std::string_view text) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return {};
    plain += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  return plain;
}

HttpDecision refuse(unsigned status, ErrorCode code, std::string detail) {
  return {HttpAnswer{status, code, std::move(detail)}, {}, {}};
}

/// The token of the header or of the query: whose, nobody's, or an error.
Result<std::optional<UserId>> bearer(const RequestHead& request) {
  std::optional<std::string> token = query_value(request.target, "token");
  if (!request.authorization.empty()) {
    constexpr std::string_view scheme = "Bearer ";
    if (!same_ignoring_case(request.authorization.substr(0, scheme.size()), scheme))
      return failure("the Authorization header must be \"Bearer\" and a token");
    token = trimmed(request.authorization.substr(scheme.size()));
  }
  if (!token) return std::nullopt;
  const Result<UserId> user = check_token(*token);
  if (!user) return tl::unexpected(user.error());
  return *user;
}

/// A ticket that is none is not worth a refusal: whoever shows it is as anybody.
Returning returning(std::string_view target) {
  const std::optional<std::string> ticket = query_value(target, "ticket");
  return {query_value(target, "resume") == "1",
          ticket ? parse_ticket(*ticket).value_or(Ticket{}) : Ticket{}};
}

HttpDecision decide_upgrade(const RequestHead& request) {
  if (!request.is_upgrade || request.method != "GET")
    return refuse(426, ErrorCode::bad_request, "/ws is a WebSocket: ask for an upgrade");
  if (request.version != "13")
    return refuse(426, ErrorCode::unsupported, "the WebSocket protocol's version here is 13");
  if (!lists(request.sub_protocols, json_subprotocol)) {
    return refuse(400, ErrorCode::unsupported,
                  fmt::format("ask for the sub-protocol \"{}\" in Sec-WebSocket-Protocol, "
                              "the only one spoken here",
                              json_subprotocol));
  }
  if (request.early_bytes > 0)
    return refuse(400, ErrorCode::bad_request, "wait for the upgrade's answer before sending");
  const auto user = bearer(request);
  if (!user) return refuse(401, ErrorCode::unauthenticated, user.error().what);
  return {{}, *user, returning(request.target)};
}

std::string_view phrase(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 426:
      return "Upgrade Required";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return "Error";
  }
}

}  // namespace

std::optional<std::string> query_value(std::string_view target, std::string_view key) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {};
  std::string_view rest = target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == key)
      return unescaped(pair.substr(equals + 1));
  }
  return {};
}

HttpDecision decide(const RequestHead& request) {
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  if (path == "/ws") return decide_upgrade(request);
  if (path == "/healthz" || path == "/readyz") {
    if (request.method != "GET")
      return refuse(405, ErrorCode::bad_request, "only GET is understood here");
    return {HttpAnswer{200, {}, path == "/healthz" ? "alive" : "ready"}, {}, {}};
  }
  return refuse(404, ErrorCode::not_found,
                "there is nothing here; the WebSocket is at /ws, health at /healthz and /readyz");
}

std::string to_http(const HttpAnswer& answer) {
  std::string body;
  if (answer.code) {
    encode(to_client::Frame{to_client::Error{.code = *answer.code, .detail = answer.detail}}, body);
  } else {
    body = fmt::format("{{\"status\":\"{}\"}}", answer.detail);
  }
  body += '\n';
  std::string_view extra;
  if (answer.status == 401) extra = "WWW-Authenticate: Bearer\r\n";
  if (answer.status == 426) extra = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  if (answer.status == 405) extra = "Allow: GET\r\n";
  return fmt::format(
      "HTTP/1.1 {} {}\r\nServer: hubbub\r\nContent-Type: application/json\r\n"
      "Cache-Control: no-store\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}",
      answer.status, phrase(answer.status), body.size(), extra, body);
}

}  // namespace hubbub::server
