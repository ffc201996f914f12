#include "core/node/receipts.hpp"

#include <algorithm>

namespace hubbub {

// --- What is heard -----------------------------------------------------------------------------------

void Receipts::on(const peer::Delivered& m) {
  Partition& p = c_.partition(shard_of(m.conversation));
  if (p.state != Partition::State::open || !wanted()) return;  // it is said again
  Conversation* conv = c_.need(m.conversation);
  if (conv == nullptr) return;
  const auto place = conv->members.place_of(m.user);
  const auto piece = conv->members.readable_below(m.user, m.through, conv->head);
  const Sequence through = piece ? std::min(m.through, piece->to) : 0;
  if (through < m.through) {
    // The conversation has lost its end: what it lacks cannot be had from it.
    if (!c_.sure(p)) return;
    c_.emit(p, c_.current.from, peer::Receipted{m.conversation, m.user, m.through});
    if (through == 0) return;
  }
  conv->marks.raise(*place, {through, 0});
  conv->marks.confirm(*place);
  if (m.again) conv->marks.tell_again();
  await(c_.conversations.find(m.conversation));
}

void Receipts::on(const peer::Read& m) {
  Partition& p = c_.partition(shard_of(m.conversation));
  if (p.state != Partition::State::open || !wanted()) return;  // it is said again
  Conversation* conv = c_.need(m.conversation);
  if (conv == nullptr) return;
  const auto place = conv->members.place_of(m.user);
  if (!place || (m.seq > conv->head && !c_.sure(p))) return;
  const auto piece = conv->members.readable_below(m.user, m.seq, conv->head);
  if (!piece) return;
  const Sequence seq = std::min(m.seq, piece->to);
  // Who says it again has not been shown it.
  if (seq <= conv->marks.of(*place).read) {
    conv->marks.tell_again();
    conv->marks.echo(*place);
  }
  conv->marks.raise(*place, {seq, seq});
  await(c_.conversations.find(m.conversation));
}

/// For those who are there now: nothing is loaded for it, and none of it waits (R32).
void Receipts::on(const peer::Typing& m) {
  const Partition& p = c_.partition(shard_of(m.conversation));
  const Slot slot = c_.conversations.find(m.conversation);
  if (p.state != Partition::State::open || p.full() || c_.nearly_spent() ||
      slot == c_.conversations.none || !c_.conversations[slot].loaded)
    return;
  const Conversation& conv = c_.conversations[slot].record;
  if (large(conv) || conv.is_blocked() || !conv.members.contains(m.user)) return;
  conv.members.for_each([&](UserId user, Marks::Place) {
    if (user == m.user) return;
    c_.work(1);
    c_.send(c_.owner(shard_of(user)), peer::Relay{user, to_client::Typing{m.conversation, m.user}});
  });
}

/// It is stored and told when what comes with it has gathered.
void Receipts::await(Slot slot) {
  auto& entry = c_.conversations[slot];
  if (entry.record.marks.awaited) return;
  entry.record.marks.awaited = true;
  const Due due{slot, entry.use, c_.now.mono + limits::receipt_interval};
  each() ? flushing_.push(due) : due_.push(due);
}

// --- What is asked -----------------------------------------------------------------------------------

void Receipts::answer(const peer::Request& r, Conversation& conv) {
  const RequestId id = std::get<to_server::Receipts>(r.call).id;
  Partition& p = c_.partition(shard_of(r.conversation));
  const auto own = conv.members.place_of(r.from.user);
  if (!own) {
    const to_client::Error error{id, ErrorCode::not_member,          false, 0,
                                 0,  "you were never a member of it"};
    return c_.emit(p, r.session.node, peer::Answer{r.session, error});
  }
  const Slot slot = c_.conversations.find(r.conversation);
  told_.clear();
  const auto add = [&](UserId user, Marks::Place place) {
    store(slot, place);
    const rows::Mark mark = conv.marks.of(place);
    told_.push_back({user, mark.delivered, mark.read});
  };
  to_client::Receipt answer{.id = id, .conversation = r.conversation};
  if (large(conv) || conv.is_blocked() || !conv.members.contains(r.from.user)) {
    add(r.from.user, *own);
  } else {
    conv.members.for_each(add);
  }
  for (const Marks::Writer& w : conv.marks.writers())
    if (large(conv) && w.user == r.from.user)
      answer.seq = w.seq, answer.delivered = w.delivered, answer.read = w.read;
  answer.marks = told_;
  c_.emit(p, r.session.node, peer::Answer{r.session, answer});
}

// --- What is stored, confirmed and told ----------------------------------------------------------------

/// Writes the row that the place is in, if it says less.
void Receipts::store(Slot slot, Marks::Place place) {
  auto& entry = c_.conversations[slot];
  if (!entry.record.marks.any() || entry.record.marks.of(place) == rows::Mark{} ||
      !entry.record.marks.at(place).unstored)
    return;
  const std::size_t chunk = place / limits::members_per_row;
  entry.record.marks.store(chunk, row_);
  c_.conversations.touch(slot, c_.now.mono);
  c_.put(c_.partition(shard_of(entry.key)),
         rows::marks(entry.key, static_cast<std::uint16_t>(chunk)), rows::MarksRow{.marks = row_});
}

/// The next piece of it. True: that was all.
bool Receipts::flush(const Due& due) {
  if (!c_.conversations.is(due.slot, due.use)) return true;
  auto& entry = c_.conversations[due.slot];
  Marks& marks = entry.record.marks;
  if (c_.partition(shard_of(entry.key)).full()) {  // receipts wait (R32); the newest will be told
    due_.push({due.slot, due.use, c_.now.mono + limits::receipt_interval});
    return true;
  }
  marks.take(each() ? 1 : limits::receipts_at_once, places_);
  for (const Marks::Place place : places_) store(due.slot, place);
  const bool all = marks.taken();
  marks.awaited = !all;
  // Whoever is confirmed says no more of it: so the others are told before.
  if (all || each()) tell(due.slot);
  for (const Marks::Place place : places_) settle(due.slot, place);
  return all;
}

/// The place's row says what it has: who waits for that is told. What one has read is told to one's
/// own devices alone where others are told counts.
void Receipts::settle(Slot slot, Marks::Place place) {
  auto& entry = c_.conversations[slot];
  Marks::Kept& kept = entry.record.marks.at(place);
  const UserId user = entry.record.members.intervals()[place].user;
  if (std::exchange(kept.unconfirmed, false))
    c_.emit(c_.partition(shard_of(entry.key)), c_.owner(shard_of(user)),
            peer::Receipted{entry.key, user, kept.mark.delivered});
  const bool echo = std::exchange(kept.unechoed, false);
  const MarkOf mark{user, kept.mark.delivered, kept.mark.read};
  if (echo && (large(entry.record) || entry.record.is_blocked() ||
               !entry.record.members.contains(user)))
    relay(slot, user, {.conversation = entry.key, .marks = {&mark, 1}});
  if (!large(entry.record) || !std::exchange(kept.untold, false) || !each()) return;
  for (const Marks::Writer& w : entry.record.marks.writers())
    relay(slot, w.user, {.conversation = entry.key, .marks = {&mark, 1}});
}

void Receipts::relay(Slot slot, UserId to, const to_client::Receipt& what) {
  ++c_.counters.receipts;
  c_.emit(c_.partition(shard_of(c_.conversations[slot].key)), c_.owner(shard_of(to)),
          peer::Relay{to, what});
}

void Receipts::tell(Slot slot) {
  Conversation& conv = c_.conversations[slot].record;
  // Nobody is copied to, so nobody is known to have it; and there are too many to count them in a step.
  if (large(conv) && conv.modes.channel()) return;
  c_.work(static_cast<std::uint32_t>(conv.members.intervals().size() / limits::step_units));
  if (large(conv)) return tell_writers(slot);
  // A tick says that somebody is there, which is not for whom they have blocked.
  if (conv.is_blocked()) return;
  const bool again = conv.marks.take_again();
  told_.clear();
  conv.members.for_each([&](UserId user, Marks::Place place) {
    if (conv.marks.of(place) == rows::Mark{}) return;
    Marks::Kept& kept = conv.marks.at(place);
    if (kept.touched || (!kept.untold && !again)) return;
    kept.untold = false;
    told_.push_back({user, kept.mark.delivered, kept.mark.read});
  });
  tell_all(slot, told_);
}

void Receipts::tell_all(Slot slot, std::span<const MarkOf> marks) {
  if (marks.empty()) return;
  const auto& entry = c_.conversations[slot];
  entry.record.members.for_each([&](UserId user, Marks::Place) {
    relay(slot, user, {.conversation = entry.key, .marks = marks});
  });
}

void Receipts::unblocked(const ConversationId& conversation) {
  const Slot slot = c_.conversations.find(conversation);
  Marks& marks = c_.conversations[slot].record.marks;
  if (!marks.any()) return;
  marks.tell_again();
  tell(slot);
}

void Receipts::tell_writers(Slot slot) {
  auto& entry = c_.conversations[slot];
  Marks& marks = entry.record.marks;
  const bool again = marks.take_again();
  for (Marks::Writer& w : marks.writers()) {
    const Marks::Writer before = w;
    marks.count(entry.record.members, w);
    const bool same = w.delivered == before.delivered && w.read == before.read;
    if ((same && !again) || each() || !entry.record.members.contains(w.user)) continue;
    relay(slot, w.user,
          {.conversation = entry.key, .seq = w.seq, .delivered = w.delivered, .read = w.read});
  }
}

// --- Partitions that move ------------------------------------------------------------------------------

bool Receipts::sweep(Sweep& sweep) {
  for (; sweep.next < c_.conversations.end(); ++sweep.next) {
    if (c_.exhausted()) return false;
    c_.work(1);
    auto& entry = c_.conversations[sweep.next];
    if (!entry.in_use || !entry.loaded || !entry.record.marks.any()) continue;
    const auto& streams = entry.record.streams;
    if (std::none_of(streams.begin(), streams.end(), [&](const DeliveryStream& s) {
          return sweep.partitions.test(partition_of(s.shard).value);
        }))
      continue;
    entry.record.marks.tell_again();
    await(sweep.next);
  }
  return true;
}

// --- Turns of a step -----------------------------------------------------------------------------------

void Receipts::work() {
  while (!flushing_.empty() && !c_.exhausted())
    if (flush(flushing_.front())) flushing_.pop();
  while (!sweeps_.empty() && !c_.exhausted())
    if (sweep(sweeps_.front())) sweeps_.pop();
}

/// Under load less often, and more of them together: the newest of each member is told (R32).
void Receipts::timers() {
  if (next_deadline() > c_.now.mono) return;
  const Duration late = c_.now.mono - due_.front().at;
  c_.counters.shed_receipts += static_cast<std::uint64_t>(late / limits::receipt_interval);
  if (c_.pressure.sheds()) told_from_ = c_.now.mono + limits::pressure_batch;
  while (!due_.empty() && due_.front().at <= c_.now.mono) flushing_.push(due_.pop());
}

}  // namespace hubbub
