// Sessions without a connection (R37): their devices poll.
#include "core/node/gateway.hpp"

namespace hubbub {

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Poll& poll) {
  const auto bad = [&](std::string_view what) {
    error(f.connection, poll.id, ErrorCode::bad_request, what);
  };
  if (!s.attached()) return bad("say hello first");
  if (!s.polled) return bad("this session is not polled: say so in hello");
  if (poll.id == 0) return bad("a poll needs an id above 0");
  if (std::chrono::milliseconds(poll.wait_ms) > limits::poll_wait)
    return bad("a poll is held for 30,000 ms at most");
  switch (polls_.take(f.connection, poll)) {
    case Polls::Shows::nothing_new: return;
    case Polls::Shows::arrived: return acknowledge(s, f.connection, poll.cursor);
    case Polls::Shows::lost:
      attach_again(s, f.connection, poll.has_cursor ? poll.cursor : Cursor::at(s.incarnation(), 0));
      // It may be the first that is heard of what an earlier answer brought: said when it is attached.
      if (poll.has_cursor) acknowledge(s, f.connection, poll.cursor);
      return;
  }
}

/// A polled session's frames come over several connections, which may overtake each other. False:
/// it was refused, for its device has given it up.
bool Gateway::in_turn(const input::Frame& f) {
  polls_.heard(f.connection);
  if (std::holds_alternative<to_server::Poll>(f.frame)) return true;  // those have a turn of their own
  const RequestId id = request_of(f.frame);
  if (id == 0 || polls_.in_turn(f.connection, id)) return true;
  error(f.connection, id, ErrorCode::bad_request,
        "ids grow in a polled session: a request with a higher one came before this one");
  return false;
}

void Gateway::step_ends() {
  polls_.step_ends();
  if (c_.config.policy.polls == PollPolicy::kept) return;
  for (const ConnectionId connection : polls_.answered()) {
    end(*find(connection), connection);
    c_.close(connection, CloseCode::position_lost);
  }
}

void Gateway::end_silent() {
  while (const auto silent = polls_.timers()) {
    end(*find(*silent), *silent);
    c_.close(*silent, CloseCode::silent);
  }
}

}  // namespace hubbub
