// When the tokens of sessions end (R34): a heap that knows the place of each session in it, so that
// a token that is renewed moves, and nothing is left behind. It holds the sessions with tokens, and
// costs nothing where there are none.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/time.hpp"

namespace hubbub {

class TokenEnds {
 public:
  /// A connection's slot.
  using Slot = std::uint32_t;

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  /// The slot's session has a token until then, since the Unix epoch, in place of any other.
  void set(Slot slot, Duration until);
  /// It has none any more.
  void erase(Slot slot);
  /// Of all, the one that ends first. REQUIRES: !empty().
  Slot first() const { return heap_.front().slot; }
  Duration first_ends() const { return std::chrono::seconds(heap_.front().until_s); }
  /// Of this one; `never` if it has none.
  Duration ends(Slot slot) const {
    const std::uint32_t at = place(slot);
    return at == nowhere ? never : Duration{std::chrono::seconds(heap_[at].until_s)};
  }

 private:
  static constexpr std::uint32_t nowhere = UINT32_MAX;
  /// Whole seconds, rounded down: beside minutes of leeway nothing.
  struct End {
    std::uint32_t until_s{};
    Slot slot{};
    auto operator<=>(const End&) const = default;
  };
  std::uint32_t place(Slot slot) const { return slot < places_.size() ? places_[slot] : nowhere; }
  void put(std::uint32_t at, const End& end) {
    heap_[at] = end;
    places_[end.slot] = at;
  }
  void sift(std::uint32_t at, const End& end);

  std::vector<End> heap_;
  std::vector<std::uint32_t> places_;  ///< by slot
};

}  // namespace hubbub
