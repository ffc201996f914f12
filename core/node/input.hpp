// What can happen to a node. Views point into the caller's memory and are not kept.
#pragma once

#include <string_view>
#include <variant>

#include "core/base/ids.hpp"
#include "core/place/register.hpp"
#include "core/store/replicated_log.hpp"
#include "core/wire/credentials.hpp"
#include "core/wire/frames.hpp"

namespace hubbub {

enum class PushOutcome : std::uint8_t {
  accepted,
  not_now,  ///< or nothing was heard of it: it is to be offered again
  gone,     ///< there is no such device any more
};
constexpr PushOutcome last_of(PushOutcome) { return PushOutcome::gone; }

}  // namespace hubbub

namespace hubbub::input {

/// A connection was authenticated as this user. `resumes`: its client says that it had a session, here
/// or elsewhere. `ticket`: the one it was given here, if any (R29).
struct Opened {
  ConnectionId connection;
  UserId user;
  bool resumes{};
  Ticket ticket;
  static auto fields(auto& s) { return std::tie(s.connection, s.user, s.resumes, s.ticket); }
};

/// A connection is gone, whoever closed it. Its slot may be used again after this. `left`: the client
/// said good-bye, or logged out.
struct Closed {
  ConnectionId connection;
  bool left{};
  static auto fields(auto& s) { return std::tie(s.connection, s.left); }
};

/// Nothing was heard from this connection for longer than ping_interval + ping_grace (R24).
struct Silent {
  ConnectionId connection;
  static auto fields(auto& s) { return std::tie(s.connection); }
};

/// A frame, parsed. `waited_ns`: how long it lay at the edge before this step.
struct Frame {
  ConnectionId connection;
  std::int64_t waited_ns{};
  to_server::Frame frame;
  static auto fields(auto& s) { return std::tie(s.connection, s.waited_ns, s.frame); }
};

/// Something stands between this node and a peer that carries packets, more or less well.
struct PeerLinked {
  NodeId node;
  static auto fields(auto& s) { return std::tie(s.node); }
};

struct PeerLost {
  NodeId node;
  static auto fields(auto& s) { return std::tie(s.node); }
};

/// A peer::Packet in its byte form.
struct FromPeer {
  NodeId node;
  std::string_view bytes;
  static auto fields(auto& s) { return std::tie(s.node, s.bytes); }
};

/// Rows that were asked for, as puts of a batch. `more`: the range holds further rows.
struct ReadDone {
  std::uint64_t ticket{};
  std::string_view rows;
  bool more{};
  static auto fields(auto& s) { return std::tie(s.ticket, s.rows, s.more); }
};

/// The store cannot be read.
struct ReadFailed {
  std::uint64_t ticket{};
  std::string_view reason;
  static auto fields(auto& s) { return std::tie(s.ticket, s.reason); }
};

struct CommitDurable {
  PartitionId partition;
  std::uint64_t batch{};
  static auto fields(auto& s) { return std::tie(s.partition, s.batch); }
};

/// A commit ended unknown (R7).
struct CommitUnknown {
  PartitionId partition;
  std::uint64_t batch{};
  std::string_view reason;
  static auto fields(auto& s) { return std::tie(s.partition, s.batch, s.reason); }
};

/// The server is going down: it takes nothing new, sends its clients elsewhere a few at a time, and,
/// replicated, gives its partitions away.
struct Drain {
  static auto fields(auto&) { return std::tie(); }
};

// --- Replicated only -----------------------------------------------------------------------------

/// An append ended. `position`: of one that was accepted.
struct Appended {
  PartitionId partition;
  std::uint64_t ticket{};
  AppendOutcome outcome{};
  LogPosition position{};
  static auto fields(auto& s) { return std::tie(s.partition, s.ticket, s.outcome, s.position); }
};

/// What was asked of a partition's log.
struct LogRead {
  PartitionId partition;
  std::uint64_t ticket{};
  LogPage page;
  static auto fields(auto& s) { return std::tie(s.partition, s.ticket, s.page); }
};

/// A key of the register was set, or not.
struct RegisterSet {
  std::uint64_t ticket{};
  RegisterSetDone answer;
  static auto fields(auto& s) { return std::tie(s.ticket, s.answer); }
};

/// What changed in the register.
struct RegisterRead {
  std::uint64_t ticket{};
  RegisterPage page;
  static auto fields(auto& s) { return std::tie(s.ticket, s.page); }
};

/// Somebody is at the door: a connection was accepted, and nothing was read from it yet. Answered by
/// an output::Entry. If it is let in, `Opened` or `Closed` follows; if not, nothing does.
struct Arrived {
  ConnectionId connection;
  static auto fields(auto& s) { return std::tie(s.connection); }
};

/// What a provider said to an output::Push. Of each one something is said, if only `not_now` after
/// limits::push_patience.
struct PushDone {
  std::uint64_t ticket{};
  PushOutcome outcome{};
  static auto fields(auto& s) { return std::tie(s.ticket, s.outcome); }
};

/// The same, of a connection whose token ends, or that came by a developer's key.
struct OpenedWith {
  Opened opened;
  TokenSpan token;
  ApiKey key;
  static auto fields(auto& s) { return std::tie(s.opened, s.token, s.key); }
};

/// In place of a to_server::Token: what the token is worth. `good`: it is of the session's own user.
struct Renewed {
  ConnectionId connection;
  RequestId id{};
  bool good{};
  TokenSpan token;
  static auto fields(auto& s) { return std::tie(s.connection, s.id, s.good, s.token); }
};

}  // namespace hubbub::input

namespace hubbub {

using Input = std::variant<input::Opened, input::Closed, input::Silent, input::Frame,
                           input::PeerLinked, input::PeerLost, input::FromPeer, input::ReadDone,
                           input::ReadFailed, input::CommitDurable, input::CommitUnknown,
                           input::Drain, input::Appended, input::LogRead, input::RegisterSet,
                           input::RegisterRead, input::Arrived, input::PushDone,
                           input::OpenedWith, input::Renewed>;

}  // namespace hubbub
