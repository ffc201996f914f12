// Pushes: pushed-only and pushed. A push goes to a device that asked for them, and tells of nothing
// that its user said, or that somebody said whom they had blocked. And in the end, whoever has no
// session was pushed for all that none of their devices holds.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <vector>

#include "core/wire/frames.hpp"
#include "sim/check/block_checks.hpp"
#include "sim/check/ledger.hpp"

namespace hubbub::sim {

class PushChecks {
 public:
  PushChecks(Ledger& ledger, const BlockChecks& blocks) : ledger_(ledger), blocks_(blocks) {}

  /// A device says for the first time that it wants pushes; it was answered that it has them.
  void asked(DeviceId device) { devices_[key(device)]; }
  void answered(DeviceId device) { devices_[key(device)].answered = true; }

  /// What a push tells of a conversation: the newest, who said it, and when they meant to.
  struct Told {
    ConversationId conversation;
    Sequence seq{};
    UserId from;
    Duration written{};
  };
  /// A push left a server.
  void left(Duration now, DeviceId device, const Told& told);
  /// A provider took it. `through`, if there is `more` than the items: the inbox number up to which it
  /// says so. False: the device was told of all of it before.
  bool taken(DeviceId device, std::span<const PushItem> items, bool more, Sequence through);
  /// A provider does not know the device any more: nothing is due to it.
  void gone(DeviceId device) { devices_[key(device)].gone = true; }
  /// It is revoked: no push goes to it from now on, and none is due.
  void revoked(DeviceId device) {
    const auto known = devices_.find(key(device));
    if (known != devices_.end()) known->second.revoked = true;
  }

  // --- The end: users, then their inboxes and all messages, in any order; then `finish` ----------
  /// One who has no session, and of whose inbox a device holds everything up to `held`.
  void is_away(UserId user, Sequence held);
  void stored_inbox(UserId user, Sequence number, const ConversationId& conversation, Sequence seq);
  void stored_message(const ConversationId& conversation, Sequence seq, UserId from);
  void finish(Duration now);

  std::size_t memory() const;

 private:
  struct Device {
    bool answered = false;
    bool gone = false;
    bool revoked = false;
    Sequence through = 0;
    absl::flat_hash_map<ConversationId, Sequence> told;
  };
  struct Entry {
    UserId user;
    Sequence number{};
    ConversationId conversation;
    Sequence seq{};
  };
  struct Place {
    ConversationId conversation;
    Sequence seq{};
    bool operator==(const Place&) const = default;
    template <class H>
    friend H AbslHashValue(H h, const Place& p) {
      return H::combine(std::move(h), p.conversation, p.seq);
    }
  };
  static std::uint64_t key(DeviceId device) {
    return device.user.value << 16 | device.device.value;
  }

  Ledger& ledger_;
  const BlockChecks& blocks_;
  absl::flat_hash_map<std::uint64_t, Device> devices_;  ///< that asked for pushes
  absl::flat_hash_map<UserId, Sequence> away_;          ///< what a device of theirs holds
  std::vector<Entry> due_;
  absl::flat_hash_map<Place, UserId> authors_;  ///< of what is due
};

}  // namespace hubbub::sim
