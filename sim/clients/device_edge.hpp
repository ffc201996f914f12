// What a device has around it: the settings it lives by, who watches it, and what it wants done.
// One edge serves any number of devices, one call at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/errors.hpp"
#include "core/wire/frames.hpp"
#include "sim/clients/backoff.hpp"
#include "sim/engine/distributions.hpp"

namespace hubbub::sim {

class Device;

/// How a device hears of what is new. One that polls has its session all the same (R37).
enum class Transport : std::uint8_t {
  websocket,
  long_poll,  ///< its polls are held until there is something
  poll,       ///< they are answered at once, and it asks again after a while
};
inline constexpr std::size_t transports = 3;

struct DeviceSettings {
  Backoff backoff;
  /// At the latest, after the first entry that is not acknowledged; and every 16 entries.
  Duration acknowledge_after = 1s;
  /// Without an answer for so long, the connection is given up.
  Duration answer_timeout = 15s;
  /// Tokens each first sending earns (retry_budget.hpp).
  double retry_budget = 0.1;
  /// Its user reads what it is shown, and looks at receipts; after so long, in ns.
  bool reads = false;
  Sampler read_after;
  /// The device's name on the server is this and its index: "d0".
  std::string name = "d";
  /// Of devices that poll: how long a long poll is held; from an answer to the next of the others.
  Duration poll_wait = 25s;
  Duration poll_interval = 1s;
};

/// A message on its way, as the observer sees it.
struct Outgoing {
  std::uint64_t number = 0;  ///< 0: has none yet
  std::uint64_t key = 0;
  std::uint64_t digest = 0;
  std::uint32_t length = 0;
  std::uint16_t sends = 0;  ///< how often it was sent so far
  bool ahead = false;       ///< need not wait for the answers of those before it
  bool free = false;        ///< its next repeat costs no token: the connection broke under it
  RequestId request = 0;    ///< 0: no answer is awaited on this connection
  Duration written{};       ///< when the user meant it
  Duration sent_at{};       ///< last sending
  std::string body;
  std::vector<UserId> mentions;
  std::string client_id;  ///< in place of a number; `key` is its hash
  bool named() const { return !client_id.empty(); }
};

/// A message that is asked for by its id. `shown`: this device was shown it, as `seq` of `conversation`.
struct Wanted {
  MessageId message;
  bool shown = false;
  ConversationId conversation;
  Sequence seq = 0;
};

/// A changing call on its way: create, one of Change's, one about a contact, that pushes are wanted, or that
/// a device is revoked.
struct Call {
  bool push = false;
  DeviceNumber revoked;  ///< if it is one
  bool create = false;
  bool group = false;              ///< create only
  to_server::Change::What what{};  ///< otherwise
  ConversationId conversation;     ///< otherwise
  UserId user;                     ///< add, remove
  std::vector<UserId> members;     ///< create; otherwise those that are added, if there are any
  std::string name;                ///< create, rename
  GroupSettings settings;          ///< create, settings
  std::optional<to_server::ContactChange::What> contact;  ///< about `user`, if it is one of these
  std::uint64_t tag = 0;           ///< the caller's own, given back with the outcome
  std::uint64_t number = 0;
  std::uint64_t key = 0;
  std::uint16_t sends = 0;
  bool free = false;
  RequestId request = 0;
  Duration written{};
  Duration sent_at{};
};

/// Told of everything that matters to a judge or a meter. Views are valid during the call.
class DeviceObserver {
 public:
  virtual ~DeviceObserver() = default;
  /// A message leaves under this number for the first time: new, or renumbered.
  virtual void sent(Duration, const Device&, const ConversationId&, const Outgoing&) {}
  /// A message leaves again, under the number it had.
  virtual void repeated(Duration, const Device&, const ConversationId&, const Outgoing&) {}
  virtual void acknowledged(Duration, const Device&, const ConversationId&, const Outgoing&,
                            const to_client::Ok&) {}
  /// Finally: it will not be sent again.
  virtual void refused(Duration, const Device&, const ConversationId&, const Outgoing&,
                       const to_client::Error&) {}
  /// For now: it will be sent again.
  virtual void put_off(Duration, const Device&, const to_client::Error&) {}
  /// It leaves for the first time.
  virtual void call_asked(Duration, const Device&, const Call&) {}
  virtual void call_done(Duration, const Device&, const Call&, const to_client::Ok&) {}
  virtual void call_refused(Duration, const Device&, const Call&, const to_client::Error&) {}
  virtual void shown(Duration, const Device&, const to_client::Event&) {}
  virtual void declared(Duration, const Device&, const to_client::Ranges&) {}
  virtual void synced(Duration, const Device&, const to_client::Synced&) {}
  virtual void reset(Duration, const Device&, const to_client::Reset&) {}
  virtual void paged(Duration, const Device&, const to_server::History& /*asked*/,
                     const to_client::HistoryPage&) {}
  virtual void presence(Duration, const Device&, const PresenceOf&) {}
  /// It looks at these channels from now on, or (`at_them` false) no more.
  virtual void looks(Duration, const Device&, std::span<const ConversationId>, bool /*at_them*/) {}
  virtual void head_told(Duration, const Device&, const HeadOf&) {}
  virtual void attached(Duration, const Device&, const to_client::Welcome&) {}
  /// It says that it has everything up to here.
  virtual void holds(Duration, const Device&, const Cursor&) {}
  /// It says that its user has read a conversation up to here.
  virtual void read(Duration, const Device&, const ConversationId&, Sequence) {}
  virtual void receipt(Duration, const Device&, const to_client::Receipt&) {}
  virtual void typing(Duration, const Device&, const to_client::Typing&) {}
  /// The answer to a question for a message by its id; nullptr: that there is none for it.
  virtual void found(Duration, const Device&, const Wanted&, const to_client::Found*) {}
  virtual void mentions(Duration, const Device&, const to_client::MentionsPage&) {}
  /// The connection ended or an attempt failed; `was_attached`: after a welcome.
  virtual void lost(Duration, const Device&, CloseCode, bool /*was_attached*/) {}
};

/// What a call on a device wants done, in this order: `frames` to send on its connection, then
/// `close` it, then `connect` anew. Views are valid until the next call on that device.
struct DeviceActions {
  std::vector<to_server::Frame> frames;
  bool close = false;
  bool good_bye = false;  ///< the close says that its user logs off (1000), not that it gives up
  bool connect = false;
  std::string name;           ///< what `Hello::device` points to
  std::vector<UserId> users;  ///< what a `Watch` points to
  std::vector<ConversationId> conversations;  ///< and a `Look`
  std::string token;          ///< what a `Token` points to

  void clear() {
    frames.clear();
    close = good_bye = connect = false;
    users.clear();
  }
};

struct DeviceEdge {
  const DeviceSettings& settings;
  DeviceObserver& observer;
  DeviceActions actions;
};

/// A connection that broke without a close frame (RFC 6455, 7.1.5).
inline constexpr CloseCode broken = CloseCode{1006};

}  // namespace hubbub::sim
