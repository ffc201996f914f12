// Who was in a group, from where to where, as the group's own entries tell it (created, joined,
// left), and what the member rows say beside them. It is about one group at a time.
//
// Nothing here is taken from the server's idea of an interval: who joins is in from the joining
// entry on, who leaves is out after the leaving one.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <limits>
#include <vector>

#include "core/base/ids.hpp"

namespace hubbub::sim {

class Roster {
 public:
  static constexpr Sequence open_end = std::numeric_limits<Sequence>::max();

  /// (from, to]; `to` is `open_end` while the membership lasts.
  struct Interval {
    std::uint32_t user{};
    Sequence from{};
    Sequence to = open_end;
    auto operator<=>(const Interval&) const = default;
  };

  bool empty() const { return intervals_.empty() && rows_.empty(); }
  bool contains(std::uint32_t user) const { return open_.contains(user); }
  /// An entry `seq` takes `user` in, or out. False: it already was.
  bool join(std::uint32_t user, Sequence seq);
  bool leave(std::uint32_t user, Sequence seq);
  /// What a row says.
  void stored(const Interval& interval) { rows_.push_back(interval); }

  /// What the entries say so far, in the order of joining.
  const std::vector<Interval>& intervals() const { return intervals_; }
  /// Intervals that only the rows have (`row`), or only the entries; by user, then sequence.
  struct Difference {
    Interval interval;
    bool row = false;
  };
  std::vector<Difference> differences();

  /// Empties it, for the next group.
  void clear();
  std::size_t memory() const;

 private:
  std::vector<Interval> intervals_;
  std::vector<Interval> rows_;
  /// By user, which of the intervals lasts.
  absl::flat_hash_map<std::uint32_t, std::size_t> open_;
};

}  // namespace hubbub::sim
