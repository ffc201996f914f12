#include "core/node/watches.hpp"

#include <algorithm>

namespace hubbub {

Watches::List* Watches::find(ConnectionId connection) {
  if (connection.slot >= lists_.size()) return nullptr;
  List& list = lists_[connection.slot];
  return list.use == connection.use && !list.users.empty() ? &list : nullptr;
}

void Watches::ask(const SessionRef& session, UserId viewer, UserId user, bool once) {
  c_.work(1);
  const NodeId owner = c_.owner(shard_of(user));
  if (!c_.up(owner)) return unknown(session.connection, user);
  c_.send(owner, peer::Watch{session, viewer, user, once});
}

void Watches::unknown(ConnectionId to, UserId user) {
  const PresenceOf of{user, PresenceState::unknown};
  c_.frame(to, to_client::Presence{{&of, 1}});
}

// --- Sessions --------------------------------------------------------------------------------------

void Watches::watch(const SessionRef& session, UserId viewer, const to_server::Watch& frame) {
  if (frame.once) {
    for (const UserId user : frame.users) ask(session, viewer, user, true);
    return;
  }
  if (lists_.size() <= session.connection.slot) lists_.resize(session.connection.slot + 1);
  List& list = lists_[session.connection.slot];
  if (list.use != session.connection.use) list = {session.connection.use, viewer, {}};
  for (const UserId user : frame.users) {
    const bool known = std::find(list.users.begin(), list.users.end(), user) != list.users.end();
    if (!known && list.users.size() >= limits::watched_users) {
      c_.frame(session.connection,
               to_client::Error{0, ErrorCode::too_large, false, 0, 0,
                                "too many watched users: unwatch some, or ask for them once"});
      return;
    }
    if (!known) list.users.push_back(user);
    ask(session, viewer, user, false);
  }
}

void Watches::unwatch(const SessionRef& session, const to_server::Unwatch& frame) {
  List* list = find(session.connection);
  if (list == nullptr) return;
  for (const UserId user : frame.users) {
    if (std::erase(list->users, user) == 0) continue;
    c_.work(1);
    c_.send(c_.owner(shard_of(user)), peer::Unwatch{session, user});
  }
}

void Watches::ended(const SessionRef& session) {
  List* list = find(session.connection);
  if (list == nullptr) return;
  ended_.push({session, std::move(list->users)});
  *list = {};
}

bool Watches::unwatch_all(Ended& ended) {
  for (; !ended.users.empty(); ended.users.pop_back()) {
    if (c_.exhausted()) return false;
    c_.work(1);
    c_.send(c_.owner(shard_of(ended.users.back())), peer::Unwatch{ended.session, ended.users.back()});
  }
  return true;
}

// --- Partitions that move --------------------------------------------------------------------------

void Watches::opened(const Partitions& partitions) {
  if (partitions.any() && !lists_.empty()) sweeps_.push({.partitions = partitions});
}

void Watches::peer_lost(NodeId node) {
  if (!lists_.empty()) sweeps_.push({.partitions = Partitions{}.set(), .lost = node});
}

void Watches::work() {
  while (!ended_.empty() && !c_.exhausted())
    if (unwatch_all(ended_.front())) ended_.pop();
  while (!sweeps_.empty() && !c_.exhausted())
    if (sweep(sweeps_.front())) sweeps_.pop();
}

bool Watches::sweep(Sweep& s) {
  for (; s.slot < lists_.size(); ++s.slot, s.user = 0) {
    const List& list = lists_[s.slot];
    for (; s.user < list.users.size(); ++s.user) {
      if (c_.exhausted()) return false;
      c_.work(1);
      const UserId user = list.users[s.user];
      const PartitionId partition = partition_of(shard_of(user));
      if (!s.partitions.test(partition.value)) continue;
      if (s.lost == nobody)
        ask(session(s.slot), list.viewer, user, false);
      else if (c_.routes.owner(partition) == s.lost)
        unknown({s.slot, list.use}, user);
    }
  }
  return true;
}

}  // namespace hubbub
