// Which gateways are told of the heads of this node's channels (R18).
//
// There is one relation for each gateway and channel, however many of its sessions look. It is told of
// new heads at set moments: several messages are one telling, and the newest head is always told. Nothing
// of this is stored: gateways ask again when a partition has moved or its server was lost.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <vector>

#include "core/base/ring.hpp"
#include "core/node/context.hpp"

namespace hubbub {

class Heads {
 public:
  explicit Heads(Context& context) : c_(context) {}

  void on(const peer::Look& m);
  void on(const peer::Unlook& m);
  void on(const peer::GroupPresence& m);
  void turn_away(const peer::Look& m) { c_.send(m.session.node, peer::LookPutOff{m}); }

  // --- From the conversations ----------------------------------------------------------------------
  /// It has a new entry.
  void wrote(const ConversationId& conversation, Sequence head);
  /// Somebody is no member any more.
  void left(const ConversationId& conversation, UserId user);

  /// The partition is not this node's any more.
  void closed(PartitionId partition);
  void timers();
  Duration next_deadline() const { return due_.empty() ? never : due_.front().at; }
  /// Channels with heads still to be told.
  std::size_t untold() const { return due_.size(); }

 private:
  struct Gateway {
    NodeId node;
    NodeGeneration life = 0;
    bool operator==(const Gateway&) const = default;
  };
  struct Looked {
    std::vector<Gateway> gateways;
    Sequence head = 0;
    bool due = false;      ///< is to be told
    std::size_t next = 0;  ///< which gateway is told next
  };
  struct Due {
    ConversationId conversation;
    Duration at{};
  };

  /// True: that was everyone.
  bool tell(const ConversationId& conversation);
  bool alive(const Gateway& g) const { return c_.alive({g.node, g.life, {}}); }

  Context& c_;
  absl::flat_hash_map<ConversationId, Looked> looked_;
  Ring<Due> due_;  ///< in the order of their times
};

}  // namespace hubbub
