// Mentions: mentions-only and mentioned. A message mentions those whom its device named, as far as they
// were members there when it was taken, each once, and not its own user. Each user's list holds
// each message that mentions them once, under numbers of its own, 1, 2, 3 …, and no other; everybody who
// is shown a number of it is shown the same.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <vector>

#include "core/wire/frames.hpp"
#include "sim/check/ledger.hpp"

namespace hubbub::sim {

class MembershipChecks;

class MentionChecks {
 public:
  explicit MentionChecks(Ledger& ledger) : ledger_(ledger) {}

  /// A message's first sending: whom it is to mention.
  void named(DeviceId device, const ConversationId& conversation, std::uint64_t key,
             std::span<const UserId> users);
  /// A device was shown this of its user's list.
  void shown(Duration now, DeviceId device, const MentionOf& mention);

  // --- The end: rows, in any order; then `finish` --------------------------------------------------
  void stored_message(const ConversationId& conversation, const Message& message);
  void stored_mention(UserId user, const MentionOf& mention);
  /// `liveness`: everything is to be there that is due.
  void finish(Duration now, const MembershipChecks& memberships, bool liveness);

  std::size_t memory() const;

 private:
  struct Place {
    UserId user;
    ConversationId conversation;
    Sequence seq{};
    auto operator<=>(const Place&) const = default;
  };
  /// What a message says of somebody whom it mentions.
  struct Mention {
    Place place;
    MessageId message;
    UserId from;
    std::uint64_t number{};  ///< of a list
    auto operator<=>(const Mention&) const = default;
  };
  struct Stored {
    ConversationId conversation;
    Sequence seq{};
    UserId from;
    std::vector<UserId> users;
    std::uint64_t key{};
  };
  struct Number {
    UserId user;
    std::uint64_t number{};
    bool operator==(const Number&) const = default;
    template <class H>
    friend H AbslHashValue(H h, const Number& n) {
      return H::combine(std::move(h), n.user, n.number);
    }
  };

  static std::uint64_t keyed(DeviceId device, const ConversationId& conversation, std::uint64_t key);
  void judge_named(Duration now, const MembershipChecks& memberships);
  void judge_lists(Duration now, bool liveness);
  void violated(Invariant invariant, Duration now, const Mention& m, std::string_view what);

  Ledger& ledger_;
  absl::flat_hash_map<std::uint64_t, std::vector<UserId>> named_;  ///< by device, conversation and key
  absl::flat_hash_map<Number, Mention> shown_;
  std::vector<Stored> messages_;   ///< that were to mention somebody, or do
  std::vector<Mention> due_;       ///< by what the messages say
  std::vector<Mention> listed_;
};

}  // namespace hubbub::sim
