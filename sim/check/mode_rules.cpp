#include "sim/check/mode_rules.hpp"

#include <algorithm>

namespace hubbub::sim {

std::optional<EntryKind> ModeRules::next() const {
  if (!may_change_ || changes_.size() >= limits::mode_changes) return {};
  const auto again = std::uint64_t{push_limit_} * limits::push_again_percent / 100;
  if (!channel_ && members_ > push_limit_) return EntryKind::channel;
  if (channel_ && members_ < again) return EntryKind::group;
  return {};
}

std::optional<std::string_view> ModeRules::take(const Message& m) {
  const std::optional<EntryKind> expected = next();
  const bool is_change = m.kind == EntryKind::channel || m.kind == EntryKind::group;
  const bool in_place = is_change ? expected == m.kind : !expected;
  may_change_ = m.kind == EntryKind::created || m.kind == EntryKind::joined || m.kind == EntryKind::left;
  if (m.kind == EntryKind::created || m.kind == EntryKind::joined) members_ += m.users.size();
  if (m.kind == EntryKind::left && members_ > 0) --members_;
  if (is_change) {
    channel_ = m.kind == EntryKind::channel;
    changes_.push_back(m.seq);
  }
  if (in_place) return {};
  return is_change ? "the group changes its mode where it is not due"
                   : "the group does not change its mode where it is due";
}

void ModeRules::add_due(Sequence from, Sequence to, Runs& due) const {
  const auto add = [&](Sequence first, Sequence last) {
    first = std::max(first, from + 1);
    last = std::min(last, to);
    if (first <= last) due.add(first, last);
  };
  due.add(from + 1);
  Sequence pushed_from = 1;
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (i % 2 == 0)
      add(pushed_from, changes_[i]);
    else
      pushed_from = changes_[i];
  }
  if (changes_.size() % 2 == 0) add(pushed_from, Runs::unbounded);
  if (to != Runs::unbounded) due.add(to);
}

void ModeRules::clear() {
  members_ = 0;
  channel_ = may_change_ = false;
  changes_.clear();
}

}  // namespace hubbub::sim
