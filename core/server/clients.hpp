// One node's connections: their slots, their users, what they say as inputs, what they are told,
// and when they are pinged or given up.
//
// Runs on the loop's thread and touches no socket: connections are behind connection.hpp, so that
// all of this is tested without any.
//
// - A connection's next message is read only after the node has taken the last one. So what waits
//   here is bounded by one message a connection, and a busy node slows its senders down.
// - Whoever arrives is reported, and ended without a word if the node does not let it in (R31).
// - Whoever is not upgraded and greeted (`hello`) within ten seconds is closed.
// - A connection that was reported and let in is reported as closed exactly once, before its slot
//   is used again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/node/input.hpp"
#include "core/node/outbox.hpp"
#include "core/server/connection.hpp"
#include "core/server/deadlines.hpp"
#include "core/server/http_answer.hpp"
#include "core/wire/frame_json.hpp"

namespace hubbub::server {

/// From accepting a socket to its `hello`.
inline constexpr Duration greeting_time = 10s;
/// From our close frame to the end of the socket.
inline constexpr Duration closing_time = 5s;

class Clients {
 public:
  /// `seed` spreads the first pings.
  Clients(Duration now, std::uint64_t seed);

  // --- From connections --------------------------------------------------------------------------
  ConnectionId accepted(std::shared_ptr<Connection> connection);
  /// The WebSocket stands; `user` if its request carried a token.
  void upgraded(ConnectionId id, std::optional<UserId> user, const Returning& returning = {});
  /// Anything at all arrived.
  void heard(ConnectionId id);
  /// One message's text; the bytes stay until `read_on`.
  void message(ConnectionId id, std::string_view text);
  /// What arrived cannot be a frame: an error, then 4400.
  void bad_message(ConnectionId id, ErrorCode code, std::string_view detail);
  /// The socket is closed, whoever did it.
  /// `left`: the client said good-bye.
  void gone(ConnectionId id, bool left = false);

  // --- From the loop -----------------------------------------------------------------------------
  /// On the monotonic clock; looks at connections whose deadline has come.
  void set_now(Duration now);
  /// When to call `set_now` though nothing happened.
  Duration next_deadline() const { return deadlines_.next(); }

  /// What happened, in order; for the loop to move away. A Frame's `waited_ns` is when it arrived,
  /// on the monotonic clock, until the loop makes it a difference.
  std::vector<Input>& inputs() { return inputs_; }
  /// The node has taken all frames that were moved away: their connections read on.
  void inputs_taken();

  void carry_out(const Outbox& out);
  /// Starts writing what `carry_out` and `message` left.
  void flush();

  /// Closes all, and from now on at once whoever comes.
  void drain(CloseCode code, std::string_view reason);

  std::size_t count() const { return count_; }
  /// The most there ever were at once.
  std::size_t most() const { return clients_.size(); }

 private:
  enum class State : std::uint8_t {
    free,
    upgrading,  ///< HTTP
    greeting,   ///< a WebSocket without `hello`
    live,
    closing,  ///< our close is on its way
  };
  struct Client {
    std::shared_ptr<Connection> connection;
    UserId user;
    Returning returning;
    Duration heard{};
    std::uint32_t use = 0;
    State state = State::free;
    bool known = false;        ///< the node was told Arrived or Opened, and not yet Closed
    bool opened = false;       ///< the node was told whose it is
    bool pinged = false;       ///< for the first time
    bool told_silent = false;  ///< the node was told
    bool to_flush = false;
  };

  Client* find(ConnectionId id);
  bool authenticate(ConnectionId id, Client& client, std::string_view text);
  void open(ConnectionId id, Client& client, UserId user);
  void take_frames(ConnectionId id, Client& client);
  void send(ConnectionId id, Client& client, const to_client::Frame& frame);
  void close(ConnectionId id, Client& client, CloseCode code, std::string_view reason,
             bool drop_waiting = false);
  void forget(ConnectionId id, Client& client, bool left = false);
  void look(ConnectionId id, Deadlines::Reason reason);
  void look_at_heartbeat(ConnectionId id, Client& client);

  Duration now_;
  std::uint64_t seed_;
  Deadlines deadlines_;
  std::vector<Client> clients_;
  std::vector<std::uint32_t> free_slots_;
  std::size_t count_ = 0;
  std::optional<CloseCode> draining_;
  std::string draining_reason_;

  std::vector<Input> inputs_;
  Arena arena_;  ///< what parsing frames of `inputs_` made
  ParsedClientFrames parsed_;
  /// Those whose message lies in `inputs_`: kept until it is taken, though they may be gone.
  std::vector<std::shared_ptr<Connection>> reading_;
  std::vector<ConnectionId> to_flush_;
  std::string json_;
};

}  // namespace hubbub::server
