// When a group becomes a channel, and a group again, as its own entries tell it (R18); and so which of
// them are pushed to all. It is about one group at a time, whose entries come in the order of their
// sequences.
//
// A group with more members than the push limit becomes a channel by its next entry, the last one that
// is pushed; a channel with fewer than 80% of it a group again by its next, the first one. Of a channel
// everybody gets the entry that lets them in, and the one that lets them out.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/base/limits.hpp"
#include "core/wire/message.hpp"
#include "sim/check/runs.hpp"

namespace hubbub::sim {

class ModeRules {
 public:
  void set(std::uint32_t push_limit) { push_limit_ = push_limit; }

  /// Takes the next entry. Gives what is wrong with it, or with the one before it.
  std::optional<std::string_view> take(const Message& entry);
  /// It was a channel at some time.
  bool ever() const { return !changes_.empty(); }
  /// What is due to who is a member in (from, to].
  void add_due(Sequence from, Sequence to, Runs& due) const;
  /// Empties it, for the next group.
  void clear();

 private:
  /// What the next entry must say; nothing: whatever it likes.
  std::optional<EntryKind> next() const;

  std::uint32_t push_limit_ = limits::push_limit;
  std::uint64_t members_ = 0;
  bool channel_ = false;
  bool may_change_ = false;  ///< who is in it has just changed
  std::vector<Sequence> changes_;
};

}  // namespace hubbub::sim
