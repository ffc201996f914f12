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
/// `messages`: each with its size before it, as 32 bits.
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

/// Calls `visit(bytes)` for each message. False: the sizes do not add up.
template <class Visit>
bool for_each_message(std::string_view messages, Visit&& visit) {
  while (!messages.empty()) {
    std::uint32_t size = 0;
    if (messages.size() < sizeof size) return false;
    std::memcpy(&size, messages.data(), sizeof size);
    if (messages.size() - sizeof size < size) return false;
    visit(messages.substr(sizeof size, size));
    messages.remove_prefix(sizeof size + size);
  }
  return true;
}

}  // namespace hubbub::peer
