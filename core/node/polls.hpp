// Polled sessions (R37): of devices that hold no connection, and ask for what is new. Says when a poll
// is answered, what a poll shows of the answers before it, and whose device comes no more.
//
// What a session is told lies in the step's outbox, and then at its edge, until a poll takes it. So
// the end of a step looks at what that step has put there.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>
#include <vector>

#include "core/node/context.hpp"
#include "core/node/slot_ends.hpp"
#include "core/wire/exchange.hpp"

namespace hubbub {

class Polls {
 public:
  explicit Polls(Context& context) : c_(context) {}

  bool empty() const { return sessions_.empty(); }
  /// A device said `hello`, and that it polls.
  void began(ConnectionId connection, const to_server::Hello& hello);
  /// The session is over, polled or not.
  void ended(ConnectionId connection);
  /// Something was said in the session: its device is there.
  void heard(ConnectionId connection);
  /// Whether a request comes in turn: its number is above those before it. What comes late over another
  /// connection was given up by its device, and perhaps asked again (R3).
  bool in_turn(ConnectionId connection, RequestId id);
  /// The session's stream begins anew: until it says `synced` there is more to come.
  void behind(ConnectionId connection);

  /// What a poll says of the answers before it.
  enum class Shows {
    nothing_new,  ///< it holds what it held at its last poll; or the poll came late, and says nothing
    arrived,      ///< all that they had
    lost,         ///< not all: the stream must begin again where its cursor is
  };
  Shows take(ConnectionId connection, const to_server::Poll& poll);

  /// Looks at what this step told. Those whose poll was answered by it are in `answered`, until the
  /// next step.
  void step_ends();
  const std::vector<ConnectionId>& answered() const { return answered_; }
  /// Polls that have waited long enough are answered with this step. Gives the session of a device that
  /// comes no more, if there is one: to be ended before the next is asked for.
  std::optional<ConnectionId> timers();
  Duration next_deadline() const {
    return ends_.empty() ? never : ends_.first_ends() + (c_.now.mono - c_.judged);
  }

 private:
  struct Session {
    std::uint32_t use = 0;
    RequestId held = 0;          ///< the poll that waits; 0: none
    RequestId last_poll = 0;
    RequestId last_request = 0;  ///< of the others
    std::optional<Cursor> told;      ///< where it is with all that it was told
    std::optional<Cursor> answered;  ///< with all of that which a poll took
    Duration held_until{};           ///< on the judging clock
    bool at_once = false;         ///< the poll that is held wants to know no more than what there is
    bool news = false;            ///< something waits for a poll
    bool caught_up = false;
    bool overdue = false;         ///< the poll has waited long enough
    bool unacknowledged = false;  ///< the last answer had something of the stream
    bool touched = false;         ///< is in `touched_`
  };

  Session* find(ConnectionId connection);
  void touch(std::uint32_t slot, Session& s);
  void say(ConnectionId connection, RequestId id, output::Poll::What what);
  void look_on();
  void look(const output::Frame& frame);
  void answer(ConnectionId connection, Session& s);

  Context& c_;
  absl::flat_hash_map<std::uint32_t, Session> sessions_;  ///< by slot; never gone over
  /// When something is to be done about each: its poll is answered, or, if none is held, it is over.
  SlotEnds<Duration> ends_;
  std::size_t looked_ = 0;  ///< at so many of the step's frames
  std::vector<std::uint32_t> touched_;  ///< in this step, in the order of that
  std::vector<ConnectionId> answered_;
};

}  // namespace hubbub
