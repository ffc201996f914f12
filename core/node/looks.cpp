#include "core/node/looks.hpp"

#include <algorithm>
#include <utility>

namespace hubbub {
namespace {

bool before(ConnectionId a, ConnectionId b) {
  return std::pair(a.slot, a.use) < std::pair(b.slot, b.use);
}

}  // namespace

Looks::List* Looks::find(ConnectionId connection) {
  if (connection.slot >= lists_.size()) return nullptr;
  List& list = lists_[connection.slot];
  return list.use == connection.use && !list.channels.empty() ? &list : nullptr;
}

void Looks::ask(const SessionRef& session, UserId viewer, const ConversationId& channel, bool once) {
  c_.work(1);
  const NodeId owner = c_.owner(shard_of(channel));
  // One that is away is asked when it is back.
  if (c_.up(owner)) c_.send(owner, peer::Look{session, viewer, channel, once});
}

void Looks::frame(ConnectionId to, const HeadOf& of) {
  c_.work(1);
  c_.frame(to, to_client::Heads{{&of, 1}});
}

Looks::Looker* Looks::looker(const ConversationId& channel, ConnectionId connection) {
  const auto at = looked_.find(channel);
  if (at == looked_.end()) return nullptr;
  std::vector<Looker>& all = at->second.lookers;
  const auto place = std::lower_bound(
      all.begin(), all.end(), connection,
      [](const Looker& l, ConnectionId wanted) { return before(l.connection, wanted); });
  return place == all.end() || place->connection != connection ? nullptr : &*place;
}

// --- Sessions --------------------------------------------------------------------------------------

void Looks::look(const SessionRef& session, UserId viewer, const to_server::Look& frame) {
  const ConnectionId connection = session.connection;
  if (frame.once) {
    for (const ConversationId& channel : frame.conversations) ask(session, viewer, channel, true);
    return;
  }
  if (lists_.size() <= connection.slot) lists_.resize(connection.slot + 1);
  List& list = lists_[connection.slot];
  if (list.use != connection.use) list = {connection.use, viewer, {}};
  for (const ConversationId& channel : frame.conversations) {
    const auto known = std::find(list.channels.begin(), list.channels.end(), channel);
    if (known == list.channels.end()) {
      if (list.channels.size() >= limits::looked_channels) {
        c_.frame(connection, to_client::Error{0, ErrorCode::too_large, false, 0, 0,
                                              "too many channels looked at: look away from some, "
                                              "or ask for them once"});
        return;
      }
      list.channels.push_back(channel);
      Looked& looked = looked_[channel];
      const auto place = std::lower_bound(
          looked.lookers.begin(), looked.lookers.end(), connection,
          [](const Looker& l, ConnectionId wanted) { return before(l.connection, wanted); });
      if (static_cast<std::size_t>(place - looked.lookers.begin()) < looked.next) ++looked.next;
      looked.lookers.insert(place, {connection, viewer});
    }
    ask(session, viewer, channel, false);
  }
}

void Looks::unlook(ConnectionId connection, const to_server::Unlook& frame) {
  List* list = find(connection);
  if (list == nullptr) return;
  for (const ConversationId& channel : frame.conversations)
    if (std::erase(list->channels, channel) > 0) forget(channel, connection);
}

/// Of a session that looks no more. Whose last one that was is told of no heads any more.
void Looks::forget(const ConversationId& channel, ConnectionId connection) {
  c_.work(1);
  const auto at = looked_.find(channel);
  const Looker* gone = looker(channel, connection);
  if (gone == nullptr) return;
  Looked& looked = at->second;
  const auto index = static_cast<std::size_t>(gone - looked.lookers.data());
  if (index < looked.next) --looked.next;
  looked.lookers.erase(looked.lookers.begin() + static_cast<std::ptrdiff_t>(index));
  if (!looked.lookers.empty()) return;
  looked_.erase(at);
  c_.send(c_.owner(shard_of(channel)), peer::Unlook{channel});
}

void Looks::ended(ConnectionId connection) {
  List* list = find(connection);
  if (list == nullptr) return;
  ended_.push({connection, std::move(list->channels)});
  *list = {};
}

// --- Heads -----------------------------------------------------------------------------------------

void Looks::answered(ConnectionId connection, const HeadOf& of) {
  frame(connection, of);
  Looker* of_session = looker(of.conversation, connection);
  if (of_session == nullptr) return;
  of_session->told = of.head;
  if (of.head > 0) return;
  if (List* list = find(connection)) std::erase(list->channels, of.conversation);
  forget(of.conversation, connection);
}

void Looks::told(const HeadOf& of) {
  const auto at = looked_.find(of.conversation);
  if (at == looked_.end()) return c_.send(c_.current.from, peer::Unlook{of.conversation});
  Looked& looked = at->second;
  looked.head = of.head;
  looked.next = 0;  // who was told of the one before is told of this one, too
  if (!std::exchange(looked.telling, true)) tellings_.push(of.conversation);
}

/// Tells those who are next. True: everybody knows the newest.
bool Looks::tell_next(const ConversationId& channel) {
  const auto at = looked_.find(channel);
  if (at == looked_.end()) return true;
  Looked& looked = at->second;
  const Sequence head = looked.head;
  for (; looked.next < looked.lookers.size(); ++looked.next) {
    if (c_.exhausted()) return false;
    Looker& looker = looked.lookers[looked.next];
    c_.work(1);
    if (looker.told == 0 || looker.told >= head) continue;
    looker.told = head;
    const HeadOf of{channel, head};
    c_.frame(looker.connection, to_client::Heads{{&of, 1}});
  }
  looked.telling = false;
  looked.next = 0;
  return true;
}

void Looks::on(const peer::LookEnded& m) {
  const auto at = looked_.find(m.conversation);
  if (at == looked_.end()) return;
  std::vector<ConnectionId> theirs;
  for (const Looker& looker : at->second.lookers)
    if (looker.viewer == m.user) theirs.push_back(looker.connection);
  for (const ConnectionId connection : theirs) answered(connection, {m.conversation, 0});
}

void Looks::on(const peer::GroupPresenceTold& m) {
  if (looked_.contains(m.conversation)) presences_.push({m.conversation, m.of});
}

bool Looks::tell_presence(Telling& t) {
  const auto at = looked_.find(t.channel);
  if (at == looked_.end()) return true;
  const std::vector<Looker>& lookers = at->second.lookers;
  for (; t.next < lookers.size(); ++t.next) {
    if (c_.exhausted()) return false;
    c_.work(1);
    if (lookers[t.next].told > 0)
      c_.frame(lookers[t.next].connection, to_client::Presence{{&t.of, 1}});
  }
  return true;
}

// --- Partitions that move --------------------------------------------------------------------------

void Looks::opened(const Partitions& partitions) {
  if (partitions.any() && !lists_.empty()) sweeps_.push({.partitions = partitions});
}

void Looks::work() {
  while (!ended_.empty() && !c_.exhausted()) {
    Ended& ended = ended_.front();
    for (; !ended.channels.empty() && !c_.exhausted(); ended.channels.pop_back())
      forget(ended.channels.back(), ended.connection);
    if (ended.channels.empty()) ended_.pop();
  }
  while (!sweeps_.empty() && !c_.exhausted())
    if (sweep(sweeps_.front())) sweeps_.pop();
  while (!tellings_.empty() && !c_.exhausted())
    if (tell_next(tellings_.front())) tellings_.pop();
  while (!presences_.empty() && !c_.exhausted())
    if (tell_presence(presences_.front())) presences_.pop();
}

void Looks::timers() {
  while (!put_off_.empty() && put_off_.front().due <= c_.now.mono && !c_.exhausted()) {
    const peer::Look look = put_off_.pop().look;
    ask(look.session, look.viewer, look.conversation, look.once);
  }
}

bool Looks::sweep(Sweep& s) {
  for (; s.slot < lists_.size(); ++s.slot, s.channel = 0) {
    const List& list = lists_[s.slot];
    for (; s.channel < list.channels.size(); ++s.channel) {
      if (c_.exhausted()) return false;
      c_.work(1);
      const ConversationId& channel = list.channels[s.channel];
      if (!s.partitions.test(partition_of(shard_of(channel)).value)) continue;
      ask({c_.self(), c_.life, {s.slot, list.use}}, list.viewer, channel, false);
    }
  }
  return true;
}

}  // namespace hubbub
