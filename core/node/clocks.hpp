// What time it is, as the servers together have it (R34). One server's wall clock may be wrong by
// hours, and it cannot know; so nodes tell each other what theirs show, and the median holds. Whoever
// differs from it by more than a token may be late by lets nobody in.
//
// Clocks are kept as what they were ahead of this node's monotonic one when they were heard of: so a
// step of its own wall clock is seen at once, and a slow way between two nodes makes it late by that
// way, which is nothing beside the leeway.
#pragma once

#include <optional>
#include <vector>

#include "core/node/context.hpp"

namespace hubbub {

class Clocks {
 public:
  explicit Clocks(Context& context) : c_(context) {}

  void on(const peer::Clock& m, NodeId from);
  void peer_up(NodeId node);
  void peer_lost(NodeId node);

  /// Since the Unix epoch. By the node's own clock if it has heard of fewer than two others.
  Duration wall() const { return median_ ? c_.now.mono + *median_ : c_.now.wall; }
  /// The node's own clock is right enough to let clients in by.
  bool right() const;

  void timers();
  Duration next_deadline() const { return in_use() && c_.life != 0 ? tell_at_ : never; }

 private:
  struct Heard {
    NodeId node;
    Duration ahead{};  ///< of this node's monotonic clock
    Duration at{};
  };
  bool in_use() const {
    return c_.config.tokens && c_.config.policy.token_clock == TokenClockPolicy::median;
  }
  peer::Clock own() const { return {to_ms(c_.now.wall)}; }
  void look();

  Context& c_;
  std::vector<Heard> heard_;       ///< the last word of each peer
  std::vector<Duration> scratch_;
  std::optional<Duration> median_;  ///< ahead of the monotonic clock; nothing: nobody can say
  Duration tell_at_{};
};

}  // namespace hubbub
