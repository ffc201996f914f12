// The gateway of a node: sessions of the devices connected here. It owns nothing durable, so
// losing one loses nothing.
//
// It refuses by itself only what is wrong in itself (R2); everything else goes to the owner of the
// conversation or the user, and the answer comes back along the same way. Every request is
// answered once: by its owner, or, when the owner goes away or takes too long, with `unavailable`.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <algorithm>

#include "core/base/byte_queue.hpp"
#include "core/base/stable_vector.hpp"
#include "core/node/admission.hpp"
#include "core/node/clocks.hpp"
#include "core/node/context.hpp"
#include "core/node/looks.hpp"
#include "core/node/plans.hpp"
#include "core/node/polls.hpp"
#include "core/node/session.hpp"
#include "core/node/slices.hpp"
#include "core/node/slot_ends.hpp"
#include "core/node/watches.hpp"

namespace hubbub {

/// Whole ones since the Unix epoch, rounded down: what was given in the second in which a device is
/// revoked, counts as given before.
inline std::uint32_t seconds_of(Duration wall) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(wall / std::chrono::seconds(1), 0, UINT32_MAX));
}

class Gateway final : private Watches::Sessions {
 public:
  explicit Gateway(Context& context);

  // --- From the edge -------------------------------------------------------------------------------
  void on(const input::Arrived& arrived);
  void on(const input::Opened& opened) { on(input::OpenedWith{opened, {}, {}}); }
  void on(const input::OpenedWith& opened);
  void on(const input::Closed& closed);
  void on(const input::Silent& silent);
  void on(const input::Frame& frame);
  void on(const input::Renewed& renewed);

  // --- From user shards and conversations ------------------------------------------------------------
  void on(const peer::Attached& m);
  void on(const peer::AttachRefused& m);
  void on(const peer::Replaced& m);
  void on(const peer::Revoked& m);
  void on(const peer::Entry& m);
  void on(const peer::Ranges& m);
  void on(const peer::Synced& m);
  void on(const peer::Reset& m);
  void on(const peer::Answer& m);
  void on(const peer::Presence& m) {
    if (m.session.life == c_.life && of_owner(m.of.user, m.epoch)) watches_.on(m);
  }
  void on(const peer::PresenceChanged& m) {
    if (of_owner(m.of.user, m.epoch)) watches_.on(m);
  }
  void on(const peer::PresenceHidden& m) {
    if (of_owner(m.user, m.epoch)) watches_.on(m);
  }
  void on(const peer::WatchAgain& m) {
    if (of_owner(m.user, m.epoch)) watches_.on(m);
  }
  void on(const peer::Head& m);
  void on(const peer::LookEnded& m) { looks_.on(m); }
  void on(const peer::LookPutOff& m) { looks_.on(m); }
  void on(const peer::GroupPresenceTold& m) { looks_.on(m); }
  void on(const peer::Capacity& m, NodeId from) { plans_.on(m, from); }
  void on(const peer::Relayed& m);
  void on(const peer::Clock& m, NodeId from) { clocks_.on(m, from); }
  void on(const peer::Slice& m) { slices_.on(m); }

  /// Partitions have opened: sessions whose user shard is there attach again, and what was asked of
  /// whoever had them before is answered.
  void opened(const Partitions& partitions) {
    if (partitions.none()) return;
    watches_.opened(partitions);
    looks_.opened(partitions);
    slices_.opened(partitions);
    sweeps_.push({.what = Sweep::What::of, .partitions = partitions});
    returns_.push({.partitions = partitions});
  }
  void peer_up(NodeId node) {
    plans_.peer_up(node);
    clocks_.peer_up(node);
  }
  /// A peer went away: what was asked of it is answered.
  void peer_lost(NodeId node) {
    plans_.peer_lost(node);
    clocks_.peer_lost(node);
    watches_.peer_lost(node);
    sweeps_.push({.what = Sweep::What::to, .node = node});
  }
  /// Sends everybody elsewhere, a few at a time (B9).
  void drain();
  void work();
  /// What can wait for as long as there is anything else to do.
  void tidy() { watches_.tidy(); }
  /// Looks at what the step told, and answers polls.
  void step_ends();
  bool has_work() const {
    return watches_.has_work() || looks_.has_work() || slices_.has_work() || !sweeps_.empty() ||
           tokens_due() <= c_.now.mono || reads_due() <= c_.now.mono ||
           (!returns_.empty() && returns_at_ <= c_.now.mono);
  }
  void timers();
  Duration next_deadline() const;
  std::size_t sessions() const { return open_; }
  /// Sessions may begin here, as far as its clock is concerned (R34).
  bool clock_right() const { return clocks_.right(); }
  void prefetch(ConnectionId connection) const {
    if (connection.slot < sessions_.size()) __builtin_prefetch(&sessions_[connection.slot]);
  }
  /// Something is judged by time here, so pauses must be noticed (R28).
  bool judging() const {
    return !expiries_.empty() || !attach_timers_.empty() || !polls_.empty();
  }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  /// A request that waits for its answer.
  struct Request {
    RequestId id{};
    ConnectionId connection;
    NodeId node;
    PartitionId partition;
    std::uint32_t next = none;
    std::uint32_t use = 0;
    bool waiting = false;
  };

  bool of_owner(UserId user, PartitionEpoch epoch) const;
  std::optional<UserId> user_of(ConnectionId connection) const override;
  ConnectionId connection_at(std::uint32_t slot) const override { return {slot, sessions_[slot].use}; }
  Session* find(ConnectionId connection);
  Session* find(const SessionRef& ref);
  Session* streaming(const SessionRef& ref, std::uint32_t stream);
  SessionRef ref(ConnectionId connection) const { return {c_.self(), c_.life, connection}; }
  void error(ConnectionId to, RequestId id, ErrorCode code, std::string_view detail);
  bool expired(const input::Frame& f);
  void retry(ConnectionId to, RequestId id, ErrorCode code, Duration after, std::string_view detail);

  void handle(Session& s, const input::Frame& f, const to_server::Hello& hello);
  void handle(Session& s, const input::Frame& f, const to_server::Acknowledge& ack);
  void handle(Session& s, const input::Frame& f, const to_server::Sync& sync);
  void handle(Session& s, const input::Frame& f, const to_server::Send& send);
  void handle(Session& s, const input::Frame& f, const to_server::Create& create);
  void handle(Session& s, const input::Frame& f, const to_server::Change& change);
  void handle(Session& s, const input::Frame& f, const to_server::History& history);
  void handle(Session& s, const input::Frame& f, const to_server::List& list);
  void handle(Session& s, const input::Frame& f, const to_server::Watch& watch);
  void handle(Session& s, const input::Frame& f, const to_server::Unwatch& unwatch);
  void handle(Session& s, const input::Frame& f, const to_server::ContactChange& change);
  void handle(Session& s, const input::Frame& f, const to_server::Contacts& contacts);
  void handle(Session& s, const input::Frame& f, const to_server::Members& members);
  void handle(Session& s, const input::Frame& f, const to_server::AddMembers& add);
  void handle(Session& s, const input::Frame& f, const to_server::Channels& channels);
  void handle(Session& s, const input::Frame& f, const to_server::Look& look);
  void handle(Session& s, const input::Frame& f, const to_server::Unlook& unlook);
  void handle(Session& s, const input::Frame& f, const to_server::Read& read);
  void handle(Session& s, const input::Frame& f, const to_server::Typing& typing);
  void handle(Session& s, const input::Frame& f, const to_server::Receipts& receipts);
  void handle(Session& s, const input::Frame& f, const to_server::Push& push);
  void handle(Session& s, const input::Frame& f, const to_server::Token& token);
  void handle(Session& s, const input::Frame& f, const to_server::Get& get);
  void handle(Session& s, const input::Frame& f, const to_server::Mentions& mentions);
  void handle(Session& s, const input::Frame& f, const to_server::Devices& devices);
  void handle(Session& s, const input::Frame& f, const to_server::Revoke& revoke);
  void handle(Session& s, const input::Frame& f, const to_server::Poll& poll);

  template <class Call>
  void ask(Session& s, const input::Frame& f, ShardId shard, const ConversationId& conversation,
           const Call& call);
  std::uint32_t issued(ConnectionId connection) const;
  Cursor cursor(const Session& s, ConnectionId connection) const;
  void move(Session& s, ConnectionId connection, const Cursor& to);
  void acknowledge(Session& s, ConnectionId connection, const Cursor& cursor);
  void attach_again(Session& s, ConnectionId connection, const Cursor& cursor);
  void attach_later(Session& s, ConnectionId connection, Duration after);
  void revoked(Session& s, ConnectionId connection);
  void lose_position(Session& s, ConnectionId connection, std::string_view what);
  void end(Session& s, ConnectionId connection, bool left = false);

  std::uint32_t add_request(Session& s, const Request& r);
  bool take_request(Session& s, RequestId id);
  void unanswered(std::uint32_t request);

  struct Expiry {
    std::uint32_t request{};
    std::uint32_t use{};
    Duration due{};  ///< on the judging clock
  };
  /// An attach that must have been answered, or is to be tried again.
  struct AttachTimer {
    ConnectionId connection;
    std::uint32_t attempt{};
    Duration due{};
  };
  /// Going over the requests that cannot be answered any more: those to a node, or of partitions.
  struct Sweep {
    enum class What : std::uint8_t { to, of };
    What what{};
    NodeId node = nobody;
    Partitions partitions{};
    std::uint32_t next = 0;
  };
  /// Going over the sessions whose user shards have moved. The new owner has to load each of them:
  /// they come a few at a time.
  struct Return {
    Partitions partitions{};
    std::uint32_t next = 0;
  };
  bool sweep_requests(Sweep& sweep);
  bool sweep_sessions(Return& sweep);
  void attach_timed(const AttachTimer& timer);
  // Coming and going (gateway_entry.cpp).
  void enter(Session& s, const input::OpenedWith& with);
  void turn_away(Session& s, ConnectionId connection, const Advice& advice);
  void drain_wave();
  void renew_plans();
  // Sessions whose devices poll (gateway_polls.cpp).
  bool in_turn(const input::Frame& f);
  void end_silent();
  // What sessions may not (gateway_limits.cpp).
  bool token_opens(Session& s, ConnectionId connection, const TokenSpan& token);
  bool outlived(Session& s, ConnectionId connection);
  void end_token(Session& s, ConnectionId connection);
  Duration next_token_end() const;
  void end_tokens();
  Duration tokens_due() const;
  bool within_quota(const input::Frame& f, RequestId id);
  bool delay(const input::Frame& f);
  Duration reads_due() const;
  void take_reads();
  bool refuse_send(const input::Frame& f, RequestId id);
  /// A read that waits until there is time (R32).
  struct WaitingRead {
    ConnectionId connection;
    Duration since{};
  };

  Context& c_;
  Watches watches_;
  Looks looks_;
  Admission admission_;
  Plans plans_;
  Clocks clocks_;
  TokenEnds tokens_;
  Polls polls_;
  Slices slices_;
  ByteQueue<WaitingRead> waiting_reads_;
  Duration reads_at_{};   ///< the next of them goes on, whatever else there is to do
  std::size_t tokens_left_ = limits::token_burst;
  Duration tokens_at_{};  ///< the next few sessions are not ended before
  StableVector<Session> sessions_;  ///< by connection slot
  /// How far they are, of sessions in a sync by ranges: by connection slot.
  absl::flat_hash_map<std::uint32_t, Cursor> syncs_;
  /// When the tokens were given, in seconds, of those that have not been welcomed yet: likewise.
  absl::flat_hash_map<std::uint32_t, std::uint32_t> issued_;
  std::size_t open_ = 0;
  std::vector<Request> requests_;
  std::uint32_t free_request_ = none;
  Ring<Expiry> expiries_;
  Ring<AttachTimer> attach_timers_;   ///< waits for an answer
  Ring<AttachTimer> attach_retries_;  ///< waits to try again
  Ring<Sweep> sweeps_;
  Ring<Return> returns_;
  std::size_t returns_left_ = limits::attach_burst;
  Duration returns_at_{};  ///< the next few not before
  bool draining_ = false;
  Duration drain_at_ = never;     ///< when the next few go
  std::size_t drain_wave_ = 0;    ///< how many those are
  std::size_t drain_left_ = 0;    ///< of this wave
  std::uint32_t drain_next_ = 0;  ///< the slot from which on nobody was sent away yet
  std::uint32_t handshakes_ = 0;  ///< let in at the door, and not opened yet
  // Going over the sessions whose plan has changed (R30).
  Duration renew_at_{};            ///< the next time not before
  Duration renew_next_at_ = never;  ///< the next few, while it goes on
  std::uint32_t renew_next_ = 0;
};

}  // namespace hubbub
