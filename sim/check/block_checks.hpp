// Blocks: blocked-out. From the moment at which somebody is answered that they have blocked another,
// until the end of the block is asked for, no message goes into the conversation of the two.
//
// A message is judged if it was first sent while a block was known to hold, for only then it cannot
// have been taken before; it must be refused, or be answered after the end was asked for. Of blocks
// that overlap with the end of another of the same user's, on another device, nothing is known.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>

#include "sim/check/ledger.hpp"

namespace hubbub::sim {

class BlockChecks {
 public:
  explicit BlockChecks(Ledger& ledger) : ledger_(ledger) {}

  /// A user's first word of a call to block another, or to end that; `key`: the call's.
  void asked(UserId user, UserId other, bool blocked, std::uint64_t key);
  /// `done`: else it was finally refused.
  void answered(Duration now, UserId user, UserId other, bool blocked, std::uint64_t key, bool done);

  /// A message's first sending, and its final answer; devices and conversations as in Entities.
  void sent(std::uint32_t device, std::uint32_t conversation, std::uint64_t key);
  void refused(std::uint32_t device, std::uint32_t conversation, std::uint64_t key);
  void acknowledged(Duration now, std::uint32_t device, std::uint32_t conversation,
                    std::uint64_t key);
  /// Since when `user` has known that `other` is blocked, if that is so.
  std::optional<Duration> blocked_since(UserId user, UserId other) const;
  /// It is known that neither has blocked the other now.
  bool open(UserId user, UserId other) const;
  /// `user` has asked to block `other`, if only once.
  bool ever_asked(UserId user, UserId other) const;
  std::size_t memory() const;

 private:
  /// What one of the two has done.
  struct Side {
    bool asked = false;        ///< to block, ever
    bool blocked = false;      ///< answered, and no end asked for since it was asked
    std::uint32_t blocking = 0;  ///< calls to block without an answer
    std::uint32_t ending = 0;    ///< calls for the end without an answer
    std::uint32_t ends = 0;    ///< asked for, ever
    Duration since{};          ///< of `blocked`
    bool open = true;          ///< it is known to be ended, or was never asked for
  };
  struct Pair {
    Side sides[2];
    std::uint32_t period = 0;  ///< of time in which it was blocked all along
    bool blocked() const { return sides[0].blocked || sides[1].blocked; }
  };
  Pair& pair(UserId user, UserId other) {
    return pairs_[ledger_.entities.conversation(ConversationId::direct(user, other))];
  }
  const Side* find(UserId user, UserId other) const;
  static Side& side(Pair& pair, UserId user, UserId other) { return pair.sides[user < other ? 0 : 1]; }
  static std::uint64_t keyed(std::uint32_t device, std::uint32_t conversation, std::uint64_t key);

  Ledger& ledger_;
  absl::flat_hash_map<std::uint32_t, Pair> pairs_;  ///< by conversation
  /// Calls to block without an answer, by key: how many ends had been asked for when they were made.
  absl::flat_hash_map<std::uint64_t, std::uint32_t> calls_;
  /// Messages without an answer, by device, conversation and key: the period in which they were sent.
  absl::flat_hash_map<std::uint64_t, std::uint32_t> sent_;
};

}  // namespace hubbub::sim
