// Sending: numbers, order and repeats of messages and calls, and what answers mean for them.
#include <fmt/format.h>

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"
#include "sim/clients/device_work.hpp"

namespace hubbub::sim {
namespace {

/// With so many conversations no session can reach its limit of unanswered requests.
constexpr std::size_t lanes_that_fit = limits::session_requests / limits::repeat_window - 1;

}  // namespace

Device::Lane& Device::lane(const ConversationId& conversation) {
  for (Lane& lane : work().lanes)
    if (lane.conversation == conversation) return lane;
  Lane& lane = work_->lanes.emplace_back();
  lane.conversation = conversation;
  return lane;
}

bool Device::write(Duration now, const ConversationId& conversation, const Content& content,
                   bool ahead, DeviceEdge& edge, std::span<const UserId> mentions) {
  Lane& to = lane(conversation);
  work_->answer_timeout = edge.settings.answer_timeout;
  if (to.queue.size() >= limits::repeat_window) return false;
  Outgoing& message = to.queue.emplace_back();
  message.key = random_.bits();
  if (names_messages_) {
    message.client_id = fmt::format("{:016x}", message.key);
    message.key = hash_bytes(message.client_id);
  }
  message.mentions.assign(mentions.begin(), mentions.end());
  message.digest = content.digest;
  message.length = content.length;
  message.body = content.body;
  message.ahead = ahead;
  message.written = now;
  if (state_ == State::attached) pump_lane(now, to, edge);
  return true;
}

void Device::call(Duration now, Call call, DeviceEdge& edge) {
  call.key = random_.bits();
  call.written = now;
  call.number = call.sends = 0;
  call.request = 0;
  work().calls.push_back(std::move(call));
  work_->answer_timeout = edge.settings.answer_timeout;
  if (state_ == State::attached) pump_call(now, edge);
}

void Device::pump(Duration now, DeviceEdge& edge) {
  if (!work_) return;
  work_->tokens_at = never;
  for (Lane& lane : work_->lanes) pump_lane(now, lane, edge);
  pump_call(now, edge);
  pump_pages(now, edge);
}

void Device::pump_lane(Duration now, Lane& lane, DeviceEdge& edge) {
  if (lane.draining && lane.in_flight > 0) return;
  if (lane.renumber)
    for (Outgoing& message : lane.queue) message.number = 0;
  lane.draining = lane.renumber = false;
  if (now < lane.not_before) return;
  lane.not_before = Duration{0};
  for (Outgoing& message : lane.queue) {
    if (message.request != 0) continue;
    if (lane.in_flight > 0 && !message.ahead) return;
    if (session_full()) return;
    if (message.sends > 0 && !message.free && !may_repeat(now, edge)) return;
    send_message(now, lane, message, edge);
  }
}

bool Device::session_full() const {
  if (work_->lanes.size() <= lanes_that_fit) return false;
  std::size_t in_flight = 2;  // a call and a page may be on their way as well
  for (const Lane& lane : work_->lanes) in_flight += lane.in_flight;
  return in_flight >= limits::session_requests;
}

void Device::send_message(Duration now, Lane& lane, Outgoing& message, DeviceEdge& edge) {
  const bool numbered_anew = message.named() ? message.sends == 0 : message.number == 0;
  if (numbered_anew && !message.named()) {
    message.number = known(lane.conversation).next;
    for (const Outgoing* earlier = lane.queue.data(); earlier != &message; ++earlier)
      message.number = std::max(message.number, earlier->number + 1);
  }
  if (message.sends == 0) budget_.deposit(edge.settings.retry_budget);
  if (message.sends < UINT16_MAX) ++message.sends;
  message.free = false;
  message.request = next_request_++;
  message.sent_at = now;
  ++lane.in_flight;
  edge.actions.frames.push_back(
      to_server::Send{message.request, lane.conversation, message.number,
                      message.named() ? 0 : message.key,
                      Content{message.length, message.digest, message.body}, message.mentions,
                      message.client_id});
  if (numbered_anew)
    edge.observer.sent(now, *this, lane.conversation, message);
  else
    edge.observer.repeated(now, *this, lane.conversation, message);
}

bool Device::may_repeat(Duration now, DeviceEdge& edge) {
  // A budget of a whole token for each first sending is no limit at all.
  if (edge.settings.retry_budget >= 1) return true;
  if (budget_.take(now)) return true;
  work_->tokens_at = std::min(work_->tokens_at, budget_.next(now));
  return false;
}

void Device::pump_call(Duration now, DeviceEdge& edge) {
  if (!work_ || work_->calls.empty() || now < work_->call_not_before) return;
  work_->call_not_before = Duration{0};
  Call& call = work_->calls.front();
  if (call.request != 0) return;
  if (call.sends > 0 && !call.free && !may_repeat(now, edge)) return;
  if (call.number == 0) call.number = next_call_;
  if (call.sends == 0) budget_.deposit(edge.settings.retry_budget);
  if (call.sends < UINT16_MAX) ++call.sends;
  call.free = false;
  call.request = next_request_++;
  call.sent_at = now;
  if (call.push)
    edge.actions.frames.push_back(to_server::Push{call.request, true});
  else if (call.revoked != DeviceNumber{})
    edge.actions.frames.push_back(
        to_server::Revoke{call.request, call.number, call.key, call.revoked});
  else if (call.create)
    edge.actions.frames.push_back(to_server::Create{call.request, call.number, call.key, call.group,
                                                    call.members, call.name, call.settings});
  else if (call.contact)
    edge.actions.frames.push_back(to_server::ContactChange{call.request, call.number, call.key,
                                                           *call.contact, call.user, call.name});
  else if (!call.members.empty())
    edge.actions.frames.push_back(to_server::AddMembers{call.request, call.number, call.key,
                                                        call.conversation, call.members});
  else
    edge.actions.frames.push_back(to_server::Change{call.request, call.number, call.key, call.what,
                                                    call.conversation, call.user, call.name,
                                                    call.settings});
  if (call.sends == 1) edge.observer.call_asked(now, *this, call);
}

void Device::on(Duration now, const to_client::Ok& ok, DeviceEdge& edge) {
  if (!work_ || ok.id == 0) return;
  if (!work_->calls.empty() && work_->calls.front().request == ok.id) {
    Call done = std::move(work_->calls.front());
    work_->calls.erase(work_->calls.begin());
    work_->call_tries = 0;
    next_call_ = static_cast<std::uint32_t>(std::max<std::uint64_t>(ok.next, done.number + 1));
    if (ok.seq != 0) note_seen(ok.conversation, ok.seq);
    edge.observer.call_done(now, *this, done, ok);
    pump_call(now, edge);
    drop_idle_work();
    return;
  }
  for (Lane& lane : work_->lanes) {
    const auto at = std::find_if(lane.queue.begin(), lane.queue.end(),
                                 [&](const Outgoing& m) { return m.request == ok.id; });
    if (at == lane.queue.end()) continue;
    Outgoing done = std::move(*at);
    lane.queue.erase(at);
    --lane.in_flight;
    lane.tries = 0;
    Known& k = known(lane.conversation);
    if (!done.named())
      k.next = static_cast<std::uint32_t>(std::max<std::uint64_t>(ok.next, ok.number + 1));
    k.seen = std::max(k.seen, static_cast<std::uint32_t>(ok.seq));
    // Accepted earlier under another number: the numbers of what follows are wrong too.
    if (ok.number != done.number) lane.draining = lane.renumber = true;
    edge.observer.acknowledged(now, *this, lane.conversation, done, ok);
    follow(now, lane.conversation, edge);
    if (lane.queue.empty())
      work_->lanes.erase(work_->lanes.begin() + (&lane - work_->lanes.data()));
    else
      pump_lane(now, lane, edge);
    if (work_->lanes.size() > lanes_that_fit) pump(now, edge);
    drop_idle_work();
    return;
  }
}

bool Device::message_error(Duration now, const to_client::Error& error, DeviceEdge& edge) {
  for (Lane& lane : work_->lanes) {
    const auto at = std::find_if(lane.queue.begin(), lane.queue.end(),
                                 [&](const Outgoing& m) { return m.request == error.id; });
    if (at == lane.queue.end()) continue;
    at->request = 0;
    --lane.in_flight;
    lane.draining = true;
    if (error.code == ErrorCode::conflict && error.expected != 0) {
      // A server that keeps disagreeing is not asked without pause.
      if (++lane.tries > 2) lane.not_before = now + retry_wait(lane.tries, 0, edge);
      known(lane.conversation).next = static_cast<std::uint32_t>(error.expected);
      lane.renumber = true;
      edge.observer.put_off(now, *this, error);
    } else if (error.retry) {
      lane.not_before = now + retry_wait(lane.tries, error.retry_after_ms, edge);
      if (lane.tries < UINT16_MAX) ++lane.tries;
      edge.observer.put_off(now, *this, error);
    } else {
      Outgoing refused = std::move(*at);
      lane.queue.erase(at);
      if (!refused.named())
        known(lane.conversation).next = static_cast<std::uint32_t>(refused.number);
      lane.renumber = true;
      lane.tries = 0;
      edge.observer.refused(now, *this, lane.conversation, refused, error);
    }
    if (lane.queue.empty())
      work_->lanes.erase(work_->lanes.begin() + (&lane - work_->lanes.data()));
    else
      pump_lane(now, lane, edge);
    drop_idle_work();
    return true;
  }
  return false;
}

bool Device::call_error(Duration now, const to_client::Error& error, DeviceEdge& edge) {
  if (work_->calls.empty() || work_->calls.front().request != error.id) return false;
  Call& call = work_->calls.front();
  call.request = 0;
  if (error.code == ErrorCode::conflict && error.expected != 0) {
    if (++work_->call_tries > 2)
      work_->call_not_before = now + retry_wait(work_->call_tries, 0, edge);
    next_call_ = static_cast<std::uint32_t>(error.expected);
    call.number = 0;
    edge.observer.put_off(now, *this, error);
  } else if (error.retry) {
    work_->call_not_before = now + retry_wait(work_->call_tries, error.retry_after_ms, edge);
    if (work_->call_tries < UINT16_MAX) ++work_->call_tries;
    edge.observer.put_off(now, *this, error);
  } else {
    const Call refused = std::move(call);
    next_call_ = static_cast<std::uint32_t>(refused.number);
    work_->calls.erase(work_->calls.begin());
    work_->call_tries = 0;
    edge.observer.call_refused(now, *this, refused, error);
  }
  pump_call(now, edge);
  drop_idle_work();
  return true;
}

Duration Device::retry_wait(unsigned tries, std::uint32_t retry_after_ms, const DeviceEdge& edge) {
  return std::max<Duration>(std::chrono::milliseconds{retry_after_ms},
                            edge.settings.backoff.wait(tries, false, random_));
}

}  // namespace hubbub::sim
