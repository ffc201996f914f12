// What a user has decided about another: a contact, blocked, or both. One row each, in the user's
// shard, in memory only while it is asked for.
//
// A block holds when the direct conversation of the two has stored it (R4): until then it is owed.
// Each block and each end of one has a number of its user's, which only grows, so that the
// conversation can tell what is newer, whoever told it.
#pragma once

#include <string>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/limits.hpp"
#include "core/wire/frames.hpp"
#include "core/wire/rows.hpp"

namespace hubbub {

struct ContactKey {
  UserId user;   ///< whose decision it is
  UserId other;
  bool operator==(const ContactKey&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const ContactKey& k) {
    return H::combine(std::move(h), k.user, k.other);
  }
};
/// The shard whose partition stores a record.
inline ShardId home_shard(const ContactKey& k) { return shard_of(k.user); }

struct Contact {
  static rows::Bounds bounds(const ContactKey& k) {
    return rows::only(rows::contact(k.user, k.other));
  }

  bool contact = false;
  bool blocked = false;
  bool owed = false;         ///< the conversation has not said that it stored the last block
  bool retrying = false;     ///< it will be told again
  std::uint64_t number = 0;  ///< of the last block or end of one; 0: there was none
  std::string name;

  /// A call that is answered when nothing is owed any more.
  struct Waiting {
    SessionRef session;
    RequestId request{};
    std::uint64_t number{};
    std::uint64_t next{};
  };
  std::vector<Waiting> waiting;

  /// Nothing that would have to be kept.
  bool nothing() const { return !contact && !blocked && !owed; }
  rows::ContactRow row() const {
    return {.contact = contact, .blocked = blocked, .owed = owed, .number = number, .name = name};
  }
  /// Waits; whoever has waited for longest may have to ask again.
  void wait(const Waiting& who) {
    if (waiting.size() >= limits::waiting_for_block) waiting.erase(waiting.begin());
    waiting.push_back(who);
  }

  /// Takes back one stored row. False: it cannot be read.
  bool restore(std::string_view key, std::string_view value, Arena& arena);
  void restored(const ContactKey&) {}
};

}  // namespace hubbub
