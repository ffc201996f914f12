// A moment for each of some sessions: a heap that knows the place of each session in it, so that one
// whose moment moves is moved, and nothing is left behind. It costs nothing where there are none.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/base/time.hpp"

namespace hubbub {

/// `Unit`: how exactly a moment is kept, and in how many bits; rounded down.
template <class Unit>
class SlotEnds {
 public:
  /// A connection's slot.
  using Slot = std::uint32_t;

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  bool has(Slot slot) const { return place(slot) != nowhere; }
  /// In place of any other of this slot.
  void set(Slot slot, Duration until) {
    if (slot >= places_.size()) places_.resize(slot + 1, nowhere);
    using Rep = typename Unit::rep;
    using Whole = std::chrono::duration<std::int64_t, typename Unit::period>;
    const std::int64_t most = std::numeric_limits<Rep>::max();
    const std::int64_t count = std::chrono::duration_cast<Whole>(until).count();
    const End end{static_cast<Rep>(std::clamp<std::int64_t>(count, 0, most)), slot};
    if (places_[slot] == nowhere) {
      places_[slot] = static_cast<std::uint32_t>(heap_.size());
      heap_.push_back(end);
    }
    sift(places_[slot], end);
  }
  /// It has none any more.
  void erase(Slot slot) {
    const std::uint32_t at = place(slot);
    if (at == nowhere) return;
    places_[slot] = nowhere;
    const End last = heap_.back();
    heap_.pop_back();
    if (last.slot != slot) sift(at, last);
  }
  /// Of all, the one that ends first. REQUIRES: !empty().
  Slot first() const { return heap_.front().slot; }
  Duration first_ends() const { return Unit(heap_.front().until); }
  /// Of this one; `never` if it has none.
  Duration ends(Slot slot) const {
    const std::uint32_t at = place(slot);
    return at == nowhere ? never : Duration{Unit(heap_[at].until)};
  }

 private:
  static constexpr std::uint32_t nowhere = UINT32_MAX;
  struct End {
    typename Unit::rep until{};
    Slot slot{};
    auto operator<=>(const End&) const = default;
  };
  std::uint32_t place(Slot slot) const { return slot < places_.size() ? places_[slot] : nowhere; }
  void put(std::uint32_t at, const End& end) {
    heap_[at] = end;
    places_[end.slot] = at;
  }
  /// Puts `end` where it belongs, from a place that is to be filled: up if it ends before the one
  /// above it, else down.
  void sift(std::uint32_t at, const End& end) {
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

  std::vector<End> heap_;
  std::vector<std::uint32_t> places_;  ///< by slot
};

/// When the tokens of sessions end (R34), in whole seconds: beside minutes of leeway less is nothing.
using TokenEnds = SlotEnds<std::chrono::duration<std::uint32_t>>;

}  // namespace hubbub
