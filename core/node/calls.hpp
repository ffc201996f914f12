// What is the same of every request that comes in a peer message.
#pragma once

#include <cstdint>
#include <variant>

#include "core/base/hash.hpp"
#include "core/node/context.hpp"
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

/// Refuses for now. Sent, not emitted: it says nothing of what is stored, and a partition that is
/// elsewhere is silent.
inline void put_off(Context& c, const peer::Request& r, ErrorCode code, Duration retry_after,
                    std::string_view detail) {
  ++c.counters.asked_to_retry;
  const to_client::Error error{
      id_of(r.call), code, true, static_cast<std::uint32_t>(to_ms(retry_after)), 0, detail};
  c.send(r.session.node, peer::Answer{r.session, error});
}

/// What could not even wait. `moved`: what to say if the shard is elsewhere.
inline void turn_away_request(Context& c, const peer::Request& r, ShardId shard,
                              std::string_view moved) {
  if (!c.partition(shard).speaks())
    return put_off(c, r, ErrorCode::unavailable, limits::retry_unavailable, moved);
  put_off(c, r, ErrorCode::overloaded, limits::retry_overloaded, "the server is busy; try again");
}

/// A request about what is the caller's own, in their shard, and not of any conversation.
inline bool is_own(const peer::Request& request) { return request.conversation == ConversationId{}; }
/// Of those, one about the people that they know (contacts.hpp).
inline bool is_about_contacts(const peer::Request& request) {
  return std::holds_alternative<to_server::ContactChange>(request.call) ||
         std::holds_alternative<to_server::Contacts>(request.call);
}

/// Of those, one about pushes to the caller's device (pushes.hpp).
inline bool is_about_pushes(const peer::Request& request) {
  return std::holds_alternative<to_server::Push>(request.call);
}

inline constexpr std::string_view key_taken =
    "this key was used for another call here; a new call needs a new key";
inline constexpr std::string_view number_taken = "this call number was used for something else";

}  // namespace hubbub
