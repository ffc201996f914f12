#include "core/node/presences.hpp"

#include <algorithm>

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
  const UserId id = c_.users[t.slot].key;
  const NodeSet& watching = c_.users[t.slot].record.watching;
  Partition& p = c_.partition(shard_of(id));
  for (; (t.next = watching.next(t.next)) != nobody; ++t.next.value) {
    if (c_.exhausted()) return false;
    c_.work(1);
    if (!c_.up(t.next)) continue;
    switch (t.what) {
      case What::changed: c_.emit(p, t.next, peer::PresenceChanged{p.epoch, of(t.slot)}); break;
      case What::hidden:
        c_.emit(p, t.next, peer::PresenceHidden{p.epoch, id, t.viewer, c_.users[t.slot].record.shown_online != 0});
        break;
      case What::again: c_.emit(p, t.next, peer::WatchAgain{p.epoch, id}); break;
    }
  }
  return true;
}

void Presences::on(const peer::Watch& m) {
  if (c_.partition(shard_of(m.user)).state != Partition::State::open) return;  // it is asked for again when it opens
  User* user = c_.need(m.user);
  if (user == nullptr) return;
  Partition& p = c_.partition(shard_of(m.user));
  PresenceOf seen = of(c_.users.find(m.user));
  bool changes = !m.once;
  if (user->hides() && m.viewer != m.user) {
    const Contact* viewer = c_.need(ContactKey{m.user, m.viewer});
    if (viewer == nullptr) return;
    if (viewer->blocked || (user->only_contacts && !viewer->contact)) {
      // While it is unknown of all others, "offline" would tell.
      if (seen.state != PresenceState::unknown) seen = hidden(m.user);
      if (m.unasked && seen.state == PresenceState::offline && !user->shown_online) return;
      changes = false;
    }
  }
  if (changes) user->watching.add(m.session.node);
  c_.emit(p, m.session.node, peer::Presence{p.epoch, seen, m.session, changes});
}

void Presences::turn_away(const peer::Watch& m) {
  const PresenceOf unknown{m.user, PresenceState::unknown};
  const PartitionEpoch epoch = c_.partition(shard_of(m.user)).epoch;
  c_.send(m.session.node, peer::Presence{epoch, unknown, m.session, false});
}

void Presences::on(const peer::Unwatch& m) {
  const Slot slot = c_.users.find(m.user);
  if (slot != c_.users.none && c_.users[slot].loaded)
    c_.users[slot].record.watching.remove(c_.current.from);
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
    if (!entry.in_use || !entry.loaded || entry.record.watching.empty() ||
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
    if (!c_.up(lost.node)) entry.record.watching.remove(lost.node);
    bool was_there = false;
    for (Device& d : entry.record.devices) {
      if (d.stream().mode == SessionStream::Mode::detached || d.stream().ref.node != lost.node ||
          c_.alive(d.stream().ref))
        continue;
      entry.record.end_range_sync(d.number);
      d.stream() = SessionStream{};
      was_there = true;
    }
    if (was_there) ended(lost.next, false);
  }
  return true;
}

// --- Turns of a step ---------------------------------------------------------------------------------

void Presences::work() {
  while (!lost_.empty() && !c_.exhausted())
    if (sweep_lost(lost_.front())) lost_.pop();
  while (!settling_.empty() && !c_.exhausted())
    if (settle(settling_.front())) settling_.pop();
  while (!tellings_.empty() && !c_.exhausted())
    if (tell_next(tellings_.front())) tellings_.pop();
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
