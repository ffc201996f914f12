#include "sim/check/stream_checks.hpp"

#include <algorithm>

#include "core/base/hash.hpp"

namespace hubbub::sim {
namespace {

/// Declarations longer than this are not added up: no stream is, and a mistaken cursor may be.
constexpr std::uint64_t summed_max = std::uint64_t{1} << 24;

std::uint64_t pair_of(std::uint32_t device, std::uint32_t conversation) {
  return (std::uint64_t{device} << 32) | conversation;
}

/// Never 0, which stands for "not known".
std::uint64_t entry_hash(std::uint32_t conversation, Sequence seq) {
  const std::uint64_t hash = mix64(mix64(conversation) ^ seq);
  return hash != 0 ? hash : 1;
}

bool is_position(const Cursor& c) { return c.held == c.target && c.held == c.reached; }

}  // namespace

StreamChecks::Stream& StreamChecks::stream(std::uint32_t device) {
  streams_.grow_to(device + 1);
  return streams_[device];
}

StreamChecks::Inbox& StreamChecks::inbox(std::uint32_t user) {
  inboxes_.grow_to(user + 1);
  return inboxes_[user];
}

void StreamChecks::begin(Stream& s, const Cursor& at) {
  s.cursor = at;
  s.base = at.held;
  s.sum = 0;
  s.known = true;
  s.whole = is_position(at);
  ++s.life;
}

void StreamChecks::attached(Duration, std::uint32_t device, const Cursor& from) {
  Stream& s = stream(device);
  if (s.known && (s.cursor == from || (s.cursor.incarnation == 0 && from.incarnation == 0))) return;
  if (s.known && s.whole && s.user != no_entity) closed_.emplace_back(device, s);
  begin(s, from);
}

/// The inbox numbers that a frame with cursor `to` covers; nothing, if that cannot be known.
std::optional<StreamChecks::Covered> StreamChecks::advance(Duration now, std::uint32_t device,
                                                           Stream& s, const Cursor& to) {
  const Cursor from = s.cursor;
  if (!s.known) {
    begin(s, to);
    return {};
  }
  if (from.incarnation == 0) s.cursor.incarnation = to.incarnation;
  ledger_.compared(Invariant::inbox_agrees);
  if (s.cursor.incarnation != to.incarnation) {
    ledger_.violated(Invariant::inbox_agrees, now, {device, no_entity}, [&] {
      return fmt::format("{} was sent cursor {} after {}: another incarnation, and no reset",
                         ledger_.device(device), hubbub::to_text(to), hubbub::to_text(from));
    });
    begin(s, to);
    return {};
  }
  std::optional<Covered> covered;
  if (is_position(from)) {
    if (is_position(to) && to.held >= from.held) covered = Covered{from.held, to.held};
    if (!is_position(to) && to.held == from.held) covered = Covered{to.reached, to.target};
  } else if (is_position(to)) {
    if (to.held == from.target) covered = Covered{from.held, from.reached};
  } else if (to.held == from.held && to.target == from.target && to.reached <= from.reached) {
    covered = Covered{to.reached, from.reached};
  }
  ledger_.compared(Invariant::stream_order);
  if (!covered) {
    ledger_.violated(Invariant::stream_order, now, {device, no_entity},
                     [&] { return hole(device, from, to); });
    begin(s, to);
    return {};
  }
  s.cursor = to;
  return covered;
}

std::string StreamChecks::hole(std::uint32_t device, const Cursor& from, const Cursor& to) const {
  return fmt::format("{} held up to cursor {} and was sent cursor {}, which does not follow on it",
                     ledger_.device(device), hubbub::to_text(from), hubbub::to_text(to));
}

void StreamChecks::shown(Duration now, std::uint32_t device, std::uint32_t user, const Cursor& to,
                         std::uint32_t conversation, Sequence seq) {
  Stream& s = stream(device);
  s.user = user;
  const Cursor from = s.cursor;
  if (!s.known && to.held > 0) begin(s, Cursor::at(to.incarnation, to.held - 1));
  const std::optional<Covered> covered = advance(now, device, s, to);
  if (covered && covered->count() != 1) {
    ledger_.violated(Invariant::stream_order, now, {device, conversation}, [&] {
      return fmt::format("{} held inbox numbers up to {} and was shown number {} ({} of {}){}",
                         ledger_.device(device), from.held, to.held, seq,
                         ledger_.conversation(conversation),
                         covered->count() == 0 ? " again" : ": there is a hole between them");
    });
    begin(s, to);
  } else if (covered) {
    s.sum += entry_hash(conversation, seq);
  }
  if (is_position(to) && to.held > 0)
    bind(now, device, user, to.incarnation, to.held, conversation, seq);

  Last& last = last_[pair_of(device, conversation)];
  if (last.life != s.life) last = {0, s.life};
  ledger_.compared(Invariant::stream_order);
  if (seq <= last.seq) {
    ledger_.violated(Invariant::stream_order, now, {device, conversation}, [&] {
      return fmt::format("{} was shown {} of {} after {}", ledger_.device(device), seq,
                         ledger_.conversation(conversation), last.seq);
    });
  }
  last.seq = std::max(last.seq, seq);
}

void StreamChecks::declared(Duration now, std::uint32_t device, std::uint32_t user,
                            const Cursor& to, std::span<const Range> ranges,
                            std::span<const std::uint32_t> conversations) {
  Stream& s = stream(device);
  s.user = user;
  const std::optional<Covered> covered = advance(now, device, s, to);
  std::uint64_t told = 0;
  for (const Range& range : ranges) told += range.to - range.from + 1;
  const bool countable = covered && s.whole;
  if (covered && covered->count() != told) {
    ledger_.violated(Invariant::stream_order, now, {device, no_entity}, [&] {
      return fmt::format("{} was sent ranges of {} sequences for the {} inbox numbers {} to {}",
                         ledger_.device(device), told, covered->count(), covered->from + 1,
                         covered->to);
    });
  }
  if (!countable || covered->count() != told || told > summed_max) {
    s.whole = false;
  } else {
    for (std::size_t i = 0; i < ranges.size(); ++i)
      for (Sequence seq = ranges[i].from; seq <= ranges[i].to; ++seq)
        s.sum += entry_hash(conversations[i], seq);
    if (told == 1 && ranges.size() == 1)
      bind(now, device, user, to.incarnation, covered->to, conversations[0], ranges[0].from);
  }
  if (!s.whole && is_position(s.cursor)) begin(s, to);
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    Last& last = last_[pair_of(device, conversations[i])];
    if (last.life != s.life) last = {0, s.life};
    last.seq = std::max(last.seq, ranges[i].to);
  }
  Inbox& box = inbox(user);
  if (box.incarnation == 0) box.incarnation = to.incarnation;
  if (box.incarnation == to.incarnation) box.told_head = std::max(box.told_head, to.target);
}

void StreamChecks::reset(Duration now, std::uint32_t device, std::uint32_t user, const Cursor& to) {
  Stream& s = stream(device);
  s.user = user;
  ledger_.compared(Invariant::inbox_agrees);
  if (s.known && s.cursor.incarnation != 0 && s.cursor.incarnation == to.incarnation) {
    ledger_.violated(Invariant::inbox_agrees, now, {device, no_entity}, [&] {
      return fmt::format("{} was reset from cursor {} to {}, within one incarnation",
                         ledger_.device(device), hubbub::to_text(s.cursor), hubbub::to_text(to));
    });
  }
  if (s.known && s.whole) closed_.emplace_back(device, s);
  begin(s, to);
  Inbox& box = inbox(user);
  if (box.incarnation == to.incarnation) return;
  box.incarnation = to.incarnation;
  box.words.clear();
  box.told_head = 0;
}

void StreamChecks::synced(Duration now, std::uint32_t device, const Cursor& to) {
  Stream& s = stream(device);
  if (!s.known) {
    begin(s, to);
    return;
  }
  if (s.cursor.incarnation == 0) s.cursor.incarnation = to.incarnation;
  const Cursor from = s.cursor;
  const bool back = to.incarnation == from.incarnation && to.held < from.held;
  ledger_.compared(Invariant::inbox_agrees);
  ledger_.compared(Invariant::stream_order);
  if (to == from) return;
  ledger_.violated(back ? Invariant::inbox_agrees : Invariant::stream_order, now,
                   {device, no_entity}, [&] {
                     return fmt::format(
                         "{} was told that it holds everything at cursor {}; it "
                         "holds what cursor {} says",
                         ledger_.device(device), hubbub::to_text(to), hubbub::to_text(from));
                   });
  begin(s, to);
}

void StreamChecks::bind(Duration now, std::uint32_t device, std::uint32_t user,
                        Incarnation incarnation, Sequence number, std::uint32_t conversation,
                        Sequence seq) {
  Inbox& box = inbox(user);
  if (box.incarnation == 0) box.incarnation = incarnation;
  if (box.incarnation != incarnation) return;
  box.told_head = std::max(box.told_head, number);
  std::uint64_t& word = box.words.at(number);
  const std::uint64_t hash = entry_hash(conversation, seq);
  if (word != 0) {
    ledger_.compared(Invariant::inbox_agrees);
    if (word != hash) {
      ledger_.violated(Invariant::inbox_agrees, now, {device, conversation}, [&] {
        return fmt::format(
            "inbox number {} of {} is {} of {} for {}, and was something else before", number,
            hubbub::to_text(ledger_.entities.user_id(user)), seq,
            ledger_.conversation(conversation), ledger_.device(device));
      });
    }
  }
  word = hash;
}

void StreamChecks::stored(Duration now, std::uint32_t user, Sequence number,
                          std::uint32_t conversation, Sequence seq) {
  Inbox& box = inbox(user);
  const Sequence expected = box.stored_head + 1;
  const Touched touched{no_entity, conversation};
  ledger_.compared(Invariant::no_gaps);
  if (number != expected) {
    ledger_.violated(Invariant::no_gaps, now, touched, [&] {
      return fmt::format("inbox of {}: stored is number {} where {} belongs",
                         hubbub::to_text(ledger_.entities.user_id(user)), number, expected);
    });
  }
  box.stored_head = std::max(box.stored_head, number);
  if (number == 0) return;
  std::uint64_t& word = box.words.at(number);
  const std::uint64_t hash = entry_hash(conversation, seq);
  if (word != 0) ledger_.compared(Invariant::one_binding);
  if (word != 0 && word != hash) {
    ledger_.violated(Invariant::one_binding, now, touched, [&] {
      return fmt::format(
          "inbox number {} of {} is stored as {} of {}, and devices were shown "
          "something else",
          number, hubbub::to_text(ledger_.entities.user_id(user)), seq,
          ledger_.conversation(conversation));
    });
  }
  word = hash;
}

void StreamChecks::finish(Duration now, bool stores_seen) {
  if (!stores_seen) return;
  for (std::uint32_t user = 0; user < inboxes_.size(); ++user) {
    Inbox& box = inboxes_[user];
    if (box.told_head > 0) ledger_.compared(Invariant::effects_durable);
    if (box.told_head > box.stored_head) {
      ledger_.violated(Invariant::effects_durable, now, {}, [&] {
        return fmt::format(
            "inbox number {} of {} was shown to a device; the stored inbox ends at "
            "{}",
            box.told_head, hubbub::to_text(ledger_.entities.user_id(user)), box.stored_head);
      });
    }
    // From here on a word is the sum of all entries up to it.
    std::uint64_t sum = 0;
    for (Sequence number = 1; number <= box.words.row_end(); ++number)
      sum = box.words.at(number) += sum;
  }
  for (const auto& [device, stream] : closed_) judge_stored(now, stream, device);
  for (std::uint32_t device = 0; device < streams_.size(); ++device)
    judge_stored(now, streams_[device], device);
}

void StreamChecks::judge_stored(Duration now, const Stream& s, std::uint32_t device) {
  if (!s.known || !s.whole || s.user == no_entity || s.user >= inboxes_.size()) return;
  const Inbox& box = inboxes_[s.user];
  const Cursor& c = s.cursor;
  if (c.incarnation != box.incarnation || c.target > std::min(box.stored_head, box.words.row_end()))
    return;
  const std::uint64_t expected = (box.words.get(c.held) - box.words.get(s.base)) +
                                 (box.words.get(c.target) - box.words.get(c.reached));
  if (c.held == s.base && c.target == c.reached) return;
  ledger_.compared(Invariant::stream_order);
  if (s.sum == expected) return;
  ledger_.violated(Invariant::stream_order, now, {device, no_entity}, [&] {
    return fmt::format(
        "what {} was shown and declared from inbox number {} to cursor {} is not "
        "what is stored there",
        ledger_.device(device), s.base + 1, hubbub::to_text(c));
  });
}

Sequence StreamChecks::head(std::uint32_t user, bool stores_seen) const {
  if (user >= inboxes_.size()) return 0;
  return stores_seen ? inboxes_[user].stored_head : inboxes_[user].told_head;
}

std::size_t StreamChecks::memory() const {
  std::size_t bytes = streams_.memory() + inboxes_.memory() +
                      closed_.capacity() * sizeof(closed_[0]) +
                      last_.capacity() * (sizeof(std::uint64_t) + sizeof(Last) + 1);
  for (std::size_t user = 0; user < inboxes_.size(); ++user)
    bytes += inboxes_[user].words.memory();
  return bytes;
}

}  // namespace hubbub::sim
