#include "sim/world/observe.hpp"

#include <algorithm>

#include "sim/check/limit_checks.hpp"
#include "sim/check/mention_checks.hpp"
#include "sim/check/presence_checks.hpp"
#include "sim/check/push_checks.hpp"
#include "sim/check/revocation_checks.hpp"
#include "sim/world/body.hpp"
#include "sim/world/credentials.hpp"

namespace hubbub::sim {

// --- Availability --------------------------------------------------------------------------------

void Observer::wants(std::uint32_t client) {
  Watched& w = watched_[client];
  w.since = stage_.now;
  w.online = static_cast<std::uint32_t>(stage_.now / tick) + 1;
  stage_.meters.availability.tried(Operation::connect, stage_.now);
  w.connecting = true;
}

void Observer::leaves(std::uint32_t client) {
  Watched& w = watched_[client];
  if (w.online == offline) return;
  w.online = offline;
  w.displaced = false;
  Availability& availability = stage_.meters.availability;
  if (w.connecting)
    availability.withdrawn(Operation::connect, w.since);
  else if (!w.synced)
    availability.withdrawn(Operation::sync, w.since);
  w.connecting = false;
}

void Observer::tries(std::uint32_t client, Operation operation) {
  if (tried(watched_[client], stage_.now))
    stage_.meters.availability.tried(operation, stage_.now);
}

void Observer::asks_page(std::uint32_t client) {
  watched_[client].page_asked = microseconds();
  stage_.meters.availability.tried(Operation::history, stage_.now);
}

void Observer::answered(const Device& device, Operation operation, Duration begun) {
  if (tried(watched(device), begun))
    stage_.meters.availability.answered(operation, begun, stage_.now);
}

bool Observer::beside(UserId from, Duration written, PartitionId partition) const {
  if (!stage_.safety || written < stage_.first_fault || !stayed(partition)) return false;
  const std::uint64_t first = (from.value - 1) * devices_;
  for (std::uint64_t i = first; i < first + devices_; ++i)
    if (watched_[i].cut_off) return false;
  return true;
}

void Observer::page_answered(const Device& device) {
  const std::chrono::microseconds waited(microseconds() - watched(device).page_asked);
  stage_.meters.availability.answered(Operation::history, stage_.now - waited, stage_.now);
}

// --- What devices do and are told ----------------------------------------------------------------

void Observer::sent(Duration now, const Device& device, const ConversationId& conversation,
                    const Outgoing& message) {
  message.sends == 1 ? ++stage_.meters.sent : ++stage_.meters.renumbered;
  stage_.meters.count(now, SeriesColumn::sent);
  stage_.checker.sent(now, device.id(), conversation, message.number, message.key, message.digest);
  stage_.checker.mentions().named(device.id(), conversation, message.key, message.mentions);
  chain(Fact::sent, device, message.key ^ message.number);
}

void Observer::repeated(Duration now, const Device& device, const ConversationId&,
                        const Outgoing& message) {
  ++stage_.meters.repeated;
  stage_.meters.count(now, SeriesColumn::repeated);
  chain(Fact::repeated, device, message.key ^ message.number);
}

void Observer::acknowledged(Duration now, const Device& device, const ConversationId& conversation,
                            const Outgoing& message, const to_client::Ok& ok) {
  Meters& m = stage_.meters;
  ++m.acknowledged;
  m.count(now, SeriesColumn::acknowledged);
  answered(device, Operation::send, message.written);
  m.count(now, SeriesColumn::ack_ms_sum,
          static_cast<double>((now - message.written).count()) / 1e6);
  if (counted(message.written)) {
    m.ack.record((now - message.written).count());
    m.answer.record((now - message.sent_at).count());
    if (!conversation.is_group()) m.direct_ack.record((now - message.written).count());
  }
  if (beside(device.user(), message.written, partition_of(shard_of(conversation))))
    m.beside_ack.record((now - message.written).count());
  const Meters::Unowned& unowned = m.unowned[partition_of(shard_of(conversation)).value];
  if (message.written >= unowned.from && message.written < unowned.to)
    m.moved.record((now - message.written).count());
  const Duration from = stage_.scenario.warm_up;
  const Duration end = stage_.scenario.duration;
  if (stage_.safety && now >= from) {
    ++m.acknowledged_counted;
    if (now < stage_.first_fault) ++m.acknowledged_before_fault;
    if (now >= end - end / 3) ++m.acknowledged_last_third;
  }
  stage_.checker.acknowledged(now, device.id(), conversation, ok.number, message.key, ok.seq,
                              ok.message);
  counted_for_key(device, message.sent_at);
  chain(Fact::acknowledged, device, message.key ^ ok.seq);
}

void Observer::refused(Duration now, const Device& device, const ConversationId& conversation,
                       const Outgoing& message, const to_client::Error&) {
  ++stage_.meters.refused;
  stage_.meters.count(now, SeriesColumn::refused);
  answered(device, Operation::send, message.written);
  stage_.checker.refused(now, device.id(), conversation, message.number, message.key);
  chain(Fact::refused, device, message.key);
}

void Observer::counted_for_key(const Device& device, Duration asked) {
  if (stage_.scenario.clients.api_keys.empty()) return;
  stage_.checker.quotas().served(asked, api_key_of(stage_.scenario, stage_.seed, device.user()).id);
}

void Observer::put_off(Duration now, const Device& device, const to_client::Error& error) {
  ++stage_.meters.put_off;
  if (error.code == ErrorCode::quota && key_group_of(stage_.scenario, stage_.seed, device.user()) != 0)
    ++stage_.meters.quota_beside;
  stage_.meters.count(now, SeriesColumn::put_off);
  // Messages and calls are put off for a while, or renumbered; only of a page is this the last word.
  if (!error.retry && error.code != ErrorCode::conflict && device.attached()) page_answered(device);
  chain(Fact::put_off, device, static_cast<std::uint64_t>(error.code) << 32 | error.id);
}

namespace {

using ContactWhat = to_server::ContactChange::What;

bool is_about_a_block(const Call& call) {
  return call.contact == ContactWhat::block || call.contact == ContactWhat::unblock;
}

}  // namespace

void Observer::call_asked(Duration, const Device& device, const Call& call) {
  if (call.push) stage_.checker.pushes().asked(device.id());
  if (is_about_a_block(call))
    stage_.checker.block_asked(device.user(), call.user, call.contact == ContactWhat::block, call.key);
}

void Observer::block_answered(const Device& device, const Call& call, bool done) {
  if (is_about_a_block(call))
    stage_.checker.block_answered(stage_.now, device.user(), call.user, call.contact == ContactWhat::block,
                                  call.key, done);
}

void Observer::call_done(Duration now, const Device& device, const Call& call,
                         const to_client::Ok& ok) {
  block_answered(device, call, true);
  if (call.push) stage_.checker.pushes().answered(device.id());
  if (call.revoked != DeviceNumber{}) {
    const DeviceId revoked{device.user(), call.revoked};
    stage_.checker.revocations().answered(now, revoked);
    stage_.checker.pushes().revoked(revoked);
  }
  ++stage_.meters.calls_done;
  answered(device, Operation::change, call.written);
  if (call.create) counted_for_key(device, call.sent_at);
  if (call.create && call.tag != 0) created.push_back({call.tag, ok.conversation});
  if (ok.seq != 0)
    stage_.checker.changed(now, device.id(), ok.conversation, ok.number, call.key, ok.seq,
                           ok.message);
  chain(Fact::call_done, device, call.key);
}

void Observer::call_refused(Duration, const Device& device, const Call& call,
                            const to_client::Error&) {
  block_answered(device, call, false);
  ++stage_.meters.calls_refused;
  answered(device, Operation::change, call.written);
  chain(Fact::call_refused, device, call.key);
}

void Observer::shown(Duration now, const Device& device, const to_client::Event& event) {
  ++stage_.meters.shown;
  stage_.meters.count(now, SeriesColumn::shown);
  const Message& message = event.message;
  Watched& w = watched(device);
  if (!w.synced) {
    ++w.entries;
    w.bytes += message.content.length;
  } else if (message.kind == EntryKind::text && message.from != device.user() &&
             message.content.body.size() == Body::size) {
    const Duration written = Body::written(message.content.body);
    if (counted(written)) {
      const std::int64_t took = (now - written).count();
      stage_.meters.delivery.record(took);
      stage_.meters.delivery_by[static_cast<std::size_t>(device.transport())].record(took);
      if (!event.conversation.is_group()) stage_.meters.direct_delivery.record(took);
    }
    const bool ours = !w.cut_off && stayed(partition_of(shard_of(device.user())));
    if (ours && beside(message.from, written, partition_of(shard_of(event.conversation))))
      stage_.meters.beside_delivery.record((now - written).count());
  }
  if (message.kind == EntryKind::text && message.content.body.size() == Body::size)
    stage_.checker.revocations().shown(now, device.id(), Body::written(message.content.body));
  if (message.kind == EntryKind::channel || message.kind == EntryKind::group)
    ++stage_.meters.modes_shown;
  stage_.checker.shown(now, device.id(), event.cursor, event.conversation, message);
  chain(Fact::shown, device, event.conversation.low ^ mix64(message.seq) ^ event.cursor.held);
}

void Observer::declared(Duration now, const Device& device, const to_client::Ranges& ranges) {
  stage_.meters.ranges += ranges.ranges.size();
  Watched& w = watched(device);
  if (!w.synced) ++w.entries;
  stage_.checker.declared(now, device.id(), ranges.cursor, ranges.ranges);
  std::uint64_t what = ranges.cursor.reached;
  for (const Range& range : ranges.ranges)
    what = mix64(what ^ range.conversation.low ^ range.from ^ range.to << 20);
  chain(Fact::declared, device, what);
}

void Observer::synced(Duration now, const Device& device, const to_client::Synced& synced) {
  Watched& w = watched(device);
  if (!w.synced) {
    w.synced = true;
    Meters& m = stage_.meters;
    m.sync.record((now - w.since).count());
    m.availability.answered(Operation::sync, w.since, now);
    m.sync_entries_max = std::max<std::uint64_t>(m.sync_entries_max, w.entries);
    m.sync_bytes_max = std::max<std::uint64_t>(m.sync_bytes_max, w.bytes);
  }
  stage_.checker.synced(now, device.id(), synced.cursor);
  chain(Fact::synced, device, synced.cursor.held);
}

void Observer::reset(Duration now, const Device& device, const to_client::Reset& reset) {
  ++stage_.meters.resets;
  stage_.checker.reset(now, device.id(), reset.cursor);
  chain(Fact::reset, device, reset.cursor.held);
}

void Observer::paged(Duration now, const Device& device, const to_server::History& asked,
                     const to_client::HistoryPage& page) {
  ++stage_.meters.pages;
  counted_for_key(device, now);
  page_answered(device);
  stage_.meters.paged_messages += page.messages.size();
  if (asked.direction == to_server::History::Direction::after) pulled(device, page);
  stage_.checker.paged(now, device.id(), asked, page);
  chain(Fact::paged, device, page.head ^ page.messages.size() << 32);
}

/// How long it took from a message's being written, of those that a device had not yet pulled.
void Observer::pulled(const Device& device, const to_client::HistoryPage& page) {
  if (!device.looks_at(page.conversation)) return;
  for (const Message& m : page.messages) {
    if (m.kind != EntryKind::text || m.from == device.user() || m.content.body.size() != Body::size)
      continue;
    const Duration written = Body::written(m.content.body);
    if (counted(written) && written >= watched(device).since)
      stage_.meters.pulled.record((stage_.now - written).count());
  }
}

void Observer::looks(Duration, const Device& device, std::span<const ConversationId> channels,
                     bool at_them) {
  for (const ConversationId& channel : channels) {
    if (at_them)
      stage_.checker.looks(device.id(), channel);
    else
      stage_.checker.head_told(stage_.now, device.id(), {channel, 0});
  }
}

void Observer::head_told(Duration now, const Device& device, const HeadOf& of) {
  ++stage_.meters.heads;
  stage_.checker.head_told(now, device.id(), of);
  chain(Fact::head, device, of.conversation.low ^ mix64(of.head));
}

void Observer::attached(Duration now, const Device& device, const to_client::Welcome& welcome) {
  Meters& m = stage_.meters;
  Watched& w = watched(device);
  ++m.attached;
  if (w.ever) ++m.attached_again;
  w.ever = true;
  const Duration wanted_since = w.since;
  m.connect.record((now - w.since).count());
  if (w.connecting) m.availability.answered(Operation::connect, w.since, now);
  if (w.displaced) m.back.record((now - w.since).count());
  w.connecting = w.displaced = false;
  m.availability.tried(Operation::sync, now);
  w.since = now;
  w.synced = false;
  w.entries = w.bytes = 0;
  m.online_max = std::max(m.online_max, ++m.online);
  m.count(now, SeriesColumn::attached);
  m.series.sample(now, static_cast<std::size_t>(SeriesColumn::online),
                  static_cast<double>(m.online));
  stage_.checker.let_in(device.user(), device.index());
  stage_.checker.revocations().welcomed(now, device.id(), wanted_since);
  stage_.checker.attached(now, device.id(), device.has_cursor() ? device.cursor() : Cursor{});
  chain(Fact::attached, device, std::uint64_t{welcome.generation} << 16 | welcome.device.value);
}

void Observer::lost(Duration now, const Device& device, CloseCode code, bool was_attached) {
  Meters& m = stage_.meters;
  if (!may_return(code) && code != CloseCode::replaced) ++m.barred;
  if (was_attached) {
    ++m.lost;
    --m.online;
    m.count(now, SeriesColumn::lost);
    m.series.sample(now, static_cast<std::size_t>(SeriesColumn::online),
                    static_cast<double>(m.online));
    Watched& w = watched(device);
    w.since = now;
    w.connecting = w.online != offline;
    w.cut_off = true;
    w.displaced = w.connecting && stage_.safety && now >= stage_.first_fault;
    if (w.connecting) m.availability.tried(Operation::connect, now);
  }
  stage_.checker.presence().lost(now, device.id());
  if (stage_.scenario.clients.look > 0) stage_.checker.lost(device.id());
  chain(Fact::lost, device, static_cast<std::uint64_t>(code));
}

void Observer::presence(Duration now, const Device& device, const PresenceOf& of) {
  Meters& m = stage_.meters;
  ++m.presence_shown;
  const auto told = stage_.checker.presence().told(now, device.id(), of);
  if (told.turned && counted(now)) {
    const bool here = of.state == PresenceState::online;
    if (!here) ++m.presence_told_gone;
    if (told.so_for) (here ? m.presence_here : m.presence_gone).record(told.so_for->count());
  }
  chain(Fact::presence, device, of.user.value << 2 | static_cast<std::uint64_t>(of.state));
}

// --- Receipts ------------------------------------------------------------------------------------

void Observer::holds(Duration now, const Device& device, const Cursor& cursor) {
  stage_.checker.holds(now, device.id(), cursor);
}

void Observer::read(Duration now, const Device& device, const ConversationId& conversation,
                    Sequence seq) {
  Said& said = said_[{conversation, device.user()}];
  if (seq > said.seq) said = {seq, now};
  stage_.checker.read(now, device.id(), conversation, seq);
  chain(Fact::read, device, conversation.low ^ mix64(seq));
}

void Observer::receipt(Duration now, const Device& device, const to_client::Receipt& receipt) {
  const auto of_another = [&](const MarkOf& mark) { return mark.user != device.user(); };
  if (receipt.seq != 0 || std::ranges::any_of(receipt.marks, of_another)) ++stage_.meters.receipts;
  std::uint64_t what = receipt.conversation.low ^ mix64(receipt.seq) ^ receipt.delivered << 20 ^ receipt.read;
  for (const MarkOf& mark : receipt.marks) {
    what = mix64(what ^ mark.user.value ^ mark.delivered << 20 ^ mark.read << 40);
    if (!of_another(mark)) continue;
    const auto said = said_.find({receipt.conversation, mark.user});
    if (said == said_.end() || said->second.at == never || mark.read < said->second.seq) continue;
    if (counted(said->second.at)) stage_.meters.receipt.record((now - said->second.at).count());
    said->second.at = never;
  }
  stage_.checker.receipt(now, device.id(), receipt);
  chain(Fact::receipt, device, what);
}

void Observer::typing(Duration, const Device& device, const to_client::Typing& typing) {
  ++stage_.meters.typing;
  chain(Fact::typing, device, typing.conversation.low ^ mix64(typing.user.value));
}

// --- Questions -----------------------------------------------------------------------------------

void Observer::found(Duration now, const Device& device, const Wanted& wanted,
                     const to_client::Found* found) {
  counted_for_key(device, now);
  if (found != nullptr)
    stage_.checker.found(now, device.id(), found->conversation, found->message);
  else if (wanted.shown)
    stage_.checker.not_found(now, device.id(), wanted.conversation, wanted.seq);
  chain(Fact::found, device, wanted.message.value ^ (found != nullptr ? 1 : 0));
}

void Observer::mentions(Duration now, const Device& device, const to_client::MentionsPage& page) {
  std::uint64_t what = page.has_more ? 1 : 0;
  for (const MentionOf& mention : page.mentions) {
    stage_.checker.mentions().shown(now, device.id(), mention);
    what = mix64(what ^ mention.number ^ mention.message.value);
  }
  chain(Fact::mentions, device, what);
}

}  // namespace hubbub::sim
