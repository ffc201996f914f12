// Any bytes as a message from a client, as one from a server, and as JSON at all.
#include <cstdint>
#include <string_view>

#include "tests/core/wire/json_fuzz.hpp"
#include "tests/core/wire/reference_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  hubbub::expect_stable<hubbub::to_server::Frame>(text, hubbub::parse_client_message);
  hubbub::expect_stable<hubbub::to_client::Frame>(text, hubbub::parse_server_message);
  HUBBUB_CHECK(hubbub::json::reference_disagreement(text).empty());
  return 0;
}
