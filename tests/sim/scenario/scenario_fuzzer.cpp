// Any bytes through the scenario parser. What is behind the first zero byte is taken as overrides,
// one a line.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.hpp"
#include "sim/scenario/load.hpp"

namespace {

using hubbub::Result;
using namespace hubbub::sim;

Result<std::string> one_parent(const std::string&) {
  return R"({"name": "parent", "faults": [{"kind": "crash", "at": "1s"}],
             "expect": {"metrics": {"ack.p99": "< 1s"}}})";
}

std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty() && result.size() < 20) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    result.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\0'), input.size());
  const std::vector<std::string> overrides = lines(input.substr(std::min(end + 1, input.size())));
  const ScenarioResult result =
      parse_scenario(input.substr(0, end), "fuzz.json", one_parent, overrides);
  if (!result) {
    HUBBUB_CHECK(!result.error().empty());
    for (const ScenarioError& error : result.error()) {
      HUBBUB_CHECK(to_text(error).find('\n') == std::string::npos);
    }
    return 0;
  }
  const ScenarioResult again = parse_scenario(to_json(*result), "again.json", one_parent, {});
  HUBBUB_CHECK(again.has_value() && *again == *result);
  return 0;
}
