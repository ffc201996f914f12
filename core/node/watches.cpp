#include "core/node/watches.hpp"

#include <algorithm>
#include <utility>

namespace hubbub {

// --- Lists -------------------------------------------------------------------------------------------

Watches::List Watches::find(ConnectionId connection) const {
  if (connection.slot >= by_slot_.size() || by_slot_[connection.slot] == 0) return none;
  return connection == sessions_.connection_at(connection.slot) ? by_slot_[connection.slot] - 1 : none;
}

Watches::List Watches::list_for(ConnectionId connection) {
  if (const List known = find(connection); known != none) return known;
  List list = static_cast<List>(lists_.size());
  if (free_.empty()) {
    lists_.emplace_back();
  } else {
    list = free_.back();
    free_.pop_back();
  }
  lists_[list] = {connection.slot};
  by_slot_.grow_to(connection.slot + 1);
  by_slot_[connection.slot] = list + 1;
  return list;
}

void Watches::ended(ConnectionId connection) {
  const List list = find(connection);
  if (list == none) return;
  by_slot_[connection.slot] = 0;
  lists_[list].ended = true;
  (lists_[list].users > 0 ? ended_ : free_).push_back(list);
  if (ended_.size() == 1 && sweeping_.empty()) sweep_at_ = std::max(sweep_at_, c_.now.mono + limits::watch_sweep / 10);
}

// --- From sessions -----------------------------------------------------------------------------------

void Watches::ask(const SessionRef& session, UserId viewer, UserId user, bool once, bool unasked) {
  c_.work(1);
  const NodeId owner = c_.owner(shard_of(user));
  if (!c_.up(owner)) return tell(session.connection, {user, PresenceState::unknown});
  c_.send(owner, peer::Watch{session, viewer, user, once, unasked});
}

void Watches::tell(ConnectionId to, const PresenceOf& of) {
  c_.work(1);
  if (sessions_.user_of(to)) c_.frame(to, to_client::Presence{{&of, 1}});
}

void Watches::watch(const SessionRef& session, UserId viewer, const to_server::Watch& frame) {
  if (frame.once) {
    for (const UserId user : frame.users) ask(session, viewer, user, true);
    return;
  }
  const List list = list_for(session.connection);
  for (const UserId user : frame.users) {
    const bool full = lists_[list].users >= limits::watched_users;
    if (!full && index_.add(user, list)) {
      ++lists_[list].users;
    } else if (full && !index_.has(user, list)) {
      c_.frame(session.connection,
               to_client::Error{0, ErrorCode::too_large, false, 0, 0,
                                "too many watched users: unwatch some, or ask for them once"});
      return;
    }
    ask(session, viewer, user, false);
  }
}

void Watches::unwatch(const SessionRef& session, const to_server::Unwatch& frame) {
  const List list = find(session.connection);
  if (list == none) return;
  for (const UserId user : frame.users) {
    if (!index_.remove(user, list)) continue;
    --lists_[list].users;
    if (!index_.has(user)) unwatched(user);
  }
}

/// Its owner need not tell of changes here.
void Watches::unwatched(UserId user) {
  c_.work(1);
  c_.send(c_.owner(shard_of(user)), peer::Unwatch{user});
}

// --- What has come -------------------------------------------------------------------------------------

bool Watches::take(const peer::Presence& m) {
  const List list = find(m.session.connection);
  if (m.changes && list != none) index_.tell(m.of.user, list, true);
  if (!m.changes && m.of.state == PresenceState::unknown && list != none && index_.has(m.of.user, list))
    retries_.push({m.session.connection, m.of.user, c_.now.mono + limits::watch_retry});
  tell(m.session.connection, m.of);
  return true;
}

bool Watches::take(Changed& m) {
  if (!index_.has(m.of.user)) unwatched(m.of.user);
  return index_.visit(m.of.user, m.at, [&](List list, bool told) {
    if (c_.exhausted()) return false;
    c_.work(1);
    if (told && !lists_[list].ended) tell(connection_of(list), m.of);
    return true;
  });
}

bool Watches::take(Hidden& m) {
  return index_.visit(m.user, m.at, [&](List list, bool told) {
    if (c_.exhausted()) return false;
    c_.work(1);
    if (!told || lists_[list].ended || sessions_.user_of(connection_of(list)) != m.viewer) return true;
    index_.tell(m.user, list, false);
    // Of who is offline anyway nothing is said: nothing else would say that again.
    if (m.shown_online) tell(connection_of(list), {m.user, PresenceState::offline});
    return true;
  });
}

/// Until the owner has answered, the list is told of no change.
void Watches::ask_again(List list, UserId user, bool unasked) {
  index_.tell(user, list, false);
  const ConnectionId connection = connection_of(list);
  const auto viewer = sessions_.user_of(connection);
  if (!lists_[list].ended && viewer) ask({c_.self(), c_.life, connection}, *viewer, user, false, unasked);
}

bool Watches::take(Again& m) {
  return index_.visit(m.user, m.at, [&](List list, bool told) {
    if (c_.exhausted()) return false;
    c_.work(1);
    // Who is told nothing must not learn from a second answer that something has changed.
    if (told) ask_again(list, m.user, true);
    return true;
  });
}

bool Watches::take(Opened& m) {
  return index_.visit_all(m.at, [&](UserId user, List list, bool) {
    if (c_.exhausted()) return false;
    pass_over();
    if (m.partitions.test(partition_of(shard_of(user)).value)) ask_again(list, user, false);
    return true;
  });
}

bool Watches::take(Lost& m) {
  return index_.visit_all(m.at, [&](UserId user, List list, bool) {
    if (c_.exhausted()) return false;
    pass_over();
    if (c_.owner(shard_of(user)) == m.node && !lists_[list].ended)
      tell(connection_of(list), {user, PresenceState::unknown});
    return true;
  });
}

void Watches::work() {
  while (!turns_.empty() && !c_.exhausted())
    if (std::visit([this](auto& turn) { return take(turn); }, turns_.front())) turns_.pop();
}

/// What is only looked at costs less than what is done.
void Watches::pass_over() {
  if (++passed_over_ % limits::watches_swept == 0) c_.work(1);
}

void Watches::opened(const Partitions& partitions) {
  if (partitions.none() || index_.size() == 0) return;
  // Those that have opened together are gone over together, unless that has begun.
  if (turns_.size() > 1)
    if (auto* last = std::get_if<Opened>(&turns_[turns_.size() - 1])) return void(last->partitions |= partitions);
  turns_.push(Opened{partitions, {}});
}

void Watches::timers() {
  while (!retries_.empty() && retries_.front().due <= c_.now.mono && !c_.exhausted()) {
    const Retry retry = retries_.pop();
    c_.work(1);
    const List list = find(retry.connection);
    if (list != none && index_.has(retry.user, list)) ask_again(list, retry.user, false);
  }
}

void Watches::tidy() {
  if (!to_sweep() || c_.now.mono < sweep_at_) return;
  if (sweeping_.empty()) {
    std::swap(sweeping_, ended_);
    swept_ = {};
  }
  while (swept_.key <= WatchIndex::key_max) {
    if (c_.exhausted()) return;
    const std::size_t looked_at =
        index_.sweep(swept_, limits::watches_at_once, [this](List list) { return lists_[list].ended; },
                     [this](UserId user) { unwatched(user); });
    for (std::size_t i = 0; i <= looked_at; ++i) pass_over();  // the bucket, too
  }
  free_.insert(free_.end(), sweeping_.begin(), sweeping_.end());
  sweeping_.clear();
  sweep_at_ = c_.now.mono + limits::watch_sweep;
}

std::size_t Watches::memory() const {
  return index_.memory() + by_slot_.memory() + lists_.memory();
}

}  // namespace hubbub
