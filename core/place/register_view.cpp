#include "core/place/register_view.hpp"

#include <algorithm>

#include "core/place/keys.hpp"

namespace hubbub {

bool RegisterView::apply(const RegisterPage& page) {
  if (page.away || page.revision <= revision_) return false;
  revision_ = page.revision;
  if (page.whole) entries_.clear();
  for (const RegisterEntry& entry : page.entries) put(entry);
  read_registrations();
  return true;
}

void RegisterView::put(const RegisterEntry& entry) {
  if (entry.version == 0) {
    const auto at = entries_.find(entry.key);
    if (at != entries_.end()) entries_.erase(at);
  } else {
    entries_.insert_or_assign(std::string(entry.key),
                              Stored{entry.version, std::string(entry.value)});
  }
}

RegisterEntry RegisterView::find(std::string_view key) const {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return {.key = key};
  return {at->first, at->second.version, at->second.value};
}

void RegisterView::read_registrations() {
  arena_.clear();
  live_.clear();
  unreadable_.clear();
  for (auto at = entries_.lower_bound(keys::node_prefix); at != entries_.end(); ++at) {
    if (!at->first.starts_with(keys::node_prefix)) break;
    const auto node = keys::parse_node(at->first);
    if (!node) continue;
    const auto registration = decode_registration(at->second.value, arena_);
    if (registration && registration->node == *node) {
      live_.push_back(*registration);
    } else {
      unreadable_.push_back(*node);
    }
  }
  // As texts, "node/10" stands before "node/9".
  std::sort(live_.begin(), live_.end(),
            [](const Registration& a, const Registration& b) { return a.node < b.node; });
  std::sort(unreadable_.begin(), unreadable_.end());
}

}  // namespace hubbub
