// What clients are to do when their server is lost without a word (R30): an estimate, from what the
// nodes tell each other about what they carry and what they could take on.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/ring.hpp"
#include "core/node/context.hpp"
#include "core/wire/advice.hpp"

namespace hubbub {

/// The time over which `clients` are to be spread so that servers with `rate` sessions a second to
/// spare can take them: a tenth longer than it takes at the least, as at exactly their rate chance
/// alone would send half of them away once. Between limits::plan_least and limits::plan_most.
Duration spread(std::uint64_t clients, std::uint64_t rate);

class Plans {
 public:
  /// `rate`: sessions a second that this node can begin; 0: it has no schedule, and there is no plan.
  Plans(Context& context, std::uint32_t rate) : c_(context), rate_(rate), own_{.accept_rate = rate, .spare_rate = rate} {}

  // --- From peers ------------------------------------------------------------------------------------
  void on(const peer::Capacity& m, NodeId from);
  void peer_up(NodeId node);
  void peer_lost(NodeId node);

  // --- From the gateway ------------------------------------------------------------------------------
  void entered() { ++entered_; }
  /// Looks at what it could take on, and says so if it has changed. True: it was time to.
  bool look(std::size_t sessions, bool draining);
  Duration next_deadline() const { return rate_ == 0 || c_.life == 0 ? never : look_at_; }

  OnLoss on_loss() const { return on_loss_; }
  /// Over how long this node's clients are to be sent to the others; 0: nobody can say.
  Duration away(std::size_t sessions) const;

 private:
  struct Peer {
    NodeId node;
    peer::Capacity capacity;
  };
  /// What others, who are up and stay, could take on.
  std::uint64_t spare_of_others() const;
  void plan();

  Context& c_;
  std::uint32_t rate_;
  peer::Capacity own_;   ///< as of the last look
  peer::Capacity told_;  ///< as the peers were last told
  Duration told_at_{};
  std::vector<Peer> peers_;  ///< of whom it is known
  std::uint64_t entered_ = 0;  ///< since the last look
  std::uint32_t used_ = 0;     ///< sixteenths of sessions a second, lately
  Duration look_at_{};
  OnLoss on_loss_;
};

}  // namespace hubbub
