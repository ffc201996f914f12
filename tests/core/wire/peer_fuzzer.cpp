// Any bytes as what another machine says: a packet, a peer's message, a record of a log. What is
// taken has that one byte form.
#include <cstdint>
#include <string_view>

#include "core/base/check.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/log_record.hpp"
#include "core/wire/packet.hpp"
#include "core/wire/peer.hpp"

namespace {

template <class T>
void comes_back(std::string_view bytes) {
  hubbub::Arena arena;
  const auto value = hubbub::wire::decode<T>(bytes, arena);
  if (!value) return;
  hubbub::ByteBuffer again;
  hubbub::wire::encode(*value, again);
  HUBBUB_CHECK(again.view() == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  comes_back<hubbub::peer::Message>(bytes);
  comes_back<hubbub::peer::Packet>(bytes);
  comes_back<hubbub::LogRecord>(bytes);
  hubbub::peer::for_each_piece(bytes, [](const hubbub::peer::Piece& piece) {
    comes_back<hubbub::peer::Message>(piece.bytes);
  });
  hubbub::Arena arena;
  hubbub::LogHead head;
  hubbub::follow(head, 1, bytes, hubbub::decode_record(bytes, arena));
  return 0;
}
