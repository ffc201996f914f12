#include "core/node/reports.hpp"

#include <algorithm>

#include "core/wire/batch.hpp"

namespace hubbub {

// --- Rounds ------------------------------------------------------------------------------------------

void Reports::acknowledged(Slot slot) {
  User& user = c_.users[slot].record;
  if (c_.config.policy.receipts == ReceiptPolicy::none || user.receipts_due || user.in_round() ||
      user.acknowledged() <= user.receipted())
    return;
  user.receipts_due = true;
  due_.push({slot, c_.users[slot].use, c_.now.mono + limits::receipt_interval});
}

void Reports::begin(Slot slot) {
  User& user = c_.users[slot].record;
  const Sequence from = user.receipted() + 1;
  const Sequence through = user.acknowledged();
  if (through < from) return;
  ReceiptRound& round = user.round();
  round.through = through;
  const Sequence kept_from = user.head - round.newest.size() + 1;
  if (from < kept_from) return read(slot, from, through);
  for (Sequence number = from; number <= through; ++number) {
    const Unreceipted& entry = round.newest[number - kept_from];
    fold(round, entry.conversation, entry.seq);
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
  ReceiptRound& round = c_.users[job.slot].record.round();
  BatchReader reader(rows);
  RowWrite row;
  Sequence last = 0;
  while (reader.next(row)) {
    c_.work(1);
    const auto parsed = rows::parse(row.key, row.value, c_.scratch);
    const auto* entry = parsed ? std::get_if<rows::InboxRow>(&parsed->row) : nullptr;
    if (entry == nullptr) return c_.unreadable();
    last = parsed->number;
    fold(round, entry->conversation, entry->seq());
  }
  if (round.unconfirmed.empty()) return void(round.through = 0);  // nothing of it is stored: later
  if (more && round.unconfirmed.size() < limits::receipt_round)
    return read(job.slot, last + 1, job.to);
  if (more) round.through = last;
  say(job.slot, false);
}

void Reports::fold(ReceiptRound& round, const ConversationId& conversation, Sequence seq) {
  for (Unreceipted& u : round.unconfirmed) {
    if (u.conversation != conversation) continue;
    u.seq = std::max(u.seq, seq);
    return;
  }
  round.unconfirmed.push_back({conversation, seq});
}

void Reports::say(Slot slot, bool again) {
  auto& entry = c_.users[slot];
  const ReceiptRound& round = entry.record.round();
  Partition& p = c_.partition(shard_of(entry.key));
  for (const Unreceipted& u : round.unconfirmed)
    c_.emit(p, c_.owner(shard_of(u.conversation)),
            peer::Delivered{u.conversation, entry.key, u.seq, again});
  unanswered_.push({slot, entry.use, round.through, c_.now.mono + limits::receipt_retry});
}

void Reports::on(const peer::Receipted& m) {
  const Slot slot = c_.users.find(m.user);
  if (slot == c_.users.none || !c_.users[slot].loaded) return;
  User& user = c_.users[slot].record;
  if (!user.in_round()) return;
  const auto confirmed = std::erase_if(user.round().unconfirmed, [&](const Unreceipted& u) {
    return u.conversation == m.conversation && u.seq <= m.through;
  });
  if (confirmed > 0 && user.round().unconfirmed.empty()) end(slot);
}

void Reports::end(Slot slot) {
  auto& entry = c_.users[slot];
  User& user = entry.record;
  ReceiptRound& round = user.round();
  user.receipt(std::exchange(round.through, 0));
  const std::size_t kept = user.unreceipted;
  if (round.newest.size() > kept)
    round.newest.erase(round.newest.begin(), round.newest.end() - static_cast<std::ptrdiff_t>(kept));
  // The next entry's row says it, too: this one is for whoever gets none for a while.
  Partition& p = c_.partition(shard_of(entry.key));
  if (user.unreceipted == 0 && !p.full()) {
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
    if (d.stream().mode == SessionStream::Mode::detached || !c_.alive(d.stream().ref)) continue;
    if (c_.nearly_spent()) return;  // who has so many devices asks (R35)
    c_.emit(p, d.stream().ref.node, peer::Relayed{d.stream().ref, m.what});
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
    else if (!user.in_round())
      begin(due.slot);
  }
  while (!unanswered_.empty() && unanswered_.front().at <= c_.now.mono && !c_.exhausted()) {
    const Unanswered u = unanswered_.pop();
    c_.work(1);
    if (!c_.users.is(u.slot, u.use)) continue;
    User& user = c_.users[u.slot].record;
    if (!user.in_round()) continue;
    const ReceiptRound& round = user.round();
    if (round.through == u.round && !round.unconfirmed.empty()) say(u.slot, true);
  }
}

std::size_t Reports::under_way() const {
  std::size_t users = 0;
  for (Slot slot = 0; slot < c_.users.end(); ++slot) {
    const User& user = c_.users[slot].record;
    users += c_.users[slot].in_use && (user.receipts_due || user.in_round()) ? 1 : 0;
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
