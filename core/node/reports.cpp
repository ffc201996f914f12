#include "core/node/reports.hpp"

#include <algorithm>

#include "core/wire/batch.hpp"

namespace hubbub {

// --- Rounds ------------------------------------------------------------------------------------------

void Reports::acknowledged(Slot slot) {
  User& user = c_.users[slot].record;
  if (c_.config.policy.receipts == ReceiptPolicy::none || user.receipts_due || user.round != 0 ||
      user.acknowledged() <= user.receipted)
    return;
  user.receipts_due = true;
  due_.push({slot, c_.users[slot].use, c_.now.mono + limits::receipt_interval});
}

void Reports::begin(Slot slot) {
  User& user = c_.users[slot].record;
  const Sequence from = user.receipted + 1;
  user.round = user.acknowledged();
  if (user.round < from) return void(user.round = 0);
  const Sequence kept_from = user.head - user.newest.size() + 1;
  if (from < kept_from) return read(slot, from, user.round);
  for (Sequence number = from; number <= user.round; ++number) {
    const Unreceipted& entry = user.newest[number - kept_from];
    fold(user, entry.conversation, entry.seq);
  }
  say(slot, false);
}

void Reports::read(Slot slot, Sequence from, Sequence to) {
  const auto& entry = c_.users[slot];
  c_.read(reads::Receipted{slot, entry.use, to},
          {rows::inbox(entry.key, from), rows::inbox(entry.key, to + 1)});
}

void Reports::inbox_read(const reads::Receipted& job, std::string_view rows, bool more) {
  if (!c_.users.is(job.slot, job.use)) return;
  User& user = c_.users[job.slot].record;
  BatchReader reader(rows);
  RowWrite row;
  Sequence last = 0;
  while (reader.next(row)) {
    c_.work(1);
    const auto parsed = rows::parse(row.key, row.value, c_.scratch);
    const auto* entry = parsed ? std::get_if<rows::InboxRow>(&parsed->row) : nullptr;
    if (entry == nullptr) return c_.unreadable();
    last = parsed->number;
    fold(user, entry->conversation, entry->seq());
  }
  if (user.unconfirmed.empty()) return void(user.round = 0);  // nothing of it is stored: later
  if (more && user.unconfirmed.size() < limits::receipt_round)
    return read(job.slot, last + 1, job.to);
  if (more) user.round = last;
  say(job.slot, false);
}

void Reports::fold(User& user, const ConversationId& conversation, Sequence seq) {
  for (Unreceipted& u : user.unconfirmed) {
    if (u.conversation != conversation) continue;
    u.seq = std::max(u.seq, seq);
    return;
  }
  user.unconfirmed.push_back({conversation, seq});
}

void Reports::say(Slot slot, bool again) {
  const auto& entry = c_.users[slot];
  const User& user = entry.record;
  Partition& p = c_.partition(shard_of(entry.key));
  for (const Unreceipted& u : user.unconfirmed)
    c_.emit(p, c_.owner(shard_of(u.conversation)),
            peer::Delivered{u.conversation, entry.key, u.seq, again});
  unanswered_.push({slot, entry.use, user.round, c_.now.mono + limits::receipt_retry});
}

void Reports::on(const peer::Receipted& m) {
  const Slot slot = c_.users.find(m.user);
  if (slot == c_.users.none || !c_.users[slot].loaded) return;
  User& user = c_.users[slot].record;
  const auto confirmed = std::erase_if(user.unconfirmed, [&](const Unreceipted& u) {
    return u.conversation == m.conversation && u.seq <= m.through;
  });
  if (confirmed > 0 && user.unconfirmed.empty()) end(slot);
}

void Reports::end(Slot slot) {
  auto& entry = c_.users[slot];
  User& user = entry.record;
  user.receipted = std::exchange(user.round, 0);
  const Sequence kept = user.head - user.receipted;
  if (user.newest.size() > kept)
    user.newest.erase(user.newest.begin(), user.newest.end() - static_cast<std::ptrdiff_t>(kept));
  // The next entry's row says it, too: this one is for whoever gets none for a while.
  Partition& p = c_.partition(shard_of(entry.key));
  if (user.receipted == user.head && !p.full()) {
    c_.users.touch(slot, c_.now.mono);
    c_.put(p, rows::user(entry.key), user.row(to_ms(c_.now.wall)));
  }
  acknowledged(slot);
}

// --- Towards the sessions ------------------------------------------------------------------------------

void Reports::on(const peer::Relay& m) {
  Partition& p = c_.partition(shard_of(m.user));
  const Slot slot = c_.users.find(m.user);
  if (slot == c_.users.none || !c_.users[slot].loaded) return;
  for (const Device& d : c_.users[slot].record.devices) {
    if (d.stream.mode == SessionStream::Mode::detached || !c_.alive(d.stream.ref)) continue;
    if (c_.nearly_spent()) return;  // who has so many devices asks (R35)
    c_.emit(p, d.stream.ref.node, peer::Relayed{d.stream.ref, m.what});
  }
}

// --- Time ----------------------------------------------------------------------------------------------

void Reports::timers() {
  while (!due_.empty() && due_.front().at <= c_.now.mono && !c_.exhausted()) {
    const Due due = due_.pop();
    c_.work(1);
    if (!c_.users.is(due.slot, due.use)) continue;
    User& user = c_.users[due.slot].record;
    user.receipts_due = false;
    if (c_.partition(shard_of(c_.users[due.slot].key)).full())
      acknowledged(due.slot);  // receipts wait (R32)
    else if (user.round == 0)
      begin(due.slot);
  }
  while (!unanswered_.empty() && unanswered_.front().at <= c_.now.mono && !c_.exhausted()) {
    const Unanswered u = unanswered_.pop();
    c_.work(1);
    if (!c_.users.is(u.slot, u.use)) continue;
    const User& user = c_.users[u.slot].record;
    if (user.round == u.round && !user.unconfirmed.empty()) say(u.slot, true);
  }
}

std::size_t Reports::under_way() const {
  std::size_t users = 0;
  for (Slot slot = 0; slot < c_.users.end(); ++slot) {
    const User& user = c_.users[slot].record;
    users += c_.users[slot].in_use && (user.receipts_due || user.round != 0) ? 1 : 0;
  }
  return users;
}

Duration Reports::next_deadline() const {
  Duration due = never;
  if (!due_.empty()) due = due_.front().at;
  if (!unanswered_.empty()) due = std::min(due, unanswered_.front().at);
  return due;
}

}  // namespace hubbub
