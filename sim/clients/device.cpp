#include "sim/clients/device.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "sim/clients/device_receipts.hpp"
#include "sim/clients/device_work.hpp"

namespace hubbub::sim {
namespace {

/// From the connection's beginning on, a server that is not ready is asked again for so long; a
/// partition that moves is back by then.
constexpr Duration greeting_patience = 8s;

/// An identifier of this use of chance, so that devices and other entities never share a stream.
constexpr std::uint64_t purpose = 0x646576696365;  // "device"

template <class Items>
std::size_t capacity_bytes(const Items& items) {
  return items.capacity() * sizeof(typename Items::value_type);
}

}  // namespace

Device::Device(UserId user, std::uint16_t index, std::uint64_t seed)
    : user_(user), random_(seed, purpose, user.value << 16 | index), index_(index) {}
Device::~Device() = default;
Device::Device(Device&&) noexcept = default;
Device& Device::operator=(Device&&) noexcept = default;

void Device::go_online(Duration now, DeviceEdge& edge) {
  if (state_ != State::offline) return;
  return_.forget_slot();
  state_ = State::connecting;
  due_ = now + edge.settings.answer_timeout;
  edge.actions.connect = true;
}

void Device::go_offline(Duration now, DeviceEdge& edge) {
  if (state_ == State::gone) return;
  if (state_ == State::attached && unacknowledged_ > 0 && !polls()) acknowledge(now, edge);
  edge.actions.close = state_ != State::offline && state_ != State::waiting;
  edge.actions.good_bye = edge.actions.close;
  lose_connection(false);
  state_ = State::offline;
  due_ = never;
}

void Device::watch(std::span<const UserId> users, DeviceEdge& edge) {
  HUBBUB_CHECK(state_ == State::attached);
  edge.actions.users.assign(users.begin(), users.end());
  for (std::span<const UserId> rest = edge.actions.users; !rest.empty();) {
    const std::size_t some = std::min<std::size_t>(rest.size(), limits::watched_in_frame);
    edge.actions.frames.push_back(to_server::Watch{rest.first(some), false});
    rest = rest.subspan(some);
  }
}

void Device::glance(std::span<const UserId> users, DeviceEdge& edge) {
  HUBBUB_CHECK(state_ == State::attached && users.size() <= limits::watched_in_frame);
  edge.actions.users.assign(users.begin(), users.end());
  edge.actions.frames.push_back(to_server::Watch{edge.actions.users, true});
}

void Device::renew(std::string token, DeviceEdge& edge) {
  HUBBUB_CHECK(state_ == State::attached);
  edge.actions.token = std::move(token);
  edge.actions.frames.push_back(to_server::Token{next_request_++, edge.actions.token});
}

void Device::connected(Duration now, DeviceEdge& edge) {
  if (state_ != State::connecting) return;
  put_off_ = 0;
  say_hello(now, edge);
}

void Device::say_hello(Duration now, DeviceEdge& edge) {
  state_ = State::greeting;
  due_ = now + edge.settings.answer_timeout;
  edge.actions.name = edge.settings.name + std::to_string(index_);
  edge.actions.frames.push_back(to_server::Hello{edge.actions.name, has_cursor_, cursor_, polls()});
  if (has_cursor_) edge.observer.holds(now, *this, cursor_);
}

/// Another server would not know better, and the handshake is paid for: so it says `hello` again
/// here, for a while. False: it has waited long enough.
bool Device::greet_again(Duration now, const to_client::Error& error, const DeviceEdge& edge) {
  if (!error.retry || error.code != ErrorCode::unavailable) return false;
  const Duration wait = std::chrono::milliseconds{error.retry_after_ms} +
                        edge.settings.backoff.wait(0, false, random_);
  if (put_off_ * 100ms + wait > greeting_patience) return false;
  put_off_ += static_cast<std::uint8_t>(wait / 100ms);
  state_ = State::put_off;
  due_ = now + wait;
  return true;
}

void Device::closed(Duration now, CloseCode code, DeviceEdge& edge, const Advice& advice) {
  return_.advised(advice);
  end_connection(now, code, false, edge);
}

void Device::end_connection(Duration now, CloseCode code, bool given_up, DeviceEdge& edge) {
  if (state_ == State::offline || state_ == State::waiting || state_ == State::gone) return;
  edge.observer.lost(now, *this, code, state_ == State::attached);
  lose_connection(given_up);
  if (!may_return(code)) {
    state_ = State::gone;
    due_ = never;
    return;
  }
  const bool too_often = code == CloseCode::token_expired && return_.token_ended();
  const bool refused = code == CloseCode::overloaded || code == CloseCode::rate_limited || too_often;
  wait_to_return(now, refused, Duration{0}, edge);
}

void Device::wait_to_return(Duration now, bool refused, Duration at_least, DeviceEdge& edge) {
  const Duration wait =
      std::max(return_.next(refused, edge.settings.backoff, random_), at_least);
  state_ = State::waiting;
  due_ = now + wait;
  if (wait == Duration{0}) timer(now, edge);
}

void Device::lose_connection(bool given_up) {
  acknowledge_due_ = never;
  unacknowledged_ = 0;
  at_head_ = false;
  if (channels_) *channels_ = {.looks = channels_->looks, .list = std::move(channels_->list)};
  exchanges_lost_ = 0;
  sync_ = false;
  lose_requests(given_up);
}

/// What was asked is not answered any more.
void Device::lose_requests(bool given_up) {
  if (receipts_) receipts_->request = 0;
  if (questions_) questions_->request = 0;
  if (!work_) return;
  for (Lane& lane : work_->lanes) {
    lane.in_flight = 0;
    lane.draining = lane.renumber;
    for (Outgoing& message : lane.queue) {
      message.free |= message.request != 0 && !given_up;
      message.request = 0;
    }
  }
  for (Call& call : work_->calls) {
    call.free |= call.request != 0 && !given_up;
    call.request = 0;
  }
  work_->paging.request = 0;
  drop_idle_work();
}

void Device::timer(Duration now, DeviceEdge& edge) {
  if (state_ == State::waiting && now >= due_) {
    state_ = State::connecting;
    due_ = now + edge.settings.answer_timeout;
    edge.actions.connect = true;
    return;
  }
  if (state_ == State::put_off && now >= due_) return say_hello(now, edge);
  const bool attempt_overdue =
      (state_ == State::connecting || state_ == State::greeting) && now >= due_;
  const bool unanswered = answer_overdue(now, edge) ||
                          (state_ == State::attached && (receipts_overdue(now) || question_overdue(now)));
  // What waits for an answer of who polls may not have left yet; its exchanges have times of their own.
  if (attempt_overdue || (unanswered && !polls())) return give_up(now, edge);
  if (state_ != State::attached) return;
  if (polls() && now >= due_) poll(now, edge);
  if (now >= acknowledge_due_) acknowledge(now, edge);
  if (channels_ && now >= channels_->not_before) list_channels(now, edge);
  pump(now, edge);
  pump_receipts(now, edge);
}

void Device::give_up(Duration now, DeviceEdge& edge) {
  edge.actions.frames.clear();
  edge.actions.close = true;
  end_connection(now, broken, true, edge);
}

bool Device::answer_overdue(Duration now, const DeviceEdge& edge) const {
  if (state_ != State::attached) return false;
  const auto late = [&](RequestId request, Duration sent_at) {
    return request != 0 && now >= sent_at + edge.settings.answer_timeout;
  };
  if (channels_ && late(channels_->request, channels_->sent_at)) return true;
  if (!work_) return false;
  for (const Lane& lane : work_->lanes)
    for (const Outgoing& message : lane.queue)
      if (late(message.request, message.sent_at)) return true;
  if (!work_->calls.empty() && late(work_->calls.front().request, work_->calls.front().sent_at))
    return true;
  return late(work_->paging.request, work_->paging.sent_at);
}

Duration Device::deadline() const {
  if (state_ != State::attached) return due_;
  Duration first = std::min({acknowledge_due_, receipts_deadline(), question_deadline()});
  if (polls()) first = std::min(first, due_);
  if (channels_) first = std::min(first, channels_->not_before);
  if (!work_) return first;
  const auto consider = [&](Duration at) { first = std::min(first, at); };
  const auto answer = [&](Duration sent_at) {
    if (!polls()) consider(sent_at + work_->answer_timeout);
  };
  consider(work_->tokens_at);
  for (const Lane& lane : work_->lanes) {
    for (const Outgoing& message : lane.queue)
      if (message.request != 0) answer(message.sent_at);
    if (lane.in_flight == 0 && lane.not_before > Duration{0}) consider(lane.not_before);
  }
  if (!work_->calls.empty()) {
    const Call& call = work_->calls.front();
    if (call.request != 0)
      answer(call.sent_at);
    else if (work_->call_not_before > Duration{0})
      consider(work_->call_not_before);
  }
  const Paging& paging = work_->paging;
  if (paging.request != 0)
    answer(paging.sent_at);
  else if (paging.not_before > Duration{0} && paging.left() > 0)
    consider(paging.not_before);
  return first;
}

std::size_t Device::pending() const {
  if (!work_) return 0;
  std::size_t count = work_->calls.size();
  for (const Lane& lane : work_->lanes) count += lane.queue.size();
  return count;
}

std::size_t Device::unanswered() const {
  if (!work_) return 0;
  std::size_t count = 0;
  for (const Lane& lane : work_->lanes)
    for (const Outgoing& message : lane.queue) count += message.sends > 0 ? 1 : 0;
  return count;
}

std::size_t Device::unpaged() const { return work_ ? work_->paging.left() : 0; }

bool Device::quiet() const {
  return state_ == State::attached && at_head_ && !work_ && unacknowledged_ == 0 &&
         receipts_quiet() && knows_channels() && !asks();
}

std::size_t Device::heap_bytes() const {
  std::size_t bytes = capacity_bytes(known_) + receipts_bytes() + question_bytes();
  if (channels_) bytes += sizeof(Channels) + capacity_bytes(channels_->list);
  if (!work_) return bytes;
  bytes += sizeof(Work) + capacity_bytes(work_->lanes) + capacity_bytes(work_->calls) +
           capacity_bytes(work_->paging.ranges);
  for (const Lane& lane : work_->lanes) bytes += capacity_bytes(lane.queue);
  return bytes;
}

Device::Known& Device::known(const ConversationId& conversation) {
  const auto at =
      std::lower_bound(known_.begin(), known_.end(), conversation,
                       [](const Known& k, const ConversationId& c) { return k.conversation < c; });
  if (at != known_.end() && at->conversation == conversation) return *at;
  const auto index = at - known_.begin();
  // Grown by a few at a time: most devices know few conversations, and there are many devices.
  if (known_.size() == known_.capacity()) known_.reserve(known_.size() + 2 + known_.size() / 4);
  return *known_.insert(known_.begin() + index, Known{conversation});
}

Device::Work& Device::work() {
  if (!work_) work_ = std::make_unique<Work>();
  return *work_;
}

void Device::drop_idle_work() {
  if (work_ && work_->empty()) work_.reset();
}

void Device::note_seen(const ConversationId& conversation, Sequence seq) {
  Known& k = known(conversation);
  k.seen = std::max(k.seen, static_cast<std::uint32_t>(seq));
}

}  // namespace hubbub::sim
