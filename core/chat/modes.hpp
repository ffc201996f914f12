// Which entries of a group are pushed to all of its members (R18).
//
// A group of more than the push limit's members is a channel: of what is said there nobody is copied
// to, and who looks pulls. Becoming a channel is an entry, the last one that is pushed; becoming a group
// again is one, too, the first that is. Where those lie is kept for ever: what is due to whom goes by
// it, however late it is delivered.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits.hpp"
#include "core/chat/channel_mentions.hpp"
#include "core/wire/rows.hpp"

namespace hubbub {

class Modes {
 public:
  /// What a channel's messages are due to whom they mention.
  ChannelMentions mentions;

  /// A channel now, behind the last change.
  bool channel() const { return changes().size() % 2 == 1; }
  /// Pushed to whoever is a member there.
  bool pushed(Sequence seq) const { return changes_before(seq) % 2 == 0; }

  /// The first sequence from `seq` on that is pushed; open_end if nothing is until the next change.
  Sequence next_pushed(Sequence seq) const {
    const std::size_t before = changes_before(seq);
    if (before % 2 == 0) return seq;
    return before < changes().size() ? changes()[before] : rows::open_end;
  }
  /// The last one up to `seq` that is; 0: none.
  Sequence last_pushed(Sequence seq) const {
    const std::size_t before = changes_before(seq);
    return before % 2 == 0 ? seq : changes()[before - 1];
  }
  /// The last of those around `seq` that are pushed without a gap. REQUIRES: pushed(seq).
  Sequence pushed_through(Sequence seq) const {
    const std::size_t before = changes_before(seq);
    return before < changes().size() ? changes()[before] : rows::open_end;
  }

  /// What a group of so many members is to become; false: nothing else than it is.
  bool due(std::uint32_t members, std::uint32_t push_limit) const {
    if (changes().size() >= limits::mode_changes) return false;
    const auto again = std::uint64_t{push_limit} * limits::push_again_percent / 100;
    return channel() ? members < again : members > push_limit;
  }
  /// `entry`: the one that says so. REQUIRES: above all before it.
  void change(Sequence entry) {
    HUBBUB_CHECK(changes().empty() || entry > changes().back());
    if (changes_ == nullptr) changes_ = std::make_unique<std::vector<Sequence>>();
    changes_->push_back(entry);
  }
  std::span<const Sequence> changes() const {
    return changes_ == nullptr ? std::span<const Sequence>() : *changes_;
  }

 private:
  /// Changes that hold for `seq`: even ones say what is pushed last, odd ones what is pushed first.
  std::size_t changes_before(Sequence seq) const {
    const std::span<const Sequence> all = changes();
    std::size_t before = 0;
    while (before < all.size() && (before % 2 == 0 ? all[before] < seq : all[before] <= seq)) ++before;
    return before;
  }

  std::unique_ptr<std::vector<Sequence>> changes_;  ///< most groups never were a channel
};

}  // namespace hubbub
