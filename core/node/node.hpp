// One server's brain: gateway, partitions and router behind one `step`.
//
// A node decides; it never waits, reads no clock, and touches nothing outside. Whoever runs one
// feeds it what happened and does what it says:
//
//   Outbox out;
//   for (;;) {
//     auto inputs = wait_for_inputs_until(node.next_deadline());
//     while (...) {                                // until all are taken
//       const std::size_t taken = node.step(inputs, now(), out);
//       carry_out(out); out.clear();
//       inputs = inputs.subspan(taken);
//     }
//   }
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/base/keyed_hash.hpp"
#include "core/base/limits.hpp"
#include "core/base/policy.hpp"
#include "core/base/time.hpp"
#include "core/node/input.hpp"
#include "core/node/outbox.hpp"
#include "core/place/shard_map.hpp"
#include "core/wire/form.hpp"

namespace hubbub {

/// What the register is told of where a node is. Replicated only.
struct NodeHome {
  std::uint16_t host = 0;  ///< nodes of one host die together
  std::uint16_t region = 0;
  std::uint32_t connections_most = 20'000;
  std::string_view address;  ///< where clients reach it; must outlive the node
};

/// How many may come (R29 to R31).
struct AdmissionConfig {
  /// Sessions a second that its cores can begin beside what else they do: by what accepting, a
  /// handshake, a login and attaching cost. 0: not known, and whoever comes is let in.
  std::uint32_t rate = 0;
  /// Of this node alone, and secret: who has it can make tickets.
  HashKey key{};
};

struct NodeConfig {
  NodeId id;
  ShardMap map;  ///< replicated: the last one that was known, or version 0
  Policy policy;
  /// Random bits for what must differ between stores (incarnations). Handed in, as all chance is.
  std::uint64_t entropy = 0;
  /// Keeps `Node::hash`, so that two runs can be compared: a seventh of what a step costs.
  bool chained = true;
  NodeHome home;
  /// The newest form that this node reads and writes: older than the build's in the simulator, where
  /// it stands for an older version of hubbub (R12).
  Form reads = newest_form;
  /// The longest packet that it takes from a peer; at least limits::packet_bytes_least.
  std::uint32_t packet_bytes = limits::packet_bytes;
  AdmissionConfig admission;
  /// Sessions come with tokens that end, so that the node's clock must be right (R34).
  bool tokens = false;
};

/// The batch of a node's own row belongs to no partition.
inline constexpr PartitionId node_row_partition{UINT16_MAX};

class Node {
 public:
  explicit Node(const NodeConfig& config);
  ~Node();
  Node(Node&&) noexcept;
  Node& operator=(Node&&) noexcept;

  /// Takes inputs from the front, in order, does what is due, and fills `out`, which must be
  /// clear. Returns how many inputs were taken: fewer than given when the step's units ran out
  /// (R35); the rest stay with the caller, who steps again at once. `now` never goes back in `mono`.
  std::size_t step(std::span<const Input> inputs, Instant now, Outbox& out);

  /// A hint that this input comes soon; changes nothing.
  void prefetch(const Input& input) const;

  /// When to step again though nothing happened, on the monotonic clock; `never` if not at all.
  Duration next_deadline() const;

  const NodeCounters& counters() const;
  /// A chain over the bytes of all inputs and outputs so far; 0 if none is kept.
  std::uint64_t hash() const;
  /// This node's life; 0 until it is open.
  NodeGeneration life() const;
  /// It has its life, and all of its partitions take requests.
  bool open() const;
  /// It has this partition open.
  bool serves(PartitionId partition) const;
  /// Sessions attached, records in memory: what a report shows.
  struct Sizes {
    std::size_t sessions = 0;
    std::size_t conversations = 0;
    std::size_t users = 0;
    std::size_t parked_bytes = 0;
    std::size_t held_bytes = 0;
    std::uint64_t owed = 0;  ///< delivery streams with something unconfirmed, blocks not stored
    std::size_t untold = 0;  ///< users whose presence is to be looked at, and partitions' of whom it is
    std::uint64_t receipts = 0;  ///< users and conversations with receipts under way (R19)
    std::size_t unpushed = 0;  ///< users who may be pushed to, and partitions whose marks are to be read
  };
  Sizes sizes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hubbub
