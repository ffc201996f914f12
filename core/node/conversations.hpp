// The conversations of a node's partitions: accepts what is said (R1 to R4, R17), keeps it, serves
// it (R21), and sees to it that every member's shard gets it (R13).
#pragma once

#include <optional>

#include "core/node/context.hpp"
#include "core/node/heads.hpp"
#include "core/node/mark_sweeps.hpp"
#include "core/node/shared_reads.hpp"
#include "core/node/receipts.hpp"

namespace hubbub {

class Conversations {
 public:
  Conversations(Context& context, Receipts& receipts, Heads& heads)
      : c_(context), receipts_(receipts), heads_(heads), owing_sweeps_(context, rows::owing_of) {}

  // --- Messages ----------------------------------------------------------------------------------
  void on(const peer::Request& request);
  void on(const peer::Confirm& confirm);
  void on(const peer::DeliverRefused& refused);
  void on(const peer::Fetch& fetch);
  void on(const peer::SetBlock& block);
  /// Answers what could not even wait.
  void turn_away(const peer::Request& request);
  void turn_away(const peer::Fetch& fetch);

  // --- Rows that were asked for --------------------------------------------------------------------
  void page_read(const reads::Page& asked, std::string_view rows, bool more);
  void delivery_read(const reads::Delivery& delivery, std::string_view rows);
  /// A conversation came into memory; what it owes goes out.
  void loaded(std::uint32_t slot);
  /// A partition's `owing` marks: loads what owes.
  void owing_read(PartitionId partition, std::string_view rows, bool more);
  void sweep_owing(PartitionId partition);

  // --- Turns of a step -------------------------------------------------------------------------------
  /// Partitions have opened, here or elsewhere: what was under way to them goes out again.
  void opened(const Partitions& partitions);
  /// The partition is not this node's any more.
  void closed(PartitionId partition) {
    shared_reads_.closed(partition);
    heads_.closed(partition);
  }
  /// Goes on with fan-out and sweeps while the step has units left.
  void work();
  /// Goes on with what is left of large fan-outs, with so many streams of theirs in turn. A message to
  /// thousands must not be in the way of one to one: this is for when there is nothing else to do, and
  /// for a little of every other step.
  void go_on(std::uint32_t streams);
  bool to_go_on() const { return !rest_.empty(); }
  bool has_work() const {
    return !fan_out_.empty() || !sweeps_.empty() || owing_sweeps_.has_work() || shared_reads_.waiting();
  }
  void timers();
  Duration next_deadline() const;
  bool evictable(const Conversation& c) const {
    return c.unsettled == 0 && c.owing_from == 0 && !c.queued && !c.marks.awaited;
  }
  std::uint64_t owed() const;

 private:
  using Slot = std::uint32_t;
  /// Who calls, and everything that a call changes.
  struct Caller {
    const peer::Request& request;
    Conversation& conversation;
    SenderRecord& sender;
    Partition& partition;
  };

  void refuse_finally(const Caller& caller, ErrorCode code, std::string_view detail,
                      std::uint64_t expected = 0);
  void conflict(const peer::Request& r, std::uint64_t expected, std::string_view detail);
  void ok(const peer::Request& r, RequestId id, const rows::Remembered& what, std::uint64_t next);

  void call(const peer::Request& r, Conversation& conv, const to_server::Send& send);
  void call_named(const Caller& caller, const to_server::Send& send);
  bool may_say(const Caller& caller, const to_server::Send& send);
  std::span<const UserId> mentioned(const Caller& caller, const to_server::Send& send);
  void call(const peer::Request& r, Conversation& conv, const to_server::Create& create);
  void call(const peer::Request& r, Conversation& conv, const to_server::Change& change);
  void call(const peer::Request& r, Conversation& conv, const to_server::History& history);
  void call(const peer::Request& r, Conversation& conv, const to_server::Members& wanted);
  void call(const peer::Request& r, Conversation& conv, const to_server::AddMembers& add);
  void call(const peer::Request& r, Conversation& conv, const to_server::Receipts&) {
    receipts_.answer(r, conv);
  }
  /// What is the user's own does not come here (calls.hpp).
  template <class Own>
  void call(const peer::Request&, Conversation&, const Own&) {
    HUBBUB_CHECK(false);
  }

  static bool too_many_in_a_shard(std::span<const UserId> users);
  bool has_room(const Conversation& conv, std::span<const UserId> users) const;
  std::optional<Caller> caller_of(const peer::Request& r, Conversation& conv);
  bool may_take(const Caller& caller);
  bool is_new_call(const Caller& caller, std::uint64_t number, std::uint64_t key,
                   std::uint64_t digest);
  void accept(const Caller& caller, Numbers& numbers, bool is_call, RequestId id, Message& entry,
              std::uint64_t digest);
  void place(const Caller& caller, Message& entry);
  void put_entry(const Caller& caller, const Message& entry);
  void spread(const Caller& caller, const Message& entry);
  void follow_size(const Caller& caller);
  void store_generation(const Caller& caller);
  void put_members(const ConversationId& id, const Conversation& conv, std::size_t interval);
  void put_self(const ConversationId& id, const Conversation& conv);
  void put_settings(const ConversationId& id, const Conversation& conv);

  void serve(reads::Page page);
  void serve_waiting();
  bool reply_read(reads::Page page, std::string_view rows, bool more);
  void later(const reads::Page& page);
  void reply(const reads::Page& page, std::span<const Message> messages);
  reads::Page history_page(const Conversation& conv, const peer::Request& r,
                           const to_server::History& h) const;

  void queue(Slot slot);
  /// One that is being offered to its streams.
  struct Owed {
    Slot slot{};
    std::uint32_t use{};
    std::uint32_t visited = 0;
  };
  bool fan_out(const Owed& owed);
  bool is_large(const Owed& owed) const;
  void pump(Slot slot, DeliveryStream& stream);
  void deliver(Slot slot, DeliveryStream& stream, const Members::Run& run,
               std::span<const Message> messages);
  void confirmed(Slot slot, DeliveryStream& stream, Sequence through);
  void later(Slot slot, DeliveryStream& stream);
  void unmark_later(Slot slot);
  void unmark(Slot slot);

  struct Retry {
    Slot slot{};
    std::uint32_t use{};
    ShardId shard;
    Duration due{};
  };
  struct Unmark {
    Slot slot{};
    std::uint32_t use{};
    Duration due{};
  };
  struct Sweep {
    Partitions partitions;
    Slot next{};
  };

  Context& c_;
  Receipts& receipts_;
  Heads& heads_;
  SharedReads shared_reads_;
  Ring<Owed> fan_out_;
  Ring<Owed> rest_;  ///< of large ones
  Ring<Retry> retries_;
  Ring<Unmark> unmarks_;
  Ring<Sweep> sweeps_;
  MarkSweeps<reads::Owing> owing_sweeps_;
  std::vector<UserId> recipients_;
  std::vector<rows::Writer> writers_;
  std::vector<UserId> mentioned_;  ///< by the message being handled
};

}  // namespace hubbub
