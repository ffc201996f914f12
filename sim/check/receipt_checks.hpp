// What is shown of who has a message, and has read it: watermarks, receipts-shown (A9).
//
// The truth is what devices said: that they hold their inbox up to a cursor, and that their user has
// read a conversation up to a sequence. Nothing may be shown beyond it, whatever is broken; what was
// shown must be stored; and once nothing is broken, who keeps receipts must have been shown all.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <vector>

#include "core/base/stable_vector.hpp"
#include "sim/check/block_checks.hpp"
#include "sim/check/ledger.hpp"
#include "sim/check/presence_checks.hpp"

namespace hubbub::sim {

class ReceiptChecks {
 public:
  ReceiptChecks(Ledger& ledger, const BlockChecks& blocks, const PresenceChecks& presences)
      : ledger_(ledger), blocks_(blocks), presences_(presences) {}

  /// A device was given entries of a conversation up to this one.
  void given(std::uint32_t device, std::uint32_t user, std::uint32_t conversation, Sequence seq);
  /// It says that it holds all that it was given; of its inbox, what lies up to here.
  void holds(std::uint32_t device, std::uint32_t user, const Cursor& cursor);
  void read(std::uint32_t user, std::uint32_t conversation, Sequence seq);
  void shown(Duration now, std::uint32_t device, std::uint32_t user, std::uint32_t conversation,
             const to_client::Receipt& receipt);

  // --- The end: rows in any order, then `finish`, then what devices were shown ---------------------
  void stored_inbox(std::uint32_t user, std::uint32_t conversation, Sequence number, Sequence seq);
  void stored_member(std::uint32_t conversation, std::uint32_t user, bool still);
  void stored_message(std::uint32_t conversation, const Message& message);
  void stored_mark(std::uint32_t conversation, std::uint32_t user, Sequence delivered,
                   Sequence read);
  void finish(Duration now);
  void at_end(Duration now, std::uint32_t device, std::uint32_t user, std::uint32_t conversation,
              const Checker::ReceiptsShown& shown);
  std::size_t memory() const;

 private:
  /// Of one user in one conversation.
  struct Known {
    std::uint32_t conversation{};
    std::uint32_t user{};
    Sequence held = 0;             ///< some device said so, at most
    Sequence read = 0;             ///< said to be
    Sequence stored_in_inbox = 0;  ///< of what some device holds
    Sequence shown_delivered = 0, shown_read = 0;
    Sequence shown_to_others = 0;  ///< of `shown_delivered`, to anybody else
    Sequence stored_delivered = 0, stored_read = 0;
    bool member = false;  ///< of a group, at the end
    Sequence delivered() const { return std::max(stored_in_inbox, read); }
  };
  struct Given {
    std::uint32_t known{};
    Sequence seq{};
  };
  struct Writer {
    std::uint32_t user{};
    Sequence seq{};
  };
  struct Conversation {
    std::vector<std::uint32_t> known;
    std::vector<Writer> writers;  ///< of a group: who wrote lately, the last one last
  };

  std::uint32_t known(std::uint32_t conversation, std::uint32_t user);
  void judge_private(Duration now, std::uint32_t device, std::uint32_t viewer, Known& k,
                     Sequence delivered);
  bool is_member(const Known& k) const;
  bool may_be_blocked(std::uint32_t conversation) const;
  std::uint32_t members(const Conversation& c) const;
  void judge_counts(Duration now, std::uint32_t device, std::uint32_t user, std::uint32_t c,
                    const Checker::ReceiptsShown& shown);

  Ledger& ledger_;
  const BlockChecks& blocks_;
  const PresenceChecks& presences_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> index_;  ///< by (conversation, user)
  StableVector<Known> known_;
  StableVector<Conversation> conversations_;
  StableVector<std::vector<Given>> given_;  ///< by device: since it last said what it holds
  StableVector<Sequence> held_;             ///< by user: inbox numbers
};

}  // namespace hubbub::sim
