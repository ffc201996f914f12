// The servers: hosts with a disk, the nodes of their process, the links between nodes, and the
// server's ends of client connections. Runs the real Node.
//
// An idle node steps as soon as something arrives, with everything that waits, up to a bound. A
// step costs the sum of its service times; what it wants done leaves when that time is over.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/node/node.hpp"
#include "core/wire/peer.hpp"
#include "core/wire/rows.hpp"
#include "sim/world/clock.hpp"
#include "sim/world/connections.hpp"
#include "sim/world/discovery_service.hpp"
#include "sim/world/disk.hpp"
#include "sim/world/http_session.hpp"
#include "sim/world/links.hpp"
#include "sim/world/log_service.hpp"
#include "sim/world/mailbox.hpp"
#include "sim/world/push_provider.hpp"
#include "sim/world/register_service.hpp"
#include "sim/world/silence.hpp"
#include "sim/world/stage.hpp"
#include "sim/world/transports.hpp"

namespace hubbub::sim {

class Fleet {
 public:
  explicit Fleet(Stage& stage);

  std::uint32_t hosts() const { return static_cast<std::uint32_t>(hosts_.size()); }
  std::uint32_t nodes() const { return static_cast<std::uint32_t>(nodes_.size()); }
  void start_all();

  // --- Happenings -------------------------------------------------------------------------------
  void host_starts(std::uint32_t host, std::uint32_t life);
  void link_up(std::uint32_t a, std::uint32_t b);
  void link_down(std::uint32_t from, std::uint32_t to);
  void disk_done(std::uint32_t host, std::uint32_t life);
  void write_back(std::uint32_t host, std::uint32_t life);
  void read_done(Piece* piece);
  void step_done(std::uint32_t node, std::uint32_t life);
  void node_wakes(std::uint32_t node);
  void at_peer(Piece* piece);
  void answer(Piece* piece);

  // --- From clients -----------------------------------------------------------------------------
  /// In the flag of frames to a client: they were dropped at the server's edge.
  static constexpr std::uint8_t piece_dropped = 1;
  /// In the flag of frames either way: they are a request, or its answer, with an ExchangeHead.
  static constexpr std::uint8_t piece_exchange = 2;
  enum class Dialled : std::uint8_t { at_the_door, refused, no_answer };
  /// What a client shows: who it is, whether it had a session, and its ticket.
  struct Visitor {
    UserId user;
    bool resumes = false;
    Ticket ticket;
    TokenSpan token;
    ApiKey key;
  };
  /// A client's connection arrives. `at_the_door`: the node says whether it is let in, and `dialled`
  /// comes to the client.
  Dialled dial(std::uint32_t node, std::uint32_t client, std::uint32_t attempt,
               const Visitor& visitor);
  void login_done(Piece* piece);
  /// Frames of a client arrive: their number, then each with its size before it. False: there is
  /// no such connection, and the host says so; the piece is the caller's again.
  bool frames_arrive(Piece* piece);
  /// Those of connections that still stand: at the end, once.
  void count_pings();
  /// The client's end was closed.
  void hang_up(std::uint32_t node, ConnectionId id, CloseCode code);
  /// The client's end is gone and nobody says so: silence will.
  void cut(std::uint32_t node, ConnectionId id);
  /// Nothing will be heard of the client until `until`, unless it sends something: if pings do not
  /// wait so long, it is given up.
  void expect_silence(std::uint32_t node, ConnectionId id, Duration until);
  /// Unless the connection was heard since, or will be at `hears_again` before it is given up.
  void silence(std::uint32_t node, ConnectionId id, Duration hears_again);
  /// The client reads nothing until then; what is sent to it waits, up to a bound. False: it does
  /// not read as it is.
  bool stop_reading(std::uint32_t node, ConnectionId id, Duration until);
  /// When something last went over the connection, a ping or anything else; nothing: it is gone.
  std::optional<Duration> used_at(std::uint32_t node, ConnectionId id) const;
  /// When a client whose connection has just died finds out by its own pings.
  Duration missed_at(std::uint32_t node, ConnectionId id) const;
  bool stands(std::uint32_t node, ConnectionId id) const {
    return nodes_[node].connections.find(id) != nullptr;
  }
  /// A close is on its way to the client, or has come: its end of this connection is not reset.
  bool told_of_end(std::uint32_t client, std::uint32_t attempt) const {
    const auto at = told_.find(client);
    return at != told_.end() && at->second == attempt;
  }
  bool reachable(std::uint32_t node) const { return hosts_[host_of(node)].powered; }
  bool runs(std::uint32_t node) const { return up(node); }
  std::uint32_t host_of(std::uint32_t node) const { return node / stage_.scenario.servers.nodes; }
  std::uint16_t region_of(std::uint32_t node) const {
    return stage_.regions.of_host(host_of(node));
  }

  LogService& log() { return log_; }
  RegisterService& registry() { return register_; }
  DiscoveryService& discovery() { return discovery_; }
  PushProvider& push_provider() { return push_provider_; }
  bool replicated() const { return hubbub::replicated(stage_.scenario.policy.durability); }

  /// It is one of the servers; not yet, or no more.
  bool is_there(std::uint32_t host) const { return hosts_[host].there; }
  std::vector<std::uint32_t> those_there() const;

  // --- Faults. True if it took effect; what returns nothing strikes later, if it meets something,
  // and says so by itself (Stage::struck) ---------------------------------------------------------
  enum class Crash : std::uint8_t { process, power, torn };
  bool crash(std::uint32_t host, Crash how, Duration down_for);
  /// The power goes in the middle of the next write.
  void tear_next_write(std::uint32_t host, Duration down_for);
  void fail_next_sync(std::uint32_t host);
  void slow_sync(std::uint32_t host, Duration length, double factor);
  void slow_cpu(std::uint32_t host, Duration length, double factor);
  bool pause(std::uint32_t host, Duration length);
  bool suspend(std::uint32_t host, Duration length);
  bool no_memory(std::uint32_t host, Duration length);
  bool restart_all(Duration down_for);
  /// Gives everything away, and ends after `length`.
  bool drain(std::uint32_t host, Duration length);
  void drained(std::uint32_t host, std::uint32_t life);
  /// A backup is made now, and put back `by` later, with a loss of power.
  void restore_backup(std::uint32_t host, Duration by, Duration down_for);
  void put_backup_back(std::uint32_t host);
  bool lose_disk(std::uint32_t host, Duration down_for);
  void fill_disk(std::uint32_t host, Duration length);
  void fail_next_read(std::uint32_t host);
  /// Damaged rows end the process that reads them, and it starts again when the disk is replaced:
  /// after `replaced_after`, or else, replicated, as after any end; embedded, with all faults healed.
  void damage_disk(std::uint32_t host, Duration replaced_after);
  bool isolate(std::uint32_t host, FaultKind how, Duration length);
  void expire_certificate(std::uint32_t host, Duration length);
  /// Where logins are looked up: `by`: each takes so much longer.
  void slow_logins(Duration length, Duration by);
  /// What looking one up takes now, beside the way there.
  Duration login_takes() const {
    return stage_.now < logins_slow_until_ ? logins_slow_by_ : Duration{0};
  }
  bool logins_away() const { return stage_.now < logins_away_until_; }
  void refuse_logins(Duration length) { logins_away_until_ = stage_.now + length; }
  void weather(FaultKind kind, Duration length, double share, Duration by);
  /// Of what the host follows and does not own, a share of the rows is gone.
  bool diverge(std::uint32_t host, double share, Random& random);
  /// A partition kills its owner, and whoever opens it until then.
  void poison(Duration length, Random& random);
  /// Drains, and starts again as a version that reads `form`.
  bool change_version(std::uint32_t host, Form form, Duration length);
  void step_clock(std::uint32_t host, Duration by);
  void drift_clock(std::uint32_t host, std::int64_t ppm, Duration length);
  /// A loss of power, after which the wall clock is wrong by so much, until `length` after the start.
  bool start_with_wrong_clock(std::uint32_t host, Duration wrong_by, Duration length);
  /// How far the wall clock is ahead of 1970.
  Duration wall(std::uint32_t host) const { return hosts_[host].clock.read(stage_.now).wall; }
  void put_clock_right(std::uint32_t host);
  bool disconnect(std::uint32_t host, double share, Random& random);
  bool lose_region(std::uint16_t region, Duration down_for);
  /// The next of the spare servers starts.
  bool add_server();
  /// Drains, and never comes back.
  bool remove_server(std::uint32_t host, Duration length);
  void torn_now(std::uint32_t host, std::uint32_t life);
  /// Everything is as new from now on; what is down comes back.
  void heal();

  // --- Looking ----------------------------------------------------------------------------------
  /// Nobody steps, waits, writes or is down.
  bool quiet() const;
  /// Conversations with deliveries that are not confirmed, by the rows of a node's partitions.
  std::vector<ConversationId> owing(std::uint32_t node);
  /// See Node::Sizes.
  std::size_t untold() const;
  /// A node has receipts to store, to confirm or to tell.
  bool receipts_under_way(std::uint32_t node) const;
  std::size_t unpushed() const;
  /// Of them, as many as the node itself has in memory as not confirmed.
  std::uint64_t unconfirmed(std::uint32_t node) const;
  /// Replicated: partitions that nobody serves, and who took them over last.
  std::vector<std::string> unserved() const;
  std::uint64_t queued(std::uint32_t node) const { return nodes_[node].mailbox.size(); }
  template <class Visit>
  void for_each_row(Visit&& visit) {
    if (replicated()) return log_.truth().for_each(visit);
    for (Host& host : hosts_) host.disk.store().for_each(visit);
  }
  void put_hashes_into_chain();
  NodeCounters counters() const;
  std::uint64_t rows() const;
  std::size_t store_bytes() const;
  std::size_t connection_bytes() const;
  HostDisk::Counts disk_counts() const;
  /// Little's law holds on every mailbox that is empty.
  bool little_holds() const;

 private:
  struct Host {
    Host(const Scenario& scenario, std::uint64_t seed, std::uint32_t number, Slab& slab,
         std::function<void(FaultKind)> struck)
        : reads(static_cast<Form>(scenario.servers.version)),
          next_reads(reads),
          disk(scenario.servers.disk, scenario.policy, seed, number, slab, std::move(struck)) {}
    bool up = false;      ///< its process runs
    bool powered = true;  ///< its system runs
    bool there = true;    ///< it is one of the servers; not yet, or no more
    bool leaves = false;  ///< with the end of its process
    std::uint32_t life = 0;
    Form reads, next_reads;  ///< its version; what it will be when it starts again
    Source source;
    HostDisk disk;
    Duration paused_until{0};
    Duration slow_until{0};
    double slow_factor = 1;
    std::optional<Duration> tear_down_for;  ///< tear the next write
    bool fail_sync = false;                 ///< of the next write
    HostClock clock{epoch};
    Duration full_until{0};  ///< no memory for connections
    Duration certificate_back{0};  ///< until then no handshake succeeds
    Duration uplink_free{0};       ///< what was said to clients has left
    // Until when it is cut off, and how.
    Duration mute_until{0}, deaf_until{0}, alone_until{0};
    std::optional<ByteBuffer> backup;
    Duration backup_down_for{0};
    Duration replaced_after{0};  ///< a damaged disk, after it was found
    Duration clock_wrong_by{0};  ///< since its last start
  };
  struct NodeSlot {
    std::unique_ptr<Node> node;
    Mailbox mailbox;
    Outbox out;
    bool busy = false;
    Duration stepped{};  ///< when its last step began, on its monotonic clock
    Duration wakes_at = never;
    Source source;
    Connections connections;
    NodeCounters past;  ///< of earlier lives
    std::uint64_t past_hash = 0;
  };

  NodeCounters counters_of(const NodeSlot& slot) const;
  bool up(std::uint32_t node) const { return hosts_[host_of(node)].up; }
  Instant clock_of(std::uint32_t node) const { return hosts_[host_of(node)].clock.read(stage_.now); }
  /// Puts something into a node's mailbox; `go_on` lets it step.
  void mail(std::uint32_t node, Mail mail);
  void wake_at(std::uint32_t node, Duration at);
  void go_on(std::uint32_t node);
  void step(std::uint32_t node);
  void make_inputs(const NodeSlot& slot);
  Input input_of(const NodeSlot& slot, const Mail& mail);
  Input opened(const Mail& mail) const;
  Input said(const NodeSlot& slot, const Mail& mail);
  /// A number for a client's connection that no other one has.
  static std::uint64_t number_of(const Connection& c) {
    return std::uint64_t{c.client} << 32 | c.attempt;
  }
  /// `expired`: requests among them that waited too long and were dropped.
  Duration cost_of(NodeSlot& slot, std::size_t taken, std::uint64_t expired);
  void carry_out(std::uint32_t node);
  void send_frames(std::uint32_t node, const Outbox& out);
  void send_to_client(NodeSlot& slot, Connection& connection, Piece* piece, Happening kind);
  void put_silence(std::uint32_t node, ConnectionId id, Duration at, Duration hears_again);
  void wait_unread(std::uint32_t node, ConnectionId id, Piece* piece);
  void close(std::uint32_t node, const output::Close& close);
  UserId user_of(const Connection& c) const;
  /// Its device is welcomed: its user is heard, or was until the connection died on the way.
  void hears(Connection& c);
  /// `left`: its device said good-bye.
  void hears_no_more(Connection& c, bool left);
  void drop_connection(std::uint32_t node, ConnectionId id, CloseCode code, bool tell_client,
                       const Advice& advice = {});
  // Polled sessions (fleet_polls.cpp).
  HttpSession* http(std::uint32_t node, ConnectionId id);
  void exchange_arrives(std::uint32_t node, ConnectionId id, Connection& c, const Piece& piece);
  void answer_exchanges(std::uint32_t node, ConnectionId id, ExchangeHead::Outcome outcome);
  void polled(std::uint32_t node, const output::Poll& poll);
  /// False: none is under way.
  bool break_exchanges(std::uint32_t node, ConnectionId id);
  // The door (fleet_door.cpp).
  AdmissionConfig admission_of(std::uint64_t secret) const;
  bool fits(std::uint32_t host) const;
  void enter(std::uint32_t node, const output::Entry& entry);
  void open(std::uint32_t node, ConnectionId id);
  void tell_dialled(std::uint32_t node, Connection& connection, ConnectionId id, bool accepted);
  Duration departs(std::uint32_t host, std::uint64_t bytes);
  void send_to_peer(std::uint32_t node, const output::ToPeer& message);
  void submit(std::uint32_t node, const output::Commit& commit);
  void begin_write(std::uint32_t host);
  void read(std::uint32_t node, const output::Read& read);
  /// A read on its way: still to be done, or done. The ticket is in the piece's `c` and `d`.
  enum ReadFlag : std::uint8_t { read_asked, read_all, read_more, read_failed };
  Piece* rows_of(Host& host, const output::Read& read);
  void end_by_itself(std::uint32_t node);
  Duration down_or_restart(Duration down_for) const {
    return down_for > Duration{0} ? down_for : stage_.scenario.servers.restart;
  }
  /// The poisoned partition that a node is about to open, if it is.
  std::optional<PartitionId> opens_poison(const Outbox& out) const;
  void note_poison(PartitionId partition);
  /// A fault of its disk met something, which ends the process.
  void disk_struck(std::uint32_t host, FaultKind kind);
  void replace_damaged_disk(Host& host);
  void start_links(std::uint32_t node);
  /// That a node takes from another.
  std::uint32_t longest_packet(std::uint32_t node) const {
    return static_cast<std::uint32_t>(host_of(node) == 0 ? stage_.scenario.servers.first_packet
                                                         : double{limits::packet_bytes});
  }
  Duration peer_latency(std::uint32_t from, std::uint32_t to);
  bool carries(std::uint32_t from, std::uint32_t to);
  void tell(std::uint32_t node, const Input& input);
  void end_process(std::uint32_t host, Crash how, Duration down_for);
  void end_node(std::uint32_t node, bool tell_clients);
  void ask_services(std::uint32_t node, const Outbox& out);
  void push(std::uint32_t node, const output::Push& push, bool heard);
  void judge_frame(const to_client::Frame& frame, std::uint32_t node, const Connection* connection);
  void judge_packet(std::string_view bytes, std::uint32_t node, std::uint32_t to);
  void judge_delivery(const peer::Deliver& delivery, std::uint32_t node);
  void judge_message_to_peer(const peer::Message& message, std::uint32_t node);
  void judge_message(const ConversationId& conversation, Sequence seq, std::uint32_t node,
                     std::string_view what);
  void judge_inbox(const Connection* connection, Sequence number, std::uint32_t node,
                   std::string_view what);
  void judge_device(DeviceId device, Generation generation, std::uint32_t node,
                    std::string_view what);
  void judge_stream(const ConversationId& conversation, ShardId shard, Incarnation incarnation,
                    Sequence have, std::uint32_t node, std::string_view what);
  // Who acts for a partition (fleet_speech.cpp).
  struct Speech;
  void judge_commit(const output::Commit& commit, std::uint32_t node);
  void judge_speech(const to_client::Frame& frame, std::uint32_t node, const Connection* connection);
  void judge_speech(const peer::Message& message, std::uint32_t node, std::uint32_t to);
  void judge_speech(const Speech& speech, std::uint32_t node, bool to_client);
  template <class M>
  Speech speech_of(const M& message);
  /// Whose connection it is; nobody's if there is none.
  UserId user_of(const Connection* connection) const;
  bool on_own_disk(ShardId shard, std::uint32_t node) const {
    return replicated() || host_of(map_.owner(shard).value) == host_of(node);
  }
  /// Where rows that a node tells of must be: on its host's disk, or in what the logs come to.
  MemoryStore& durable_rows(std::uint32_t node) {
    return replicated() ? log_.truth() : hosts_[host_of(node)].disk.store();
  }
  /// What stands under `key` in the store of the node's host; valid until the next read.
  std::optional<std::string_view> durable(std::uint32_t node, const rows::Key& key);
  template <class Row>
  std::optional<Row> durable_row(std::uint32_t node, const rows::Key& key);

  Stage& stage_;
  ShardMap map_;
  Sampler client_latency_, server_latency_;
  Pings pings_;
  Links links_;
  LogService log_;
  RegisterService register_;
  DiscoveryService discovery_;
  PushProvider push_provider_;
  std::deque<Host> hosts_;
  std::deque<NodeSlot> nodes_;
  /// What waits at the edge for a client that does not read.
  struct Unread {
    Duration until{};
    std::uint64_t bytes = 0;
    std::vector<Piece*> pieces;
  };
  std::map<std::pair<std::uint32_t, std::uint32_t>, Unread> unread_;  ///< by node and slot
  std::map<std::pair<std::uint32_t, std::uint32_t>, HttpSession> http_;  ///< likewise
  /// Those at the door, by node and slot.
  std::map<std::pair<std::uint32_t, std::uint32_t>, Visitor> visitors_;
  absl::flat_hash_map<std::uint32_t, std::uint32_t> told_;  ///< by client: the last attempt of these
  Duration logins_slow_until_{0}, logins_slow_by_{0}, logins_away_until_{0};
  /// What the network between servers does to packets, each until a time.
  struct Weather {
    Duration lossy_until{0}, repeats_until{0}, reorders_until{0};
    double lost = 0, repeated = 0;
    Duration reorder{};
    Random random;
  } weather_;
  std::array<Duration, limits::partitions> poisoned_until_{};
  // Scratch, kept for its memory.
  std::vector<Input> inputs_;
  Arena arena_;
  ByteBuffer bytes_;
  ByteBuffer rows_;
};

}  // namespace hubbub::sim
