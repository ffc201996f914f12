// A set of sequences, kept as runs: what a member may read, what an inbox holds, what a user was
// told. Such sets are one run nearly always, and one run needs no memory of its own.
//
// Invariant: runs ascend, do not overlap, and do not touch.
#pragma once

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "core/base/ids.hpp"

namespace hubbub::sim {

class Runs {
 public:
  /// [from, to]
  struct Run {
    Sequence from{};
    Sequence to{};
    bool operator==(const Run&) const = default;
  };
  static constexpr Sequence unbounded = std::numeric_limits<Sequence>::max();

  bool empty() const { return runs_.empty(); }
  /// 0 if empty.
  Sequence least() const { return runs_.empty() ? 0 : runs_.front().from; }
  Sequence greatest() const { return runs_.empty() ? 0 : runs_.back().to; }
  auto begin() const { return runs_.begin(); }
  auto end() const { return runs_.end(); }

  bool contains(Sequence seq) const {
    const auto run = first_ending_at_or_after(seq);
    return run != runs_.end() && run->from <= seq;
  }

  /// Adds [from, to]. REQUIRES: from <= to. Constant time at the upper end.
  void add(Sequence from, Sequence to) {
    if (!runs_.empty() && from > runs_.back().from) {
      Run& last = runs_.back();
      if (from <= last.to || from == last.to + 1) {
        last.to = std::max(last.to, to);
        return;
      }
    }
    insert(from, to);
  }
  void add(Sequence seq) { add(seq, seq); }

  /// The first part of this set, up to `limit`, that `other` lacks.
  std::optional<Run> first_missing_from(const Runs& other, Sequence limit = unbounded) const {
    for (const Run& run : runs_) {
      if (run.from > limit) break;
      const Sequence to = std::min(run.to, limit);
      const auto theirs = other.first_ending_at_or_after(run.from);
      if (theirs == other.runs_.end() || theirs->from > to) return Run{run.from, to};
      if (theirs->from > run.from) return Run{run.from, theirs->from - 1};
      if (theirs->to >= to) continue;
      const auto next = theirs + 1;
      const bool ends = next == other.runs_.end() || next->from > to;
      return Run{theirs->to + 1, ends ? to : next->from - 1};
    }
    return {};
  }

  /// The first part of [from, to] that is in this set.
  std::optional<Run> first_within(Sequence from, Sequence to) const {
    const auto run = first_ending_at_or_after(from);
    if (run == runs_.end() || run->from > to) return {};
    return Run{std::max(run->from, from), std::min(run->to, to)};
  }

  /// Bytes beyond the object itself.
  std::size_t memory() const { return runs_.capacity() > 1 ? runs_.capacity() * sizeof(Run) : 0; }

 private:
  using List = absl::InlinedVector<Run, 1>;

  List::const_iterator first_ending_at_or_after(Sequence seq) const {
    return std::partition_point(runs_.begin(), runs_.end(),
                                [seq](const Run& run) { return run.to < seq; });
  }

  void insert(Sequence from, Sequence to) {
    // Every run that overlaps or touches [from, to] becomes one with it.
    const auto first = std::partition_point(runs_.begin(), runs_.end(), [from](const Run& run) {
      return run.to < from && from - run.to > 1;
    });
    auto last = first;
    while (last != runs_.end() && (last->from <= to || last->from - to == 1)) {
      from = std::min(from, last->from);
      to = std::max(to, last->to);
      ++last;
    }
    runs_.insert(runs_.erase(first, last), Run{from, to});
  }

  List runs_;
};

}  // namespace hubbub::sim
