// The users of a node's partitions: takes deliveries into their inboxes (R13, R14), gives every
// device its generation (R3) and every session its stream (R15, R16).
#pragma once

#include "core/node/context.hpp"
#include "core/node/mentions.hpp"
#include "core/node/presences.hpp"
#include "core/node/reports.hpp"

namespace hubbub {

class Users {
 public:
  Users(Context& context, Presences& presences, Reports& reports, Pushes& pushes, Mentions& mentions)
      : c_(context), presences_(presences), reports_(reports), pushes_(pushes), mentions_(mentions) {}

  void on(const peer::Attach& attach);
  void on(const peer::Detach& detach);
  void on(const peer::Acknowledged& acknowledged);
  void on(const peer::Deliver& deliver) { take(deliver, false); }
  void on(const peer::ChannelDeliver& delivery) { take(delivery.deliver, true); }
  void on(const peer::Fetched& fetched);
  /// A list of conversations, or of channels; anything else goes to conversations.
  void on(const peer::Request& request);
  void turn_away(const peer::Attach& attach);
  void turn_away(const peer::Deliver& deliver);
  void turn_away(const peer::ChannelDeliver& delivery) { turn_away(delivery.deliver); }

  void inbox_read(const reads::Inbox& job, std::string_view rows);
  void chats_read(const reads::Chats& job, std::string_view rows, bool more);

  /// Rows of this partition became durable: streams that waited for them go on.
  void committed(PartitionId partition);
  /// The partition is not this node's any more.
  void closed(PartitionId partition) { after_commit_[partition.value].clear(); }
  void work();
  bool has_work() const { return !pumps_.empty(); }
  void timers();
  Duration next_deadline() const;
  /// Something is judged by time here, so pauses must be noticed (R28).
  bool judging() const { return !fetch_timeouts_.empty(); }
  /// Nobody used it for a while: it gives up what it can, and all of it may go if this says so.
  bool evictable(User& u) const;

 private:
  using Slot = std::uint32_t;

  void refuse(const peer::Attach& a, ErrorCode code, bool retry, Duration retry_after);
  static bool knows_more(const peer::Attach& a, User& user, const Partition& p);
  Device& new_device(UserId id, User& user, std::string_view name);
  void put(Partition& p, UserId id, const User& user, const Device& device);
  void start_stream(Partition& p, User& user, Device& device, const peer::Attach& a);
  void holds(Slot slot, Device& device, Sequence through);

  /// `of_channel`: of what is pushed to nobody else.
  void take(const peer::Deliver& deliver, bool of_channel);
  template <class Wanted>
  void read_chats(const peer::Request& r, reads::Chats::Which which, const rows::Bounds& all,
                  const Wanted& wanted);
  bool belongs(UserId id, const Message& message) const;
  void append(Partition& p, Slot slot, const ConversationId& conversation,
              std::span<const Message> messages, bool of_channel);
  void list(Partition& p, UserId id, const ConversationId& conversation, const Message& message,
            bool of_channel);
  void push(Partition& p, Slot slot, const ConversationId& conversation,
            std::span<const Message> messages);
  void renumber(Partition& p, SessionStream& stream);
  void send_entry(Partition& p, SessionStream& stream, Sequence number,
                  const ConversationId& conversation, const Message& message);

  void pump(Slot slot, Device& device);
  void read_inbox(Slot slot, Device& device, Sequence from, Sequence to, bool ranges);
  void inbox_not_stored_yet(const reads::Inbox& job);
  void ranges_read(Slot slot, Device& device, std::string_view rows);
  void entries_read(Slot slot, Device& device, std::string_view rows);
  void pump_later(Slot slot, DeviceNumber device);
  void store_cursor(UserId id, Device& device);

  /// Inbox entries on their way to a session: the content of one run at a time is fetched.
  struct CatchUp {
    Slot slot{};
    std::uint32_t use{};
    DeviceNumber device;
    std::uint32_t serial{};
    std::array<rows::InboxRow, limits::delivery_entries> entries{};
    std::uint32_t count = 0;
    std::uint32_t next = 0;
    std::uint32_t run_size() const;
  };
  void fetch(CatchUp& catch_up);
  void declare(Partition& p, SessionStream& stream, CatchUp& catch_up);
  Device* waiting_device(Slot slot, std::uint32_t use, DeviceNumber number,
                         std::uint32_t serial);

  struct Pump {
    Slot slot{};
    std::uint32_t use{};
    DeviceNumber device;
  };
  struct Timed {
    std::uint64_t ticket{};
    Duration due{};
  };
  struct Flush {
    Pump of;
    Duration due{};
  };

  Context& c_;
  Presences& presences_;
  Reports& reports_;
  Pushes& pushes_;
  Mentions& mentions_;
  std::vector<Slot> recipients_;  ///< of the delivery being handled
  Ring<Pump> pumps_;
  /// By partition: streams that found their next rows not durable yet.
  std::array<std::vector<Pump>, limits::partitions> after_commit_;
  absl::flat_hash_map<std::uint64_t, CatchUp> fetching_;
  Ring<Timed> fetch_timeouts_;
  std::uint32_t last_ticket_ = 0;
  std::uint32_t last_serial_ = 0;
  Ring<Flush> flushes_;
  RangeBuilder ranges_;
};

}  // namespace hubbub
