// Whom the sessions of this gateway watch (A11, R25).
//
// A gateway keeps no presence. It remembers what its sessions asked for, and which of them are told of
// changes: those of whom the user's owner has said so. Owners know gateways only; each change comes here
// once, and goes from here to whoever is told. The gateway asks again when a partition has moved, and
// says *unknown* when it cannot hear those who know.
//
// What comes is done in the order in which it came, and what was begun goes on first: so nobody is
// told of an older state after a newer one, nor of any once the user hides from them.
#pragma once

#include <limits>
#include <optional>
#include <variant>
#include <vector>

#include "core/base/ring.hpp"
#include "core/base/stable_vector.hpp"
#include "core/node/context.hpp"
#include "core/node/watch_index.hpp"

namespace hubbub {

class Watches {
 public:
  /// The gateway's sessions.
  class Sessions {
   public:
    /// Whose session that is; none if it has ended.
    virtual std::optional<UserId> user_of(ConnectionId connection) const = 0;
    /// The one that has the slot now.
    virtual ConnectionId connection_at(std::uint32_t slot) const = 0;

   protected:
    ~Sessions() = default;
  };

  Watches(Context& context, const Sessions& sessions) : c_(context), sessions_(sessions) {}

  // --- From a session that lives -------------------------------------------------------------------
  void watch(const SessionRef& session, UserId viewer, const to_server::Watch& frame);
  void unwatch(const SessionRef& session, const to_server::Unwatch& frame);
  /// It watches nobody any more.
  void ended(ConnectionId connection);

  // --- From the owners of users --------------------------------------------------------------------
  void on(const peer::Presence& m) { turns_.push(m); }
  void on(const peer::PresenceChanged& m) { turns_.push(Changed{m.of, WatchIndex::first(m.of.user)}); }
  void on(const peer::PresenceHidden& m) {
    turns_.push(Hidden{m.user, m.viewer, m.shown_online, WatchIndex::first(m.user)});
  }
  void on(const peer::WatchAgain& m) { turns_.push(Again{m.user, WatchIndex::first(m.user)}); }

  /// Partitions have opened: their users are asked for again.
  void opened(const Partitions& partitions);
  /// A peer went away: what its users do is not known.
  void peer_lost(NodeId node) {
    if (index_.size() > 0) turns_.push(Lost{node, {}});
  }
  void work();
  bool has_work() const { return !turns_.empty(); }
  /// Goes on with what can wait for as long as there is anything else to do.
  void tidy();
  void timers();
  Duration next_deadline() const {
    const Duration retry = retries_.empty() ? never : retries_.front().due;
    return std::min(retry, to_sweep() ? sweep_at_ : never);
  }
  std::size_t memory() const;

 private:
  using List = WatchIndex::List;
  static constexpr List none = std::numeric_limits<List>::max();
  /// Whose list one is.
  struct Owner {
    std::uint32_t slot = 0;   ///< of the connection, while it has not ended
    std::uint16_t users = 0;  ///< how many it names
    bool ended = false;
  };

  // What has come, and how far it is.
  struct Changed {
    PresenceOf of;
    WatchIndex::Place at;
  };
  struct Hidden {
    UserId user;
    UserId viewer;
    bool shown_online = false;
    WatchIndex::Place at;
  };
  struct Again {
    UserId user;
    WatchIndex::Place at;
  };
  struct Opened {
    Partitions partitions;
    WatchIndex::Place at;
  };
  struct Lost {
    NodeId node;
    WatchIndex::Place at;
  };
  using Turn = std::variant<peer::Presence, Changed, Hidden, Again, Opened, Lost>;

  bool take(const peer::Presence& answer);
  bool take(Changed& changed);
  bool take(Hidden& hidden);
  bool take(Again& again);
  bool take(Opened& opened);
  bool take(Lost& lost);

  ConnectionId connection_of(List list) const { return sessions_.connection_at(lists_[list].slot); }
  List find(ConnectionId connection) const;
  List list_for(ConnectionId connection);
  void ask(const SessionRef& session, UserId viewer, UserId user, bool once, bool unasked = false);
  void ask_again(List list, UserId user, bool unasked);
  void pass_over();
  void unwatched(UserId user);
  void tell(ConnectionId to, const PresenceOf& of);
  bool to_sweep() const { return !sweeping_.empty() || !ended_.empty(); }

  Context& c_;
  const Sessions& sessions_;
  WatchIndex index_;
  StableVector<List> by_slot_;  ///< of connections, from 1; 0: none
  StableVector<Owner> lists_;
  std::vector<List> free_;
  Ring<Turn> turns_;

  /// Of whom the owner could not say anything, and does not tell of changes.
  struct Retry {
    ConnectionId connection;
    UserId user;
    Duration due{};
  };
  Ring<Retry> retries_;
  std::uint32_t passed_over_ = 0;  ///< since the last unit of work that was counted for it

  // Lists that have ended are swept out together, from time to time.
  std::vector<List> ended_;
  std::vector<List> sweeping_;  ///< those that are free when this sweep is through
  WatchIndex::Place swept_;
  Duration sweep_at_{};  ///< the next one begins no earlier
};

}  // namespace hubbub
