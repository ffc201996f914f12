#include "core/node/polls.hpp"

#include <algorithm>

namespace hubbub {

Polls::Session* Polls::find(ConnectionId connection) {
  if (!ends_.has(connection.slot)) return nullptr;
  Session& s = sessions_.find(connection.slot)->second;
  return s.use == connection.use ? &s : nullptr;
}

void Polls::began(ConnectionId connection, const to_server::Hello& hello) {
  Session s{.use = connection.use};
  if (hello.has_cursor) s.told = s.answered = hello.cursor;
  sessions_.insert_or_assign(connection.slot, s);
  ends_.set(connection.slot, c_.judged + limits::poll_ttl);
}

void Polls::ended(ConnectionId connection) {
  if (find(connection) == nullptr) return;
  sessions_.erase(connection.slot);
  ends_.erase(connection.slot);
}

void Polls::heard(ConnectionId connection) {
  const Session* s = find(connection);
  if (s != nullptr && s->held == 0) ends_.set(connection.slot, c_.judged + limits::poll_ttl);
}

bool Polls::in_turn(ConnectionId connection, RequestId id) {
  Session* s = find(connection);
  if (s == nullptr || id > s->last_request) {
    if (s != nullptr) s->last_request = id;
    return true;
  }
  return false;
}

void Polls::behind(ConnectionId connection) {
  if (Session* s = find(connection)) s->caught_up = false;
}

Polls::Shows Polls::take(ConnectionId connection, const to_server::Poll& poll) {
  look_on();
  Session& s = *find(connection);
  ++c_.counters.polls;
  if (poll.id <= s.last_poll) {
    ++c_.counters.polls_empty;
    say(connection, poll.id, output::Poll::What::empty);
    return Shows::nothing_new;
  }
  if (s.held != 0) {
    // Its device would not poll again if it still waited for that one.
    ++c_.counters.polls_empty;
    say(connection, s.held, output::Poll::What::empty);
  }
  s.held = s.last_poll = poll.id;
  s.overdue = false;
  s.at_once = poll.wait_ms == 0;
  const Duration wait = std::chrono::milliseconds(poll.wait_ms);
  s.held_until = c_.judged + std::max<Duration>(wait, limits::poll_gathers);
  const bool gathers = s.news && !s.caught_up;
  ends_.set(connection.slot, gathers ? c_.judged + limits::poll_gathers : s.held_until);
  touch(connection.slot, s);
  const auto cursor = poll.has_cursor ? std::optional(poll.cursor) : std::nullopt;
  if (cursor == s.answered && !poll.sync)
    return std::exchange(s.unacknowledged, false) ? Shows::arrived : Shows::nothing_new;
  ++c_.counters.poll_losses;
  say(connection, 0, output::Poll::What::forget);
  s.told = s.answered = cursor;
  s.caught_up = s.unacknowledged = false;
  return Shows::lost;
}

void Polls::touch(std::uint32_t slot, Session& s) {
  if (!std::exchange(s.touched, true)) touched_.push_back(slot);
}

void Polls::say(ConnectionId connection, RequestId id, output::Poll::What what) {
  c_.out->polls.push_back({connection, id, what, static_cast<std::uint32_t>(c_.out->frames.size())});
}

std::optional<ConnectionId> Polls::timers() {
  while (!ends_.empty() && ends_.first_ends() <= c_.judged && !c_.exhausted()) {
    c_.work(1);
    const std::uint32_t slot = ends_.first();
    Session& s = sessions_.find(slot)->second;
    if (s.held == 0) {
      ++c_.counters.poll_silences;
      return ConnectionId{slot, s.use};
    }
    s.overdue = true;
    touch(slot, s);
    ends_.set(slot, c_.judged + limits::poll_ttl);
  }
  return {};
}

/// At what was told since the last look: what a `forget` drops was told before it.
void Polls::look_on() {
  for (; looked_ < c_.out->frames.size(); ++looked_) look(c_.out->frames[looked_]);
}

void Polls::look(const output::Frame& told) {
  Session* s = find(told.connection);
  if (s == nullptr || !waits_for_poll(told.frame)) return;
  if (const Cursor* cursor = stream_cursor(told.frame)) s->told = *cursor;
  if (std::holds_alternative<to_client::Synced>(told.frame)) s->caught_up = true;
  const bool first = !std::exchange(s->news, true);
  if (first && s->held != 0 && !s->overdue && !s->caught_up)
    ends_.set(told.connection.slot, std::min(s->held_until, c_.judged + limits::poll_gathers));
  touch(told.connection.slot, *s);
}

void Polls::step_ends() {
  answered_.clear();
  if (!empty()) look_on();
  looked_ = 0;
  for (const std::uint32_t slot : touched_) {
    const auto at = sessions_.find(slot);
    if (at == sessions_.end() || !std::exchange(at->second.touched, false)) continue;
    Session& s = at->second;
    if (s.held == 0) continue;
    if (s.overdue || (s.caught_up && (s.news || s.at_once))) answer({slot, s.use}, s);
  }
  touched_.clear();
}

void Polls::answer(ConnectionId connection, Session& s) {
  if (!s.news) ++c_.counters.polls_empty;
  say(connection, std::exchange(s.held, 0), output::Poll::What::answer);
  s.unacknowledged |= s.answered != s.told;
  s.answered = s.told;
  s.news = s.overdue = false;
  ends_.set(connection.slot, c_.judged + limits::poll_ttl);
  answered_.push_back(connection);
}

}  // namespace hubbub
