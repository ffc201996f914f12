// Pushes to the devices of users who are away (A12, R20).
//
// A push is owed for the inbox entries beyond what any device acknowledged, and beyond what was
// pushed, while the user has no session. That is looked at when entries come, when the last session
// has ended, and by a new owner once people had the time to come back to it. A mark in the store
// says of whom it may be true, so that nobody is forgotten, however many they are and whatever ends.
//
// A user has one round of pushes at a time: what is new is read, told of in one push for each device,
// once it is durable, and forgotten when providers have taken these. Rounds are few at a time, and
// fewer where providers put pushes off; everybody else waits, here or in the marks.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <vector>

#include "core/base/ring.hpp"
#include "core/node/context.hpp"
#include "core/node/mark_sweeps.hpp"

namespace hubbub {

class Pushes {
 public:
  explicit Pushes(Context& context) : c_(context), sweeps_(context, rows::pushes_owed_of) {}

  /// A device wants pushes, or no more (calls.hpp).
  void on(const peer::Request& request);

  // --- From the users ------------------------------------------------------------------------------
  /// Whether they have blocked who sent these is in memory. False: it is being loaded, and the current
  /// message waits for it.
  bool knows_senders(std::uint32_t user, std::span<const Message> messages);
  /// Marks those of `users` who may be owed a push for these. True: somebody was not marked before,
  /// and that was work enough for one message. REQUIRES: knows_senders.
  bool mark(std::span<const std::uint32_t> users, std::span<const Message> messages);
  /// No push tells the user of it. REQUIRES: knows_senders.
  bool quiet(std::uint32_t user, const Message& message) const;
  /// Entries came into the inbox, not all of them quiet.
  void appended(std::uint32_t user);
  /// A session of theirs ended. `left`: by the user's own wish.
  void ended(std::uint32_t user, bool left);
  /// A device has more of the inbox than before.
  void acknowledged(std::uint32_t user);
  /// A device is its user's no more.
  void revoked(std::uint32_t user, DeviceNumber device);
  bool evictable(const User& user) const { return !user.pushed() || !user.pushed()->under_way; }

  // --- A round -------------------------------------------------------------------------------------
  void on(const peer::PushDue& due);
  /// It could not even wait.
  void turn_away(const peer::PushDue& due);
  void inbox_read(const reads::PushInbox& job, std::string_view rows);
  void on(const peer::PushReady& ready);
  void on(const input::PushDone& done);

  // --- Partitions ----------------------------------------------------------------------------------
  void opened(PartitionId partition);
  void closed(PartitionId partition);
  void owed_read(PartitionId partition, std::string_view rows, bool more);

  // --- Turns of a step -----------------------------------------------------------------------------
  void work();
  bool has_work() const {
    return (!waiting_.empty() && may_begin()) ||
           (has_room() && (unread_.any() || sweeps_.has_work()));
  }
  void timers();
  Duration next_deadline() const;
  /// Users to look at, users being pushed to, and partitions whose marks are still to be read.
  std::size_t unpushed() const {
    return queued() + rounds_.size() + opened_.size() + unread_.count();
  }

 private:
  using Slot = std::uint32_t;
  struct Due {
    UserId user;
    Duration at{};
  };
  struct Opened {
    PartitionId partition;
    Duration at{};
  };
  struct Round {
    UserId user;
    Sequence from = 0;     ///< what is new begins after this
    Sequence through = 0;  ///< and goes so far, as it was read
    std::uint32_t unanswered = 0;
    bool put_off = false;
    bool changed = false;  ///< the row is to be written
  };
  // A push's ticket names its round and its device.
  static std::uint64_t ticket(std::uint64_t round, DeviceNumber device) {
    return round << 16 | device.value;
  }

  bool wants(const User& user) const {
    return user.pushed() && c_.config.policy.push != PushPolicy::none;
  }
  bool owes() const { return c_.config.policy.push == PushPolicy::owed; }
  User& user_of(const Round& round) { return c_.users[c_.users.find(round.user)].record; }
  void mark(Slot slot);
  void unmark(Slot slot);
  void later(Slot slot, Ring<Due>& queue, Duration wait);
  bool enqueue(UserId user, Ring<Due>& queue, Duration wait);
  void begin(UserId user);
  void consider(std::uint64_t number, Round& round, Slot slot);
  void read(std::uint64_t number, const Round& round, Sequence below);
  void finish(std::uint64_t number);
  void put_off();
  bool may_begin() const { return rounds_.size() < window_ && c_.now.mono >= paused_until_; }
  std::size_t queued() const;
  bool has_room() const { return queued() < limits::push_waiting / 4; }

  Context& c_;
  // Users to look at, by how long they wait, so that each queue is in the order of its times.
  Ring<Due> after_delay_, after_grace_, tidy_;
  std::array<Ring<Due>, limits::push_doublings + 1> again_;
  Ring<UserId> waiting_;  ///< for a round
  absl::flat_hash_map<std::uint64_t, Round> rounds_;
  std::uint64_t last_round_ = 0;
  std::size_t window_ = limits::push_rounds;  ///< rounds that there may be
  Duration pause_{};
  Duration paused_until_{};
  Ring<Opened> opened_;
  Partitions unread_;  ///< whose marks are to be read
  MarkSweeps<reads::PushesOwed> sweeps_;
  std::vector<PushItem> items_;
};

}  // namespace hubbub
