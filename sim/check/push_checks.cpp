#include "sim/check/push_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hubbub::sim {

void PushChecks::left(Duration now, DeviceId device, const Told& told) {
  ledger_.compared(Invariant::pushed_only);
  const auto violated = [&](std::string_view why) {
    ledger_.violated(Invariant::pushed_only, now, {}, [&] {
      return fmt::format("{} was pushed message {} of {}: {}", to_text(device), told.seq,
                         hubbub::to_text(told.conversation), why);
    });
  };
  const auto known = devices_.find(key(device));
  if (known == devices_.end()) return violated("it never asked for pushes");
  if (known->second.revoked) return violated("it was revoked before");
  if (told.from == device.user) return violated("its user said that themself");
  // What was written before the block was answered may lie in the inbox.
  const auto since = blocks_.blocked_since(device.user, told.from);
  if (since && told.written > *since) violated("it is by somebody whom its user had blocked");
}

bool PushChecks::taken(DeviceId device, std::span<const PushItem> items, bool more,
                       Sequence through) {
  Device& d = devices_[key(device)];
  bool news = more && through > d.through;
  if (news) d.through = through;
  for (const PushItem& item : items) {
    Sequence& told = d.told[item.conversation];
    news = news || item.seq > told;
    told = std::max(told, item.seq);
  }
  return news;
}

// --- The end -------------------------------------------------------------------------------------

void PushChecks::is_away(UserId user, Sequence held) { away_[user] = held; }

void PushChecks::stored_inbox(UserId user, Sequence number, const ConversationId& conversation,
                              Sequence seq) {
  const auto away = away_.find(user);
  if (away == away_.end() || number <= away->second) return;
  due_.push_back({user, number, conversation, seq});
  authors_[{conversation, seq}];
}

void PushChecks::stored_message(const ConversationId& conversation, Sequence seq, UserId from) {
  const auto due = authors_.find({conversation, seq});
  if (due != authors_.end()) due->second = from;
}

void PushChecks::finish(Duration now) {
  std::vector<std::uint64_t> wanting;
  for (const auto& [of, device] : devices_)
    if (device.answered && !device.gone && !device.revoked) wanting.push_back(of);
  std::ranges::sort(wanting);
  std::ranges::stable_sort(due_, {}, [](const Entry& e) { return e.user.value; });
  for (const std::uint64_t of : wanting) {
    const DeviceId id{UserId{of >> 16}, DeviceNumber{static_cast<std::uint16_t>(of)}};
    const Device& device = devices_[of];
    auto next = std::ranges::lower_bound(due_, id.user.value, {},
                                         [](const Entry& e) { return e.user.value; });
    for (; next != due_.end() && next->user == id.user; ++next) {
      const Entry& entry = *next;
      const UserId from = authors_[{entry.conversation, entry.seq}];
      // Of whom they blocked at some time, something may be due or not.
      if (from == id.user || blocks_.ever_asked(id.user, from)) continue;
      ledger_.compared(Invariant::pushed);
      const auto told = device.told.find(entry.conversation);
      if (told != device.told.end() && told->second >= entry.seq) continue;
      if (device.through >= entry.number) continue;
      ledger_.violated(Invariant::pushed, now, {}, [&] {
        return fmt::format(
            "{} was never pushed message {} of {}, number {} of an inbox of which a device "
            "holds {}, though its user has no session",
            to_text(id), entry.seq, hubbub::to_text(entry.conversation), entry.number,
            away_[id.user]);
      });
    }
  }
}

std::size_t PushChecks::memory() const {
  std::size_t sum = devices_.capacity() * (sizeof(Device) + 9) + away_.capacity() * 17 +
                    due_.capacity() * sizeof(Entry) + authors_.capacity() * (sizeof(Place) + 9);
  for (const auto& [of, device] : devices_) sum += device.told.capacity() * 25;
  return sum;
}

}  // namespace hubbub::sim
