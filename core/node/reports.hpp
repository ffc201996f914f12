// What a user's devices have, told to the conversations (R16, R19); and what these tell the user's
// sessions in turn.
//
// Rounds: the inbox entries beyond `receipted` that a device has acknowledged are folded into one
// receipt for each conversation, and when all of them are confirmed, `receipted` goes on. So nothing
// is lost that a crash takes: what was not confirmed is said again, from the inbox. An entry counts
// from its acknowledgement, however it was shown: in a range, on another device, or to its writer.
#pragma once

#include "core/base/ring.hpp"
#include "core/node/context.hpp"

namespace hubbub {

class Reports {
 public:
  explicit Reports(Context& context) : c_(context) {}

  /// A device of the user has more than any had before, or is there again.
  void acknowledged(std::uint32_t user);
  void on(const peer::Receipted& m);
  void on(const peer::Relay& m);
  void inbox_read(const reads::Receipted& job, std::string_view rows, bool more);

  void timers();
  Duration next_deadline() const;
  /// Users with something that is not confirmed.
  std::size_t under_way() const;

 private:
  using Slot = std::uint32_t;
  struct Due {
    Slot slot{};
    std::uint32_t use{};
    Duration at{};
  };
  struct Unanswered {
    Slot slot{};
    std::uint32_t use{};
    Sequence round{};
    Duration at{};
  };

  void begin(Slot slot);
  void read(Slot slot, Sequence from, Sequence to);
  void fold(ReceiptRound& round, const ConversationId& conversation, Sequence seq);
  void say(Slot slot, bool again);
  void end(Slot slot);

  Context& c_;
  Ring<Due> due_;
  Ring<Unanswered> unanswered_;
};

}  // namespace hubbub
