// What is the same of every request that comes in a peer message.
#pragma once

#include <cstdint>
#include <variant>

#include "core/base/hash.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/peer.hpp"

namespace hubbub {

inline RequestId id_of(const peer::Call& call) {
  return std::visit([](const auto& c) { return c.id; }, call);
}

/// What a changing call says, apart from which request it is (R4).
template <class Call>
std::uint64_t digest_of(Call call) {
  call.id = 0;
  ByteBuffer bytes;
  wire::encode(call, bytes);
  return hash_bytes(bytes.view());
}

/// A request about what is the caller's own, in their shard, and not of any conversation.
inline bool is_own(const peer::Request& request) { return request.conversation == ConversationId{}; }
/// Of those, one about the people that they know (contacts.hpp).
inline bool is_about_contacts(const peer::Request& request) {
  return std::holds_alternative<to_server::ContactChange>(request.call) ||
         std::holds_alternative<to_server::Contacts>(request.call);
}

inline constexpr std::string_view key_taken =
    "this key was used for another call here; a new call needs a new key";
inline constexpr std::string_view number_taken = "this call number was used for something else";

}  // namespace hubbub
