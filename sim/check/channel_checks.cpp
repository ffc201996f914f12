#include "sim/check/channel_checks.hpp"

#include <algorithm>

namespace hubbub::sim {

ChannelChecks::View& ChannelChecks::view(std::uint32_t device, std::uint32_t conversation) {
  const auto [at, is_new] = views_.try_emplace(std::uint64_t{device} << 32 | conversation);
  if (is_new) looked_at_[device].push_back(conversation);
  return at->second;
}

void ChannelChecks::told(std::uint32_t device, std::uint32_t conversation, Sequence head) {
  View& v = view(device, conversation);
  v.head = head;
  if (head == 0) v.looks = false;
}

void ChannelChecks::paged(std::uint32_t device, std::uint32_t conversation, Sequence through) {
  const auto at = views_.find(std::uint64_t{device} << 32 | conversation);
  if (at != views_.end()) at->second.paged = std::max(at->second.paged, through);
}

void ChannelChecks::lost(std::uint32_t device) {
  const auto at = looked_at_.find(device);
  if (at == looked_at_.end()) return;
  for (const std::uint32_t conversation : at->second) {
    View& v = view(device, conversation);
    v.looks = false;
    v.head = 0;
  }
}

void ChannelChecks::finish(Duration now, const MessageChecks& messages) {
  std::vector<Views::const_pointer> ordered;
  for (const auto& entry : views_)
    if (entry.second.looks) ordered.push_back(&entry);
  std::ranges::sort(ordered, {}, [](const auto* entry) { return entry->first; });
  for (const auto* entry : ordered) {
    const auto device = static_cast<std::uint32_t>(entry->first >> 32);
    const auto c = static_cast<std::uint32_t>(entry->first);
    const Sequence head = messages.stored_head(c);
    ledger_.compared(Invariant::channel_heads);
    const View& v = entry->second;
    if (v.head == head && v.paged == head) continue;
    ledger_.violated(Invariant::channel_heads, now, {device, c}, [&] {
      return fmt::format("{} looks at {}, which ends at {}: it was told of {} and has pulled up to {}",
                         ledger_.device(device), ledger_.conversation(c), head, v.head, v.paged);
    });
  }
}

}  // namespace hubbub::sim
