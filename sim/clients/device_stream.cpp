// Receiving: the inbox's stream, its cursor and acknowledgements, and pages of history.
#include <algorithm>

#include "core/base/limits.hpp"
#include "sim/clients/device_receipts.hpp"
#include "sim/clients/device_work.hpp"

namespace hubbub::sim {
namespace {

/// Entries after which a device acknowledges without waiting; the server sends at most
/// limits::unacknowledged_entries beyond the last acknowledgement.
constexpr std::uint8_t acknowledge_entries = 16;
static_assert(acknowledge_entries * 2 <= limits::unacknowledged_entries);

}  // namespace

void Device::frame(Duration now, const to_client::Frame& frame, DeviceEdge& edge) {
  if (state_ != State::greeting && state_ != State::attached) return;
  std::visit([&](const auto& f) { on(now, f, edge); }, frame);
}

void Device::on(Duration now, const to_client::Welcome& welcome, DeviceEdge& edge) {
  if (state_ != State::greeting) return;
  state_ = State::attached;
  due_ = never;
  return_.welcomed(welcome.on_loss);
  number_ = welcome.device;
  generation_ = welcome.generation;
  edge.observer.attached(now, *this, welcome);
  pump(now, edge);
  begin_polling(now, edge);
}

void Device::on(Duration now, const to_client::Error& error, DeviceEdge& edge) {
  if (state_ == State::greeting) {
    // The answer to `hello`: another server, or a later moment, may do better.
    edge.observer.put_off(now, *this, error);
    if (greet_again(now, error, edge)) return;
    edge.actions.close = true;
    const bool refused =
        error.code == ErrorCode::overloaded || error.code == ErrorCode::rate_limited;
    edge.observer.lost(now, *this, CloseCode::normal, false);
    lose_connection(true);
    if (!error.retry) {
      state_ = State::gone;
      due_ = never;
      return;
    }
    wait_to_return(now, refused, std::chrono::milliseconds{error.retry_after_ms}, edge);
    return;
  }
  if (error.id == 0 || receipts_error(now, error, edge) || list_error(now, error, edge) ||
      question_error(now, error, edge) || !work_)
    return;
  if (!message_error(now, error, edge) && !call_error(now, error, edge))
    page_error(now, error, edge);
}

void Device::on(Duration now, const to_client::Event& event, DeviceEdge& edge) {
  note_seen(event.conversation, event.message.seq);
  edge.observer.shown(now, *this, event);
  moved_to(now, event.cursor, edge);
  remember(event);
  if (event.message.from != user_) will_read(now, event.conversation, edge);
  if (channels_) note_membership(now, event, edge);
}

void Device::on(Duration now, const to_client::Ranges& ranges, DeviceEdge& edge) {
  if (!ranges.ranges.empty()) {
    Paging& paging = work().paging;
    work_->answer_timeout = edge.settings.answer_timeout;
    for (const Range& range : ranges.ranges) {
      note_seen(range.conversation, range.to);
      paging.ranges.push_back(range);
    }
  }
  edge.observer.declared(now, *this, ranges);
  moved_to(now, ranges.cursor, edge);
  pump_pages(now, edge);
}

void Device::on(Duration now, const to_client::Synced& synced, DeviceEdge& edge) {
  at_head_ = true;
  if (!has_cursor_ || cursor_ != synced.cursor) moved_to(now, synced.cursor, edge);
  edge.observer.synced(now, *this, synced);
  if (channels_ && !channels_->known) list_channels(now, edge);
  receipts_synced(now, edge);
}

void Device::on(Duration now, const to_client::Reset& reset, DeviceEdge& edge) {
  for (Known& k : known_) k.seen = 0;
  forget_heads();
  if (work_) {
    work_->paging.ranges.clear();
    work_->paging.current = {};
    drop_idle_work();
  }
  at_head_ = false;
  receipts_.reset();
  moved_to(now, reset.cursor, edge);
  edge.observer.reset(now, *this, reset);
}

void Device::on(Duration now, const to_client::ListPage& page, DeviceEdge& edge) {
  if (channels_ && page.id != 0 && page.id == channels_->request) listed(now, page, edge);
}

void Device::on(Duration now, const to_client::Heads& heads, DeviceEdge& edge) {
  for (const HeadOf& of : heads.heads) told_head(now, of, edge);
}

void Device::on(Duration now, const to_client::Presence& presence, DeviceEdge& edge) {
  for (const PresenceOf& of : presence.users) edge.observer.presence(now, *this, of);
}

void Device::on(Duration, const to_client::Advise& advise, DeviceEdge&) {
  if (advise.reason == to_client::Advise::Reason::plan)
    return_.renewed(advise.on_loss);
  else
    return_.advised(advise.advice);
}

void Device::on(Duration, const to_client::ContactsPage&, DeviceEdge&) {}

void Device::on(Duration, const to_client::MembersPage&, DeviceEdge&) {}

void Device::on(Duration now, const to_client::Typing& typing, DeviceEdge& edge) {
  edge.observer.typing(now, *this, typing);
}

void Device::moved_to(Duration now, const Cursor& cursor, DeviceEdge& edge) {
  cursor_ = cursor;
  has_cursor_ = true;
  if (polls()) {
    unacknowledged_ = 1;  // the next poll says so
  } else if (++unacknowledged_ >= acknowledge_entries) {
    acknowledge(now, edge);
  } else if (acknowledge_due_ == never) {
    acknowledge_due_ = now + edge.settings.acknowledge_after;
  }
}

void Device::acknowledge(Duration now, DeviceEdge& edge) {
  unacknowledged_ = 0;
  acknowledge_due_ = never;
  edge.observer.holds(now, *this, cursor_);
  edge.actions.frames.push_back(to_server::Acknowledge{cursor_});
}

// --- Pages ---------------------------------------------------------------------------------------

void Device::open_history(Duration now, const ConversationId& conversation, DeviceEdge& edge) {
  if (state_ != State::attached || (work_ && work_->paging.request != 0)) return;
  Paging& paging = work().paging;
  work_->answer_timeout = edge.settings.answer_timeout;
  paging.request = next_request_++;
  paging.look = true;
  paging.asked = {paging.request,
                  conversation,
                  to_server::History::Direction::before,
                  0,
                  limits::history_messages_default,
                  known(conversation).seen};
  paging.sent_at = now;
  edge.actions.frames.push_back(paging.asked);
}

void Device::pump_pages(Duration now, DeviceEdge& edge) {
  if (!work_ || state_ != State::attached) return;
  Paging& paging = work_->paging;
  if (paging.request != 0 || paging.left() == 0 || now < paging.not_before) return;
  paging.not_before = Duration{0};
  if (paging.current.to == 0) {
    paging.current = paging.ranges.back();
    paging.ranges.pop_back();
  }
  const Range& range = paging.current;
  paging.request = next_request_++;
  paging.look = false;
  paging.asked = {paging.request,
                  range.conversation,
                  to_server::History::Direction::after,
                  range.from - 1,
                  limits::history_messages,
                  known(range.conversation).seen};
  paging.sent_at = now;
  edge.actions.frames.push_back(paging.asked);
}

void Device::on(Duration now, const to_client::HistoryPage& page, DeviceEdge& edge) {
  if (!work_ || page.id == 0 || work_->paging.request != page.id) return;
  Paging& paging = work_->paging;
  paging.request = 0;
  paging.tries = 0;
  if (!paging.look && paging.current.conversation == page.conversation) {
    Range& range = paging.current;
    if (!page.messages.empty()) range.from = std::max(range.from, page.messages.back().seq + 1);
    if (range.from > range.to || page.messages.empty() || !page.has_more) range = {};
  }
  edge.observer.paged(now, *this, paging.asked, page);
  if (!paging.look && !page.messages.empty()) will_read(now, page.conversation, edge);
  if (!page.messages.empty()) note_seen(page.conversation, page.messages.back().seq);
  pump_pages(now, edge);
  drop_idle_work();
}

bool Device::page_error(Duration now, const to_client::Error& error, DeviceEdge& edge) {
  Paging& paging = work_->paging;
  if (paging.request != error.id) return false;
  paging.request = 0;
  edge.observer.put_off(now, *this, error);
  if (error.retry) {
    paging.not_before = now + retry_wait(paging.tries, error.retry_after_ms, edge);
    if (paging.tries < UINT16_MAX) ++paging.tries;
  } else {
    if (!paging.look) paging.current = {};  // no longer for this reader
    // What it knew is gone from the store; `expected` is where the history ends now.
    if (error.code == ErrorCode::cursor_expired)
      known(paging.asked.conversation).seen = static_cast<std::uint32_t>(error.expected);
  }
  pump_pages(now, edge);
  drop_idle_work();
  return true;
}

}  // namespace hubbub::sim
