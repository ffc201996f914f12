// Who has a conversation's messages, and has read them, and who is told (A9, R19); who is typing (A10).
//
// This is the conversation's side: it keeps every member's marks, never back. What it hears gathers
// for a second; then the marks are stored, who reported them is told that they are, and the members'
// sessions are told what is new: in a small conversation the marks, in a large one how many have
// what somebody wrote lately. A repeat is told again, since nobody knows whether it was told before.
#pragma once

#include <vector>

#include "core/base/ring.hpp"
#include "core/node/context.hpp"

namespace hubbub {

class Receipts {
 public:
  explicit Receipts(Context& context) : c_(context) {}

  void on(const peer::Delivered& m);
  void on(const peer::Read& m);
  void on(const peer::Typing& m);
  /// What the receipts say now, as far as that is stored.
  void answer(const peer::Request& request, Conversation& conversation);
  /// A message was accepted: of a large conversation its writer will be told who has it.
  void wrote(Conversation& conversation, const Message& message) {
    if (large(conversation) && message.kind == EntryKind::text)
      conversation.marks.wrote(message.from, message.seq);
  }

  /// What the two of a direct conversation were not told while one had blocked the other, they are.
  void unblocked(const ConversationId& conversation);

  /// Partitions have opened, here or elsewhere: what their users were told may have been lost.
  void opened(const Partitions& partitions) {
    if (partitions.any()) sweeps_.push({partitions, 0});
  }
  void work();
  bool has_work() const { return !flushing_.empty() || !sweeps_.empty(); }
  void timers();
  /// Conversations with something to store or to tell.
  std::size_t under_way() const { return due_.size() + flushing_.size(); }
  Duration next_deadline() const {
    return due_.empty() ? never : std::max(due_.front().at, told_from_);
  }

 private:
  using Slot = std::uint32_t;
  struct Due {
    Slot slot{};
    std::uint32_t use{};
    Duration at{};
  };
  struct Sweep {
    Partitions partitions;
    Slot next{};
  };

  static bool large(const Conversation& c) { return c.members.count() > limits::receipt_members; }
  bool wanted() const { return c_.config.policy.receipts != ReceiptPolicy::none; }
  bool each() const { return c_.config.policy.receipts == ReceiptPolicy::each; }
  void await(Slot slot);
  bool flush(const Due& due);
  void settle(Slot slot, Marks::Place place);
  void store(Slot slot, Marks::Place place);
  void tell(Slot slot);
  void tell_all(Slot slot, std::span<const MarkOf> marks);
  void tell_writers(Slot slot);
  void relay(Slot slot, UserId to, const to_client::Receipt& what);
  bool sweep(Sweep& sweep);

  Context& c_;
  Ring<Due> due_;
  Duration told_from_{};  ///< under load: nothing is told before
  Ring<Due> flushing_;
  Ring<Sweep> sweeps_;
  std::vector<Marks::Place> places_;
  std::vector<rows::Mark> row_;
  std::vector<MarkOf> told_;
};

}  // namespace hubbub
