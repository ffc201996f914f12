#include "sim/check/receipt_checks.hpp"

#include <algorithm>

#include "core/base/limits.hpp"

namespace hubbub::sim {

std::uint32_t ReceiptChecks::known(std::uint32_t conversation, std::uint32_t user) {
  const auto next = static_cast<std::uint32_t>(known_.size());
  const auto [at, is_new] = index_.try_emplace(std::uint64_t{conversation} << 32 | user, next);
  if (is_new) {
    known_.emplace_back();
    known_[next].conversation = conversation;
    known_[next].user = user;
    conversations_.grow_to(conversation + 1);
    conversations_[conversation].known.push_back(next);
  }
  return at->second;
}

// --- What devices say, and are shown -----------------------------------------------------------------

void ReceiptChecks::given(std::uint32_t device, std::uint32_t user, std::uint32_t conversation,
                          Sequence seq) {
  given_.grow_to(device + 1);
  given_[device].push_back({known(conversation, user), seq});
}

void ReceiptChecks::holds(std::uint32_t device, std::uint32_t user, const Cursor& cursor) {
  given_.grow_to(device + 1);
  for (const Given& g : given_[device])
    known_[g.known].held = std::max(known_[g.known].held, g.seq);
  given_[device].clear();
  held_.grow_to(user + 1);
  held_[user] = std::max(held_[user], cursor.held);
}

void ReceiptChecks::read(std::uint32_t user, std::uint32_t conversation, Sequence seq) {
  Known& k = known_[known(conversation, user)];
  k.read = std::max(k.read, seq);
}

void ReceiptChecks::shown(Duration now, std::uint32_t device, std::uint32_t user, std::uint32_t c,
                          const to_client::Receipt& receipt) {
  const auto violated = [&](std::uint32_t of, std::string_view what, Sequence shown,
                            Sequence most) {
    ledger_.violated(Invariant::watermarks, now, {device, c}, [&] {
      return fmt::format("{} was shown that {} {} {} up to {}; that is true up to {} at most",
                         ledger_.device(device), to_text(ledger_.entities.user_id(of)), what,
                         ledger_.conversation(c), shown, most);
    });
  };
  for (const MarkOf& mark : receipt.marks) {
    const std::uint32_t of = ledger_.entities.user(mark.user);
    Known& k = known_[known(c, of)];
    ledger_.compared(Invariant::watermarks);
    if (const Sequence most = std::max(k.held, k.read); mark.delivered > most)
      violated(of, "has", mark.delivered, most);
    if (const Sequence most = std::min(k.read, mark.delivered); mark.read > most)
      violated(of, "has read", mark.read, most);
    if (of != user) judge_private(now, device, user, k, mark.delivered);
    k.shown_delivered = std::max(k.shown_delivered, mark.delivered);
    k.shown_read = std::max(k.shown_read, mark.read);
  }
  if (receipt.seq == 0) return;
  std::uint32_t held = 0, read = 0;
  conversations_.grow_to(c + 1);
  for (const std::uint32_t index : conversations_[c].known) {
    const Known& k = known_[index];
    if (k.user == user) continue;
    held += std::max(k.held, k.read) >= receipt.seq ? 1 : 0;
    read += k.read >= receipt.seq ? 1 : 0;
  }
  ledger_.compared(Invariant::watermarks);
  if (receipt.delivered <= held && receipt.read <= std::min(read, receipt.delivered)) return;
  ledger_.violated(Invariant::watermarks, now, {device, c}, [&] {
    return fmt::format(
        "{} was shown that {} others have message {} of {}, and {} read it; of these "
        "are {} and {} at most",
        ledger_.device(device), receipt.delivered, receipt.seq, ledger_.conversation(c),
        receipt.read, held, read);
  });
}

/// Whoever is blocked sees nothing new: a tick would say that somebody is there.
void ReceiptChecks::judge_private(Duration now, std::uint32_t device, std::uint32_t viewer, Known& k,
                                  Sequence delivered) {
  const Sequence before = k.shown_to_others;
  k.shown_to_others = std::max(before, delivered);
  const Entities& entities = ledger_.entities;
  if (entities.conversation_id(k.conversation).is_group() ||
      !presences_.hidden_from(now, entities.user_id(k.user), entities.user_id(viewer)))
    return;
  ledger_.compared(Invariant::presence_private);
  if (delivered <= before) return;
  ledger_.violated(Invariant::presence_private, now, {device, k.conversation}, [&] {
    return fmt::format("{} was shown that {} has {} up to {}, who had known that they have blocked them",
                       ledger_.device(device), to_text(entities.user_id(k.user)),
                       ledger_.conversation(k.conversation), delivered);
  });
}

// --- The end -------------------------------------------------------------------------------------------

void ReceiptChecks::stored_inbox(std::uint32_t user, std::uint32_t c, Sequence number,
                                 Sequence seq) {
  if (user >= held_.size() || number > held_[user]) return;
  Known& k = known_[known(c, user)];
  k.stored_in_inbox = std::max(k.stored_in_inbox, seq);
}

void ReceiptChecks::stored_member(std::uint32_t c, std::uint32_t user, bool still) {
  known_[known(c, user)].member |= still;
}

void ReceiptChecks::stored_message(std::uint32_t c, const Message& message) {
  if (message.kind != EntryKind::text || !ledger_.entities.conversation_id(c).is_group()) return;
  const std::uint32_t user = ledger_.entities.user(message.from);
  conversations_.grow_to(c + 1);
  std::vector<Writer>& writers = conversations_[c].writers;
  std::erase_if(writers, [user](const Writer& w) { return w.user == user; });
  if (writers.size() == limits::receipt_writers) writers.erase(writers.begin());
  writers.push_back({user, message.seq});
}

void ReceiptChecks::stored_mark(std::uint32_t c, std::uint32_t user, Sequence delivered,
                                Sequence read) {
  Known& k = known_[known(c, user)];
  k.stored_delivered = std::max(k.stored_delivered, delivered);
  k.stored_read = std::max(k.stored_read, read);
}

void ReceiptChecks::finish(Duration now) {
  for (std::size_t i = 0; i < known_.size(); ++i) {
    const Known& k = known_[i];
    if (k.shown_delivered == 0) continue;
    ledger_.compared(Invariant::watermarks);
    if (k.stored_delivered >= k.shown_delivered && k.stored_read >= k.shown_read) continue;
    ledger_.violated(Invariant::watermarks, now, {no_entity, k.conversation}, [&] {
      return fmt::format(
          "it was shown that {} has {} up to {}, read up to {}; stored is {}, read {}",
          to_text(ledger_.entities.user_id(k.user)), ledger_.conversation(k.conversation),
          k.shown_delivered, k.shown_read, k.stored_delivered, k.stored_read);
    });
  }
}

bool ReceiptChecks::is_member(const Known& k) const {
  return k.member || !ledger_.entities.conversation_id(k.conversation).is_group();
}

std::uint32_t ReceiptChecks::members(const Conversation& c) const {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(c.known, [this](std::uint32_t i) { return is_member(known_[i]); }));
}

/// One of the two may have blocked the other: what is shown then is as old as that.
bool ReceiptChecks::may_be_blocked(std::uint32_t c) const {
  const ConversationId id = ledger_.entities.conversation_id(c);
  return !id.is_group() && !blocks_.open(id.first(), id.second());
}

void ReceiptChecks::at_end(Duration now, std::uint32_t device, std::uint32_t user, std::uint32_t c,
                           const Checker::ReceiptsShown& shown) {
  // Is told nothing any more.
  if (!is_member(known_[known(c, user)]) || may_be_blocked(c)) return;
  if (members(conversations_[c]) > limits::receipt_members)
    return judge_counts(now, device, user, c, shown);
  for (const std::uint32_t index : conversations_[c].known) {
    const Known& k = known_[index];
    if (!is_member(k)) continue;
    const auto at = std::ranges::find(shown.marks, ledger_.entities.user_id(k.user), &MarkOf::user);
    const MarkOf mark = at == shown.marks.end() ? MarkOf{} : *at;
    ledger_.compared(Invariant::receipts_shown);
    if (mark.delivered == k.delivered() && mark.read == k.read) continue;
    ledger_.violated(Invariant::receipts_shown, now, {device, c}, [&] {
      return fmt::format("{} was shown that {} has {} up to {}, read up to {}; it is {} and {}",
                         ledger_.device(device), to_text(ledger_.entities.user_id(k.user)),
                         ledger_.conversation(c), mark.delivered, mark.read, k.delivered(), k.read);
    });
  }
}

/// Of a large group who wrote lately knows how many have that.
void ReceiptChecks::judge_counts(Duration now, std::uint32_t device, std::uint32_t user,
                                 std::uint32_t c, const Checker::ReceiptsShown& shown) {
  const std::vector<Writer>& writers = conversations_[c].writers;
  const auto writer = std::ranges::find(writers, user, &Writer::user);
  if (writer == writers.end()) return;
  std::uint32_t held = 0, read = 0;
  for (const std::uint32_t index : conversations_[c].known) {
    const Known& k = known_[index];
    if (k.user == user || !is_member(k)) continue;
    held += k.delivered() >= writer->seq ? 1 : 0;
    read += k.read >= writer->seq ? 1 : 0;
  }
  ledger_.compared(Invariant::receipts_shown);
  const bool current = shown.seq == writer->seq;
  if (held == (current ? shown.delivered : 0) && read == (current ? shown.read : 0)) return;
  ledger_.violated(Invariant::receipts_shown, now, {device, c}, [&] {
    return fmt::format(
        "{} was shown that {} others have message {} of {}, and {} read it; the newest "
        "is {}, which {} have and {} read",
        ledger_.device(device), shown.delivered, shown.seq, ledger_.conversation(c), shown.read,
        writer->seq, held, read);
  });
}

std::size_t ReceiptChecks::memory() const {
  std::size_t bytes = index_.capacity() * 13 + known_.memory() + conversations_.memory() +
                      given_.memory() + held_.memory();
  for (std::size_t c = 0; c < conversations_.size(); ++c)
    bytes += conversations_[c].known.capacity() * sizeof(std::uint32_t) +
             conversations_[c].writers.capacity() * sizeof(Writer);
  for (std::size_t d = 0; d < given_.size(); ++d) bytes += given_[d].capacity() * sizeof(Given);
  return bytes;
}

}  // namespace hubbub::sim
