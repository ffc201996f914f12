// Polling: a session without a connection. What is new is asked for; the cursor of a poll says what
// came before it.
#include "sim/clients/device_work.hpp"

namespace hubbub::sim {
namespace {

/// So many exchanges in a row may be lost; then somebody else may do better.
constexpr std::uint8_t lost_most = 3;

}  // namespace

void Device::poll_by(Transport transport) { transport_ = transport; }

void Device::begin_polling(Duration now, DeviceEdge& edge) {
  if (polls()) poll(now, edge);
}

void Device::poll(Duration now, DeviceEdge& edge) {
  due_ = never;
  unacknowledged_ = 0;
  if (has_cursor_) edge.observer.holds(now, *this, cursor_);
  const Duration wait = transport_ == Transport::long_poll ? edge.settings.poll_wait : 0s;
  edge.actions.frames.push_back(to_server::Poll{next_request_++, has_cursor_, cursor_,
                                                static_cast<std::uint32_t>(to_ms(wait)),
                                                std::exchange(sync_, false)});
}

void Device::exchanged(Duration now, Exchange what, DeviceEdge& edge) {
  if (!polls() || state_ != State::attached) return;
  exchanges_lost_ = 0;
  if (what == Exchange::request) return;
  // As long as there is more, it asks at once.
  const bool waits = transport_ == Transport::poll && at_head_;
  if (!waits) return poll(now, edge);
  due_ = now + edge.settings.poll_interval;
}

void Device::exchange_lost(Duration now, Exchange what, DeviceEdge& edge) {
  if (!polls()) return;
  if (state_ != State::attached || ++exchanges_lost_ > lost_most) return give_up(now, edge);
  if (what == Exchange::poll) {
    // Presence, receipts and heads may have been in it as well: after `synced` it asks for them anew.
    at_head_ = false;
    sync_ = true;
    due_ = now + edge.settings.backoff.wait(exchanges_lost_ - 1u, false, random_);
    if (channels_) channels_->known = false;
    return;
  }
  lose_requests(false);
  if (channels_ && channels_->request != 0) {
    channels_->request = 0;
    channels_->not_before = now;
  }
  timer(now, edge);
}

void Device::exchange_overdue(Duration now, DeviceEdge& edge) {
  if (polls() && wants_connection()) give_up(now, edge);
}

}  // namespace hubbub::sim
