// What sessions may not: outlive their tokens (R34), ask for more than their key's quota (R33), and,
// when there is too much to do, be served in the order in which they came (R32).
#include <algorithm>

#include "core/node/gateway.hpp"
#include "core/wire/codec.hpp"

namespace hubbub {

// --- Tokens (R34) ------------------------------------------------------------------------------------

/// Whether a token lets its bearer in. A server whose own clock is wrong cannot say, and never says
/// "do not return".
bool Gateway::token_opens(Session& s, ConnectionId connection, const TokenSpan& token) {
  if (!token.ends()) return true;
  if (!clocks_.right()) {
    ++c_.counters.clock_refused;
    turn_away(s, connection, {});
    return false;
  }
  const Duration wall = clocks_.wall();
  const bool not_yet = std::chrono::milliseconds(token.from_ms) > wall + limits::token_leeway;
  const bool over = std::chrono::milliseconds(token.until_ms) + limits::token_leeway < wall;
  if (!not_yet && !over) return true;
  end(s, connection);
  if (over) ++c_.counters.tokens_ended;
  c_.close(connection, over ? CloseCode::token_expired : CloseCode::bad_token);
  return false;
}

void Gateway::on(const input::Renewed& r) {
  Session* s = find(r.connection);
  if (s == nullptr || s->state == Session::State::closing) return;
  if (!s->attached()) return error(r.connection, r.id, ErrorCode::bad_request, "say hello first");
  if (!r.good)
    return error(r.connection, r.id, ErrorCode::unauthenticated,
                 "this token is not good; the session goes on until its own token ends");
  // A shorter one takes nothing away: the session began with the longer one.
  const Duration until = std::chrono::milliseconds(r.token.until_ms);
  const Duration had = tokens_.ends(r.connection.slot);
  if (!r.token.ends())
    tokens_.erase(r.connection.slot);
  else if (had != never && until > had)
    tokens_.set(r.connection.slot, until);
  ++c_.counters.tokens_renewed;
  c_.frame(r.connection, to_client::Ok{.id = r.id});
}

void Gateway::handle(Session&, const input::Frame& f, const to_server::Token& token) {
  error(f.connection, token.id, ErrorCode::unsupported,
        "this server takes no new token on a connection; connect anew with it");
}

/// Its token was over before this frame was taken: after a pause, frames may lie before time's word.
bool Gateway::outlived(Session& s, ConnectionId connection) {
  if (tokens_.empty()) return false;
  const Duration ends = tokens_.ends(connection.slot);
  if (ends == never || ends + limits::token_leeway > clocks_.wall()) return false;
  end_token(s, connection);
  return true;
}

void Gateway::end_token(Session& s, ConnectionId connection) {
  ++c_.counters.tokens_ended;
  end(s, connection);
  c_.close(connection, CloseCode::token_expired);
}

/// When the next session is to be ended, since the Unix epoch.
Duration Gateway::next_token_end() const {
  return tokens_.first_ends() + limits::token_leeway - limits::token_margin;
}

/// Not a timer's work alone: a node that is behind has no time for these (R28), and this must be done.
void Gateway::end_tokens() {
  for (; !tokens_.empty() && next_token_end() <= clocks_.wall(); --tokens_left_) {
    if (c_.exhausted()) return;
    if (tokens_left_ == 0) {
      tokens_left_ = limits::token_burst;
      tokens_at_ = c_.now.mono + limits::token_interval;
      return;
    }
    c_.work(1);
    const std::uint32_t slot = tokens_.first();
    end_token(sessions_[slot], {slot, sessions_[slot].use});
  }
}

Duration Gateway::tokens_due() const {
  if (tokens_.empty()) return never;
  return std::max(tokens_at_, c_.now.mono + (next_token_end() - clocks_.wall()));
}

// --- Quotas (R33) ------------------------------------------------------------------------------------

/// True: the session's key allows it. Else it was put off.
bool Gateway::within_quota(const input::Frame& f, RequestId id) {
  Duration wait{};
  const Slices::Verdict verdict = slices_.take(f.connection.slot, wait);
  if (verdict == Slices::Verdict::taken) return true;
  if (verdict == Slices::Verdict::over) {
    ++c_.counters.quota_refused;
    retry(f.connection, id, ErrorCode::quota, wait, "your key's quota is spent until its window ends");
  } else {
    ++c_.counters.quota_unknown;
    retry(f.connection, id, ErrorCode::unavailable, wait,
          "nobody can say how much of your key's quota is left; try again");
  }
  return false;
}

// --- Overload (R32) ----------------------------------------------------------------------------------

namespace {

template <class T, class... Any>
constexpr bool is_any = (std::is_same_v<T, Any> || ...);

bool is_read(const to_server::Frame& frame) {
  return std::visit(
      [](const auto& f) {
        return is_any<std::remove_cvref_t<decltype(f)>, to_server::History, to_server::List,
                      to_server::Contacts, to_server::Members, to_server::Receipts,
                      to_server::Get, to_server::Mentions, to_server::Devices>;
      },
      frame);
}

}  // namespace

/// Keeps a read for later. False: it is none, or nothing has to wait.
bool Gateway::delay(const input::Frame& f) {
  const bool others_wait = !waiting_reads_.empty();
  if ((!others_wait && !c_.pressure.delays_reads()) || !is_read(f.frame)) return false;
  ++c_.counters.delayed_reads;
  ByteBuffer bytes;
  wire::encode(f.frame, bytes);
  if (waiting_reads_.size() + bytes.size() > limits::waiting_reads_bytes) {
    retry(f.connection, request_of(f.frame), ErrorCode::overloaded, c_.pressure.come_back(c_.now.mono),
          "the server is busy; try again");
    return true;
  }
  if (!others_wait) reads_at_ = c_.now.mono + limits::waiting_read_interval;
  waiting_reads_.push({f.connection, c_.now.mono - Duration(f.waited_ns)}, bytes.view());
  return true;
}

Duration Gateway::reads_due() const {
  if (waiting_reads_.empty()) return never;
  return c_.pressure.delays_reads() ? reads_at_ : c_.now.mono;
}

/// All that wait, once there is time for them; before that, one now and then.
void Gateway::take_reads() {
  while (reads_due() <= c_.now.mono && !c_.exhausted()) {
    const auto [waiting, bytes] = waiting_reads_.front();
    Session* s = find(waiting.connection);
    const bool gone = s == nullptr || s->state == Session::State::closing;
    c_.work(1);
    reads_at_ = c_.now.mono + limits::waiting_read_interval;
    if (!gone) {
      c_.scratch.clear();
      const auto frame = wire::decode<to_server::Frame>(bytes, c_.scratch);
      HUBBUB_CHECK(frame.has_value());
      const input::Frame f{waiting.connection, (c_.now.mono - waiting.since).count(), *frame};
      std::visit([&](const auto& what) { handle(*s, f, what); }, f.frame);
    }
    waiting_reads_.pop();
  }
}

/// True: what would change something was put off, for there is too much to do.
bool Gateway::refuse_send(const input::Frame& f, RequestId id) {
  if (!c_.pressure.refuses(Duration(f.waited_ns))) {
    c_.pressure.sent();
    return false;
  }
  ++c_.counters.refused_sends;
  retry(f.connection, id, ErrorCode::overloaded, c_.pressure.come_back(c_.now.mono),
        "the server is busy; try again");
  return true;
}

}  // namespace hubbub
