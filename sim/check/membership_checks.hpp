// Who may know what, and change what: members-only, by-right, delivered-only, delivered-all.
//
// For each (user, conversation), runs of sequences: what the user was told of (shown, declared,
// paged, acknowledged), what the inbox holds, and what the intervals allow. In a direct
// conversation both users may know all of it. In a group the intervals are those that its own
// entries tell of (roster.hpp); the member rows the server keeps are held against them. Where
// newcomers may read what came before they joined, that widens what they page, and nothing else.
#pragma once

#include <absl/container/flat_hash_map.h>

#include "sim/check/ledger.hpp"
#include "sim/check/message_checks.hpp"
#include "sim/check/mode_rules.hpp"
#include "sim/check/rights.hpp"
#include "sim/check/roster.hpp"
#include "sim/check/runs.hpp"

namespace hubbub::sim {

class MembershipChecks {
 public:
  explicit MembershipChecks(Ledger& ledger) : ledger_(ledger) {}

  /// Above so many members a group is a channel.
  void set_push_limit(std::uint32_t limit) { modes_.set(limit); }

  /// REQUIRES: from <= to.
  void told(Duration now, std::uint32_t device, std::uint32_t user, std::uint32_t conversation,
            Sequence from, Sequence to);
  /// One message of a page.
  void paged(Duration now, std::uint32_t device, std::uint32_t user, std::uint32_t conversation,
             Sequence seq);
  /// A page left out [from, to] between two of its messages.
  void skipped(Duration now, std::uint32_t device, std::uint32_t user, std::uint32_t conversation,
               Sequence from, Sequence to);

  /// A group's rows and messages come in one piece, its messages in the order of sequences.
  void stored_member(Duration now, std::uint32_t conversation, std::uint32_t user, Sequence from,
                     Sequence to);
  void stored_message(Duration now, std::uint32_t conversation, const Message& message);
  void stored_inbox(Duration now, std::uint32_t user, std::uint32_t conversation, Sequence seq);

  /// Judges against the groups' entries and `messages`' stored heads.
  void finish(Duration now, const MessageChecks& messages, bool liveness);
  /// Was the user a member when that was said? Of groups, as their stored entries tell: after `finish`.
  bool member(UserId user, const ConversationId& conversation, Sequence seq) const;
  std::size_t memory() const;

 private:
  using Sets = absl::flat_hash_map<std::uint64_t, Runs>;  // by (user, conversation)
  struct Gap {
    std::uint32_t device{};
    std::uint32_t user{};
    std::uint32_t conversation{};
    Sequence from{};
    Sequence to{};
  };

  /// The same order in every run, so that the same violations are told.
  static std::vector<Sets::const_pointer> in_order(const Sets& sets);
  static std::uint64_t pair_of(std::uint32_t user, std::uint32_t conversation) {
    return (std::uint64_t{user} << 32) | conversation;
  }
  /// May read all of a direct conversation; nothing is known of groups here.
  bool is_one_of_two(std::uint32_t user, std::uint32_t conversation) const;
  bool is_group(std::uint32_t conversation) const {
    return ledger_.entities.conversation_id(conversation).is_group();
  }
  const Runs& allowed(std::uint32_t user, std::uint32_t conversation) const;
  /// What is delivered to them of it: less, where it was a channel.
  const Runs& due(std::uint32_t user, std::uint32_t conversation) const;
  /// The same, and what they may page beside it.
  const Runs& readable(std::uint32_t user, std::uint32_t conversation) const;
  std::string user(std::uint32_t user) const {
    return hubbub::to_text(ledger_.entities.user_id(user));
  }
  void say_stranger(Duration now, std::uint32_t user, std::uint32_t conversation, Runs::Run run,
                    std::uint32_t device);

  /// The group whose rows come in now; the one before it is done.
  void begin_group(Duration now, std::uint32_t conversation);
  void end_group(Duration now);
  void judge_author(Duration now, std::uint32_t conversation, const Message& message);
  void judge_right(Duration now, std::uint32_t conversation, const Message& message);
  void judge_told(Duration now, const MessageChecks& messages);
  void judge_paged(Duration now);
  void judge_gaps(Duration now);
  void judge_inboxes(Duration now, const MessageChecks& messages);
  void judge_delivered(Duration now, const MessageChecks& messages);
  void judge_delivered_to(Duration now, std::uint32_t user, std::uint32_t conversation,
                          Sequence head);

  static constexpr std::size_t gaps_kept = 1'000'000;

  Ledger& ledger_;
  Sets told_;
  Sets paged_;  ///< of groups
  Sets inboxes_;
  Sets intervals_;
  Sets due_;      ///< of groups that were ever channels
  Sets widened_;  ///< of those for whom it differs from `intervals_`
  std::vector<Gap> gaps_;
  std::uint32_t storing_ = no_entity;  ///< the group of `roster_`
  Roster roster_;
  Rights rights_;
  ModeRules modes_;
  /// Who joined it when newcomers could read all, and up to where they so may.
  std::vector<std::pair<std::uint32_t, Sequence>> earlier_;
  /// Whom its messages mention.
  std::vector<std::pair<std::uint32_t, Sequence>> mentioned_;
};

}  // namespace hubbub::sim
