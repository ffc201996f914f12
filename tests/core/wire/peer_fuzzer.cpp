// Any bytes as a peer's message: what is taken has that one byte form.
#include <cstdint>
#include <string_view>

#include "core/base/check.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/peer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  hubbub::Arena arena;
  const auto message = hubbub::wire::decode<hubbub::peer::Message>(bytes, arena);
  if (!message) return 0;
  hubbub::ByteBuffer again;
  hubbub::wire::encode(*message, again);
  HUBBUB_CHECK(again.view() == bytes);
  return 0;
}
