// Who belongs to a conversation, from where to where (R17).
//
// Membership is a list of intervals (user, from, to]: a member is due every sequence in them, may
// read every sequence in them, and nothing else. `from` is the sequence before the joining entry,
// so that who joins sees the joining; `to` is the leaving entry, so that who leaves sees it too.
// Where newcomers may read what came before, the interval says so: that widens what may be read,
// never what is due.
// Intervals are kept in the order of joining (that is how they are stored) with an index by shard
// and user (that is how they are asked for).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/chat/modes.hpp"
#include "core/wire/rows.hpp"

namespace hubbub {

class Members {
 public:
  using Interval = rows::Interval;

  /// The two of a direct conversation, always.
  static Members direct(const ConversationId& conversation);

  /// In storing order.
  std::span<const Interval> intervals() const { return intervals_; }
  /// Members now.
  std::uint32_t count() const { return count_; }
  bool contains(UserId user) const { return open_interval(user).has_value(); }
  /// Was `user` ever a member?
  bool knows(UserId user) const { return !of_user(user).empty(); }

  /// Where a member's or former member's first interval is; it never changes.
  std::optional<std::uint32_t> place_of(UserId user) const {
    const auto places = of_user(user);
    return places.empty() ? std::nullopt : std::optional(places.front().interval);
  }
  /// Calls `visit(user, place)` for each member there is now, by shard and user.
  template <class Visit>
  void for_each(Visit visit) const {
    std::uint32_t first = 0;
    const Place* before = nullptr;
    for (const Place& place : places_) {
      if (before == nullptr || before->user != place.user) first = place.interval;
      if (intervals_[place.interval].to == rows::open_end) visit(place.user, first);
      before = &place;
    }
  }

  /// Members and former members of one shard, each once, however often they came and went.
  std::size_t in_shard(ShardId shard) const;

  /// Each gives the index of the interval that changed, for its row.
  /// `join` REQUIRES: !contains(user). The others REQUIRE: contains(user).
  std::size_t join(UserId user, Sequence entry,
                   NewcomersRead history = NewcomersRead::from_joining);
  /// Several at once. Gives the index of the first of their intervals; the others follow on it. REQUIRES:
  /// none of them is a member, and none is named twice.
  std::size_t join(std::span<const UserId> users, Sequence entry, NewcomersRead history);
  std::size_t leave(UserId user, Sequence entry);
  std::size_t set_role(UserId user, Role role);
  /// Takes back what a row held.
  void restore(std::span<const Interval> intervals);
  /// Of a member. REQUIRES: contains(user).
  Role role(UserId user) const;
  /// Who owns the group when its owner leaves: of its admins who joined first, else of its members;
  /// nobody if nobody stays.
  UserId successor(UserId owner) const;

  /// Builds the index, after joins or restores.
  void index();

  /// The most members that one shard has now.
  std::size_t most_in_a_shard() const;

  /// Shards that have or had members, ascending.
  std::vector<ShardId> shards() const;

  /// Consecutive sequences that are due to the same users of one shard.
  struct Run {
    Sequence from{};
    Sequence to{};
    /// The last one before `from` that was due to the shard; 0: none.
    Sequence previous{};
  };
  /// The first run after `after` and up to `head`; `recipients` receives its users. Due to a member is
  /// what is pushed while they are one, what mentions them, the entry that lets them in, and the one that
  /// lets them out.
  std::optional<Run> next_run(ShardId shard, Sequence after, Sequence head,
                              std::vector<UserId>& recipients, const Modes& modes = {}) const;

  /// What was or will be delivered to `user`, in one piece: the interval, cut at `head`, that holds
  /// the highest such sequence <= `at`.
  std::optional<Interval> due_below(UserId user, Sequence at, Sequence head) const;
  /// What `user` may read, in one piece: the interval, widened to what came before where newcomers
  /// may read that, and cut at `head`, that holds the highest readable sequence <= `at` (`below`), or
  /// the lowest >= `at` (`above`).
  std::optional<Interval> readable_below(UserId user, Sequence at, Sequence head) const;
  std::optional<Interval> readable_above(UserId user, Sequence at, Sequence head) const;

 private:
  struct Place {
    ShardId shard;
    UserId user;
    std::uint32_t interval{};
    auto operator<=>(const Place&) const = default;
  };
  /// As it is due, or as it may be read.
  enum class Width : std::uint8_t { due, readable };
  Interval piece(const Place& place, Width width, Sequence head) const;
  std::optional<Interval> below(UserId user, Width width, Sequence at, Sequence head) const;
  std::optional<std::size_t> open_interval(UserId user) const;
  std::span<const Place> of_user(UserId user) const;
  std::span<const Place> of_shard(ShardId shard) const;
  void insert_place(UserId user, std::uint32_t interval);

  std::vector<Interval> intervals_;
  std::vector<Place> places_;  ///< sorted
  std::uint32_t count_ = 0;
};

}  // namespace hubbub
