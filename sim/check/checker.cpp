#include "sim/check/checker.hpp"

#include <algorithm>
#include <optional>

#include "core/base/check.hpp"
#include "core/base/limits.hpp"
#include "sim/check/admission_checks.hpp"
#include "sim/check/block_checks.hpp"
#include "sim/check/channel_checks.hpp"
#include "sim/check/limit_checks.hpp"
#include "sim/check/log_checks.hpp"
#include "sim/check/membership_checks.hpp"
#include "sim/check/mention_checks.hpp"
#include "sim/check/message_checks.hpp"
#include "sim/check/presence_checks.hpp"
#include "sim/check/push_checks.hpp"
#include "sim/check/receipt_checks.hpp"
#include "sim/check/revocation_checks.hpp"
#include "sim/check/stream_checks.hpp"

namespace hubbub::sim {

struct Checker::Impl {
  explicit Impl(Options options)
      : messages(ledger, options.saw_the_beginning), with_receipts(options.receipts) {}

  struct DeviceEnd {
    std::uint32_t device{};
    std::uint32_t user{};
    bool wants_connection{};
    bool connected{};
    Cursor cursor;
    std::uint64_t pending{};
    std::uint64_t unpaged{};
    std::uint64_t unsent{};
  };

  Ledger ledger;
  MessageChecks messages;
  StreamChecks streams{ledger};
  MembershipChecks memberships{ledger};
  LogChecks logs{ledger};
  AdmissionChecks admissions{ledger};
  BlockChecks blocks{ledger};
  TokenChecks tokens{ledger};
  QuotaChecks quotas{ledger};
  PresenceChecks presences{ledger, blocks};
  PushChecks pushes{ledger, blocks};
  ChannelChecks channels{ledger};
  MentionChecks mentions{ledger};
  RevocationChecks revocations{ledger};
  ReceiptChecks receipts{ledger, blocks, presences};
  bool with_receipts;
  std::vector<std::uint32_t> scratch;
  std::vector<std::string> early_effects;
  Duration last_now{};
  /// Set by `finish`: as of when, and what may be judged.
  std::optional<std::pair<Duration, Final>> finished;

  void remember(Duration now, PastEvent::What what, std::uint32_t device,
                std::uint32_t conversation, std::uint64_t a, std::uint64_t b) {
    last_now = now;
    ledger.remember({now, what, device, conversation, a, b});
  }
  MessageChecks::Send send(Duration now, DeviceId device, const ConversationId& conversation,
                           std::uint64_t number, std::uint64_t key) {
    return {now, ledger.entities.device(device), ledger.entities.conversation(conversation), number,
            key};
  }
  void judge_page_end(Duration now, std::uint32_t device, std::uint32_t c,
                      const to_server::History& asked, const to_client::HistoryPage& page);
  void judge_page(Duration now, std::uint32_t device, std::uint32_t user, std::uint32_t c,
                  const to_server::History& asked, std::span<const Message> paged);
  void judge_device_end(Duration now, const DeviceEnd& end, bool stores_seen);
};

Checker::Checker() : Checker(Options{}) {}
Checker::Checker(Options options) : impl_(std::make_unique<Impl>(options)) {}
Checker::~Checker() = default;

void Checker::sent(Duration now, DeviceId device, ConversationId conversation, std::uint64_t number,
                   std::uint64_t key, std::uint64_t digest) {
  const auto send = impl_->send(now, device, conversation, number, key);
  impl_->remember(now, PastEvent::What::sent, send.device, send.conversation, number, 0);
  if (impl_->messages.sent(send, digest)) impl_->blocks.sent(send.device, send.conversation, key);
}

void Checker::acknowledged(Duration now, DeviceId device, ConversationId conversation,
                           std::uint64_t number, std::uint64_t key, Sequence seq, MessageId id) {
  const auto send = impl_->send(now, device, conversation, number, key);
  impl_->remember(now, PastEvent::What::acknowledged, send.device, send.conversation, number, seq);
  if (seq == 0) return;
  impl_->messages.acknowledged(send, seq, id);
  impl_->blocks.acknowledged(now, send.device, send.conversation, key);
  const std::uint32_t user = impl_->ledger.entities.user(device.user);
  impl_->memberships.told(now, send.device, user, send.conversation, seq, seq);
}

void Checker::refused(Duration now, DeviceId device, ConversationId conversation,
                      std::uint64_t number, std::uint64_t key) {
  const auto send = impl_->send(now, device, conversation, number, key);
  impl_->remember(now, PastEvent::What::refused, send.device, send.conversation, number, 0);
  impl_->messages.refused(send);
  impl_->blocks.refused(send.device, send.conversation, key);
}

void Checker::abandoned(Duration now, DeviceId device, ConversationId conversation,
                        std::uint64_t key) {
  const auto send = impl_->send(now, device, conversation, 0, key);
  impl_->remember(now, PastEvent::What::abandoned, send.device, send.conversation, 0, 0);
  impl_->messages.abandoned(send);
}

void Checker::changed(Duration now, DeviceId device, ConversationId conversation,
                      std::uint64_t number, std::uint64_t key, Sequence seq, MessageId id) {
  const auto call = impl_->send(now, device, conversation, number, key);
  impl_->remember(now, PastEvent::What::changed, call.device, call.conversation, number, seq);
  if (seq == 0) return;  // a direct conversation's creation changes nothing
  impl_->messages.changed(call, seq, id);
}

void Checker::block_asked(UserId user, UserId other, bool blocked, std::uint64_t key) {
  impl_->blocks.asked(user, other, blocked, key);
}

void Checker::block_answered(Duration now, UserId user, UserId other, bool blocked,
                             std::uint64_t key, bool done) {
  impl_->blocks.answered(now, user, other, blocked, key, done);
}

void Checker::attached(Duration now, DeviceId device, Cursor resumed_from) {
  const std::uint32_t d = impl_->ledger.entities.device(device);
  impl_->remember(now, PastEvent::What::attached, d, no_entity, resumed_from.held, 0);
  impl_->streams.attached(now, d, resumed_from);
}

void Checker::shown(Duration now, DeviceId device, Cursor cursor, ConversationId conversation,
                    const Message& message) {
  Entities& entities = impl_->ledger.entities;
  const std::uint32_t d = entities.device(device);
  const std::uint32_t user = entities.user(device.user);
  const std::uint32_t c = entities.conversation(conversation);
  impl_->remember(now, PastEvent::What::shown, d, c, cursor.held, message.seq);
  impl_->streams.shown(now, d, user, cursor, c, message.seq);
  impl_->messages.told(now, d, c, message);
  if (impl_->with_receipts) impl_->receipts.given(d, user, c, message.seq);
  if (message.seq != 0) impl_->memberships.told(now, d, user, c, message.seq, message.seq);
}

void Checker::declared(Duration now, DeviceId device, Cursor cursor,
                       std::span<const Range> ranges) {
  Entities& entities = impl_->ledger.entities;
  const std::uint32_t d = entities.device(device);
  const std::uint32_t user = entities.user(device.user);
  impl_->remember(now, PastEvent::What::declared, d, no_entity, cursor.reached, ranges.size());
  impl_->scratch.clear();
  for (const Range& range : ranges) {
    const std::uint32_t c = entities.conversation(range.conversation);
    impl_->scratch.push_back(c);
    if (range.from == 0 || range.from > range.to) {
      impl_->ledger.violated(Invariant::stream_order, now, {d, c}, [&] {
        return fmt::format("{} was sent the range {} to {} of {}, which is none",
                           impl_->ledger.device(d), range.from, range.to,
                           impl_->ledger.conversation(c));
      });
      return;
    }
    impl_->memberships.told(now, d, user, c, range.from, range.to);
    if (impl_->with_receipts) impl_->receipts.given(d, user, c, range.to);
  }
  impl_->streams.declared(now, d, user, cursor, ranges, impl_->scratch);
}

void Checker::reset(Duration now, DeviceId device, Cursor cursor) {
  const std::uint32_t d = impl_->ledger.entities.device(device);
  impl_->remember(now, PastEvent::What::reset, d, no_entity, cursor.held, 0);
  impl_->streams.reset(now, d, impl_->ledger.entities.user(device.user), cursor);
}

void Checker::synced(Duration now, DeviceId device, Cursor cursor) {
  const std::uint32_t d = impl_->ledger.entities.device(device);
  impl_->remember(now, PastEvent::What::synced, d, no_entity, cursor.held, 0);
  impl_->streams.synced(now, d, cursor);
}

void Checker::paged(Duration now, DeviceId device, const to_server::History& asked,
                    const to_client::HistoryPage& page) {
  Entities& entities = impl_->ledger.entities;
  const std::uint32_t d = entities.device(device);
  const std::uint32_t c = entities.conversation(page.conversation);
  impl_->remember(now, PastEvent::What::paged, d, c, page.head, page.messages.size());
  impl_->judge_page_end(now, d, c, asked, page);
  impl_->judge_page(now, d, entities.user(device.user), c, asked, page.messages);
  if (!page.messages.empty()) impl_->channels.paged(d, c, page.messages.back().seq);
}

void Checker::found(Duration now, DeviceId device, ConversationId conversation,
                    const Message& message) {
  Entities& entities = impl_->ledger.entities;
  const std::uint32_t d = entities.device(device);
  const std::uint32_t c = entities.conversation(conversation);
  impl_->remember(now, PastEvent::What::paged, d, c, message.seq, 1);
  impl_->messages.told(now, d, c, message);
  if (message.seq != 0) impl_->memberships.paged(now, d, entities.user(device.user), c, message.seq);
}

void Checker::not_found(Duration now, DeviceId device, ConversationId conversation, Sequence seq) {
  Entities& entities = impl_->ledger.entities;
  const std::uint32_t d = entities.device(device);
  const std::uint32_t c = entities.conversation(conversation);
  impl_->ledger.compared(Invariant::monotonic_reads);
  impl_->ledger.violated(Invariant::monotonic_reads, now, {d, c}, [&] {
    return fmt::format("{} was shown {} of {} before, and now that there is no such message",
                       impl_->ledger.device(d), seq, impl_->ledger.conversation(c));
  });
}

void Checker::set_push_limit(std::uint32_t limit) { impl_->memberships.set_push_limit(limit); }

void Checker::looks(DeviceId device, ConversationId conversation) {
  Entities& entities = impl_->ledger.entities;
  impl_->channels.looks(entities.device(device), entities.conversation(conversation));
}

void Checker::head_told(Duration now, DeviceId device, const HeadOf& of) {
  Entities& entities = impl_->ledger.entities;
  const std::uint32_t d = entities.device(device);
  const std::uint32_t c = entities.conversation(of.conversation);
  if (of.head > 0) impl_->memberships.told(now, d, entities.user(device.user), c, of.head, of.head);
  impl_->channels.told(d, c, of.head);
}

void Checker::lost(DeviceId device) { impl_->channels.lost(impl_->ledger.entities.device(device)); }

void Checker::Impl::judge_page_end(Duration now, std::uint32_t device, std::uint32_t c,
                                   const to_server::History& asked,
                                   const to_client::HistoryPage& page) {
  using Direction = to_server::History::Direction;
  ledger.compared(Invariant::monotonic_reads);
  const auto violated = [&](auto&& sentence) {
    ledger.violated(Invariant::monotonic_reads, now, {device, c}, sentence);
  };
  if (page.head < asked.seen) {
    violated([&] {
      return fmt::format("{} was told of {} of {} before, and now that it ends at {}",
                         ledger.device(device), asked.seen, ledger.conversation(c), page.head);
    });
  }
  const bool after = asked.direction == Direction::after;
  const bool newest = asked.direction == Direction::before && asked.anchor == 0;
  const bool to_the_end = newest || (after && !page.has_more);
  const Sequence last = !page.messages.empty() ? page.messages.back().seq
                        : after                ? std::min(asked.anchor, page.head)
                                               : 0;
  if (last > page.head || (to_the_end && last < page.head)) {
    violated([&] {
      return fmt::format("{} got a page of {} that stops at {}, though {} is said to be its end",
                         ledger.device(device), ledger.conversation(c), last, page.head);
    });
  }
}

void Checker::Impl::judge_page(Duration now, std::uint32_t device, std::uint32_t user,
                               std::uint32_t c, const to_server::History& asked,
                               std::span<const Message> paged) {
  // Those after an anchor begin right behind it; others begin anywhere.
  std::optional<Sequence> before;
  if (asked.direction == to_server::History::Direction::after) before = asked.anchor;
  for (const Message& message : paged) {
    ledger.compared(Invariant::no_gaps);
    if (before && message.seq <= *before) {
      ledger.violated(Invariant::no_gaps, now, {device, c}, [&] {
        return fmt::format("{} got a page of {} with {} after {}", ledger.device(device),
                           ledger.conversation(c), message.seq, *before);
      });
    }
    if (before && message.seq > *before + 1)
      memberships.skipped(now, device, user, c, *before + 1, message.seq - 1);
    before = message.seq;
    messages.told(now, device, c, message);
    if (message.seq != 0) memberships.paged(now, device, user, c, message.seq);
  }
}

void Checker::effect(Duration now, bool durable, std::string_view what) {
  impl_->ledger.compared(Invariant::effects_durable);
  if (durable) return;
  // One of each kind: the first thing to leave too early is often not the worst.
  std::vector<std::string>& kinds = impl_->early_effects;
  const bool is_new = std::ranges::find(kinds, what) == kinds.end();
  if (is_new) kinds.emplace_back(what);
  impl_->ledger.violated_again(Invariant::effects_durable, now, is_new, [&] {
    return fmt::format("{} left before what it tells of was durable", what);
  });
}

void Checker::step(Duration now, NodeId node, std::uint32_t units) {
  impl_->ledger.compared(Invariant::bounded);
  if (units <= limits::step_units) return;
  impl_->ledger.violated(Invariant::bounded, now, {}, [&] {
    return fmt::format("node {} did {} units of work in one step; at most {} are allowed",
                       node.value, units, limits::step_units);
  });
}

void Checker::bound(Duration now, std::string_view what, std::uint64_t size, std::uint64_t limit) {
  impl_->ledger.compared(Invariant::bounded);
  if (size <= limit) return;
  impl_->ledger.violated(Invariant::bounded, now, {}, [&] {
    return fmt::format("{} reached {}; at most {} are allowed", what, size, limit);
  });
}

void Checker::server_lost() { impl_->admissions.server_lost(); }

std::uint32_t Checker::turned_away(Duration now, UserId user, std::uint16_t index) {
  return impl_->admissions.turned_away(now, user, index);
}

void Checker::let_in(UserId user, std::uint16_t index) { impl_->admissions.let_in(user, index); }

NodeId Checker::landed(Duration now, PartitionId partition, LogPosition position,
                       std::string_view record, const LogHead& said) {
  return impl_->logs.landed(now, partition, position, record, said);
}

void Checker::lost_after(PartitionId partition, LogPosition last) {
  impl_->logs.lost_after(partition, last);
}

void Checker::followed(Duration now, NodeId node, PartitionId partition, const LogHead& head) {
  impl_->logs.followed(now, node, partition, head);
}

void Checker::owns(Duration now, NodeId node, PartitionId partition, PartitionEpoch epoch) {
  impl_->logs.owns(now, node, partition, epoch);
}

void Checker::replaced(PartitionId partition, NodeId owner, Duration clock) {
  impl_->logs.replaced(partition, owner, clock);
}

void Checker::asked(NodeId node, PartitionId partition, NodeId whom) {
  impl_->logs.asked(node, partition, whom);
}

void Checker::spoke(Duration now, NodeId node, PartitionId partition, Duration clock,
                    bool to_client, std::string_view what) {
  impl_->logs.spoke(now, node, partition, clock, to_client, what);
}

void Checker::holds(Duration, DeviceId device, const Cursor& cursor) {
  if (!impl_->with_receipts) return;
  Entities& entities = impl_->ledger.entities;
  impl_->receipts.holds(entities.device(device), entities.user(device.user), cursor);
}

void Checker::read(Duration, DeviceId device, ConversationId conversation, Sequence seq) {
  if (!impl_->with_receipts) return;
  Entities& entities = impl_->ledger.entities;
  impl_->receipts.read(entities.user(device.user), entities.conversation(conversation), seq);
}

void Checker::receipt(Duration now, DeviceId device, const to_client::Receipt& receipt) {
  if (!impl_->with_receipts) return;
  Entities& entities = impl_->ledger.entities;
  impl_->receipts.shown(now, entities.device(device), entities.user(device.user),
                        entities.conversation(receipt.conversation), receipt);
}

void Checker::stored_mark(ConversationId conversation, UserId user, Sequence delivered,
                          Sequence read) {
  if (!impl_->with_receipts) return;
  Entities& entities = impl_->ledger.entities;
  impl_->receipts.stored_mark(entities.conversation(conversation), entities.user(user), delivered,
                              read);
}

void Checker::receipts_at_end(DeviceId device, ConversationId conversation,
                              const ReceiptsShown& shown) {
  HUBBUB_CHECK(impl_->finished.has_value());
  const auto& [now, final] = *impl_->finished;
  if (!impl_->with_receipts || !final.liveness_reached || !final.stores_seen) return;
  Entities& entities = impl_->ledger.entities;
  impl_->receipts.at_end(now, entities.device(device), entities.user(device.user),
                         entities.conversation(conversation), shown);
}

void Checker::stored_message(ConversationId conversation, const Message& message) {
  const std::uint32_t c = impl_->ledger.entities.conversation(conversation);
  if (impl_->with_receipts) impl_->receipts.stored_message(c, message);
  impl_->messages.stored(c, message);
  impl_->mentions.stored_message(conversation, message);
  impl_->memberships.stored_message(impl_->last_now, c, message);
}

void Checker::stored_member(ConversationId conversation, UserId user, Sequence from, Sequence to) {
  Entities& entities = impl_->ledger.entities;
  const std::uint32_t c = entities.conversation(conversation);
  const bool still = to == 0 || to == Roster::open_end;
  if (impl_->with_receipts) impl_->receipts.stored_member(c, entities.user(user), still);
  impl_->memberships.stored_member(impl_->last_now, c, entities.user(user), from, to);
}

void Checker::stored_inbox(UserId user, Sequence number, ConversationId conversation,
                           Sequence seq) {
  const std::uint32_t u = impl_->ledger.entities.user(user);
  const std::uint32_t c = impl_->ledger.entities.conversation(conversation);
  impl_->streams.stored(impl_->last_now, u, number, c, seq);
  if (impl_->with_receipts) impl_->receipts.stored_inbox(u, c, number, seq);
  impl_->memberships.stored_inbox(impl_->last_now, u, c, seq);
}

void Checker::device_at_end(DeviceId device, bool wants_connection, bool connected, Cursor cursor,
                            std::uint64_t pending, std::uint64_t unpaged, std::uint64_t unsent) {
  HUBBUB_CHECK(impl_->finished.has_value());
  const auto& [now, final] = *impl_->finished;
  Entities& entities = impl_->ledger.entities;
  const Impl::DeviceEnd end{entities.device(device), entities.user(device.user), wants_connection,
                            connected, cursor, pending, unpaged, unsent};
  impl_->messages.pending_at_end(now, end.device, end.pending);
  if (final.liveness_reached) impl_->judge_device_end(now, end, final.stores_seen);
}

void Checker::node_at_end(NodeId node, std::uint64_t owed, std::uint64_t queued) {
  HUBBUB_CHECK(impl_->finished.has_value());
  const auto& [now, final] = *impl_->finished;
  if (!final.liveness_reached) return;
  impl_->ledger.compared(Invariant::settled);
  if (owed == 0 && queued == 0) return;
  impl_->ledger.violated(Invariant::settled, now, {}, [&] {
    return fmt::format("node {} still owes {} deliveries, and {} inputs wait for it", node.value,
                       owed, queued);
  });
}

void Checker::Impl::judge_device_end(Duration now, const DeviceEnd& end, bool stores_seen) {
  const Touched touched{end.device, no_entity};
  const auto violated = [&](Invariant invariant, const std::string& what) {
    ledger.violated(invariant, now, touched,
                    [&] { return ledger.device(end.device) + " " + what; });
  };
  if (end.wants_connection) {
    ledger.compared(Invariant::reconnected);
    if (!end.connected) violated(Invariant::reconnected, "wants a connection and has none");
    ledger.compared(Invariant::settled);
    if (end.pending > 0)
      violated(Invariant::settled, fmt::format("has {} sends without an answer", end.pending));
    else if (end.unsent > 0)
      violated(Invariant::settled, fmt::format("has {} messages it never sent", end.unsent));
  }
  if (!end.connected) return;
  const Sequence head = streams.head(end.user, stores_seen);
  ledger.compared(Invariant::caught_up);
  if (end.cursor.in_sync() || end.cursor.held != head) {
    violated(Invariant::caught_up, fmt::format("is at cursor {:s}; its inbox ends at {}",
                                               hubbub::to_text(end.cursor), head));
  } else if (end.unpaged > 0) {
    violated(Invariant::caught_up, fmt::format("has {} ranges it has not paged", end.unpaged));
  }
}

PresenceChecks& Checker::presence() { return impl_->presences; }
PushChecks& Checker::pushes() { return impl_->pushes; }
MentionChecks& Checker::mentions() { return impl_->mentions; }
RevocationChecks& Checker::revocations() { return impl_->revocations; }
TokenChecks& Checker::tokens() { return impl_->tokens; }
QuotaChecks& Checker::quotas() { return impl_->quotas; }

void Checker::finish(Duration now, Final final) {
  impl_->finished = {now, final};
  impl_->messages.finish(now, final.stores_seen || final.messages_seen);
  if (final.stores_seen) impl_->memberships.finish(now, impl_->messages, final.liveness_reached);
  impl_->streams.finish(now, final.stores_seen);
  if (final.stores_seen && final.liveness_reached) impl_->channels.finish(now, impl_->messages);
  if (final.stores_seen) impl_->receipts.finish(now);
  if (final.stores_seen) impl_->mentions.finish(now, impl_->memberships, final.liveness_reached);
}

std::vector<InvariantResult> Checker::results() const { return impl_->ledger.results(); }

const std::vector<Violation>& Checker::violations() const { return impl_->ledger.violations(); }

std::size_t Checker::memory() const {
  return sizeof(Impl) + impl_->ledger.memory() + impl_->messages.memory() +
         impl_->streams.memory() + impl_->memberships.memory() + impl_->logs.memory() +
         impl_->presences.memory() + impl_->admissions.memory() + impl_->blocks.memory() +
         impl_->receipts.memory() + impl_->pushes.memory() + impl_->channels.memory() +
         impl_->tokens.memory() + impl_->quotas.memory() + impl_->mentions.memory() +
         impl_->revocations.memory();
}

}  // namespace hubbub::sim
