// A few nodes in one test, with everything around them done at once and in a fixed order: links
// deliver as they are, disks commit immediately unless told to hold, time moves when the test says.
//
// With a policy of replicated durability the nodes have logs and a register (services.hpp), and agree
// themselves on who owns what: the cluster is there when every partition is open and followed.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/node/node.hpp"
#include "core/store/memory_store.hpp"
#include "tests/core/node/services.hpp"

namespace hubbub::test {

class Cluster {
 public:
  struct Listener {
    std::function<void(ConnectionId, NodeId, const to_client::Frame&)> frame =
        [](ConnectionId, NodeId, const to_client::Frame&) {};
    std::function<void(ConnectionId, NodeId, CloseCode)> close = [](ConnectionId, NodeId, CloseCode) {};
    /// Before that: what a close says about coming back, if anything.
    std::function<void(ConnectionId, NodeId, const Advice&)> advice = [](ConnectionId, NodeId, const Advice&) {};
    /// A poll ended, with the frames that were just told; or (`taken` false) with nothing, or its answer
    /// was lost.
    std::function<void(ConnectionId, NodeId, RequestId, bool taken)> polled =
        [](ConnectionId, NodeId, RequestId, bool) {};
    std::function<void(NodeId, std::string_view)> note = [](NodeId, std::string_view) {};
    std::function<void(NodeId, const output::Push&)> push = [](NodeId, const output::Push&) {};
    /// A step: what the node took, and what it wants done.
    std::function<void(NodeId, std::span<const Input>, const Outbox&)> step =
        [](NodeId, std::span<const Input>, const Outbox&) {};
  };

  /// `tokens`: sessions may come with tokens that end (NodeConfig::tokens).
  explicit Cluster(std::uint16_t nodes, Policy policy = {}, AdmissionConfig admission = {}, bool tokens = false);

  Listener listener;

  // --- What happens to nodes. Each is followed by `run`, unless the test goes on itself. ----------
  void start(NodeId node);
  /// The process ends. `lose_unsynced`: so does the power.
  void crash(NodeId node, bool lose_unsynced = false);
  void hold_disk(NodeId node) { box(node).disk_held = true; }
  void release_disk(NodeId node);
  /// Reads see the store as it is when they are asked, and are answered when they are released.
  void hold_reads(NodeId node) { box(node).reads_held = true; }
  void release_reads(NodeId node);
  void fail_next_sync(NodeId node) { box(node).store->fail_next_sync(); }
  void pause(NodeId node) { box(node).paused = true; }
  void resume(NodeId node) { box(node).paused = false; }
  /// What the provider says to every push from now on; nothing: it does not answer.
  void provider(std::optional<PushOutcome> says) { provider_ = says; }
  void drain(NodeId node) { push(node, input::Drain{}); }
  /// The disk is replaced by an empty one. REQUIRES: the node is down.
  void lose_disk(NodeId node);
  /// What one node says to another waits on its way.
  void hold_packets(NodeId from, NodeId to) { held_links_.emplace_back(from, to); }
  void release_packets(NodeId from, NodeId to);

  void open(NodeId node, ConnectionId connection, UserId user);
  void open(NodeId node, const input::Opened& opened) { push(node, opened); }
  void open(NodeId node, const input::OpenedWith& opened) { push(node, opened); }
  void renew(NodeId node, const input::Renewed& renewed) { push(node, renewed); }
  /// The node's wall clock shows so much more from now on.
  void step_wall(NodeId node, Duration by) { box(node).wall_ahead += by; }
  void arrive(NodeId node, ConnectionId connection) { push(node, input::Arrived{connection}); }
  /// `left`: the client said good-bye.
  void close(NodeId node, ConnectionId connection, bool left = false);
  void silent(NodeId node, ConnectionId connection);
  /// Whose `hello` says that it is polled is told what waits for a poll when one takes it.
  void send(NodeId node, ConnectionId connection, const to_server::Frame& frame,
            Duration waited = {});
  /// What the next poll takes does not reach its device.
  void lose_next_answer(NodeId node, ConnectionId connection) {
    box(node).polled.at(connection.slot).loses = true;
  }

  /// Steps every node until nothing is left to do at this moment.
  void run();
  /// Lets time pass, stepping nodes at their deadlines.
  void wait(Duration duration);
  Instant now() const { return {now_, now_ + std::chrono::seconds(1'800'000'000)}; }

  bool is_up(NodeId node) const { return boxes_[node.value].node != nullptr; }
  Node& node(NodeId node) { return *box(node).node; }
  MemoryStore& store(NodeId node) { return *box(node).store; }
  const ShardMap& map() const { return services_ ? services_->map() : map_; }
  /// REQUIRES: the durability is replicated.
  Services& services() { return *services_; }
  std::uint16_t size() const { return static_cast<std::uint16_t>(boxes_.size()); }
  std::uint32_t units_max() const { return units_max_; }

 private:
  struct Held {
    PartitionId partition;
    std::uint64_t batch;
    std::string rows;
    bool sync;
  };
  struct Queued {
    Input input;
    std::shared_ptr<Arena> memory;  ///< what the input's views point into
  };
  struct Packet {
    NodeId from;
    NodeId to;
    std::string bytes;
  };
  /// The edge of a polled session.
  struct Polled {
    struct Waiting {
      to_client::Frame frame;
      std::shared_ptr<Arena> memory;
    };
    std::vector<Waiting> waiting;
    bool loses = false;
  };
  struct Box {
    std::unique_ptr<Node> node;
    std::unique_ptr<MemoryStore> store;
    std::deque<Queued> inputs;
    std::vector<Held> held;
    std::vector<Queued> held_reads;
    std::map<std::uint32_t, Polled> polled;  ///< by slot
    bool disk_held = false;
    bool reads_held = false;
    bool paused = false;
    Duration wall_ahead{};
  };

  Box& box(NodeId node) { return boxes_[node.value]; }
  void begin(NodeId node);
  void link(NodeId a, NodeId b);
  bool settled() const;
  bool step(NodeId node);
  void carry_out(NodeId node);
  void tell(NodeId node, const output::Frame& frame);
  void poll(NodeId node, const output::Poll& poll);
  void commit(NodeId node, const Held& held);
  static Queued queued(Input input);
  void push(NodeId node, const Input& input) { box(node).inputs.push_back(queued(input)); }

  Policy policy_;
  AdmissionConfig admission_;
  bool tokens_;
  ShardMap map_;
  std::unique_ptr<Services> services_;
  std::uint64_t starts_ = 0;
  std::vector<Box> boxes_;
  std::vector<std::pair<NodeId, NodeId>> held_links_;
  std::vector<Packet> held_packets_;
  Duration now_{};
  Outbox out_;
  std::uint32_t units_max_ = 0;
  std::optional<PushOutcome> provider_ = PushOutcome::accepted;
};

}  // namespace hubbub::test
