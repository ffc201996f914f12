#include "core/node/gateway.hpp"

#include <algorithm>

namespace hubbub {

// --- Connections -----------------------------------------------------------------------------------

Session* Gateway::find(ConnectionId connection) {
  if (connection.slot >= sessions_.size()) return nullptr;
  Session& s = sessions_[connection.slot];
  return s.state == Session::State::free || s.use != connection.use ? nullptr : &s;
}

Session* Gateway::find(const SessionRef& r) {
  if (r.life != c_.life) return nullptr;
  Session* s = find(r.connection);
  return s == nullptr || s->state == Session::State::closing ? nullptr : s;
}

/// The session, if this is its stream.
Session* Gateway::streaming(const SessionRef& r, std::uint32_t stream) {
  Session* s = find(r);
  return s == nullptr || s->state != Session::State::live || s->stream != stream ? nullptr : s;
}

void Gateway::on(const input::OpenedWith& with) {
  const input::Opened& o = with.opened;
  sessions_.grow_to(o.connection.slot + 1);
  Session& s = sessions_[o.connection.slot];
  const bool knocked = s.state == Session::State::arriving && s.use == o.connection.use;
  HUBBUB_CHECK(s.state == Session::State::free || knocked);
  if (knocked) --handshakes_;
  s = Session(Session::State::open, o.connection, o.user);
  ++open_;
  if (!draining_) return enter(s, with);
  end(s, o.connection);
  c_.close(o.connection, CloseCode::draining);
}

void Gateway::on(const input::Closed& closed) {
  Session* s = find(closed.connection);
  if (s == nullptr) return;
  if (s->state == Session::State::arriving) {
    --handshakes_;
    s->state = Session::State::free;
    return;
  }
  end(*s, closed.connection, closed.left);
  s->state = Session::State::free;
  --open_;
}

void Gateway::on(const input::Silent& silent) {
  Session* s = find(silent.connection);
  if (s == nullptr || s->state == Session::State::closing) return;
  end(*s, silent.connection);
  c_.close(silent.connection, CloseCode::silent);
}

/// Nothing more is said on this connection; its slot waits for the edge's word.
void Gateway::end(Session& s, ConnectionId connection, bool left) {
  if (s.attached()) {
    const NodeId home = c_.owner(shard_of(s.user));
    c_.send(home, peer::Detach{ref(connection), {s.user, s.device}, left});
  }
  watches_.ended(connection);
  looks_.ended(connection);
  tokens_.erase(connection.slot);
  if (s.polled) polls_.ended(connection);
  slices_.ended(connection.slot);
  for (std::uint32_t r = s.first_request; r != Session::no_request;) {
    const std::uint32_t next = requests_[r].next;
    requests_[r].waiting = false;
    ++requests_[r].use;
    requests_[r].next = free_request_;
    free_request_ = r;
    r = next;
  }
  issued_.erase(connection.slot);
  if (s.in_sync) syncs_.erase(connection.slot);
  s.in_sync = false;
  s.first_request = Session::no_request;
  s.requests = 0;
  ++s.attempt;
  s.state = Session::State::closing;
}

void Gateway::error(ConnectionId to, RequestId id, ErrorCode code, std::string_view detail) {
  ++c_.counters.refused;
  c_.frame(to, to_client::Error{id, code, false, 0, 0, detail});
}

void Gateway::retry(ConnectionId to, RequestId id, ErrorCode code, Duration after,
                    std::string_view detail) {
  ++c_.counters.asked_to_retry;
  c_.frame(to, to_client::Error{id, code, true, static_cast<std::uint32_t>(to_ms(after)), 0, detail});
}

/// Whoever asked has given up by now, or is about to (R32).
bool Gateway::expired(const input::Frame& f) {
  if (Duration(f.waited_ns) <= limits::request_age ||
      c_.config.policy.expired_work != ExpiredWorkPolicy::drop)
    return false;
  ++c_.counters.expired;
  return true;
}

void Gateway::on(const input::Frame& f) {
  Session* s = find(f.connection);
  if (s == nullptr || s->state == Session::State::closing || outlived(*s, f.connection)) return;
  c_.pressure.took(Duration(f.waited_ns));
  if ((s->polled && !in_turn(f)) || delay(f)) return;
  std::visit([&](const auto& frame) { handle(*s, f, frame); }, f.frame);
}

// --- Requests ----------------------------------------------------------------------------------------

namespace {

template <class T, class... Any>
constexpr bool is_any = (std::is_same_v<T, Any> || ...);

/// Put off when there is too much to do (R32).
template <class Call>
constexpr bool changes = is_any<Call, to_server::Send, to_server::Create, to_server::Change,
                                to_server::ContactChange, to_server::Revoke>;
/// One unit of a key's quota (R33).
template <class Call>
constexpr bool counts = is_any<Call, to_server::Send, to_server::Create, to_server::History,
                               to_server::Get>;

}  // namespace

template <class Call>
void Gateway::ask(Session& s, const input::Frame& f, ShardId shard,
                  const ConversationId& conversation, const Call& call) {
  const NodeId owner = c_.owner(shard);
  if (!s.attached())
    return error(f.connection, call.id, ErrorCode::bad_request, "say hello first");
  if (call.id == 0)
    return error(f.connection, 0, ErrorCode::bad_request, "a request needs an id above 0");
  const Duration waited = Duration(f.waited_ns);
  if (expired(f))
    return retry(f.connection, call.id, ErrorCode::overloaded, limits::retry_overloaded,
                 "the server is busy; try again");
  if (!c_.up(owner))
    return retry(f.connection, call.id, ErrorCode::unavailable, limits::retry_unavailable,
                 "the conversation's server is away; try again");
  if (s.requests >= limits::session_requests)
    return retry(f.connection, call.id, ErrorCode::rate_limited, limits::retry_unavailable,
                 "too many unanswered requests on this connection");
  for (std::uint32_t r = s.first_request; r != Session::no_request; r = requests_[r].next)
    if (requests_[r].id == call.id)
      return error(f.connection, call.id, ErrorCode::bad_request,
                   "a request with this id is not answered yet");
  if (changes<Call> && refuse_send(f, call.id)) return;
  if (counts<Call> && !within_quota(f, call.id)) return;
  const std::uint32_t request = add_request(s, {.id = call.id,
                                                .connection = f.connection,
                                                .node = owner,
                                                .partition = partition_of(shard)});
  expiries_.push({request, requests_[request].use, c_.judged + limits::answer_wait});
  c_.send(owner, peer::Request{ref(f.connection),
                               {s.user, s.device},
                               s.generation,
                               static_cast<std::uint32_t>(to_ms(waited)),
                               conversation,
                               peer::Call{call}});
}

// Used by gateway_messages.cpp and gateway_people.cpp, too.
template void Gateway::ask(Session&, const input::Frame&, ShardId, const ConversationId&,
                           const to_server::Send&);
template void Gateway::ask(Session&, const input::Frame&, ShardId, const ConversationId&,
                           const to_server::Get&);
template void Gateway::ask(Session&, const input::Frame&, ShardId, const ConversationId&,
                           const to_server::Mentions&);
template void Gateway::ask(Session&, const input::Frame&, ShardId, const ConversationId&,
                           const to_server::Devices&);
template void Gateway::ask(Session&, const input::Frame&, ShardId, const ConversationId&,
                           const to_server::Revoke&);
template void Gateway::ask(Session&, const input::Frame&, ShardId, const ConversationId&,
                           const to_server::AddMembers&);
template void Gateway::ask(Session&, const input::Frame&, ShardId, const ConversationId&,
                           const to_server::Channels&);
template void Gateway::ask(Session&, const input::Frame&, ShardId, const ConversationId&,
                           const to_server::ContactChange&);
template void Gateway::ask(Session&, const input::Frame&, ShardId, const ConversationId&,
                           const to_server::Contacts&);
template void Gateway::ask(Session&, const input::Frame&, ShardId, const ConversationId&,
                           const to_server::Members&);
template void Gateway::ask(Session&, const input::Frame&, ShardId, const ConversationId&,
                           const to_server::Push&);

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Create& create) {
  const auto bad = [&](std::string_view what) {
    error(f.connection, create.id, ErrorCode::bad_request, what);
  };
  if (create.number == 0 || create.number > group_number_max) return bad("n counts from 1");
  if (create.name.size() > limits::conversation_name_bytes)
    return bad("a conversation's name has at most 256 bytes");
  if (std::any_of(create.members.begin(), create.members.end(),
                  [](UserId u) { return u.value == 0 || u.value > user_id_max; }))
    return bad("members must be users");
  if (create.group) {
    if (create.members.size() > limits::members_at_once) return bad("too many members");
    if (!s.attached()) return bad("say hello first");
    const auto id = ConversationId::group(s.user, s.device, create.number);
    return ask(s, f, shard_of(id), id, create);
  }
  if (!s.attached()) return bad("say hello first");
  if (create.id == 0) return bad("a request needs an id above 0");
  if (create.members.size() != 1 || create.members[0] == s.user)
    return bad("a direct conversation has one other member");
  // It exists by its id; there is nothing to change.
  c_.frame(f.connection, to_client::Ok{.id = create.id,
                                       .conversation = ConversationId::direct(s.user, create.members[0]),
                                       .number = create.number,
                                       .next = create.number + 1});
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Change& change) {
  using What = to_server::Change::What;
  const auto bad = [&](std::string_view what) {
    error(f.connection, change.id, ErrorCode::bad_request, what);
  };
  if (change.number == 0) return bad("n counts from 1");
  if (!change.conversation.is_group()) return bad("a direct conversation cannot be changed");
  if (change.name.size() > limits::conversation_name_bytes)
    return bad("a conversation's name has at most 256 bytes");
  to_server::Change call = change;
  if (call.what == What::leave) call.user = s.user;
  if (call.what == What::remove && call.user == s.user) return bad("to go yourself, leave");
  const bool names_user = call.what != What::rename && call.what != What::settings;
  if (names_user && (call.user.value == 0 || call.user.value > user_id_max))
    return bad("user must be a user");
  ask(s, f, shard_of(call.conversation), call.conversation, call);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::History& history) {
  ask(s, f, shard_of(history.conversation), history.conversation, history);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Receipts& receipts) {
  ask(s, f, shard_of(receipts.conversation), receipts.conversation, receipts);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::List& list) {
  ask(s, f, shard_of(s.user), {}, list);
}

// --- Presence ----------------------------------------------------------------------------------------

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Watch& watch) {
  if (!s.attached()) return error(f.connection, 0, ErrorCode::bad_request, "say hello first");
  watches_.watch(ref(f.connection), s.user, watch);
}

void Gateway::handle(Session& s, const input::Frame& f, const to_server::Unwatch& unwatch) {
  if (s.attached()) watches_.unwatch(ref(f.connection), unwatch);
}

/// What an earlier owner says of the user is ignored.
bool Gateway::of_owner(UserId user, PartitionEpoch epoch) const {
  return epoch >= c_.routes.epoch(partition_of(shard_of(user)));
}

std::optional<UserId> Gateway::user_of(ConnectionId connection) const {
  if (connection.slot >= sessions_.size()) return {};
  const Session& s = sessions_[connection.slot];
  return s.use == connection.use && s.attached() ? std::optional(s.user) : std::nullopt;
}

std::uint32_t Gateway::add_request(Session& s, const Request& r) {
  std::uint32_t slot = free_request_;
  if (slot == none) {
    slot = static_cast<std::uint32_t>(requests_.size());
    requests_.emplace_back();
  } else {
    free_request_ = requests_[slot].next;
  }
  const std::uint32_t use = requests_[slot].use + 1;
  requests_[slot] = r;
  requests_[slot].use = use;
  requests_[slot].waiting = true;
  requests_[slot].next = s.first_request;
  s.first_request = slot;
  ++s.requests;
  return slot;
}

/// False if the request was answered already.
bool Gateway::take_request(Session& s, RequestId id) {
  for (std::uint32_t* at = &s.first_request; *at != Session::no_request; at = &requests_[*at].next) {
    const std::uint32_t slot = *at;
    if (requests_[slot].id != id) continue;
    *at = requests_[slot].next;
    --s.requests;
    requests_[slot].waiting = false;
    ++requests_[slot].use;
    requests_[slot].next = free_request_;
    free_request_ = slot;
    return true;
  }
  return false;
}

void Gateway::on(const peer::Answer& m) {
  Session* s = find(m.session);
  if (s == nullptr) return;
  std::visit(
      [&](const auto& reply) {
        if (take_request(*s, reply.id)) c_.frame(m.session.connection, reply);
      },
      m.reply);
}

/// The owner went away or took too long: what became of the request is not known.
void Gateway::unanswered(std::uint32_t slot) {
  const Request r = requests_[slot];
  Session* s = find(r.connection);
  if (!r.waiting || s == nullptr || !take_request(*s, r.id)) return;
  retry(r.connection, r.id, ErrorCode::unavailable, limits::retry_unavailable,
        "no answer from the conversation's server; try again");
}

// --- Turns of a step -----------------------------------------------------------------------------------

void Gateway::work() {
  watches_.work();
  looks_.work();
  slices_.work();
  if (tokens_due() <= c_.now.mono) end_tokens();
  if (reads_due() <= c_.now.mono) take_reads();
  while (!sweeps_.empty() && !c_.exhausted())
    if (sweep_requests(sweeps_.front())) sweeps_.pop();
  while (!returns_.empty() && returns_at_ <= c_.now.mono && !c_.exhausted())
    if (sweep_sessions(returns_.front())) returns_.pop();
}

bool Gateway::sweep_sessions(Return& sweep) {
  for (; sweep.next < sessions_.size() && !c_.exhausted(); ++sweep.next) {
    Session& s = sessions_[sweep.next];
    c_.work(1);
    if (!sweep.partitions.test(partition_of(shard_of(s.user)).value)) continue;
    if (returns_left_ == 0) {
      returns_left_ = limits::attach_burst;
      returns_at_ = c_.now.mono + limits::attach_interval;
      return false;
    }
    const ConnectionId connection{sweep.next, s.use};
    if (s.attached()) {
      attach_again(s, connection, cursor(s, connection));
      --returns_left_;
    } else if (s.state == Session::State::attaching) {
      attach_timed({connection, s.attempt, {}});
    }
  }
  return sweep.next >= sessions_.size();
}

bool Gateway::sweep_requests(Sweep& sweep) {
  for (; sweep.next < requests_.size() && !c_.exhausted(); ++sweep.next) {
    const Request& r = requests_[sweep.next];
    c_.work(1);
    const bool meant = sweep.what == Sweep::What::to
                           ? r.node == sweep.node
                           : sweep.partitions.test(r.partition.value);
    if (r.waiting && meant) unanswered(sweep.next);
  }
  return sweep.next >= requests_.size();
}

void Gateway::attach_timed(const AttachTimer& timer) {
  Session* s = find(timer.connection);
  if (s == nullptr || s->attempt != timer.attempt) return;
  if (s->state == Session::State::attaching_again)
    return attach_again(*s, timer.connection, cursor(*s, timer.connection));
  if (s->state != Session::State::attaching) return;
  retry(timer.connection, 0, ErrorCode::unavailable, limits::retry_unavailable,
        "your inbox's server does not answer; come back later");
  // The answer may still come, for a stream that this session then has: so the session ends.
  end(*s, timer.connection);
  c_.close(timer.connection, CloseCode::overloaded);
}

void Gateway::timers() {
  if (drain_at_ <= c_.now.mono) drain_wave();
  clocks_.timers();
  watches_.timers();
  end_silent();
  // Whose clock is wrong can take nobody, as if it went down.
  if (plans_.look(open_, draining_ || !clocks_.right()) || renew_next_at_ <= c_.now.mono) renew_plans();
  while (!expiries_.empty() && !c_.exhausted()) {
    const Expiry e = expiries_.front();
    const bool answered = requests_[e.request].use != e.use;
    if (!answered && e.due > c_.judged) break;
    expiries_.pop();
    c_.work(1);
    if (answered) continue;
    unanswered(e.request);
  }
  while (!attach_timers_.empty() && !c_.exhausted()) {
    const AttachTimer t = attach_timers_.front();
    const Session* s = find(t.connection);
    const bool answered = s == nullptr || s->attempt != t.attempt;
    if (!answered && t.due > c_.judged) break;
    attach_timers_.pop();
    c_.work(1);
    if (answered) continue;
    attach_timed(t);
  }
  while (!attach_retries_.empty() && attach_retries_.front().due <= c_.now.mono &&
         !c_.exhausted()) {
    c_.work(1);
    attach_timed(attach_retries_.pop());
  }
  looks_.timers();
}

Duration Gateway::next_deadline() const {
  Duration due = std::min({drain_at_, renew_next_at_, plans_.next_deadline(),
                           watches_.next_deadline(), looks_.next_deadline()});
  due = std::min({due, clocks_.next_deadline(), tokens_due(), reads_due(), polls_.next_deadline()});
  const Duration away = c_.now.mono - c_.judged;
  if (!expiries_.empty()) due = std::min(due, expiries_.front().due + away);
  if (!attach_timers_.empty()) due = std::min(due, attach_timers_.front().due + away);
  if (!attach_retries_.empty()) due = std::min(due, attach_retries_.front().due);
  if (!returns_.empty()) due = std::min(due, returns_at_);
  return due;
}

}  // namespace hubbub
