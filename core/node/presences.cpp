#include "core/node/presences.hpp"

#include <algorithm>
#include <utility>

#include "core/wire/batch.hpp"

namespace hubbub {

// --- Who is there ----------------------------------------------------------------------------------

void Presences::ended(Slot slot, bool left) {
  User& user = c_.users[slot].record;
  user.last_seen_ms = to_ms(c_.now.wall);
  if (left)
    later(slot, at_once_, Duration{});
  else
    later(slot, after_grace_, c_.config.policy.presence.grace);
  c_.users.touch(slot, c_.now.mono);
  pushes_.ended(slot, left);
  if (left) return store_last_seen(slot);
  unwritten_.push({slot, c_.users[slot].use, c_.now.mono + limits::last_seen_delay});
}

void Presences::store_last_seen(Slot slot) {
  const UserId id = c_.users[slot].key;
  Partition& p = c_.partition(shard_of(id));
  if (p.full()) return;
  c_.users.touch(slot, c_.now.mono);
  c_.put(p, rows::user(id), c_.users[slot].record.row(to_ms(c_.now.wall)));
}

/// Looks at the user at the first moment of telling after `wait`.
void Presences::later(Slot slot, Ring<Due>& queue, Duration wait) {
  const Duration batch = limits::presence_batch;
  const Duration at = (c_.now.mono + wait + batch - 1ns) / batch * batch;
  queue.push({slot, c_.users[slot].use, at});
}

/// Tells whoever watches if it is not what they were told.
void Presences::look(Slot slot) {
  User& user = c_.users[slot].record;
  const bool there = c_.has_session(user);
  if (there == user.shown_online) return;
  user.shown_online = there;
  ++c_.counters.presence_turns;
  if (!settled(partition_of(shard_of(c_.users[slot].key)))) return;
  tell(slot);
  if (c_.config.policy.presence.group == GroupPresencePolicy::pushed)
    c_.read(reads::PresenceChannels{of(slot)}, rows::channels_of(c_.users[slot].key));
}

void Presences::channels_read(const reads::PresenceChannels& job, std::string_view rows) {
  BatchReader reader(rows);
  RowWrite row;
  while (reader.next(row)) {
    const auto parsed = rows::parse(row.key, row.value, c_.scratch);
    if (!parsed) return c_.unreadable();
    c_.work(1);
    c_.send(c_.owner(shard_of(parsed->conversation)),
            peer::GroupPresence{parsed->conversation, job.of});
  }
}

// --- Who is told -----------------------------------------------------------------------------------

namespace {
PresenceOf hidden(UserId user) { return {user, PresenceState::offline}; }
}  // namespace

PresenceOf Presences::of(Slot slot) const {
  const auto& entry = c_.users[slot];
  if (!settled(partition_of(shard_of(entry.key)))) return {entry.key, PresenceState::unknown};
  if (entry.record.shown_online) return {entry.key, PresenceState::online};
  return {entry.key, PresenceState::offline, entry.record.last_seen_ms};
}

/// Tells those who are next. True: that was all.
bool Presences::tell_next(Telling& t) {
  if (!c_.users.is(t.slot, t.use)) return true;
  std::vector<Watcher>& watchers = c_.users[t.slot].record.watchers;
  if (t.next == 0) std::erase_if(watchers, [this](const Watcher& w) { return !c_.alive(w.session); });
  if (t.next < watchers.size()) t.next += tell(t.slot, std::span(watchers).subspan(t.next));
  return t.next >= watchers.size();
}

/// Tells the first few, as far as they are on one gateway; gives how many.
std::size_t Presences::tell(UserId user, const PresenceOf& of, std::span<const Watcher> watchers) {
  const NodeId node = watchers.front().session.node;
  to_.clear();
  for (const Watcher& w : watchers.first(std::min(watchers.size(), limits::told_at_once))) {
    if (w.session.node != node) break;
    to_.push_back(w.session.connection);
  }
  Partition& p = c_.partition(shard_of(user));
  c_.emit(p, node, peer::Presence{p.epoch, of, to_});
  return to_.size();
}

void Presences::on(const peer::Watch& m) {
  Partition& p = c_.partition(shard_of(m.user));
  if (p.state != Partition::State::open) return;  // it is asked for again when it opens
  User* user = c_.need(m.user);
  if (user == nullptr) return;
  const Slot slot = c_.users.find(m.user);
  const Watcher watcher{m.session, m.viewer};
  if (user->hides() && m.viewer != m.user) {
    const Contact* viewer = c_.need(ContactKey{m.user, m.viewer});
    if (viewer == nullptr) return;
    if (viewer->blocked || (user->visible_to == VisibleTo::contacts && !viewer->contact))
      return void(tell(m.user, hidden(m.user), {&watcher, 1}));
  }
  const auto place = std::lower_bound(
      user->watchers.begin(), user->watchers.end(), watcher,
      [](const Watcher& a, const Watcher& b) { return a.session < b.session; });
  const bool known = place != user->watchers.end() && place->session == m.session;
  if (!m.once && !known && user->watchers.size() < limits::watchers)
    user->watchers.insert(place, watcher);
  tell(slot, {&watcher, 1});
}

/// Everyone is off the list until they have been judged: nobody is told meanwhile.
void Presences::judge_again(Slot slot) {
  std::vector<Watcher>& watchers = c_.users[slot].record.watchers;
  if (!watchers.empty()) judgings_.push({c_.users[slot].key, std::exchange(watchers, {})});
}

/// Tells the next few of the viewer's sessions that are still on the list. True: that was all.
bool Presences::hide_next(const Hiding& h) {
  if (!c_.users.is(h.user, h.use)) return true;
  std::vector<Watcher>& watchers = c_.users[h.user].record.watchers;
  const auto is_viewer = [&](const Watcher& w) { return w.viewer == h.viewer; };
  const auto first = std::find_if(watchers.begin(), watchers.end(), is_viewer);
  if (first == watchers.end()) return true;
  const auto end = std::find_if_not(first, watchers.end(), is_viewer);
  const UserId user = c_.users[h.user].key;
  const auto told = static_cast<std::ptrdiff_t>(tell(user, hidden(user), {first, end}));
  watchers.erase(first, first + told);
  return false;
}

void Presences::turn_away(const peer::Watch& m) {
  const PresenceOf unknown{m.user, PresenceState::unknown};
  const PartitionEpoch epoch = c_.partition(shard_of(m.user)).epoch;
  c_.send(m.session.node, peer::Presence{epoch, unknown, {&m.session.connection, 1}});
}

void Presences::on(const peer::Unwatch& m) {
  const Slot slot = c_.users.find(m.user);
  if (slot == c_.users.none || !c_.users[slot].loaded) return;
  std::erase_if(c_.users[slot].record.watchers,
                [&](const Watcher& w) { return w.session == m.session; });
}

// --- Partitions and nodes that go and come -----------------------------------------------------------

void Presences::opened(PartitionId partition) {
  const Duration at = c_.now.mono + c_.config.policy.presence.settles;
  c_.partitions[partition.value].presence_from = at;
  opened_.push({partition, at});
}

/// All that is known of a partition's users is told, now that it is worth telling.
bool Presences::settle(Settling& s) {
  for (; s.next < c_.users.end(); ++s.next) {
    if (c_.exhausted()) return false;
    c_.work(1);
    auto& entry = c_.users[s.next];
    if (!entry.in_use || !entry.loaded || entry.record.watchers.empty() ||
        partition_of(shard_of(entry.key)) != s.partition)
      continue;
    tell(s.next);
  }
  return true;
}

bool Presences::sweep_lost(Lost& lost) {
  for (; lost.next < c_.users.end(); ++lost.next) {
    if (c_.exhausted()) return false;
    c_.work(1);
    auto& entry = c_.users[lost.next];
    if (!entry.in_use || !entry.loaded) continue;
    bool was_there = false;
    for (Device& d : entry.record.devices) {
      if (d.stream.mode == SessionStream::Mode::detached || d.stream.ref.node != lost.node ||
          c_.alive(d.stream.ref))
        continue;
      d.stream = SessionStream{};
      was_there = true;
    }
    if (was_there) ended(lost.next, false);
  }
  return true;
}

// --- Turns of a step ---------------------------------------------------------------------------------

void Presences::work() {
  // First: who is hidden from must not be among those who are told something else.
  while (!hidings_.empty() && !c_.exhausted())
    if (hide_next(hidings_.front())) hidings_.pop();
  while (!judgings_.empty() && !c_.exhausted()) {
    Judging& j = judgings_.front();
    for (; !j.watchers.empty() && !c_.exhausted(); j.watchers.pop_back()) {
      const Watcher& w = j.watchers.back();
      c_.work(1);
      c_.send(c_.self(), peer::Watch{w.session, w.viewer, j.user, false});
    }
    if (j.watchers.empty()) judgings_.pop();
  }
  while (!lost_.empty() && !c_.exhausted())
    if (sweep_lost(lost_.front())) lost_.pop();
  while (!settling_.empty() && !c_.exhausted())
    if (settle(settling_.front())) settling_.pop();
  while (!telling_.empty() && !c_.exhausted())
    if (tell_next(telling_.front())) telling_.pop();
}

/// When changes are to be told. Under load that is less often, and more of them together: some are
/// over by then (R32).
Duration Presences::changes_due() const {
  Duration due = never;
  for (const Ring<Due>* queue : {&at_once_, &after_delay_, &after_grace_})
    if (!queue->empty()) due = std::min(due, queue->front().at);
  return due == never ? never : std::max(due, told_from_);
}

/// Moments of telling since the first change was to be told.
std::uint64_t Presences::passed_over() const {
  Duration first = c_.now.mono;
  for (const Ring<Due>* queue : {&at_once_, &after_delay_, &after_grace_})
    if (!queue->empty()) first = std::min(first, queue->front().at);
  return static_cast<std::uint64_t>((c_.now.mono - first) / limits::presence_batch);
}

void Presences::timers() {
  const bool any = changes_due() <= c_.now.mono;
  if (any) c_.counters.shed_presence += passed_over();
  for (Ring<Due>* queue : {&at_once_, &after_delay_, &after_grace_})
    while (any && !queue->empty() && queue->front().at <= c_.now.mono && !c_.exhausted()) {
      const Due due = queue->pop();
      c_.work(1);
      if (c_.users.is(due.slot, due.use) && c_.users[due.slot].loaded) look(due.slot);
    }
  if (any && c_.pressure.sheds()) told_from_ = c_.now.mono + limits::pressure_batch;
  while (!unwritten_.empty() && unwritten_.front().at <= c_.now.mono && !c_.exhausted()) {
    const Due due = unwritten_.pop();
    c_.work(1);
    if (c_.users.is(due.slot, due.use) && c_.users[due.slot].loaded &&
        !c_.users[due.slot].record.shown_online)
      store_last_seen(due.slot);
  }
  while (!opened_.empty() && opened_.front().at <= c_.now.mono)
    settling_.push({opened_.pop().partition, 0});
}

Duration Presences::next_deadline() const {
  Duration due = changes_due();
  if (!unwritten_.empty()) due = std::min(due, unwritten_.front().at);
  if (!opened_.empty()) due = std::min(due, opened_.front().at);
  return due;
}

}  // namespace hubbub
