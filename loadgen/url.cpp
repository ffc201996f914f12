#include "loadgen/url.hpp"

#include <fmt/format.h>

#include <charconv>

namespace hubbub::loadgen {
namespace {

tl::unexpected<Failure> wrong(std::string_view text, std::string_view why) {
  return failure(
      fmt::format("the URL \"{}\" {}; it should read like ws://127.0.0.1:4000/ws", text, why));
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  constexpr std::string_view scheme = "ws://";
  if (text.starts_with("wss://")) return wrong(text, "asks for TLS, which is not spoken yet");
  if (!text.starts_with(scheme)) return wrong(text, "does not begin with ws://");
  const std::string_view rest = text.substr(scheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view authority = rest.substr(0, slash);
  Url url;
  if (slash < rest.size()) url.path = rest.substr(slash);
  if (url.path.find_first_of("?# ") != std::string::npos)
    return wrong(text, "has a query, a fragment or a space in its path");

  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return wrong(text, "opens a [ that it does not close");
    url.host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (url.host.empty()) return wrong(text, "names no host");
  if (port.empty()) return url;
  const auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), url.port);
  if (port.front() != ':' || error != std::errc() || end != port.data() + port.size() ||
      url.port == 0)
    return wrong(text, "has no port between 1 and 65535 behind its host");
  return url;
}

}  // namespace hubbub::loadgen
