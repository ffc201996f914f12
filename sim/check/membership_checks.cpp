#include "sim/check/membership_checks.hpp"

#include <algorithm>

namespace hubbub::sim {
namespace {

const Runs& everything() {
  static const Runs runs = [] {
    Runs all;
    all.add(1, Runs::unbounded);
    return all;
  }();
  return runs;
}

const Runs& nothing() {
  static const Runs runs;
  return runs;
}

std::uint32_t user_of(std::uint64_t pair) { return static_cast<std::uint32_t>(pair >> 32); }
std::uint32_t conversation_of(std::uint64_t pair) { return static_cast<std::uint32_t>(pair); }

std::string text_of(Runs::Run run) {
  return run.from == run.to ? fmt::format("{}", run.from)
                            : fmt::format("{} to {}", run.from, run.to);
}

const Runs& find(const absl::flat_hash_map<std::uint64_t, Runs>& sets, std::uint64_t pair) {
  const auto found = sets.find(pair);
  return found == sets.end() ? nothing() : found->second;
}

}  // namespace

std::vector<MembershipChecks::Sets::const_pointer> MembershipChecks::in_order(const Sets& sets) {
  std::vector<Sets::const_pointer> ordered;
  ordered.reserve(sets.size());
  for (const auto& entry : sets) ordered.push_back(&entry);
  std::ranges::sort(ordered, {}, [](const auto* entry) { return entry->first; });
  return ordered;
}

bool MembershipChecks::is_one_of_two(std::uint32_t user, std::uint32_t conversation) const {
  const ConversationId& id = ledger_.entities.conversation_id(conversation);
  const UserId who = ledger_.entities.user_id(user);
  return !id.is_group() && (who == id.first() || who == id.second());
}

const Runs& MembershipChecks::allowed(std::uint32_t user, std::uint32_t conversation) const {
  if (is_group(conversation)) return find(intervals_, pair_of(user, conversation));
  return is_one_of_two(user, conversation) ? everything() : nothing();
}

const Runs& MembershipChecks::due(std::uint32_t user, std::uint32_t conversation) const {
  const auto less = due_.find(pair_of(user, conversation));
  return less == due_.end() ? allowed(user, conversation) : less->second;
}

const Runs& MembershipChecks::readable(std::uint32_t user, std::uint32_t conversation) const {
  const auto widened = widened_.find(pair_of(user, conversation));
  return widened == widened_.end() ? allowed(user, conversation) : widened->second;
}

bool MembershipChecks::member(UserId user, const ConversationId& conversation, Sequence seq) const {
  return allowed(ledger_.entities.user(user), ledger_.entities.conversation(conversation)).contains(seq);
}

void MembershipChecks::say_stranger(Duration now, std::uint32_t who, std::uint32_t conversation,
                                    Runs::Run run, std::uint32_t device) {
  ledger_.violated(Invariant::members_only, now, {device, conversation}, [&] {
    return fmt::format("{} was told of {} of {}, outside of any membership", user(who),
                       text_of(run), ledger_.conversation(conversation));
  });
}

void MembershipChecks::told(Duration now, std::uint32_t device, std::uint32_t user,
                            std::uint32_t conversation, Sequence from, Sequence to) {
  if (!is_group(conversation)) {
    // Judged at once: the id says who may know.
    ledger_.compared(Invariant::members_only);
    if (!is_one_of_two(user, conversation)) {
      say_stranger(now, user, conversation, {from, to}, device);
      return;
    }
  }
  told_[pair_of(user, conversation)].add(from, to);
}

void MembershipChecks::paged(Duration now, std::uint32_t device, std::uint32_t user,
                             std::uint32_t conversation, Sequence seq) {
  if (!is_group(conversation)) return told(now, device, user, conversation, seq, seq);
  paged_[pair_of(user, conversation)].add(seq);
}

void MembershipChecks::skipped(Duration now, std::uint32_t device, std::uint32_t user,
                               std::uint32_t conversation, Sequence from, Sequence to) {
  if (is_group(conversation)) {
    if (gaps_.size() < gaps_kept) gaps_.push_back({device, user, conversation, from, to});
    return;
  }
  ledger_.violated(Invariant::no_gaps, now, {device, conversation}, [&] {
    return fmt::format("{} got a page of {} that leaves out {}", ledger_.device(device),
                       ledger_.conversation(conversation), text_of({from, to}));
  });
}

// --- Intervals -----------------------------------------------------------------------------------

void MembershipChecks::stored_member(Duration now, std::uint32_t conversation, std::uint32_t user,
                                     Sequence from, Sequence to) {
  if (!is_group(conversation)) return;
  begin_group(now, conversation);
  roster_.stored({user, from, to == 0 ? Roster::open_end : to});
}

void MembershipChecks::stored_message(Duration now, std::uint32_t conversation, const Message& m) {
  if (!is_group(conversation) || m.seq == 0) return;
  begin_group(now, conversation);
  const auto no_change = [&](UserId who, std::string_view what) {
    ledger_.violated(Invariant::members_only, now, {no_entity, conversation}, [&] {
      return fmt::format("{} of {}: {} {}", m.seq, ledger_.conversation(conversation),
                         hubbub::to_text(who), what);
    });
  };
  if (m.kind == EntryKind::created || m.kind == EntryKind::joined) {
    const bool reads_all = rights_.settings().history == NewcomersRead::all;
    for (const UserId who : m.users) {
      const std::uint32_t user = ledger_.entities.user(who);
      if (!roster_.join(user, m.seq)) no_change(who, "joins, being a member already");
      if (reads_all && m.seq > 1) earlier_.emplace_back(user, m.seq - 1);
    }
  }
  if (m.kind == EntryKind::text)
    for (const UserId who : m.users) mentioned_.emplace_back(ledger_.entities.user(who), m.seq);
  if (m.kind != EntryKind::channel && m.kind != EntryKind::group)  // nobody asks for those
    judge_author(now, conversation, m);
  judge_right(now, conversation, m);
  // Behind who leaves stands, where it was the owner, who owns the group then.
  if (m.kind == EntryKind::left && !m.users.empty() &&
      !roster_.leave(ledger_.entities.user(m.users.front()), m.seq))
    no_change(m.users.front(), "leaves, being no member");
}

void MembershipChecks::judge_right(Duration now, std::uint32_t conversation, const Message& m) {
  const auto out_of_place = modes_.take(m);
  const auto wrong = out_of_place ? out_of_place : rights_.take(m);
  if (m.kind == EntryKind::text && !wrong) return;
  ledger_.compared(Invariant::by_right);
  if (!wrong) return;
  ledger_.violated(Invariant::by_right, now, {no_entity, conversation}, [&] {
    return fmt::format("{} of {} by {}: {}", m.seq, ledger_.conversation(conversation),
                       hubbub::to_text(m.from), *wrong);
  });
}

void MembershipChecks::judge_author(Duration now, std::uint32_t conversation, const Message& m) {
  ledger_.compared(Invariant::members_only);
  if (roster_.contains(ledger_.entities.user(m.from))) return;
  ledger_.violated(Invariant::members_only, now, {no_entity, conversation}, [&] {
    return fmt::format("{} of {} is by {}, who is no member there", m.seq,
                       ledger_.conversation(conversation), hubbub::to_text(m.from));
  });
}

void MembershipChecks::begin_group(Duration now, std::uint32_t conversation) {
  if (conversation == storing_) return;
  end_group(now);
  storing_ = conversation;
}

void MembershipChecks::end_group(Duration now) {
  if (roster_.empty()) return;
  ledger_.compared(Invariant::members_only, roster_.intervals().size());
  for (const Roster::Difference& d : roster_.differences()) {
    ledger_.violated(Invariant::members_only, now, {no_entity, storing_}, [&] {
      const std::string interval = d.interval.to == Roster::open_end
                                       ? fmt::format("from {} on", d.interval.from + 1)
                                       : text_of({d.interval.from + 1, d.interval.to});
      return fmt::format(
          "{} in {}, {}: {}", user(d.interval.user), ledger_.conversation(storing_), interval,
          d.row ? "a row says so, and its entries do not" : "its entries say so, and no row does");
    });
  }
  for (const Roster::Interval& i : roster_.intervals())
    if (i.from < i.to) {
      intervals_[pair_of(i.user, storing_)].add(i.from + 1, i.to);
      if (modes_.ever()) modes_.add_due(i.from, i.to, due_[pair_of(i.user, storing_)]);
    }
  for (const auto& [user, seq] : mentioned_) {
    const std::uint64_t pair = pair_of(user, storing_);
    if (modes_.ever() && find(intervals_, pair).contains(seq)) due_[pair].add(seq, seq);
  }
  mentioned_.clear();
  for (const auto& [user, through] : earlier_) {
    const std::uint64_t pair = pair_of(user, storing_);
    widened_.try_emplace(pair, intervals_[pair]).first->second.add(1, through);
  }
  earlier_.clear();
  roster_.clear();
  rights_.clear();
  modes_.clear();
}

void MembershipChecks::stored_inbox(Duration now, std::uint32_t who, std::uint32_t conversation,
                                    Sequence seq) {
  Runs& held = inboxes_[pair_of(who, conversation)];
  ledger_.compared(Invariant::delivered_only);
  if (seq <= held.greatest()) {
    ledger_.violated(Invariant::delivered_only, now, {no_entity, conversation}, [&] {
      return fmt::format("inbox of {}: {} of {} {}", user(who), seq,
                         ledger_.conversation(conversation),
                         held.contains(seq) ? "is there twice" : "comes after a later one");
    });
  }
  if (seq != 0) held.add(seq);
}

void MembershipChecks::finish(Duration now, const MessageChecks& messages, bool liveness) {
  end_group(now);
  judge_told(now, messages);
  judge_paged(now);
  judge_gaps(now);
  judge_inboxes(now, messages);
  if (liveness) judge_delivered(now, messages);
}

void MembershipChecks::judge_told(Duration now, const MessageChecks& messages) {
  for (const auto* entry : in_order(told_)) {
    const std::uint64_t pair = entry->first;
    const Runs& told = entry->second;
    const std::uint32_t c = conversation_of(pair);
    if (is_group(c)) {
      ledger_.compared(Invariant::members_only);
      const auto stranger = told.first_missing_from(allowed(user_of(pair), c));
      if (stranger) say_stranger(now, user_of(pair), c, *stranger, no_entity);
    }
    // What was declared beyond the stored end; what was shown there is judged message by message.
    const Sequence head = messages.stored_head(c);
    if (told.greatest() <= head || messages.known(c, told.greatest())) continue;
    ledger_.compared(Invariant::effects_durable);
    ledger_.violated(Invariant::effects_durable, now, {no_entity, c}, [&] {
      return fmt::format("{} was told of {} of {}, whose stored end is {}", user(user_of(pair)),
                         told.greatest(), ledger_.conversation(c), head);
    });
  }
}

void MembershipChecks::judge_paged(Duration now) {
  for (const auto* entry : in_order(paged_)) {
    const std::uint32_t c = conversation_of(entry->first);
    const std::uint32_t user = user_of(entry->first);
    ledger_.compared(Invariant::members_only);
    if (const auto stranger = entry->second.first_missing_from(readable(user, c)))
      say_stranger(now, user, c, *stranger, no_entity);
  }
}

void MembershipChecks::judge_gaps(Duration now) {
  for (const Gap& gap : gaps_) {
    ledger_.compared(Invariant::no_gaps);
    const auto missing = readable(gap.user, gap.conversation).first_within(gap.from, gap.to);
    if (!missing) continue;
    ledger_.violated(Invariant::no_gaps, now, {gap.device, gap.conversation}, [&] {
      return fmt::format("{} got a page of {} that leaves out {}", ledger_.device(gap.device),
                         ledger_.conversation(gap.conversation), text_of(*missing));
    });
  }
}

void MembershipChecks::judge_inboxes(Duration now, const MessageChecks& messages) {
  for (const auto* entry : in_order(inboxes_)) {
    const std::uint64_t pair = entry->first;
    const Runs& held = entry->second;
    const std::uint32_t c = conversation_of(pair);
    const Sequence head = messages.stored_head(c);
    ledger_.compared(Invariant::delivered_only);
    if (const auto stranger = held.first_missing_from(due(user_of(pair), c))) {
      ledger_.violated(Invariant::delivered_only, now, {no_entity, c}, [&] {
        return fmt::format("inbox of {} holds {} of {}, which is not due to it",
                           user(user_of(pair)), text_of(*stranger), ledger_.conversation(c));
      });
    }
    if (held.greatest() <= head) continue;
    // It left the conversation before it was durable there.
    ledger_.violated(Invariant::effects_durable, now, {no_entity, c}, [&] {
      return fmt::format("inbox of {} holds {} of {}, whose stored end is {}", user(user_of(pair)),
                         held.greatest(), ledger_.conversation(c), head);
    });
  }
}

void MembershipChecks::judge_delivered(Duration now, const MessageChecks& messages) {
  for (std::uint32_t c = 0; c < messages.conversations(); ++c) {
    if (is_group(c) || messages.stored_head(c) == 0) continue;
    const ConversationId id = ledger_.entities.conversation_id(c);
    judge_delivered_to(now, ledger_.entities.user(id.first()), c, messages.stored_head(c));
    judge_delivered_to(now, ledger_.entities.user(id.second()), c, messages.stored_head(c));
  }
  for (const auto* entry : in_order(intervals_)) {
    const std::uint64_t pair = entry->first;
    const std::uint32_t c = conversation_of(pair);
    if (is_group(c)) judge_delivered_to(now, user_of(pair), c, messages.stored_head(c));
  }
}

void MembershipChecks::judge_delivered_to(Duration now, std::uint32_t who, std::uint32_t c,
                                          Sequence head) {
  ledger_.compared(Invariant::delivered_all);
  const auto missing = due(who, c).first_missing_from(find(inboxes_, pair_of(who, c)), head);
  if (!missing) return;
  ledger_.violated(Invariant::delivered_all, now, {no_entity, c}, [&] {
    return fmt::format("inbox of {} lacks {} of {}; it waits for a delivery", user(who),
                       text_of(*missing), ledger_.conversation(c));
  });
}

std::size_t MembershipChecks::memory() const {
  std::size_t bytes = gaps_.capacity() * sizeof(Gap) + roster_.memory() + rights_.memory();
  for (const Sets* sets : {&told_, &paged_, &inboxes_, &intervals_, &due_, &widened_}) {
    bytes += sets->capacity() * (sizeof(Sets::value_type) + 1);
    for (const auto& [pair, runs] : *sets) bytes += runs.memory();
  }
  return bytes;
}

}  // namespace hubbub::sim
