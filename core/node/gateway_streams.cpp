// How a session comes to have a stream of its inbox, and what comes on it (R3, R15).
#include <algorithm>

#include "core/node/gateway.hpp"

namespace hubbub {

// --- Attaching (R3, R15) ---------------------------------------------------------------------------

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Hello& hello) {
  if (s.state != Session::State::open)
    return error(f.connection, 0, ErrorCode::bad_request,
                 "hello was already said on this connection");
  if (hello.device.empty() || hello.device.size() > limits::device_name_bytes)
    return error(f.connection, 0, ErrorCode::bad_request,
                 "device must be a name of 1 to 40 bytes");
  if (expired(f))
    return retry(f.connection, 0, ErrorCode::overloaded, limits::retry_overloaded,
                 "the server is busy; try again");
  const NodeId home = c_.owner(shard_of(s.user));
  if (!c_.up(home))
    return retry(f.connection, 0, ErrorCode::unavailable, limits::retry_unavailable,
                 "your inbox's server is away; try again");
  s.state = Session::State::attaching;
  s.polled = hello.polled;
  s.polled ? polls_.began(f.connection, hello) : polls_.ended(f.connection);
  s.begin(hello.cursor.incarnation, hello.cursor.held);
  move(s, f.connection, hello.cursor);
  c_.send(home, peer::Attach{.session = ref(f.connection),
                             .user = s.user,
                             .device = hello.device,
                             .has_cursor = hello.has_cursor,
                             .cursor = hello.cursor,
                             .attempt = ++s.attempt,
                             .issued_s = issued(f.connection)});
  attach_timers_.push({f.connection, s.attempt, c_.judged + limits::answer_wait});
}

/// 0: nobody knows.
std::uint32_t Gateway::issued(ConnectionId connection) const {
  const auto at = issued_.find(connection.slot);
  return at == issued_.end() ? 0 : at->second;
}

Cursor Gateway::cursor(const Session& s, ConnectionId connection) const {
  return s.in_sync ? syncs_.at(connection.slot) : Cursor::at(s.incarnation(), s.held());
}

void Gateway::move(Session& s, ConnectionId connection, const Cursor& to) {
  s.move(to.incarnation, to.held);
  if (s.in_sync && !to.in_sync()) syncs_.erase(connection.slot);
  s.in_sync = to.in_sync();
  if (s.in_sync) syncs_[connection.slot] = to;
}

void Gateway::attach_again(Session& s, ConnectionId connection, const Cursor& cursor) {
  s.state = Session::State::attaching_again;
  if (s.polled) polls_.behind(connection);
  move(s, connection, cursor);
  const NodeId home = c_.owner(shard_of(s.user));
  ++s.attempt;
  if (!c_.up(home)) return;  // its return starts this again
  c_.send(home, peer::Attach{.session = ref(connection),
                             .user = s.user,
                             .device = {},
                             .number = s.device,
                             .generation = s.generation,
                             .has_cursor = true,
                             .cursor = cursor,
                             .attempt = s.attempt});
  attach_timers_.push({connection, s.attempt, c_.judged + limits::answer_wait});
}

/// Retries are in the order in which they were put off, not in that of their times: a short one may
/// wait behind a longer one.
void Gateway::attach_later(Session& s, ConnectionId connection, Duration after) {
  attach_retries_.push({connection, ++s.attempt, c_.now.mono + after});
}

void Gateway::on(const peer::Attached& m) {
  Session* s = find(m.session);
  if (s == nullptr)  // it is gone: the stream must not stay behind
    return c_.send(c_.owner(shard_of(m.device.user)), peer::Detach{m.session, m.device});
  const auto awaited = m.fresh ? Session::State::attaching : Session::State::attaching_again;
  if (m.attempt != s->attempt || s->state != awaited) return;
  s->state = Session::State::live;
  s->stream = s->attempt++;
  s->device = m.device.device;
  s->generation = m.generation;
  if (s->incarnation() != m.incarnation || s->held() != m.position)
    move(*s, m.session.connection, Cursor::at(m.incarnation, m.position));
  if (m.fresh) {
    issued_.erase(m.session.connection.slot);
    const OnLoss plan = plans_.on_loss();
    s->told_spread_ms = plan.spread_ms;
    return c_.frame(m.session.connection,
                    to_client::Welcome{m.session, s->user, s->device, s->generation,
                                       c_.config.policy.durability, m.incarnation, plan});
  }
  if (const auto acknowledged = s->acknowledged())
    c_.send(c_.owner(shard_of(m.device.user)),
            peer::Acknowledged{m.session, m.device, Cursor::at(m.incarnation, *acknowledged)});
}

void Gateway::on(const peer::AttachRefused& m) {
  Session* s = find(m.session);
  if (s == nullptr || m.attempt != s->attempt) return;
  const ConnectionId connection = m.session.connection;
  const Duration after = std::chrono::milliseconds(m.retry_after_ms);
  if (s->state == Session::State::attaching) {
    s->state = Session::State::open;
    ++s->attempt;
    if (m.code == ErrorCode::unauthenticated) return revoked(*s, connection);
    if (m.retry) return retry(connection, 0, m.code, after, "your inbox cannot be had now; try again");
    return error(connection, 0, m.code, "too many devices for one account");
  }
  if (s->state != Session::State::attaching_again) return;
  if (m.retry) return attach_later(*s, connection, after);
  lose_position(*s, connection, "the session is not known any more");
}

/// The device must come back and say where it is.
void Gateway::lose_position(Session& s, ConnectionId connection, std::string_view what) {
  c_.frame(connection, to_client::Error{0, ErrorCode::cursor_expired, true, 0, 0, what});
  end(s, connection);
  c_.close(connection, CloseCode::position_lost);
}

void Gateway::on(const peer::Replaced& m) {
  Session* s = find(m.session);
  if (s == nullptr) return;
  end(*s, m.session.connection);
  c_.close(m.session.connection, CloseCode::replaced);
}

void Gateway::on(const peer::Revoked& m) {
  if (Session* s = find(m.session)) revoked(*s, m.session.connection);
}

/// The device must be logged in again.
void Gateway::revoked(Session& s, ConnectionId connection) {
  c_.frame(connection, to_client::Error{0, ErrorCode::unauthenticated, false, 0, 0,
                                        "this device was revoked: log in again"});
  end(s, connection);
  c_.close(connection, CloseCode::bad_token);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Sync& sync) {
  if (!s.attached())
    return error(f.connection, 0, ErrorCode::bad_request, "say hello first");
  if (s.polled)
    return error(f.connection, 0, ErrorCode::bad_request, "this session is polled: poll from your cursor");
  attach_again(s, f.connection, sync.cursor);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Acknowledge& ack) {
  acknowledge(s, f.connection, ack.cursor);
}

void Gateway::acknowledge(Session& s, ConnectionId connection, const Cursor& cursor) {
  if (s.attached()) s.acknowledge(cursor.incarnation, cursor.held);
  if (s.state != Session::State::live) return;
  c_.send(c_.owner(shard_of(s.user)),
          peer::Acknowledged{ref(connection), {s.user, s.device}, cursor});
}

// --- The stream (R15) --------------------------------------------------------------------------------

void Gateway::on(const peer::Entry& m) {
  Session* s = streaming(m.session, m.stream);
  if (s == nullptr) return;
  if (m.previous != s->held()) return attach_again(*s, m.session.connection, cursor(*s, m.session.connection));
  const Cursor now = Cursor::at(m.incarnation, m.number);
  move(*s, m.session.connection, now);
  c_.frame(m.session.connection, to_client::Event{m.conversation, m.message, now});
}

void Gateway::on(const peer::Ranges& m) {
  Session* s = streaming(m.session, m.stream);
  if (s == nullptr) return;
  if (m.previous != s->held()) return attach_again(*s, m.session.connection, cursor(*s, m.session.connection));
  move(*s, m.session.connection, m.cursor);
  c_.frame(m.session.connection, to_client::Ranges{m.ranges, m.cursor});
}

void Gateway::on(const peer::Synced& m) {
  if (streaming(m.session, m.stream) != nullptr)
    c_.frame(m.session.connection, to_client::Synced{m.cursor});
}

void Gateway::on(const peer::Reset& m) {
  Session* s = streaming(m.session, m.stream);
  if (s == nullptr) return;
  move(*s, m.session.connection, m.cursor);
  c_.frame(m.session.connection, to_client::Reset{m.cursor});
}

}  // namespace hubbub
