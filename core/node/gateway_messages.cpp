// Requests about messages: one more, one by its id, those that mention the asker.
#include <algorithm>

#include "core/node/gateway.hpp"

namespace hubbub {

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Send& send) {
  const auto bad = [&](std::string_view what) {
    error(f.connection, send.id, ErrorCode::bad_request, what);
  };
  if (send.number == 0 && send.client_id.empty())
    return bad("a message has n and key, where n counts from 1, or client_id");
  if (send.number != 0 && !send.client_id.empty())
    return bad("a message has n and key, or client_id, and not both");
  if (send.client_id.size() > limits::client_id_bytes) return bad("client_id has at most 64 bytes");
  if (send.content.length > limits::text_bytes)
    return error(f.connection, send.id, ErrorCode::too_large,
                 "the text is too long: at most 99,999 characters, or send it in parts");
  if (send.mentions.size() > limits::mentions_in_message)
    return error(f.connection, send.id, ErrorCode::too_large, "a message mentions at most 16 users");
  if (std::any_of(send.mentions.begin(), send.mentions.end(),
                  [](UserId u) { return u.value == 0 || u.value > user_id_max; }))
    return bad("mentions must be users");
  ask(s, f, shard_of(send.conversation), send.conversation, send);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Get& get) {
  ask(s, f, shard_of(s.user), {}, get);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Mentions& mentions) {
  ask(s, f, shard_of(s.user), {}, mentions);
}

}  // namespace hubbub
