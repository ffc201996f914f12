// Receipts: what its user has read, said until it is shown; and how far others have come in the
// conversations that the user wrote to last.
#include "sim/clients/device_receipts.hpp"

#include <algorithm>

#include "sim/clients/device_work.hpp"

namespace hubbub::sim {
namespace {

/// Conversations whose receipts a device keeps.
constexpr std::size_t followed_most = 8;

}  // namespace

Device::Receipts& Device::receipts(const DeviceEdge& edge) {
  if (!receipts_) receipts_ = std::make_unique<Receipts>();
  receipts_->answer_timeout = edge.settings.answer_timeout;
  return *receipts_;
}

// --- Reading -------------------------------------------------------------------------------------

/// Something of another was shown: its user will read it.
void Device::will_read(Duration now, const ConversationId& conversation, DeviceEdge& edge) {
  if (!edge.settings.reads) return;
  std::vector<Receipts::Reading>& reading = receipts(edge).reading;
  auto at = std::ranges::find(reading, conversation, &Receipts::Reading::conversation);
  if (at == reading.end()) at = reading.insert(at, {.conversation = conversation});
  if (at->due == never) at->due = now + Duration{edge.settings.read_after.draw_integer(random_)};
}

void Device::read(Duration now, const ConversationId& conversation, Sequence seq,
                  DeviceEdge& edge) {
  edge.observer.read(now, *this, conversation, seq);
  edge.actions.frames.push_back(to_server::Read{conversation, seq});
}

void Device::pump_receipts(Duration now, DeviceEdge& edge) {
  if (!receipts_ || state_ != State::attached) return;
  for (Receipts::Reading& r : receipts_->reading) {
    const bool unseen = r.said != 0 && now >= r.said_at + edge.settings.answer_timeout;
    if (now < r.due && !unseen) continue;
    if (now >= r.due) {
      r.due = never;
      r.said = std::max<Sequence>(r.said, known(r.conversation).seen);
    }
    r.said_at = now;
    read(now, r.conversation, r.said, edge);
  }
  ask_receipts(now, edge);
}

void Device::begin_writing(const ConversationId& conversation, DeviceEdge& edge) {
  if (state_ == State::attached) edge.actions.frames.push_back(to_server::Typing{conversation});
}

// --- What others have ----------------------------------------------------------------------------

/// Its user wrote: how far that gets is of interest from now on.
void Device::follow(Duration now, const ConversationId& conversation, DeviceEdge& edge) {
  if (!edge.settings.reads) return;
  std::vector<Followed>& followed = receipts(edge).followed;
  const auto at = std::ranges::find(followed, conversation, &Followed::conversation);
  if (at != followed.end()) {
    std::rotate(at, at + 1, followed.end());
    return;
  }
  if (followed.size() == followed_most) followed.erase(followed.begin());
  followed.push_back({.conversation = conversation});
  ask_receipts(now, edge);
}

void Device::ask_receipts(Duration now, DeviceEdge& edge) {
  Receipts& r = *receipts_;
  if (state_ != State::attached || r.request != 0 || now < r.not_before) return;
  const auto at = std::ranges::find(r.followed, false, &Followed::known);
  if (at == r.followed.end()) return;
  r.not_before = Duration{0};
  r.request = next_request_++;
  r.asked = at->conversation;
  r.sent_at = now;
  edge.actions.frames.push_back(to_server::Receipts{r.request, r.asked});
}

/// Connected anew, or its inbox has moved: what was on its way may be lost.
void Device::receipts_synced(Duration now, DeviceEdge& edge) {
  if (!receipts_) return;
  for (Followed& f : receipts_->followed) f.known = false;
  receipts_->request = 0;  // an answer that is on its way may be from before
  for (Receipts::Reading& r : receipts_->reading) {
    if (r.said == 0) continue;
    r.said_at = now;
    read(now, r.conversation, r.said, edge);
  }
  ask_receipts(now, edge);
}

void Device::on(Duration now, const to_client::Receipt& receipt, DeviceEdge& edge) {
  edge.observer.receipt(now, *this, receipt);
  if (!receipts_) return;
  Receipts& r = *receipts_;
  // An answer says that it is known; only what comes by itself, that it is told to the others, too.
  for (const MarkOf& mark : receipt.marks) {
    if (mark.user != user_ || receipt.id != 0) continue;
    const auto at =
        std::ranges::find(r.reading, receipt.conversation, &Receipts::Reading::conversation);
    if (at == r.reading.end() || at->said == 0 || mark.read < at->said) continue;
    at->said = 0;
    if (at->due == never) r.reading.erase(at);
  }
  const auto at = std::ranges::find(r.followed, receipt.conversation, &Followed::conversation);
  if (at != r.followed.end()) at->take(receipt);
  if (receipt.id == 0 || receipt.id != r.request) return;
  r.request = 0;
  r.tries = 0;
  if (at != r.followed.end()) at->known = true;
  ask_receipts(now, edge);
}

/// Of two that say different things of the same, the higher one holds.
void Device::Followed::take(const to_client::Receipt& receipt) {
  for (const MarkOf& mark : receipt.marks) {
    const auto at = std::ranges::find(marks, mark.user, &MarkOf::user);
    if (at == marks.end()) {
      marks.push_back(mark);
      continue;
    }
    at->delivered = std::max(at->delivered, mark.delivered);
    at->read = std::max(at->read, mark.read);
  }
  if (receipt.seq < seq || receipt.seq == 0) return;
  const bool newer = receipt.seq > seq;
  seq = receipt.seq;
  delivered = newer ? receipt.delivered : std::max(delivered, receipt.delivered);
  read = newer ? receipt.read : std::max(read, receipt.read);
}

bool Device::receipts_error(Duration now, const to_client::Error& error, DeviceEdge& edge) {
  if (!receipts_ || receipts_->request != error.id) return false;
  Receipts& r = *receipts_;
  r.request = 0;
  if (error.retry) {
    edge.observer.put_off(now, *this, error);
    r.not_before = now + retry_wait(r.tries++, error.retry_after_ms, edge);
  } else {
    std::erase_if(r.followed, [&](const Followed& f) { return f.conversation == r.asked; });
  }
  ask_receipts(now, edge);
  return true;
}

// --- Time ----------------------------------------------------------------------------------------

bool Device::receipts_overdue(Duration now) const {
  return receipts_ && receipts_->request != 0 &&
         now >= receipts_->sent_at + receipts_->answer_timeout;
}

Duration Device::receipts_deadline() const {
  if (!receipts_) return never;
  const Receipts& r = *receipts_;
  Duration first = never;
  for (const Receipts::Reading& reading : r.reading) {
    first = std::min(first, reading.due);
    if (reading.said != 0) first = std::min(first, reading.said_at + r.answer_timeout);
  }
  if (r.request != 0) return polls() ? first : std::min(first, r.sent_at + r.answer_timeout);
  const bool asks = std::ranges::find(r.followed, false, &Followed::known) != r.followed.end();
  return asks ? std::min(first, r.not_before) : first;
}

/// Nothing of it is on its way, and nothing unread.
bool Device::receipts_quiet() const {
  return !receipts_ || (receipts_->reading.empty() && receipts_->request == 0 &&
                        std::ranges::find(receipts_->followed, false, &Followed::known) ==
                            receipts_->followed.end());
}

std::span<const Device::Followed> Device::followed() const {
  return receipts_ ? std::span<const Followed>(receipts_->followed) : std::span<const Followed>{};
}

std::size_t Device::receipts_bytes() const {
  if (!receipts_) return 0;
  std::size_t bytes = sizeof(Receipts) + receipts_->reading.capacity() * sizeof(Receipts::Reading) +
                      receipts_->followed.capacity() * sizeof(Followed);
  for (const Followed& f : receipts_->followed) bytes += f.marks.capacity() * sizeof(MarkOf);
  return bytes;
}

}  // namespace hubbub::sim
