// Of a channel, which of its messages are due to whom they mention (R18), as long as these may not have them.
//
// What a shard has is forgotten here. So the last thing that was due to a shard may be said to be older
// than it is; the shard has that and more, and takes what comes next.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/base/ids.hpp"
#include "core/wire/rows.hpp"

namespace hubbub {

class ChannelMentions {
 public:
  bool empty() const { return due_.empty(); }
  /// Messages that are kept.
  std::size_t size() const { return left_.size(); }

  /// REQUIRES: nothing was added for `seq`; each of `users` stands there once.
  void add(Sequence seq, std::span<const UserId> users) {
    if (users.empty()) return;
    for (const UserId user : users) {
      const Due due{user, seq};
      due_.insert(std::lower_bound(due_.begin(), due_.end(), due), due);
    }
    left_.emplace_back(seq, users.size());
  }

  /// The first from `from` on that mentions the user; open_end: none.
  Sequence next(UserId user, Sequence from) const {
    const auto at = std::lower_bound(due_.begin(), due_.end(), Due{user, from});
    return at == due_.end() || at->user != user ? rows::open_end : at->seq;
  }
  /// The last up to `at` that does; 0: none.
  Sequence last(UserId user, Sequence at) const {
    const auto after = std::upper_bound(due_.begin(), due_.end(), Due{user, at});
    return after == due_.begin() || (after - 1)->user != user ? 0 : (after - 1)->seq;
  }

  /// A shard has everything up to `through`. Calls `done(seq)` for each that nobody waits for any more.
  template <class Done>
  void confirmed(ShardId shard, Sequence through, Done done) {
    const auto has = [&](const Due& due) { return due.seq <= through && shard_of(due.user) == shard; };
    for (const Due& due : due_) {
      if (!has(due)) continue;
      const auto left = std::find_if(left_.begin(), left_.end(),
                                     [&](const auto& l) { return l.first == due.seq; });
      if (--left->second > 0) continue;
      done(due.seq);
      left_.erase(left);
    }
    std::erase_if(due_, has);
  }

 private:
  struct Due {
    UserId user;
    Sequence seq{};
    auto operator<=>(const Due&) const = default;
  };
  std::vector<Due> due_;  ///< sorted
  std::vector<std::pair<Sequence, std::size_t>> left_;
};

}  // namespace hubbub
