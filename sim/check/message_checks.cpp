#include "sim/check/message_checks.hpp"

#include <algorithm>

#include "core/base/hash.hpp"

namespace hubbub::sim {
namespace {

constexpr std::uint64_t acknowledged_bit = std::uint64_t{1} << 63;
constexpr std::uint64_t stored_bit = std::uint64_t{1} << 62;
constexpr std::uint64_t told_bit = std::uint64_t{1} << 61;
constexpr std::uint64_t flags = acknowledged_bit | stored_bit | told_bit;
constexpr std::uint64_t content_mask = (std::uint64_t{1} << 30) - 1;
constexpr std::uint64_t identity_mask = ~flags & ~content_mask;

std::uint64_t flag_of(Source source) {
  switch (source) {
    case Source::acknowledgement:
      return acknowledged_bit;
    case Source::device:
      return told_bit;
    case Source::store:
      return stored_bit;
  }
  return 0;
}

std::uint64_t pair_of(std::uint32_t device, std::uint32_t conversation) {
  return (std::uint64_t{device} << 32) | conversation;
}

std::uint64_t keyed(std::uint32_t device, std::uint32_t conversation, std::uint64_t key) {
  return mix64(mix64(pair_of(device, conversation)) ^ key);
}

std::uint64_t identity_of(std::uint32_t device, MessageId id, std::uint64_t number,
                          std::uint64_t key, bool text) {
  const std::uint64_t sender = mix64((std::uint64_t{device} << 1) | (text ? 1 : 0));
  const std::uint64_t all = mix64(mix64(mix64(sender ^ number) ^ key) ^ id.value);
  const std::uint64_t identity = all & identity_mask;
  return identity != 0 ? identity : content_mask + 1;
}

/// 0 is kept for "not known".
std::uint64_t content_of(std::uint64_t digest, EntryKind kind, std::span<const UserId> users) {
  std::uint64_t all = mix64(digest ^ static_cast<std::uint64_t>(kind));
  for (const UserId user : users) all = mix64(all ^ user.value);
  const std::uint64_t content = all & content_mask;
  return content != 0 ? content : 1;
}

std::string_view words_of(Source source) {
  switch (source) {
    case Source::acknowledgement:
      return "an acknowledgement says that it is";
    case Source::device:
      return "a device was shown";
    case Source::store:
      return "stored is";
  }
  return {};
}

}  // namespace

MessageChecks::Claim MessageChecks::claim_of(std::uint32_t device, const Message& m) const {
  return {identity_of(device, m.id, m.number, m.key, m.kind == EntryKind::text),
          content_of(m.content.digest, m.kind,
                     m.kind == EntryKind::text ? std::span<const UserId>() : m.users),
          m.id, device, m.number};
}

MessageChecks::Claim MessageChecks::claim_of(const Send& send, MessageId id, bool text,
                                             std::uint64_t content) const {
  return {identity_of(send.device, id, send.number, send.key, text), content, id, send.device,
          send.number};
}

MessageChecks::Conversation& MessageChecks::conversation(std::uint32_t index) {
  if (index >= conversations_.size()) conversations_.resize(index + 1);
  return conversations_[index];
}

MessageChecks::Account& MessageChecks::account(std::uint32_t device) {
  accounts_.grow_to(device + 1);
  return accounts_[device];
}

bool MessageChecks::sent(const Send& s, std::uint64_t digest) {
  last_now_ = s.now;
  const std::uint64_t key = keyed(s.device, s.conversation, s.key);
  refused_.erase(key);
  const auto [pending, is_new] =
      pending_.try_emplace(key, Pending{digest, s.number, s.number, 0, false});
  if (is_new) ++account(s.device).sent;
  pending->second.digest = digest;
  pending->second.least_number = std::min(pending->second.least_number, s.number);
  pending->second.greatest_number = std::max(pending->second.greatest_number, s.number);

  Sender& sender = senders_[pair_of(s.device, s.conversation)];
  if (sender.first_sent == 0 || s.number < sender.first_sent) sender.first_sent = s.number;
  sender.greatest_sent = std::max(sender.greatest_sent, s.number);
  return is_new;
}

void MessageChecks::acknowledged(const Send& s, Sequence seq, MessageId id) {
  last_now_ = s.now;
  const auto pending = pending_.find(keyed(s.device, s.conversation, s.key));
  const auto sender = senders_.find(pair_of(s.device, s.conversation));
  const Touched touched{s.device, s.conversation};
  if (pending == pending_.end()) {
    // A repeat's answer must be the first one's; an answer to nothing is a mistake of its own.
    const std::uint64_t word = conversation(s.conversation).words.get(seq);
    const std::uint64_t identity = claim_of(s, id, true, 0).identity;
    const bool was_sent = sender != senders_.end() && s.number <= sender->second.greatest_sent;
    ledger_.compared(was_sent ? Invariant::exactly_once : Invariant::accounted);
    if ((word & identity_mask) == identity) return;
    ledger_.violated(was_sent ? Invariant::exactly_once : Invariant::accounted, s.now, touched,
                     [&] {
                       return fmt::format("{}: its message {} in {} was acknowledged as {}, and {}",
                                          ledger_.device(s.device), s.number,
                                          ledger_.conversation(s.conversation), seq,
                                          was_sent ? "before as another one" : "never sent");
                     });
    return;
  }
  const Pending was = pending->second;
  pending_.erase(pending);
  if (!was.abandoned) ++account(s.device).acknowledged;
  sender->second.acknowledged_through = std::max(sender->second.acknowledged_through, s.number);
  if (was.seen_at != 0) ledger_.compared(Invariant::exactly_once);
  if (was.seen_at != 0 && was.seen_at != seq) {
    ledger_.violated(Invariant::exactly_once, s.now, touched, [&] {
      return fmt::format("{}: its message {} was seen as {} of {} and acknowledged as {}",
                         ledger_.device(s.device), s.number, was.seen_at,
                         ledger_.conversation(s.conversation), seq);
    });
  }
  const Claim claim = claim_of(s, id, true, content_of(was.digest, EntryKind::text, {}));
  if (bind(s.now, s.conversation, seq, claim, Source::acknowledgement) == Bound::first) {
    judge_id(s.now, s.conversation, seq, id);
    judge_order(s.now, s.device, s.conversation, seq, s.number);
  }
}

void MessageChecks::refused(const Send& s) {
  last_now_ = s.now;
  const std::uint64_t key = keyed(s.device, s.conversation, s.key);
  const auto pending = pending_.find(key);
  const Touched touched{s.device, s.conversation};
  if (pending != pending_.end()) {
    ledger_.compared(Invariant::refused_never);
    if (pending->second.seen_at != 0) {
      ledger_.violated(Invariant::refused_never, s.now, touched, [&] {
        return fmt::format("{}: its message {} was finally refused, and had been seen as {} of {}",
                           ledger_.device(s.device), s.number, pending->second.seen_at,
                           ledger_.conversation(s.conversation));
      });
    }
    if (!pending->second.abandoned) ++account(s.device).refused;
    pending_.erase(pending);
    refused_.insert(key);
    return;
  }
  if (refused_.contains(key)) return;
  const auto sender = senders_.find(pair_of(s.device, s.conversation));
  const bool answered = sender != senders_.end() && s.number <= sender->second.acknowledged_through;
  const Invariant broken = answered ? Invariant::refused_never : Invariant::accounted;
  ledger_.compared(broken);
  ledger_.violated(broken, s.now, touched, [&] {
    return fmt::format("{}: its message {} in {} was finally refused, and {}",
                       ledger_.device(s.device), s.number, ledger_.conversation(s.conversation),
                       answered ? "had been acknowledged" : "was never sent");
  });
}

void MessageChecks::abandoned(const Send& s) {
  const auto pending = pending_.find(keyed(s.device, s.conversation, s.key));
  if (pending == pending_.end() || pending->second.abandoned) return;
  pending->second.abandoned = true;
  ++account(s.device).abandoned;
}

void MessageChecks::changed(const Send& call, Sequence seq, MessageId id) {
  last_now_ = call.now;
  const Claim claim = claim_of(call, id, false, 0);
  if (bind(call.now, call.conversation, seq, claim, Source::acknowledgement) == Bound::first)
    judge_id(call.now, call.conversation, seq, id);
}

void MessageChecks::told(Duration now, std::uint32_t reader, std::uint32_t c, const Message& m) {
  last_now_ = now;
  if (m.seq == 0) {
    ledger_.violated(Invariant::no_gaps, now, {reader, c}, [&] {
      return fmt::format("{} was shown sequence 0 of {}; the first is 1", ledger_.device(reader),
                         ledger_.conversation(c));
    });
    return;
  }
  const std::uint32_t device = ledger_.entities.device({m.from, m.device});
  if (bind(now, c, m.seq, claim_of(device, m), Source::device) != Bound::first) return;
  judge_id(now, c, m.seq, m.id);
  if (m.kind != EntryKind::text) return;
  judge_origin(now, device, c, m);
  judge_order(now, device, c, m.seq, m.number);
}

MessageChecks::Bound MessageChecks::bind(Duration now, std::uint32_t c, Sequence seq,
                                         const Claim& claim, Source source) {
  std::uint64_t& word = conversation(c).words.at(seq);
  const std::uint64_t was = word;
  if ((was & identity_mask) == 0) {
    word = flag_of(source) | claim.identity | claim.content;
    return Bound::first;
  }
  ledger_.compared(Invariant::one_binding);
  if (was & acknowledged_bit) ledger_.compared(Invariant::acked_kept);
  const std::uint64_t content = was & content_mask;
  const bool both_known = content != 0 && claim.content != 0;
  if (both_known) ledger_.compared(Invariant::no_forgery);
  if ((was & identity_mask) == claim.identity && (!both_known || content == claim.content)) {
    word |= flag_of(source) | claim.content;
    return Bound::same;
  }
  // The newer claim stands from here on, so that one mistake is not told again and again.
  word = flag_of(source) | claim.identity | claim.content;
  // Nor are the entries after it held against those of a tail that is gone.
  if ((was & identity_mask) != claim.identity) {
    ++conversations_[c].life;
    conversations_[c].id = {};
  }
  say_conflict(now, c, seq, was, claim, source);
  return Bound::conflict;
}

void MessageChecks::say_conflict(Duration now, std::uint32_t c, Sequence seq, std::uint64_t was,
                                 const Claim& claim, Source source) {
  const bool same_message = (was & identity_mask) == claim.identity;
  const auto sentence = [&](std::string_view before) {
    return fmt::format("{} of {} {}; now {} message {:x}, number {} of {}", seq,
                       ledger_.conversation(c), before, words_of(source), claim.id.value,
                       claim.number, ledger_.device(claim.device));
  };
  const Touched touched{claim.device, c};
  if (same_message) {
    ledger_.violated(Invariant::no_forgery, now, touched,
                     [&] { return sentence("had other content before"); });
    return;
  }
  ledger_.violated(Invariant::one_binding, now, touched,
                   [&] { return sentence("was another message before"); });
  if (was & acknowledged_bit) {
    ledger_.violated(Invariant::acked_kept, now, touched,
                     [&] { return sentence("was acknowledged as another message"); });
  }
}

void MessageChecks::judge_origin(Duration now, std::uint32_t device, std::uint32_t c,
                                 const Message& m) {
  judge_refused(now, device, c, m);
  const std::uint64_t key = keyed(device, c, m.key);
  if (refused_.contains(key)) return;
  const auto pending = pending_.find(key);
  const auto sender = senders_.find(pair_of(device, c));
  const Touched touched{device, c};
  if (pending == pending_.end()) {
    const bool unsent = sender == senders_.end() || m.number < sender->second.first_sent;
    if (unsent && !saw_the_beginning_) return;
    const bool answered =
        sender != senders_.end() && m.number <= sender->second.acknowledged_through;
    const Invariant broken = answered ? Invariant::exactly_once : Invariant::no_forgery;
    ledger_.compared(broken);
    ledger_.violated(broken, now, touched, [&] {
      return fmt::format("{}: {} of {} is its message {}, which was {}", ledger_.device(device),
                         m.seq, ledger_.conversation(c), m.number,
                         answered ? "acknowledged as another one" : "never sent");
    });
    return;
  }
  Pending& send = pending->second;
  ledger_.compared(Invariant::no_forgery);
  if (send.digest != m.content.digest || m.number < send.least_number ||
      m.number > send.greatest_number) {
    ledger_.violated(Invariant::no_forgery, now, touched, [&] {
      return fmt::format(
          "{} of {} is number {} with digest {:x}; {} sent it as {} with digest {:x}", m.seq,
          ledger_.conversation(c), m.number, m.content.digest, ledger_.device(device),
          send.greatest_number, send.digest);
    });
  }
  ledger_.compared(Invariant::exactly_once);
  if (send.seen_at != 0 && send.seen_at != m.seq) {
    ledger_.violated(Invariant::exactly_once, now, touched, [&] {
      return fmt::format("{}: its message {} is both {} and {} of {}", ledger_.device(device),
                         m.number, send.seen_at, m.seq, ledger_.conversation(c));
    });
  }
  send.seen_at = m.seq;
}

void MessageChecks::judge_refused(Duration now, std::uint32_t device, std::uint32_t c,
                                  const Message& m) {
  if (refused_.empty() || !refused_.contains(keyed(device, c, m.key))) return;
  ledger_.violated(Invariant::refused_never, now, {device, c}, [&] {
    return fmt::format("{}: its message {} was finally refused, and is {} of {}",
                       ledger_.device(device), m.number, m.seq, ledger_.conversation(c));
  });
}

void MessageChecks::judge_id(Duration now, std::uint32_t c, Sequence seq, MessageId id) {
  ids_.push_back(id.value);
  Latest& latest = conversation(c).id;
  if (latest.seq != 0) {
    ledger_.compared(Invariant::id_unique);
    // Ids grow per shard, so they grow along a conversation.
    if ((seq > latest.seq) != (id.value > latest.value) || id.value == latest.value) {
      ledger_.violated(Invariant::id_unique, now, {no_entity, c}, [&] {
        return fmt::format("{} of {} has id {:x} and {} has id {:x}; ids must grow", latest.seq,
                           ledger_.conversation(c), latest.value, seq, id.value);
      });
    }
  }
  if (seq > latest.seq) latest = {seq, id.value};
}

void MessageChecks::judge_order(Duration now, std::uint32_t device, std::uint32_t c, Sequence seq,
                                std::uint64_t number) {
  if (number == 0) return;  // by a name: no order was promised
  Sender& sender = senders_[pair_of(device, c)];
  const std::uint32_t life = conversations_[c].life;
  if (sender.life != life) sender.number = {};
  sender.life = life;
  Latest& latest = sender.number;
  if (latest.seq != 0 && latest.seq != seq) {
    const bool later = seq > latest.seq;
    const std::uint64_t low = later ? latest.value : number;
    const std::uint64_t high = later ? number : latest.value;
    const std::uint64_t room = later ? seq - latest.seq : latest.seq - seq;
    const Invariant broken = low == high ? Invariant::exactly_once : Invariant::sender_order;
    ledger_.compared(Invariant::sender_order);
    if (low >= high || high - low > room) {
      ledger_.violated(broken, now, {device, c}, [&] {
        return fmt::format("{}: its message {} is {} of {}, and its message {} is {}",
                           ledger_.device(device), latest.value, latest.seq,
                           ledger_.conversation(c), number, seq);
      });
    }
  }
  if (seq > latest.seq) latest = {seq, number};
}

}  // namespace hubbub::sim
