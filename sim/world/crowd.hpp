// The clients: each a Device with a link to one node, and the behaviour of a population.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/clients/behaviour.hpp"
#include "sim/clients/device.hpp"
#include "sim/clients/token_keeper.hpp"
#include "sim/world/fleet.hpp"
#include "sim/world/observe.hpp"
#include "sim/world/stage.hpp"

namespace hubbub::sim {

class Crowd {
 public:
  Crowd(Stage& stage, Fleet& fleet);

  /// Puts everyone's first moves on the agenda.
  void start();
  /// The liveness phase: nobody begins anything, and everybody comes back.
  void settle();

  // --- Happenings -------------------------------------------------------------------------------
  void wakes(std::uint32_t client);
  void acts(std::uint32_t client);
  /// A tunnel or an absence begins or ends (`turn`: see Away).
  void turns(std::uint32_t client, std::uint32_t turn);
  /// A push reaches a user's device.
  void pushed(UserId user, DeviceNumber device);
  /// A client has asked which server to use: it goes on to the one that it is told.
  void at_discovery(std::uint32_t client, std::uint32_t attempt);
  /// A connection reaches a server: answers on the client's behalf.
  void dial_at_node(std::uint32_t client, std::uint32_t attempt);
  void dialled(Piece* piece);
  void at_client(Piece* piece);
  void hang_up_at_client(Piece* piece);
  /// In the flag of a hang-up, at either end: it is a proxy's doing.
  static constexpr std::uint8_t by_proxy = 2;
  /// Frames reached a server that has no such connection any more.
  void bounced(Piece* piece);

  // --- Faults: of the network to clients. True if it took effect --------------------------------
  /// Strikes connections to a server (`traits(kind).share` of them).
  bool strike(const Fault& fault, std::uint32_t host, Random& random);
  /// What goes into a region or out of it does not arrive any more.
  void cut_off(std::uint16_t region);

  // --- Looking ----------------------------------------------------------------------------------
  /// Everyone who wants a connection has one and nothing left to do.
  bool quiet() const;
  void tell_the_end(Checker& checker) const;
  /// Whoever has no session at the end, and what they hold.
  void tell_who_is_away(PushChecks& checks) const;
  std::uint32_t clients() const { return static_cast<std::uint32_t>(clients_.size()); }
  /// The first few who are not quiet, and why.
  std::vector<std::string> stuck() const;
  /// Messages and calls without an answer.
  std::uint64_t pending() const;
  std::size_t bytes() const;

 private:
  enum class Turn : std::uint32_t { tunnel_begins, tunnel_ends, absence_begins, absence_ends };
  enum class Link : std::uint8_t { none, dialling, open };
  /// In the flag of a hang-up: nobody says it; the client finds out by itself.
  static constexpr std::uint8_t own_pings = 1;

  struct Client {
    explicit Client(Device d) : device(std::move(d)) {}

    Device device;
    Source source;
    Duration wakes_at = never;
    Duration last_up{0};        ///< when the last thing sent arrives
    std::uint32_t attempt = 0;  ///< its connections so far
    std::uint32_t acts = 0;
    std::uint32_t turns = 0;  ///< tunnels and absences so far
    std::uint32_t sent = 0;   ///< latencies drawn on this connection
    NodeId node = nobody;     ///< of its connection; nobody: it still asks which to use
    Link link = Link::none;
    bool in_tunnel = false;
    bool absent = false;
    bool creates = false;  ///< has groups to create once it is attached
    bool welcomed = false;  ///< on this connection
    bool asks_again = false;  ///< who is there, when it has caught up: an answer was lost
    bool wants_push = false;  ///< and has asked for it
    bool opens = false;       ///< a push brings it back
    bool dead = false;     ///< its connection carries nothing any more, and it does not know
    NodeId avoids = nobody;  ///< where it has just found nobody
    ConnectionId connection;
  };

  /// Of a client that polls: what is under way, and what waits for its turn.
  struct Exchange {
    std::uint32_t number = 0;  ///< 0: none is under way
    bool cut = false;          ///< when it ends, its client sees that it was cut off
    Duration sent_at{};
    Duration ends{};
    std::string waiting;       ///< frames, each with its size before it
    std::size_t length = 0;    ///< of these, with their texts
  };
  struct Exchanges {
    std::uint32_t numbers = 0;  ///< so far
    Exchange request, poll;
  };

  Client& at(std::uint32_t client) { return clients_[client]; }
  bool quiet(const Client& client) const;
  void carry_out(std::uint32_t client);
  void send(Client& client, std::uint32_t number);
  std::size_t encode_frame(const to_server::Frame& frame);
  void read_frames(Client& client, std::uint32_t number, const Piece* piece, std::size_t from);
  // Of those that poll (crowd_polls.cpp).
  bool polls(const Client& client) const { return client.device.transport() != Transport::websocket; }
  void send_exchanges(Client& client, std::uint32_t number);
  void send_exchange(Client& client, std::uint32_t number, Device::Exchange what);
  void exchange_at_client(Piece* piece);
  void lose_exchange(Client& client, std::uint32_t number, Device::Exchange what);
  void ask_again(Client& client, std::uint32_t number);
  void exchange_turn(std::uint32_t number);
  Duration exchange_due(const Client& client, std::uint32_t number) const;
  void exchange_bounced(const Piece& piece, ExchangeHead head);
  bool strike_exchanges(const Fault& fault, std::uint32_t number);
  void cut_by_proxy(Client& client, std::uint32_t number);
  void dial(Client& client, std::uint32_t number);
  void go_on_dialling(Client& client, std::uint32_t number);
  // Their tokens (crowd_tokens.cpp).
  Random token_random(std::uint32_t number);
  void receive_token(std::uint32_t number);
  void ask_for_token(Client& client, std::uint32_t number);
  bool waits_for_token(Client& client, std::uint32_t number);
  Duration token_due(const Client& client, std::uint32_t number) const;
  void token_turn(std::uint32_t number);
  void hang_up(Client& client);
  Piece* dial_answer(const Client& client, std::uint32_t number, ConnectionId id);
  void reject(Client& client, std::uint32_t number, NodeId node, ConnectionId id);
  void ended(Client& client, std::uint32_t number, CloseCode code, const Advice& advice = {});
  /// Of one way between a client and a node; `nobody`: and what is in its own region.
  Duration latency(Client& client, std::uint32_t number, NodeId node) const;
  Duration latency(Client& client, std::uint32_t number) const {
    return latency(client, number, client.node);
  }
  std::uint16_t region_of(std::uint32_t client) const {
    return stage_.regions.of_user(population_.user_of(client));
  }
  void lose(Client& client);
  void go_dead(Client& client, std::uint32_t number);
  bool strike_one(const Fault& fault, std::uint32_t number, Random& random);
  bool vanishes(std::uint32_t number, std::size_t longest);
  void hold(const Client& client, std::uint32_t number, Duration until);
  void reset_held();
  void schedule_act(Client& client, std::uint32_t number);
  void schedule_turn(Client& client, std::uint32_t number, Turn turn);
  void go_online(Client& client, std::uint32_t number);
  void begin_presence(Client& client, std::uint32_t number);
  void ask_for_pushes(Client& client, std::uint32_t number);
  bool stays_away(std::uint32_t client) const;
  void look_around(Client& client, const Act& act);
  void create_groups(Client& client, std::uint32_t number);
  void write(Client& client, std::uint32_t number, const Act& act);
  void change(Client& client, std::uint32_t number, const Act& act);
  void block(Client& client, std::uint32_t number, const Act& act);
  void revoke(Client& client, std::uint32_t number, const Act& act);
  bool asks(Client& client, std::uint32_t number);
  void add_members(Call& call, std::uint32_t group, std::uint32_t first) const;
  void note_created();
  /// False: that group does not exist (yet).
  bool conversation_of(const Client& client, const Act& act, ConversationId& id) const;

  Stage& stage_;
  Fleet& fleet_;
  Population population_;
  Observer observer_;
  DeviceSettings settings_;
  DeviceEdge edge_;
  Sampler latency_, tunnel_every_, tunnel_length_, absence_every_, absence_length_;
  std::vector<Client> clients_;
  std::vector<TokenKeeper> tokens_;  ///< of each client, if tokens end
  std::uint64_t tokens_drawn_ = 0;
  std::vector<Exchanges> exchanges_;  ///< of each client, if any polls
  std::vector<ConversationId> groups_;  ///< as they come into being
  // Of the few clients that are struck: until when.
  std::map<std::uint32_t, Duration> narrow_;  ///< long frames vanish on their way
  /// What is on its way on this connection of theirs waits: they do not read, or cannot send.
  struct Held {
    std::uint32_t attempt = 0;
    Duration until{};
  };
  std::map<std::uint32_t, Held> held_;
  std::vector<UserId> seen_;  ///< scratch: whose presence is asked for
  ByteBuffer bytes_;
  Arena arena_;
};

}  // namespace hubbub::sim
