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

/// Of those, a message by its id (finds.hpp), what mentions the caller (mentions.hpp), or one about their
/// devices (devices.hpp).
inline bool is_find(const peer::Request& request) {
  return std::holds_alternative<to_server::Get>(request.call);
}
inline bool is_about_mentions(const peer::Request& request) {
  return std::holds_alternative<to_server::Mentions>(request.call);
}
inline bool is_about_devices(const peer::Request& request) {
  return std::holds_alternative<to_server::Devices>(request.call) ||
         std::holds_alternative<to_server::Revoke>(request.call);
}

inline constexpr std::string_view key_taken =
    "this key was used for another call here; a new call needs a new key";
inline constexpr std::string_view number_taken = "this call number was used for something else";

// --- What is the caller's own, in their shard -----------------------------------------------------------

/// It could not even wait, or the caller's shard is elsewhere.
inline void turn_away_own(Context& c, const peer::Request& r) {
  turn_away_request(c, r, shard_of(r.from.user), "what is yours is on another server now; try again");
}

/// When everything is durable that it depends on.
inline void refuse_own(Context& c, const peer::Request& r, ErrorCode code, bool retry,
                       std::uint64_t expected, std::string_view detail) {
  ++(retry ? c.counters.asked_to_retry : c.counters.refused);
  const to_client::Error error{id_of(r.call), code, retry, 0, expected, detail};
  c.emit(c.partition(shard_of(r.from.user)), r.session.node, peer::Answer{r.session, error});
}

/// The device that calls, if its session is the newest one of it; else nothing, and what is to be said is
/// said (R3).
inline Device* calling_device(Context& c, const peer::Request& r, User& user) {
  Device* device = user.device(r.from.device);
  if (device == nullptr || r.generation > device->generation) {
    // The session is one of an inbox that knew more than this one: it attaches again.
    if (c.sure(c.partition(shard_of(r.from.user)))) turn_away_own(c, r);
    return nullptr;
  }
  return r.generation < device->generation ? nullptr : device;
}

/// R4, of a user's own calls. `again(number)`: answers a repeat of the one that was taken under it.
template <class Call, class Again>
bool is_new_own_call(Context& c, const peer::Request& r, const Numbers& calls, const Call& call,
                     std::uint64_t digest, Again again) {
  const Numbers::Verdict verdict = calls.judge(call.number, call.key, digest);
  if (verdict.judgement == Numbers::Judgement::fresh) return true;
  if (verdict.judgement == Numbers::Judgement::repeat)
    again(verdict.first->number);
  else if (call.number > calls.last())
    refuse_own(c, r, ErrorCode::conflict, false, 0, key_taken);
  else
    refuse_own(c, r, ErrorCode::conflict, true, calls.next(), number_taken);
  return false;
}

}  // namespace hubbub
