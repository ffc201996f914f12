// What the parts of a node share: the step's time and outbox, the ways out, the partitions, the
// records in memory, and who waits for which rows.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/byte_queue.hpp"
#include "core/base/ring.hpp"
#include "core/chat/contact.hpp"
#include "core/chat/conversation.hpp"
#include "core/chat/user.hpp"
#include "core/node/node.hpp"
#include "core/node/partition.hpp"
#include "core/node/peers.hpp"
#include "core/node/pressure.hpp"
#include "core/node/reads.hpp"
#include "core/node/resident.hpp"
#include "core/node/routes.hpp"
#include "core/wire/keep.hpp"
#include "core/wire/peer.hpp"

namespace hubbub {

class Context {
 public:
  explicit Context(const NodeConfig& config);

  // --- This step ---------------------------------------------------------------------------------
  Instant now;
  /// The clock by which others are judged: it stands still while this node was paused (R28).
  Duration judged{};
  Outbox* out = nullptr;
  Arena scratch;  ///< what the message being handled was decoded into
  std::uint32_t units() const { return out->units; }
  void work(std::uint32_t units) { out->units += units; }
  /// A step takes on no further piece of work beyond a quarter of its units, so that the largest
  /// single piece still fits; a piece that could be longer stops itself at three quarters (R35).
  bool exhausted() const { return bounded() && out->units >= limits::step_units / 4; }
  bool nearly_spent() const { return bounded() && out->units >= limits::step_units * 3 / 4; }
  bool bounded() const { return config.policy.step == StepPolicy::bounded; }

  /// How far behind this node is with its work.
  Pressure pressure;
  const NodeConfig config;
  NodeGeneration life = 0;  ///< this node's own; 0: not open yet
  NodeCounters counters;
  NodeId self() const { return config.id; }
  bool replicated() const { return hubbub::replicated(config.policy.durability); }
  ShardMap map;  ///< the newest that is known
  /// In which records may be written (R12).
  Form form() const {
    return config.policy.forms == FormPolicy::newest ? config.reads : std::min(map.form, config.reads);
  }
  Routes routes;
  NodeId owner(ShardId shard) const { return routes.owner(partition_of(shard)); }

  // --- Ways out ------------------------------------------------------------------------------------
  Peers peers;
  bool up(NodeId node) const {
    return node == self() ? life != 0 : node != nobody && peers.up(node);
  }
  /// Is this the session's gateway as it lives now?
  bool alive(const SessionRef& s) const {
    return s.node == self() ? s.life == life : up(s.node) && peers.life(s.node) == s.life;
  }

  bool has_session(const User& user) const {
    return std::any_of(user.devices.begin(), user.devices.end(), [this](const Device& d) {
      return d.stream().mode != SessionStream::Mode::detached && alive(d.stream().ref);
    });
  }

  /// What the frame's views point into may be gone before the step's end: they are copied.
  void frame(ConnectionId to, const to_client::Frame& f) {
    wire::keep(out->frames.emplace_back(output::Frame{to, f}).frame, out->arena);
  }
  void close(ConnectionId to, CloseCode code, const Advice& advice = {}) {
    out->closes.push_back({to, code, advice});
  }

  /// Sends now: for what depends on nothing durable.
  template <class T>
  void send(NodeId to, const T& message) {
    encoded_.clear();
    peer::encode(message, encoded_);
    route(to, encoded_.view());
  }
  /// Sends when all that `from` has written so far is durable (R6).
  template <class T>
  void emit(Partition& from, NodeId to, const T& message) {
    work(1);
    encoded_.clear();
    peer::encode(message, encoded_);
    if (!from.speaks()) return;
    if (config.policy.acknowledge == AcknowledgePolicy::after_commit && must_wait(from))
      from.hold(to, encoded_.view());
    else
      route(to, encoded_.view());
  }
  bool must_wait(Partition& from) {
    if (!proven(from) && !from.in_flight()) prove(from);
    return from.must_hold();
  }
  /// R21: it is not so long ago that nobody can have taken the partition over unseen.
  bool proven(const Partition& p) const {
    return !replicated() || config.policy.stale_owner == StaleOwnerPolicy::speaks ||
           now.mono - p.proved <= limits::proof;
  }
  void prove(Partition& p) {
    p.must_prove = true;
    mark_dirty(p);
  }
  /// The message being handled knows more than is known here. Embedded, the store has lost its end;
  /// replicated, this node may not own the partition any more, and must prove that it did after
  /// the message came: until then it waits, and is handled again (R10, R21).
  bool sure(Partition& p);
  void route(NodeId to, std::string_view bytes);
  /// Lets go of what partitions held for batches that are durable now, as far as the step goes.
  void release();
  Ring<std::uint16_t> releasing;

  /// R12: what this version cannot read it must not take for absent. Nothing may go on after it.
  void unreadable(std::string_view what = "a row of the store") {
    out->fatal = out->arena.copy(std::string(what) +
                                 " cannot be read: written by a newer version of hubbub?");
  }
  /// R12: who cannot read the map must not write another over it; nor go by one that lets others
  /// write into the logs what it cannot read.
  bool may_go_by(const std::optional<ShardMap>& found) {
    if (found && found->form <= config.reads) return true;
    unreadable(found ? "the logs" : "the map");
    return false;
  }
  void alarm(std::string_view what) {
    ++counters.alarms;
    out->alarm = out->arena.copy(what);
  }

  // --- Messages to this node itself ----------------------------------------------------------------
  ByteQueue<Partition::Origin> local;
  /// The message being handled is handled again, from its beginning, in its turn.
  void again() { local.push({current.from, current.received}, current.bytes); }

  // --- Partitions --------------------------------------------------------------------------------
  std::array<Partition, limits::partitions> partitions;
  Partition& partition(ShardId shard) { return partitions[partition_of(shard).value]; }
  template <class Row>
  void put(Partition& to, const rows::Key& key, const Row& row) {
    work(1);
    to.rows(now.mono).put(key, row);
    mark_dirty(to);
  }
  void erase(Partition& from, const rows::Key& key) {
    work(1);
    from.rows(now.mono).erase(key);
    mark_dirty(from);
  }
  void mark_dirty(Partition& p);
  /// The store has gone back behind what others were told: its numbers get a new incarnation, once
  /// a life, and a person is told (R21).
  void tail_lost(Partition& p, std::string_view what);
  /// Partitions with something gathered, in the order of their first write.
  std::vector<std::uint16_t> dirty;

  // --- Records in memory, and reads ------------------------------------------------------------------
  Resident<ConversationId, Conversation> conversations;
  Resident<SenderKey, SenderRecord> senders;
  Resident<UserId, User> users;
  Resident<StreamKey, ReceivedStream> streams;
  Resident<ContactKey, Contact> contacts;
  Resident<OpaqueKey, OpaqueRecord> opaques;
  RecentMessages recent;

  std::uint64_t read(const reads::Job& job, std::string_view from, std::string_view to,
                     std::uint32_t rows, bool reverse = false);
  std::uint64_t read(const reads::Job& job, const rows::Bounds& b, std::uint32_t rows = limits::read_rows) {
    return read(job, b.from, b.to, rows);
  }
  absl::flat_hash_map<std::uint64_t, reads::Job> reading;
  std::uint32_t loads_under_way = 0;

  /// The message being handled: what is parked when a record is not in memory.
  struct Current {
    NodeId from;
    Duration received{};
    std::string_view bytes;
  } current;
  /// Set when `need` could neither give nor wait: the handler must turn the message away.
  bool turned_away = false;
  /// The record whose parked messages are being handled.
  const void* draining = nullptr;
  struct Drain {
    reads::Kind kind{};
    std::uint32_t slot{};
    std::uint32_t use{};
  };
  Ring<Drain> drains;
  std::size_t parked_bytes = 0;

  /// The record, if it is in memory. If not, it is being loaded and the current message waits for
  /// it, to be handled again from its beginning: so ask before changing anything.
  template <reads::Kind kind, class Key, class Record>
  Record* need(Resident<Key, Record>& table, const Key& key) {
    auto slot = table.find(key);
    if (slot == Resident<Key, Record>::none) slot = load<kind>(table, key);
    else table.touch(slot, now.mono);
    auto& entry = table[slot];
    if (entry.loaded && (!entry.waited_for || draining == &entry)) return &entry.record;
    park(table.park(slot));
    return nullptr;
  }
  Conversation* need(const ConversationId& id) { return need<reads::Kind::conversation>(conversations, id); }
  SenderRecord* need(const SenderKey& k) { return need<reads::Kind::sender>(senders, k); }
  User* need(UserId id) { return need<reads::Kind::user>(users, id); }
  ReceivedStream* need(const StreamKey& k) { return need<reads::Kind::stream>(streams, k); }
  OpaqueRecord* need(const OpaqueKey& k) { return need<reads::Kind::opaque>(opaques, k); }
  Contact* need(const ContactKey& k) { return need<reads::Kind::contact>(contacts, k); }

  /// Starts loading what is absent. REQUIRES: not in the table.
  template <reads::Kind kind, class Key, class Record>
  std::uint32_t load(Resident<Key, Record>& table, const Key& key) {
    const auto slot = table.add(key, now.mono);
    ++counters.loads;
    ++loads_under_way;
    read(reads::Record{kind, slot, table[slot].use}, Record::bounds(key));
    return slot;
  }

  /// How long the message being handled has waited on this node.
  Duration waited() const { return now.mono - current.received; }

 private:
  void park(std::deque<Parked>& queue);

  ByteBuffer encoded_;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace hubbub
