// The sending side of R13: streams to user shards, the mark of what is owed, and sending again.
#include <algorithm>

#include "core/node/conversations.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {
namespace {

/// How many entries one delivery to so many may have.
std::size_t entries_for(std::size_t recipients) {
  return std::min(limits::delivery_entries,
                  std::max<std::size_t>(1, limits::delivery_rows / recipients));
}

}  // namespace

void Conversations::queue(Slot slot) {
  Conversation& conv = c_.conversations[slot].record;
  // What came while it was under way is for those that it has passed, too.
  conv.to_visit = static_cast<std::uint32_t>(conv.streams.size());
  if (conv.queued) return;
  conv.queued = true;
  conv.next_stream = 0;
  fan_out_.push({slot, c_.conversations[slot].use});
}

void Conversations::pump(Slot slot, DeliveryStream& s) {
  if (s.in_flight || s.waiting) return;
  const ConversationId id = c_.conversations[slot].key;
  Conversation& conv = c_.conversations[slot].record;
  auto run = conv.members.next_run(s.shard, s.confirmed, conv.head, recipients_, conv.modes);
  conv.set_settled(s, !run.has_value());
  if (!run) {
    unmark_later(slot);
    return;
  }
  if (!c_.up(c_.owner(s.shard))) return;
  const std::size_t most = entries_for(recipients_.size());
  run->to = std::min<Sequence>(run->to, run->from + most - 1);
  const std::span<Message> messages = c_.scratch.array<Message>(run->to - run->from + 1);
  std::size_t count = 0;
  std::size_t bytes = 0;
  for (Sequence seq = run->from; seq <= run->to; ++seq) {
    const auto found = c_.recent.find(conv.newest, seq);
    const auto message = found ? wire::decode<Message>(*found, c_.scratch) : std::nullopt;
    if (!message) break;
    bytes += message->content.body.size();
    if (count > 0 && bytes > limits::page_bytes) break;
    messages[count++] = *message;
  }
  if (count > 0) return deliver(slot, s, *run, messages.first(count));
  s.waiting = true;
  c_.read(reads::Delivery{slot, c_.conversations[slot].use, s.shard},
          {rows::message(id, run->from), rows::message(id, run->to + 1)});
}

void Conversations::deliver(Slot slot, DeliveryStream& s, const Members::Run& run,
                            std::span<const Message> messages) {
  const ConversationId id = c_.conversations[slot].key;
  Partition& p = c_.partition(shard_of(id));
  const peer::Deliver delivery{id, p.incarnation, s.shard, run.previous, recipients_, messages};
  if (c_.conversations[slot].record.modes.pushed(run.from))
    c_.emit(p, c_.owner(s.shard), delivery);
  else
    c_.emit(p, c_.owner(s.shard), peer::ChannelDeliver{delivery});
  if (c_.config.policy.resend == ResendPolicy::once)
    return confirmed(slot, s, messages.back().seq);
  s.in_flight = true;
}

void Conversations::delivery_read(const reads::Delivery& d, std::string_view rows) {
  if (!c_.conversations.is(d.slot, d.use)) return;
  Conversation& conv = c_.conversations[d.slot].record;
  DeliveryStream* s = conv.stream(d.shard);
  if (s == nullptr || !s->waiting) return;
  s->waiting = false;
  const auto run =
      conv.members.next_run(d.shard, s->confirmed, conv.head, recipients_, conv.modes);
  if (s->in_flight) return;
  // Confirmed while it was read: nobody else will notice that nothing is owed any more.
  if (!run || !c_.up(c_.owner(d.shard))) return pump(d.slot, *s);
  const std::size_t most = entries_for(recipients_.size());
  std::vector<Message> messages;
  BatchReader reader(rows);
  RowWrite row;
  std::size_t bytes = 0;
  while (messages.size() < most && reader.next(row)) {
    const auto parsed = rows::decode<rows::MessageRow>(row.value, c_.scratch);
    if (!parsed) return c_.unreadable();
    if (parsed->message.seq != run->from + messages.size() || parsed->message.seq > run->to) break;
    bytes += parsed->message.content.body.size();
    if (!messages.empty() && bytes > limits::page_bytes) break;
    messages.push_back(parsed->message);
  }
  if (messages.empty()) return later(d.slot, *s);
  ++c_.counters.resent;
  deliver(d.slot, *s, *run, messages);
}

void Conversations::on(const peer::Confirm& m) {
  const auto slot = c_.conversations.find(m.conversation);
  if (slot == c_.conversations.none || !c_.conversations[slot].loaded) return;
  Conversation& conv = c_.conversations[slot].record;
  if (m.through > conv.head && !c_.sure(c_.partition(shard_of(m.conversation)))) return;
  if (DeliveryStream* s = conv.stream(m.shard)) {
    s->in_flight = false;
    confirmed(slot, *s, m.through);
  }
}

void Conversations::on(const peer::DeliverRefused& m) {
  const auto slot = c_.conversations.find(m.conversation);
  if (slot == c_.conversations.none || !c_.conversations[slot].loaded) return;
  Conversation& conv = c_.conversations[slot].record;
  if (m.have > conv.head && !c_.sure(c_.partition(shard_of(m.conversation)))) return;
  DeliveryStream* s = conv.stream(m.shard);
  if (s == nullptr) return;
  s->in_flight = false;
  if (m.busy || m.have == s->confirmed) return later(slot, *s);
  ++c_.counters.resent;
  s->confirmed = 0;
  confirmed(slot, *s, m.have);
}

void Conversations::confirmed(Slot slot, DeliveryStream& s, Sequence through) {
  Conversation& conv = c_.conversations[slot].record;
  if (through > conv.head) {
    c_.tail_lost(c_.partition(shard_of(c_.conversations[slot].key)),
              "an inbox holds more of a conversation than is stored");
    through = conv.head;
  }
  s.confirmed = std::max(s.confirmed, through);
  if (!conv.modes.mentions.empty()) {
    const ConversationId& id = c_.conversations[slot].key;
    conv.modes.mentions.confirmed(s.shard, s.confirmed, [&](Sequence seq) {
      c_.conversations.touch(slot, c_.now.mono);
      c_.erase(c_.partition(shard_of(id)), rows::mentioned(id, seq));
    });
  }
  pump(slot, s);
}

void Conversations::later(Slot slot, DeliveryStream& s) {
  s.waiting = true;
  retries_.push({slot, c_.conversations[slot].use, s.shard, c_.now.mono + limits::delivery_retry});
}

void Conversations::loaded(Slot slot) {
  if (c_.conversations[slot].record.unsettled > 0) return queue(slot);
  unmark_later(slot);
}

/// Once nothing is owed the mark can go, but not at once: a lively conversation keeps it.
void Conversations::unmark_later(Slot slot) {
  auto& entry = c_.conversations[slot];
  if (entry.record.unsettled > 0 || entry.record.owing_from == 0 || entry.record.unmarking) return;
  entry.record.unmarking = true;
  unmarks_.push({slot, entry.use, c_.now.mono + limits::owing_delay});
}

void Conversations::unmark(Slot slot) {
  Conversation& conv = c_.conversations[slot].record;
  conv.unmarking = false;
  if (c_.now.mono < c_.conversations[slot].touched() + limits::owing_delay)
    return unmark_later(slot);
  if (conv.unsettled > 0 || conv.owing_from == 0) return;
  const ConversationId id = c_.conversations[slot].key;
  Partition& p = c_.partition(shard_of(id));
  conv.owing_from = 0;
  c_.conversations.touch(slot, c_.now.mono);
  c_.erase(p, rows::owing(partition_of(shard_of(id)), id));
  put_self(id, conv);
}

}  // namespace hubbub
