// What sessions say and are told that nobody owes an answer to: what was read, who is typing (R19).
#include "core/node/gateway.hpp"

namespace hubbub {

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Read& read) {
  if (!s.attached()) return error(f.connection, 0, ErrorCode::bad_request, "say hello first");
  if (read.seq == 0) return error(f.connection, 0, ErrorCode::bad_request, "seq counts from 1");
  c_.send(c_.owner(shard_of(read.conversation)), peer::Read{read.conversation, s.user, read.seq});
}

/// More of it than people can mean is dropped: nobody misses it.
void Gateway::handle(Session& s, const input::Frame& f, const to_server::Typing& typing) {
  if (!s.attached()) return error(f.connection, 0, ErrorCode::bad_request, "say hello first");
  if (!s.may_type(c_.now.mono, limits::typing_interval)) return;
  if (c_.pressure.sheds()) return void(++c_.counters.shed_typing);
  c_.send(c_.owner(shard_of(typing.conversation)), peer::Typing{typing.conversation, s.user});
}

void Gateway::on(const peer::Relayed& m) {
  const Session* s = find(m.session);
  if (s == nullptr || !s->attached()) return;
  std::visit([&](const auto& what) { c_.frame(m.session.connection, what); }, m.what);
}

}  // namespace hubbub
