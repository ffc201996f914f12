// Messages under opaque names (R1): what a device that does not number said in one conversation, as far as
// it must be recognised when it is said again.
//
// They are counted in the order in which they were accepted; a count's slot is its row. A name is kept as
// its hash: two names with one hash are told apart by the digest, which covers the name, so that the
// later of them is refused and never taken for the earlier one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/limits.hpp"
#include "core/chat/numbers.hpp"

namespace hubbub {

class OpaqueNames {
 public:
  /// As Numbers::judge, but that there is no order: what is not known is fresh.
  Numbers::Verdict judge(std::uint64_t key, std::uint64_t digest) const {
    for (const rows::Remembered& r : by_slot_) {
      if (r.number == 0 || r.key != key) continue;
      return r.digest == digest ? Numbers::Verdict{Numbers::Judgement::repeat, &r}
                                : Numbers::Verdict{Numbers::Judgement::conflict};
    }
    return {Numbers::Judgement::fresh};
  }

  /// The count of the next one.
  std::uint64_t next() const { return last_ + 1; }
  static std::uint16_t slot(std::uint64_t number) {
    return static_cast<std::uint16_t>(number % limits::opaque_window);
  }
  /// In the place of the oldest, if there are too many. REQUIRES: what.number == next().
  void accept(const rows::Remembered& what) {
    HUBBUB_CHECK(what.number == next());
    restore(what);
  }
  /// Takes back what `accept` and a store kept, in any order.
  void restore(const rows::Remembered& what) {
    const std::size_t at = slot(what.number);
    if (by_slot_.size() <= at) by_slot_.resize(at + 1);
    by_slot_[at] = what;
    last_ = std::max(last_, what.number);
  }

 private:
  std::vector<rows::Remembered> by_slot_;  ///< number 0: nothing
  std::uint64_t last_ = 0;
};

}  // namespace hubbub
