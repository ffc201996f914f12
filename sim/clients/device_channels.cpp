// Channels: which of its user's conversations are some, how far they are, and pulling what was said.
#include <algorithm>
#include <span>

#include "core/base/limits.hpp"
#include "sim/clients/device_work.hpp"

namespace hubbub::sim {
namespace {

/// A device that was away for long pulls the newest of a channel; what is older, when somebody wants
/// to see it.
constexpr std::uint32_t pulled_most = 4 * limits::history_messages;

}  // namespace

void Device::follow_channels(bool looks) {
  channels_ = std::make_unique<Channels>();
  channels_->looks = looks;
}

bool Device::looks_at(const ConversationId& channel) const {
  return channels_ && channels_->looks &&
         std::ranges::find(channels_->list, channel, &Channels::Channel::conversation) !=
             channels_->list.end();
}

bool Device::knows_channels() const {
  return !channels_ || (channels_->known && !channels_->stale && channels_->request == 0);
}

void Device::list_channels(Duration now, DeviceEdge& edge) {
  Channels& c = *channels_;
  c.not_before = never;
  if (c.request != 0) {
    c.stale = true;
    return;
  }
  c.stale = false;
  for (Channels::Channel& channel : c.list) channel.listed = false;
  ask_for_channels(now, {}, edge);
}

void Device::listed(Duration now, const to_client::ListPage& page, DeviceEdge& edge) {
  Channels& c = *channels_;
  c.request = 0;
  c.tries = 0;
  for (const ConversationId& conversation : page.conversations) {
    const auto at = std::ranges::find(c.list, conversation, &Channels::Channel::conversation);
    if (at != c.list.end())
      at->listed = true;
    else
      c.list.push_back({conversation, 0, true});
  }
  std::vector<ConversationId>& named = edge.actions.conversations;
  named.assign(page.conversations.begin(), page.conversations.end());
  const bool all = !page.has_more || page.conversations.empty();
  if (all)
    for (const Channels::Channel& channel : c.list)
      if (!channel.listed) named.push_back(channel.conversation);
  const auto found = std::span<const ConversationId>(named).first(page.conversations.size());
  const auto gone = std::span<const ConversationId>(named).subspan(found.size());
  if (!found.empty()) edge.actions.frames.push_back(to_server::Look{found, !c.looks});
  if (c.looks) edge.observer.looks(now, *this, found, true);
  if (!all) return ask_for_channels(now, found.back(), edge);
  if (c.looks) {
    if (!gone.empty()) edge.actions.frames.push_back(to_server::Unlook{gone});
    edge.observer.looks(now, *this, gone, false);
  }
  c.known = true;
  std::erase_if(c.list, [](const Channels::Channel& channel) { return !channel.listed; });
  if (c.stale) list_channels(now, edge);
}

/// Those behind `after`; none: all of them.
void Device::ask_for_channels(Duration now, const ConversationId& after, DeviceEdge& edge) {
  Channels& c = *channels_;
  c.request = next_request_++;
  c.sent_at = now;
  edge.actions.frames.push_back(to_server::Channels{.id = c.request,
                                                    .has_after = after != ConversationId{},
                                                    .after = after,
                                                    .limit = limits::looked_in_frame});
}

bool Device::list_error(Duration now, const to_client::Error& error, DeviceEdge& edge) {
  if (!channels_ || channels_->request != error.id) return false;
  Channels& c = *channels_;
  c.request = 0;
  edge.observer.put_off(now, *this, error);
  c.not_before = now + retry_wait(c.tries, error.retry_after_ms, edge);
  if (c.tries < UINT16_MAX) ++c.tries;
  return true;
}

/// A conversation may have become a channel, or be one that this user has joined or left.
void Device::note_membership(Duration now, const to_client::Event& event, DeviceEdge& edge) {
  const Message& m = event.message;
  const bool changed = m.kind == EntryKind::channel || m.kind == EntryKind::group;
  const bool comes_or_goes = m.kind == EntryKind::joined || m.kind == EntryKind::left;
  const bool own = comes_or_goes && std::ranges::find(m.users, user_) != m.users.end();
  const bool asked = channels_->known || channels_->request != 0;
  if ((changed || own) && asked) list_channels(now, edge);
}

void Device::told_head(Duration now, const HeadOf& of, DeviceEdge& edge) {
  edge.observer.head_told(now, *this, of);
  if (!channels_) return;
  std::vector<Channels::Channel>& list = channels_->list;
  const auto at = std::ranges::find(list, of.conversation, &Channels::Channel::conversation);
  if (at == list.end()) return;
  if (of.head == 0) {
    list.erase(at);
    return;
  }
  note_seen(of.conversation, of.head);
  const auto head = static_cast<std::uint32_t>(of.head);
  if (!channels_->looks || head <= at->held) return;
  const std::uint32_t from = std::max(at->held, head > pulled_most ? head - pulled_most : 0) + 1;
  at->held = head;
  Paging& paging = work().paging;
  work_->answer_timeout = edge.settings.answer_timeout;
  std::vector<Range>& ranges = paging.ranges;
  if (!ranges.empty() && ranges.back().conversation == of.conversation && ranges.back().to + 1 == from)
    ranges.back().to = head;
  else
    ranges.push_back({of.conversation, from, head});
  pump_pages(now, edge);
}

/// The store has lost its end: what was told is nothing any more.
void Device::forget_heads() {
  if (!channels_) return;
  for (Channels::Channel& channel : channels_->list) channel.held = 0;
}

}  // namespace hubbub::sim
