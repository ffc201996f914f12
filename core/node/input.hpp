// What can happen to a node. Views point into the caller's memory and are not kept.
#pragma once

#include <string_view>
#include <variant>

#include "core/base/ids.hpp"
#include "core/wire/frames.hpp"

namespace hubbub::input {

/// A connection was authenticated as this user.
struct Opened {
  ConnectionId connection;
  UserId user;
  static auto fields(auto& s) { return std::tie(s.connection, s.user); }
};

/// A connection is gone, whoever closed it. Its slot may be used again after this.
struct Closed {
  ConnectionId connection;
  static auto fields(auto& s) { return std::tie(s.connection); }
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

/// A link to a peer stands: what is sent arrives in order until it is lost.
struct PeerLinked {
  NodeId node;
  static auto fields(auto& s) { return std::tie(s.node); }
};

struct PeerLost {
  NodeId node;
  static auto fields(auto& s) { return std::tie(s.node); }
};

/// A peer::Message in its byte form.
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

}  // namespace hubbub::input

namespace hubbub {

using Input = std::variant<input::Opened, input::Closed, input::Silent, input::Frame,
                           input::PeerLinked, input::PeerLost, input::FromPeer, input::ReadDone,
                           input::ReadFailed, input::CommitDurable, input::CommitUnknown>;

}  // namespace hubbub
