// Channels: who looks at them, and putting many into a group at once (R18).
#include <algorithm>

#include "core/node/gateway.hpp"

namespace hubbub {

void Gateway::handle(Session& s, const input::Frame& f, const to_server::AddMembers& add) {
  const auto bad = [&](std::string_view what) {
    error(f.connection, add.id, ErrorCode::bad_request, what);
  };
  if (add.number == 0) return bad("n counts from 1");
  if (!add.conversation.is_group()) return bad("a direct conversation cannot be changed");
  if (add.users.empty() || add.users.size() > limits::members_at_once)
    return bad("users must be 1 to 1000 users");
  if (std::any_of(add.users.begin(), add.users.end(),
                  [](UserId u) { return u.value == 0 || u.value > user_id_max; }))
    return bad("users must be users");
  ask(s, f, shard_of(add.conversation), add.conversation, add);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Channels& channels) {
  ask(s, f, shard_of(s.user), {}, channels);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Look& look) {
  if (!s.attached()) return error(f.connection, 0, ErrorCode::bad_request, "say hello first");
  looks_.look(ref(f.connection), s.user, look);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Unlook& unlook) {
  if (s.attached()) looks_.unlook(f.connection, unlook);
}

void Gateway::on(const peer::Head& m) {
  if (m.epoch < c_.routes.epoch(partition_of(shard_of(m.of.conversation)))) return;
  if (m.to.empty()) return looks_.told(m.of);
  for (const ConnectionId to : m.to) {
    const Session* s = find(to);
    if (s != nullptr && s->attached()) looks_.answered(to, m.of);
  }
}

}  // namespace hubbub
