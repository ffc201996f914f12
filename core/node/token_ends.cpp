#include "core/node/token_ends.hpp"

#include <algorithm>

namespace hubbub {

void TokenEnds::set(Slot slot, Duration until) {
  if (slot >= places_.size()) places_.resize(slot + 1, nowhere);
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(until).count();
  const End end{static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, UINT32_MAX)), slot};
  if (places_[slot] == nowhere) {
    places_[slot] = static_cast<std::uint32_t>(heap_.size());
    heap_.push_back(end);
  }
  sift(places_[slot], end);
}

void TokenEnds::erase(Slot slot) {
  const std::uint32_t at = place(slot);
  if (at == nowhere) return;
  places_[slot] = nowhere;
  const End last = heap_.back();
  heap_.pop_back();
  if (last.slot != slot) sift(at, last);
}

/// Puts `end` where it belongs, from a place that is to be filled: up if it ends before the one
/// above it, else down.
void TokenEnds::sift(std::uint32_t at, const End& end) {
  for (; at > 0 && end < heap_[(at - 1) / 2]; at = (at - 1) / 2) put(at, heap_[(at - 1) / 2]);
  for (;;) {
    std::uint32_t below = 2 * at + 1;
    if (below >= heap_.size()) break;
    if (below + 1 < heap_.size() && heap_[below + 1] < heap_[below]) ++below;
    if (end < heap_[below]) break;
    put(at, heap_[below]);
    at = below;
  }
  put(at, end);
}

}  // namespace hubbub
