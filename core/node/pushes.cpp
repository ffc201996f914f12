#include "core/node/pushes.hpp"

#include <algorithm>

#include "core/node/calls.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {

// --- Who wants pushes --------------------------------------------------------------------------------

void Pushes::on(const peer::Request& r) {
  Partition& p = c_.partition(shard_of(r.from.user));
  if (p.state != Partition::State::open) return turn_away_own(c_, r);
  const auto& push = std::get<to_server::Push>(r.call);
  const auto refuse = [&](ErrorCode code, std::string_view detail) {
    ++c_.counters.refused;
    c_.send(r.session.node,
            peer::Answer{r.session, to_client::Error{push.id, code, false, 0, 0, detail}});
  };
  if (c_.config.policy.push == PushPolicy::none)
    return refuse(ErrorCode::unsupported, "this server has no provider to push with");
  User* user = c_.need(r.from.user);
  if (user == nullptr) return;
  if (calling_device(c_, r, *user) == nullptr) return;
  if (p.full()) return turn_away_own(c_, r);
  std::vector<rows::PushedTo>& to = user->begin_pushes().to;
  const auto known = std::ranges::find(to, r.from.device, &rows::PushedTo::device);
  if (push.on && known == to.end()) {
    if (to.size() >= limits::push_devices)
      return refuse(ErrorCode::too_large,
                    "16 of your devices are pushed to already: end one first");
    to.push_back({r.from.device, 0});
  } else if (!push.on && known != to.end()) {
    to.erase(known);
  }
  c_.put(p, rows::push(r.from.user), rows::PushRow{.to = to});
  if (push.on) mark(c_.users.find(r.from.user));
  c_.emit(p, r.session.node, peer::Answer{r.session, to_client::Ok{.id = push.id}});
}

void Pushes::revoked(Slot slot, DeviceNumber device) {
  const UserId id = c_.users[slot].key;
  User& user = c_.users[slot].record;
  if (!user.pushed() || std::erase_if(user.pushed()->to, [&](const rows::PushedTo& to) {
        return to.device == device;
      }) == 0)
    return;
  c_.put(c_.partition(shard_of(id)), rows::push(id), rows::PushRow{.to = user.pushed()->to});
}

// --- What may be owed --------------------------------------------------------------------------------

void Pushes::mark(Slot slot) {
  Pushed& pushed = *c_.users[slot].record.pushed();
  if (pushed.marked || !owes()) return;
  pushed.marked = true;
  pushed.unmarked = false;
  const UserId id = c_.users[slot].key;
  c_.users.touch(slot, c_.now.mono);
  c_.put(c_.partition(shard_of(id)), rows::push_owed(id), rows::PushOwedRow{});
}

void Pushes::unmark(Slot slot) {
  Pushed& pushed = *c_.users[slot].record.pushed();
  if (pushed.unmarked || !owes()) return;
  pushed.marked = false;
  pushed.unmarked = true;
  const UserId id = c_.users[slot].key;
  c_.users.touch(slot, c_.now.mono);
  c_.erase(c_.partition(shard_of(id)), rows::push_owed(id));
}

bool Pushes::mark(std::span<const Slot> users, std::span<const Message> messages) {
  bool any = false;
  for (const Slot slot : users) {
    const User& user = c_.users[slot].record;
    if (!wants(user) || user.pushed()->marked || !owes()) continue;
    if (std::ranges::all_of(messages, [&](const Message& m) { return quiet(slot, m); })) continue;
    mark(slot);
    any = true;
  }
  return any;
}

bool Pushes::knows_senders(Slot slot, std::span<const Message> messages) {
  const UserId id = c_.users[slot].key;
  const User& user = c_.users[slot].record;
  if (!wants(user) || user.blocks().blocked == 0) return true;
  for (const Message& m : messages)
    if (m.from != id && c_.need(ContactKey{id, m.from}) == nullptr) return false;
  return true;
}

bool Pushes::quiet(Slot slot, const Message& m) const {
  const UserId id = c_.users[slot].key;
  const User& user = c_.users[slot].record;
  if (m.from == id) return true;  // of whoever may want pushes later, too
  if (!wants(user) || user.blocks().blocked == 0) return false;
  return c_.contacts[c_.contacts.find(ContactKey{id, m.from})].record.blocked;
}

void Pushes::appended(Slot slot) {
  const User& user = c_.users[slot].record;
  if (wants(user) && !c_.has_session(user)) later(slot, after_delay_, limits::push_delay);
}

void Pushes::ended(Slot slot, bool left) {
  const User& user = c_.users[slot].record;
  if (!wants(user) || !owes() || c_.has_session(user)) return;
  left ? later(slot, after_delay_, limits::push_delay)
       : later(slot, after_grace_, limits::push_grace);
}

void Pushes::acknowledged(Slot slot) {
  User& user = c_.users[slot].record;
  if (!wants(user) || user.pushed()->unmarked || user.pushed()->tidies) return;
  user.pushed()->tidies = enqueue(c_.users[slot].key, tidy_, limits::push_mark_delay);
}

/// The user is looked at again; who waits for that already is looked at then.
void Pushes::later(Slot slot, Ring<Due>& queue, Duration wait) {
  Pushed& pushed = *c_.users[slot].record.pushed();
  if (!pushed.waits && !pushed.under_way) pushed.waits = enqueue(c_.users[slot].key, queue, wait);
}

/// False: there is no room, and the marks are to tell.
bool Pushes::enqueue(UserId user, Ring<Due>& queue, Duration wait) {
  const bool room = queued() < limits::push_waiting;
  if (room)
    queue.push({user, c_.now.mono + wait});
  else
    unread_.set(partition_of(shard_of(user)).value);
  return room;
}

std::size_t Pushes::queued() const {
  std::size_t sum = waiting_.size() + after_delay_.size() + after_grace_.size() + tidy_.size();
  for (const Ring<Due>& queue : again_) sum += queue.size();
  return sum;
}

// --- A round -----------------------------------------------------------------------------------------

/// The user may have to be loaded first: a message of this node to itself waits for that.
void Pushes::begin(UserId user) {
  rounds_[++last_round_] = {.user = user};
  c_.send(c_.self(), peer::PushDue{last_round_, user});
}

void Pushes::turn_away(const peer::PushDue& due) {
  if (rounds_.erase(due.round) == 0) return;
  const bool waits = enqueue(due.user, after_delay_, limits::push_delay);
  const Slot slot = c_.users.find(due.user);
  if (slot != c_.users.none && c_.users[slot].record.pushed())
    c_.users[slot].record.pushed()->waits = waits;
}

void Pushes::on(const peer::PushDue& due) {
  const auto round = rounds_.find(due.round);
  if (round == rounds_.end()) return;  // its partition went elsewhere meanwhile
  const Partition& p = c_.partition(shard_of(due.user));
  if (!p.speaks()) return void(rounds_.erase(round));  // the next owner finds the mark
  if (p.state != Partition::State::open) return turn_away(due);
  if (c_.need(due.user) == nullptr) return;
  consider(due.round, round->second, c_.users.find(due.user));
}

void Pushes::consider(std::uint64_t number, Round& round, Slot slot) {
  User& user = c_.users[slot].record;
  if (!user.pushed()) {
    c_.erase(c_.partition(shard_of(round.user)), rows::push_owed(round.user));
    return void(rounds_.erase(number));
  }
  user.pushed()->waits = user.pushed()->tidies = false;
  // Of who has a session, its end or its acknowledgement comes.
  if (user.pushed()->under_way || c_.has_session(user) || user.head <= user.known()) {
    if (!user.pushed()->under_way && user.head <= user.known()) unmark(slot);
    return void(rounds_.erase(number));
  }
  mark(slot);
  if (c_.now.mono < c_.partition(shard_of(round.user)).presence_from) {
    rounds_.erase(number);
    return later(slot, after_delay_, limits::push_delay);
  }
  user.pushed()->under_way = true;
  round.from = user.known();
  read(number, round, user.head + 1);
}

void Pushes::read(std::uint64_t number, const Round& round, Sequence below) {
  c_.read(reads::PushInbox{round.user, number}, rows::inbox(round.user, round.from + 1),
          rows::inbox(round.user, below), limits::push_rows, true);
}

/// The newest come first.
void Pushes::inbox_read(const reads::PushInbox& job, std::string_view rows) {
  Round& round = rounds_.at(job.round);
  items_.clear();
  Sequence least = 0;
  bool more = false;
  BatchReader reader(rows);
  RowWrite row;
  while (reader.next(row)) {
    c_.work(1);
    const auto parsed = rows::parse(row.key, row.value, c_.scratch);
    const auto* entry = parsed ? std::get_if<rows::InboxRow>(&parsed->row) : nullptr;
    if (entry == nullptr) return c_.unreadable();
    round.through = std::max(round.through, parsed->number);
    least = parsed->number;
    if (entry->quiet()) continue;
    const auto item = std::ranges::find(items_, entry->conversation, &PushItem::conversation);
    if (item != items_.end())
      ++item->count;
    else if (items_.size() < limits::push_conversations)
      items_.push_back({entry->conversation, entry->seq(), 1});
    else
      more = true;
  }
  const bool older = least > round.from + 1;
  if (items_.empty() && older) return read(job.round, round, least);
  // What is not stored yet is looked at again; what was read may not be durable yet, nor this owner's
  // to tell (R6, R21).
  if (round.through == 0) return finish(job.round);
  c_.emit(c_.partition(shard_of(round.user)), c_.self(),
          peer::PushReady{job.round, round.through, more || older, items_});
}

void Pushes::on(const peer::PushReady& ready) {
  const auto at = rounds_.find(ready.round);
  if (at == rounds_.end()) return;  // its partition went elsewhere meanwhile
  Round& round = at->second;
  User& user = user_of(round);
  for (rows::PushedTo& to : user.pushed()->to) {
    if (to.pushed >= ready.through || c_.has_session(user)) continue;
    if (ready.items.empty()) {  // all of it is quiet
      to.pushed = ready.through;
      round.changed = true;
      continue;
    }
    c_.work(1);
    ++round.unanswered;
    ++c_.counters.pushes;
    const std::span<PushItem> items = c_.out->arena.array<PushItem>(ready.items.size());
    std::ranges::copy(ready.items, items.begin());
    c_.out->pushes.push_back({ticket(ready.round, to.device),
                              {round.user, to.device},
                              ready.through,
                              ready.more,
                              items});
  }
  if (round.unanswered == 0) finish(ready.round);
}

void Pushes::on(const input::PushDone& done) {
  const auto at = rounds_.find(done.ticket >> 16);
  if (at == rounds_.end()) return;
  Round& round = at->second;
  std::vector<rows::PushedTo>& to = user_of(round).pushed()->to;
  const DeviceNumber device{static_cast<std::uint16_t>(done.ticket & 0xffff)};
  const auto known = std::ranges::find(to, device, &rows::PushedTo::device);
  const bool taken = done.outcome == PushOutcome::accepted;
  if (done.outcome == PushOutcome::not_now) put_off();
  if (taken) {
    window_ = std::min(window_ + 1, limits::push_rounds);
    pause_ = paused_until_ = Duration{0};
  }
  if (done.outcome == PushOutcome::not_now && owes()) {
    round.put_off = true;
  } else if (known != to.end()) {
    done.outcome == PushOutcome::gone ? void(to.erase(known)) : void(known->pushed = round.through);
    round.changed = true;
  }
  if (--round.unanswered == 0) finish(at->first);
}

/// A provider that takes less is offered less, and in the end is left alone for a while. A device of
/// which it takes nothing slows nobody whose pushes it takes.
void Pushes::put_off() {
  ++c_.counters.pushes_put_off;
  if (window_ > 1) {
    window_ /= 2;
  } else if (c_.now.mono >= paused_until_) {
    pause_ = std::clamp<Duration>(2 * pause_, limits::push_retry,
                                  limits::push_retry * (1 << limits::push_doublings));
    paused_until_ = c_.now.mono + pause_;
  }
}

/// The round is over, and the user is looked at again if there is more, or it was put off.
void Pushes::finish(std::uint64_t number) {
  const Round round = rounds_.at(number);
  rounds_.erase(number);
  const Slot slot = c_.users.find(round.user);
  User& user = c_.users[slot].record;
  Pushed& pushed = *user.pushed();
  pushed.under_way = false;
  c_.users.touch(slot, c_.now.mono);
  if (round.changed)
    c_.put(c_.partition(shard_of(round.user)), rows::push(round.user),
           rows::PushRow{.to = pushed.to});
  if (round.put_off) {
    Ring<Due>& queue = again_[pushed.put_off];
    later(slot, queue, limits::push_retry * (1 << pushed.put_off));
    if (pushed.put_off < limits::push_doublings) ++pushed.put_off;
    return;
  }
  pushed.put_off = 0;
  if (user.head <= user.known()) return unmark(slot);
  if (!c_.has_session(user)) later(slot, after_delay_, limits::push_delay);
}

// --- Partitions --------------------------------------------------------------------------------------

/// Who is there is known from then on; nobody is pushed to before.
void Pushes::opened(PartitionId partition) {
  opened_.push({partition, c_.partitions[partition.value].presence_from});
}

void Pushes::closed(PartitionId partition) {
  unread_.reset(partition.value);
  absl::erase_if(rounds_, [&](const auto& round) {
    return partition_of(shard_of(round.second.user)) == partition;
  });
}

void Pushes::owed_read(PartitionId partition, std::string_view rows, bool more) {
  BatchReader reader(rows);
  RowWrite row;
  rows::Key last;
  while (reader.next(row)) {
    const auto parsed = rows::parse(row.key, row.value, c_.scratch);
    if (!parsed) return c_.unreadable();
    c_.work(1);
    const UserId user = parsed->device.user;
    last = rows::push_owed(user);
    const Slot slot = c_.users.find(user);
    const bool waits = slot != c_.users.none && c_.users[slot].record.pushed() &&
                       c_.users[slot].record.pushed()->waits;
    if (!waits) waiting_.push(user);
  }
  if (more) sweeps_.go_on(partition, last);
}

// --- Turns of a step ---------------------------------------------------------------------------------

void Pushes::work() {
  while (!waiting_.empty() && may_begin() && !c_.exhausted()) {
    c_.work(1);
    begin(waiting_.pop());
  }
  if (!has_room()) return;
  for (std::uint16_t p = 0; unread_.any() && p < limits::partitions; ++p)
    if (unread_.test(p)) sweeps_.begin(PartitionId{p});
  unread_.reset();
  sweeps_.work();
}

void Pushes::timers() {
  const auto wait = [this](Ring<Due>& queue) {
    while (!queue.empty() && queue.front().at <= c_.now.mono && !c_.exhausted()) {
      c_.work(1);
      waiting_.push(queue.pop().user);
    }
  };
  wait(after_delay_);
  wait(after_grace_);
  wait(tidy_);
  for (Ring<Due>& queue : again_) wait(queue);
  while (!opened_.empty() && opened_.front().at <= c_.now.mono)
    unread_.set(opened_.pop().partition.value);
}

Duration Pushes::next_deadline() const {
  Duration due = never;
  const auto look = [&](const Ring<Due>& queue) {
    if (!queue.empty()) due = std::min(due, queue.front().at);
  };
  look(after_delay_);
  look(after_grace_);
  look(tidy_);
  for (const Ring<Due>& queue : again_) look(queue);
  if (!opened_.empty()) due = std::min(due, opened_.front().at);
  if (!waiting_.empty() && rounds_.size() < window_) due = std::min(due, paused_until_);
  return due;
}

}  // namespace hubbub
