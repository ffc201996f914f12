// Requests about people: contacts and blocks, who is in a conversation, which devices
// a user has, and which of these are pushed to.
#include "core/node/gateway.hpp"

namespace hubbub {

void Gateway::handle(Session& s, const input::Frame& f, const to_server::ContactChange& change) {
  using What = to_server::ContactChange::What;
  const auto bad = [&](std::string_view what) {
    error(f.connection, change.id, ErrorCode::bad_request, what);
  };
  if (change.number == 0) return bad("n counts from 1");
  if (change.name.size() > limits::contact_name_bytes)
    return bad("a contact's name has at most 128 bytes");
  if (change.what != What::visible && (change.user.value == 0 || change.user.value > user_id_max))
    return bad("user must be a user");
  if (change.user == s.user) return bad("user must be another than you");
  ask(s, f, shard_of(s.user), {}, change);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Contacts& contacts) {
  ask(s, f, shard_of(s.user), {}, contacts);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Members& members) {
  ask(s, f, shard_of(members.conversation), members.conversation, members);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Push& push) {
  ask(s, f, shard_of(s.user), {}, push);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Devices& devices) {
  ask(s, f, shard_of(s.user), {}, devices);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Revoke& revoke) {
  if (revoke.number == 0)
    return error(f.connection, revoke.id, ErrorCode::bad_request, "n counts from 1");
  to_server::Revoke call = revoke;
  call.at_s = seconds_of(clocks_.wall());
  ask(s, f, shard_of(s.user), {}, call);
}

}  // namespace hubbub
