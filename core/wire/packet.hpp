// What goes between two nodes: packets, each with its place in a stream of peer messages, so that
// lost, repeated and reordered ones are all the same to the rules.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "core/wire/codec.hpp"
#include "core/wire/form.hpp"

namespace hubbub::peer {

/// One end of a link: which life of the node, and which stream of that life. A later stream means
/// that what was under way on the one before is lost.
struct End {
  NodeGeneration life{};
  std::uint32_t stream{};
  auto operator<=>(const End&) const = default;
  static auto fields(auto& s) { return std::tie(s.life, s.stream); }
};

/// First on every link, from both sides, until each knows the other; and again when one finds that
/// the other does not know it as it is now.
struct Hello {
  Form oldest{};  ///< that the sender reads (form.hpp)
  Form newest{};
  std::uint32_t packet_bytes{};  ///< the longest packet that the sender takes
  End sender;
  End receiver;  ///< as the sender knows it; all 0: not yet
  static auto fields(auto& s) {
    return std::tie(s.oldest, s.newest, s.packet_bytes, s.sender, s.receiver);
  }
};

/// `number`: of this packet in the sender's stream, from 1; 0: it carries nothing, and only says
/// that the sender lives. `taken`: the receiver's packets that have arrived without a gap.
/// `messages`: each with its size before it, as 32 bits. A message that is longer than a packet goes in
/// pieces, one packet after the other; the sizes of pieces are marked.
struct Data {
  End sender;
  End receiver;
  std::uint32_t number{};
  std::uint32_t taken{};
  std::string_view messages;
  static auto fields(auto& s) {
    return std::tie(s.sender, s.receiver, s.number, s.taken, s.messages);
  }
};

using Packet = std::variant<Hello, Data>;

/// What a packet has beside its messages, and each of these beside its bytes.
inline constexpr std::size_t data_head_bytes = sizeof(std::uint8_t) + wire::least_bytes<Data>();
inline constexpr std::size_t piece_head_bytes = sizeof(std::uint32_t);

/// A message, or a part of one.
struct Piece {
  std::string_view bytes;
  bool goes_on{};    ///< in the next packet
  bool continues{};  ///< what came last in the packet before
  bool whole() const { return !goes_on && !continues; }
};
/// REQUIRES: its bytes are fewer than 2^30.
inline void append(const Piece& piece, ByteBuffer& to) {
  const auto marks = (piece.goes_on ? 1u << 31 : 0u) | (piece.continues ? 1u << 30 : 0u);
  to.append_number(static_cast<std::uint32_t>(piece.bytes.size()) | marks);
  to.append(piece.bytes);
}

/// Calls `visit(piece)` for each. False: the sizes do not add up.
template <class Visit>
bool for_each_piece(std::string_view messages, Visit&& visit) {
  while (!messages.empty()) {
    std::uint32_t head = 0;
    if (messages.size() < sizeof head) return false;
    std::memcpy(&head, messages.data(), sizeof head);
    messages.remove_prefix(sizeof head);
    const std::uint32_t size = head & ((1u << 30) - 1);
    if (messages.size() < size) return false;
    visit(Piece{messages.substr(0, size), (head >> 31) != 0, (head >> 30 & 1) != 0});
    messages.remove_prefix(size);
  }
  return true;
}

}  // namespace hubbub::peer
