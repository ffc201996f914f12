// Which channels the sessions of this gateway look at (R18).
//
// Each session's look goes to the channel's owner, which judges whether its user is a member. From then
// on the owner tells this gateway once of each new head, and the gateway tells its sessions. It asks
// again when a partition has moved: what was known of who may look is judged anew then.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <vector>

#include "core/base/ring.hpp"
#include "core/node/context.hpp"

namespace hubbub {

class Looks {
 public:
  explicit Looks(Context& context) : c_(context) {}

  // --- From a session that lives -------------------------------------------------------------------
  void look(const SessionRef& session, UserId viewer, const to_server::Look& frame);
  void unlook(ConnectionId connection, const to_server::Unlook& frame);
  /// It looks at nothing any more.
  void ended(ConnectionId connection);

  // --- From the owners of channels -----------------------------------------------------------------
  /// What a session asked for.
  void answered(ConnectionId connection, const HeadOf& of);
  /// For everybody who looks.
  void told(const HeadOf& of);
  void on(const peer::LookEnded& m);
  void on(const peer::LookPutOff& m) {
    put_off_.push({m.look, c_.now.mono + limits::delivery_retry});
  }
  void on(const peer::GroupPresenceTold& m);

  /// Partitions have opened: their channels are asked for again.
  void opened(const Partitions& partitions);
  void work();
  void timers();
  Duration next_deadline() const { return put_off_.empty() ? never : put_off_.front().due; }
  bool has_work() const {
    return !sweeps_.empty() || !tellings_.empty() || !presences_.empty() || !ended_.empty();
  }

 private:
  /// What one session looks at.
  struct List {
    std::uint32_t use = 0;  ///< of the connection
    UserId viewer;
    std::vector<ConversationId> channels;
  };
  struct Looker {
    ConnectionId connection;
    UserId viewer;
    Sequence told = 0;  ///< 0: nothing, as it is not known yet whether they may look
  };
  struct Looked {
    std::vector<Looker> lookers;  ///< by connection
    Sequence head = 0;
    bool telling = false;
    std::size_t next = 0;  ///< who is told next
  };
  struct Telling {
    ConversationId channel;
    PresenceOf of;
    std::size_t next = 0;
  };
  /// Going over all lists for the channels of some partitions.
  struct Sweep {
    Partitions partitions;
    std::uint32_t slot = 0;
    std::uint32_t channel = 0;
  };

  List* find(ConnectionId connection);
  void ask(const SessionRef& session, UserId viewer, const ConversationId& channel, bool once);
  void frame(ConnectionId to, const HeadOf& of);
  Looker* looker(const ConversationId& channel, ConnectionId connection);
  void forget(const ConversationId& channel, ConnectionId connection);
  bool tell_next(const ConversationId& channel);
  bool tell_presence(Telling& telling);
  bool sweep(Sweep& sweep);

  Context& c_;
  std::vector<List> lists_;  ///< by the connection's slot
  absl::flat_hash_map<ConversationId, Looked> looked_;
  Ring<ConversationId> tellings_;
  Ring<Telling> presences_;
  Ring<Sweep> sweeps_;
  /// Sessions that are gone, and what they looked at.
  struct Ended {
    ConnectionId connection;
    std::vector<ConversationId> channels;
  };
  Ring<Ended> ended_;
  struct PutOff {
    peer::Look look;
    Duration due{};
  };
  Ring<PutOff> put_off_;
};

}  // namespace hubbub
