#include "sim/check/mention_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/hash.hpp"
#include "core/base/limits.hpp"
#include "sim/check/membership_checks.hpp"

namespace hubbub::sim {

std::uint64_t MentionChecks::keyed(DeviceId device, const ConversationId& c, std::uint64_t key) {
  return mix64(mix64(mix64(device.user.value << 16 ^ device.device.value) ^ c.high) ^ mix64(c.low) ^ key);
}

void MentionChecks::named(DeviceId device, const ConversationId& conversation, std::uint64_t key,
                          std::span<const UserId> users) {
  if (users.empty()) return;
  named_[keyed(device, conversation, key)].assign(users.begin(), users.end());
}

void MentionChecks::violated(Invariant invariant, Duration now, const Mention& m,
                             std::string_view what) {
  ledger_.violated(invariant, now, {no_entity, ledger_.entities.conversation(m.place.conversation)}, [&] {
    return fmt::format("{} of {} and its mention of {}: {}", m.place.seq,
                       hubbub::to_text(m.place.conversation), hubbub::to_text(m.place.user), what);
  });
}

void MentionChecks::shown(Duration now, DeviceId device, const MentionOf& of) {
  const Mention mention{{device.user, of.conversation, of.seq}, of.message, of.from, of.number};
  ledger_.compared(Invariant::mentions_only);
  const auto [was, is_new] = shown_.try_emplace(Number{device.user, of.number}, mention);
  if (!is_new && was->second != mention)
    violated(Invariant::mentions_only, now, mention, "its number in the list was another mention's before");
}

void MentionChecks::stored_message(const ConversationId& conversation, const Message& m) {
  if (m.kind != EntryKind::text) return;
  const std::uint64_t key = keyed({m.from, m.device}, conversation, m.key);
  if (m.users.empty() && !named_.contains(key)) return;
  messages_.push_back({conversation, m.seq, m.from, {m.users.begin(), m.users.end()}, key});
  for (const UserId user : m.users) due_.push_back({{user, conversation, m.seq}, m.id, m.from, 0});
}

void MentionChecks::stored_mention(UserId user, const MentionOf& of) {
  listed_.push_back({{user, of.conversation, of.seq}, of.message, of.from, of.number});
}

void MentionChecks::finish(Duration now, const MembershipChecks& memberships, bool liveness) {
  judge_named(now, memberships);
  judge_lists(now, liveness);
}

/// Whom a message mentions, against whom its device named and who was a member there.
void MentionChecks::judge_named(Duration now, const MembershipChecks& memberships) {
  for (const Stored& m : messages_) {
    ledger_.compared(Invariant::mentions_only);
    std::vector<UserId> expected;
    const auto named = named_.find(m.key);
    if (named == named_.end()) {
      violated(Invariant::mentions_only, now, {{m.users.front(), m.conversation, m.seq}, {}, {}, 0},
               "its device named nobody");
      continue;
    }
    for (const UserId user : named->second)
      if (user != m.from && memberships.member(user, m.conversation, m.seq) &&
          std::ranges::find(expected, user) == expected.end())
        expected.push_back(user);
    if (expected == m.users) continue;
    const UserId about = expected.empty() ? m.users.front() : expected.front();
    violated(Invariant::mentions_only, now, {{about, m.conversation, m.seq}, {}, {}, 0},
             "it does not mention just those members whom its device named");
  }
}

/// Each list, against the messages, and against what was shown of it.
void MentionChecks::judge_lists(Duration now, bool liveness) {
  const auto by_place = [](const Mention& a, const Mention& b) { return a.place < b.place; };
  std::ranges::sort(due_);
  std::ranges::sort(listed_);
  for (std::size_t i = 0; i < listed_.size(); ++i) {
    const Mention& m = listed_[i];
    ledger_.compared(Invariant::mentions_only);
    if (i > 0 && listed_[i - 1].place == m.place)
      violated(Invariant::mentions_only, now, m, "it is in the list twice");
    const auto due = std::lower_bound(due_.begin(), due_.end(), m, by_place);
    if (due == due_.end() || due->place != m.place || due->message != m.message || due->from != m.from)
      violated(Invariant::mentions_only, now, m, "it is in the list, and not in the conversation");
    const auto shown = shown_.find(Number{m.place.user, m.number});
    if (shown != shown_.end() && shown->second != m)
      violated(Invariant::mentions_only, now, m, "its number was shown as another mention's");
  }
  if (!liveness) return;
  for (auto first = due_.begin(); first != due_.end();) {
    const UserId user = first->place.user;
    const auto end = std::find_if(first, due_.end(), [&](const Mention& m) { return m.place.user != user; });
    const auto count = static_cast<std::uint64_t>(end - first);
    // Of who has more, the oldest are not in the list any more.
    const bool all_kept = count <= limits::mentions_kept;
    for (; first != end; ++first) {
      ledger_.compared(Invariant::mentioned);
      const auto listed = std::lower_bound(listed_.begin(), listed_.end(), *first, by_place);
      const bool there = listed != listed_.end() && listed->place == first->place;
      if (all_kept && !there) violated(Invariant::mentioned, now, *first, "it is not in the list");
      if (there && listed->number > count)
        violated(Invariant::mentioned, now, *first, "its number is above that of all mentions");
    }
  }
}

std::size_t MentionChecks::memory() const {
  std::size_t sum = named_.capacity() * 33 + shown_.capacity() * (sizeof(Number) + sizeof(Mention) + 1) +
                    messages_.capacity() * sizeof(Stored) +
                    (due_.capacity() + listed_.capacity()) * sizeof(Mention);
  for (const auto& [key, users] : named_) sum += users.capacity() * sizeof(UserId);
  for (const Stored& m : messages_) sum += m.users.capacity() * sizeof(UserId);
  return sum;
}

}  // namespace hubbub::sim
