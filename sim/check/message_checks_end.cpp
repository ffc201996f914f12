// The part of MessageChecks that holds the stored rows against what was told.
#include <algorithm>

#include "core/base/hash.hpp"
#include "sim/check/message_checks.hpp"

namespace hubbub::sim {

void MessageChecks::stored(std::uint32_t c, const Message& m) {
  if (c != storing_) {
    storing_ = c;
    stored_id_ = {};
    stored_numbers_.clear();
    stored_keys_.clear();
  }
  Conversation& here = conversation(c);
  const Sequence expected = here.stored_head + 1;
  const Touched touched{no_entity, c};
  ledger_.compared(Invariant::no_gaps);
  if (m.seq != expected) {
    ledger_.violated(Invariant::no_gaps, last_now_, touched, [&] {
      return fmt::format("{}: stored is {} where {} belongs", ledger_.conversation(c), m.seq,
                         expected);
    });
  }
  here.stored_head = std::max(here.stored_head, m.seq);
  if (m.seq == 0) return;

  if (stored_id_.value != 0) ledger_.compared(Invariant::id_unique);
  if (m.id <= stored_id_) {
    ledger_.violated(Invariant::id_unique, last_now_, touched, [&] {
      return fmt::format("{} of {} is stored with id {:x}, the one before it with {:x}", m.seq,
                         ledger_.conversation(c), m.id.value, stored_id_.value);
    });
  }
  stored_id_ = m.id;

  const std::uint32_t device = ledger_.entities.device({m.from, m.device});
  const Bound bound = bind(last_now_, c, m.seq, claim_of(device, m), Source::store);
  if (bound == Bound::first) ids_.push_back(m.id.value);
  if (m.kind == EntryKind::text) {
    if (bound == Bound::first) {
      judge_origin(last_now_, device, c, m);
    } else {
      judge_refused(last_now_, device, c, m);
    }
  }
  judge_stored_sender(device, c, m);
}

void MessageChecks::judge_stored_sender(std::uint32_t device, std::uint32_t c, const Message& m) {
  const Touched touched{device, c};
  const auto twice = [&](std::string_view what) {
    ledger_.violated(Invariant::exactly_once, last_now_, touched, [&] {
      return fmt::format("{}: its {} {} (key {:x}) is stored twice, last as {} of {}",
                         ledger_.device(device), what, m.number, m.key, m.seq,
                         ledger_.conversation(c));
    });
  };
  // That it changed its mode nobody asked for.
  if (m.kind == EntryKind::channel || m.kind == EntryKind::group) return;
  ledger_.compared(Invariant::exactly_once);
  if (m.kind != EntryKind::text) {
    if (!stored_calls_.insert(mix64(mix64(device) ^ m.number)).second) twice("call");
    return;
  }
  Runs& numbers = stored_numbers_[device];
  const bool number_twice = numbers.contains(m.number);
  const bool key_twice = !stored_keys_.insert(mix64(mix64(device) ^ m.key)).second;
  if (number_twice || key_twice) twice("message");
  if (m.number == 0) return;  // by a name: no order was promised

  const std::uint64_t expected = numbers.greatest() + 1;
  ledger_.compared(Invariant::sender_order);
  if (m.number != expected && !number_twice) {
    ledger_.violated(Invariant::sender_order, last_now_, touched, [&] {
      return fmt::format("{}: {} of {} is its message {} where its message {} belongs",
                         ledger_.device(device), m.seq, ledger_.conversation(c), m.number,
                         expected);
    });
  }
  numbers.add(m.number);
}

void MessageChecks::pending_at_end(Duration now, std::uint32_t device, std::uint64_t pending) {
  const Account a = account(device);
  const std::uint64_t expected = std::uint64_t{a.sent} - a.acknowledged - a.refused - a.abandoned;
  ledger_.compared(Invariant::accounted);
  if (pending == expected) return;
  ledger_.violated(Invariant::accounted, now, {device, no_entity}, [&] {
    return fmt::format(
        "{} sent {}, of which {} were acknowledged, {} refused and {} given up; {} should be "
        "pending, and {} are",
        ledger_.device(device), a.sent, a.acknowledged, a.refused, a.abandoned, expected, pending);
  });
}

void MessageChecks::finish(Duration now, bool stores_seen) {
  if (stores_seen) {
    for (std::uint32_t c = 0; c < conversations(); ++c) finish_conversation(now, c);
    ledger_.compared(Invariant::refused_never, refused_.size());
  }
  judge_ids_unique(now);
}

void MessageChecks::finish_conversation(Duration now, std::uint32_t c) {
  const Conversation& here = conversations_[c];
  here.words.for_each([&](Sequence seq, std::uint64_t word) {
    const bool was_acknowledged = (word >> 63) & 1;
    const bool is_stored = (word >> 62) & 1;
    const Invariant judged = was_acknowledged ? Invariant::acked_kept : Invariant::effects_durable;
    ledger_.compared(judged);
    if (is_stored) return;
    ledger_.violated(judged, now, {no_entity, c}, [&] {
      return fmt::format("{} of {} was {} and is not stored; the conversation ends at {}", seq,
                         ledger_.conversation(c),
                         was_acknowledged ? "acknowledged" : "shown to a device", here.stored_head);
    });
  });
}

void MessageChecks::judge_ids_unique(Duration now) {
  std::ranges::sort(ids_);
  ledger_.compared(Invariant::id_unique, ids_.size());
  for (auto twice = ids_.begin();;) {
    twice = std::adjacent_find(twice, ids_.end());
    if (twice == ids_.end()) return;
    ledger_.violated(Invariant::id_unique, now, {},
                     [&] { return fmt::format("two messages have the id {:x}", *twice); });
    ++twice;
  }
}

std::size_t MessageChecks::memory() const {
  std::size_t bytes = conversations_.capacity() * sizeof(Conversation) +
                      accounts_.memory() +
                      senders_.capacity() * (sizeof(std::uint64_t) + sizeof(Sender) + 1) +
                      pending_.capacity() * (sizeof(std::uint64_t) + sizeof(Pending) + 1) +
                      refused_.capacity() * 9 + ids_.capacity() * sizeof(std::uint64_t);
  for (const Conversation& c : conversations_) bytes += c.words.memory();
  return bytes;
}

}  // namespace hubbub::sim
