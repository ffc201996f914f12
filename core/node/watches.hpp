// Whom the sessions of this gateway watch (A11, R25).
//
// A gateway keeps no presence: it remembers what its sessions asked for, asks again when a partition
// has moved, and says *unknown* when it cannot hear those who know.
#pragma once

#include <vector>

#include "core/base/ring.hpp"
#include "core/node/context.hpp"

namespace hubbub {

class Watches {
 public:
  explicit Watches(Context& context) : c_(context) {}

  // --- From a session that lives -------------------------------------------------------------------
  void watch(const SessionRef& session, UserId viewer, const to_server::Watch& frame);
  void unwatch(const SessionRef& session, const to_server::Unwatch& frame);
  /// It watches nobody any more.
  void ended(const SessionRef& session);

  /// Partitions have opened: their users are asked for again.
  void opened(const Partitions& partitions);
  /// A peer went away: what its users do is not known.
  void peer_lost(NodeId node);
  void work();
  bool has_work() const { return !sweeps_.empty() || !ended_.empty(); }

 private:
  /// What one session watches.
  struct List {
    std::uint32_t use = 0;  ///< of the connection
    UserId viewer;
    std::vector<UserId> users;
  };
  /// A session that is gone, and those it watched.
  struct Ended {
    SessionRef session;
    std::vector<UserId> users;
  };
  /// Going over all lists for the users of some partitions: asks for them, or, if their owner is
  /// lost, says that they are unknown.
  struct Sweep {
    Partitions partitions;
    NodeId lost = nobody;
    std::uint32_t slot = 0;
    std::uint32_t user = 0;
  };

  SessionRef session(std::uint32_t slot) const {
    return {c_.self(), c_.life, {slot, lists_[slot].use}};
  }
  List* find(ConnectionId connection);
  void ask(const SessionRef& session, UserId viewer, UserId user, bool once);
  void unknown(ConnectionId to, UserId user);
  bool sweep(Sweep& sweep);
  bool unwatch_all(Ended& ended);

  Context& c_;
  std::vector<List> lists_;  ///< by the connection's slot
  Ring<Sweep> sweeps_;
  Ring<Ended> ended_;
};

}  // namespace hubbub
