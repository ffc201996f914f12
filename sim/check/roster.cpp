#include "sim/check/roster.hpp"

#include <algorithm>

namespace hubbub::sim {

bool Roster::join(std::uint32_t user, Sequence seq) {
  const auto [at, is_new] = open_.try_emplace(user, intervals_.size());
  if (is_new) intervals_.push_back({user, seq - 1, open_end});
  return is_new;
}

bool Roster::leave(std::uint32_t user, Sequence seq) {
  const auto at = open_.find(user);
  if (at == open_.end()) return false;
  intervals_[at->second].to = seq;
  open_.erase(at);
  return true;
}

std::vector<Roster::Difference> Roster::differences() {
  std::vector<Interval> entries = intervals_;
  std::ranges::sort(entries);
  std::ranges::sort(rows_);
  std::vector<Difference> found;
  auto entry = entries.begin();
  auto row = rows_.begin();
  while (entry != entries.end() || row != rows_.end()) {
    if (row == rows_.end() || (entry != entries.end() && *entry < *row)) {
      found.push_back({*entry++, false});
    } else if (entry == entries.end() || *row < *entry) {
      found.push_back({*row++, true});
    } else {
      ++entry, ++row;
    }
  }
  return found;
}

void Roster::clear() {
  intervals_.clear();
  rows_.clear();
  open_.clear();
}

std::size_t Roster::memory() const {
  return (intervals_.capacity() + rows_.capacity()) * sizeof(Interval) +
         open_.capacity() * (sizeof(std::uint32_t) + sizeof(std::size_t) + 1);
}

}  // namespace hubbub::sim
