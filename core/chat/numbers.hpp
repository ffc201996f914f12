// Numbers and repeats (R1 to R4): what one device said in one conversation, as far as it must be
// recognised when it is said again.
//
// Invariant: `recent_` holds the last `window` accepted, ascending by number.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/limits.hpp"
#include "core/wire/rows.hpp"

namespace hubbub {

class Numbers {
 public:
  explicit Numbers(std::uint64_t window) : window_(window) {}

  enum class Judgement : std::uint8_t {
    fresh,     ///< a number above all before it
    repeat,    ///< the key was accepted before, with the same content: `first` says as what
    conflict,  ///< the number stands for something else, or lies below the window
  };
  struct Verdict {
    Judgement judgement{};
    const rows::Remembered* first = nullptr;
  };

  /// Judges by number, key and digest alone; comes before anything else is judged (R2).
  Verdict judge(std::uint64_t number, std::uint64_t key, std::uint64_t digest) const {
    for (const rows::Remembered& r : recent_) {
      if (r.key == key)
        return r.digest == digest ? Verdict{Judgement::repeat, &r} : Verdict{Judgement::conflict};
    }
    return {number > last() ? Judgement::fresh : Judgement::conflict};
  }

  /// The highest number accepted; 0: none.
  std::uint64_t last() const { return recent_.empty() ? 0 : recent_.back().number; }
  std::uint64_t next() const { return last() + 1; }

  /// REQUIRES: what.number > last().
  void accept(const rows::Remembered& what) {
    HUBBUB_CHECK(what.number > last());
    if (recent_.size() == window_) recent_.erase(recent_.begin());
    recent_.push_back(what);
  }

  /// Takes back what `accept` and a store kept, in any order.
  void restore(const rows::Remembered& what) {
    auto at = recent_.end();
    while (at != recent_.begin() && (at - 1)->number > what.number) --at;
    recent_.insert(at, what);
  }

  /// The row slot that `number` overwrites.
  std::uint8_t slot(std::uint64_t number) const { return static_cast<std::uint8_t>(number % window_); }
  std::size_t size() const { return recent_.size(); }

 private:
  std::uint64_t window_;
  std::vector<rows::Remembered> recent_;
};

/// One device in one conversation.
struct Sender {
  Generation generation = 0;  ///< the highest seen; requests of lower ones are ignored (R3)
  Numbers messages{limits::repeat_window};
  Numbers calls{limits::call_window};
};

}  // namespace hubbub
