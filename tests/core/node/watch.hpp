// What replicated nodes say to their logs, to the register and to each other, in lines that a story
// can show: of the partitions and the kinds of messages that it asks for.
//
//   node 1 > log 17: takeover, epoch 2, map 3, follows @4        node 1 wants it appended
//   log 17 > node 1: kept at @5                                   what it is told of that
//   log 17 > node 2: @5 takeover, epoch 2, by node 1              what a reader finds there
//   node 1 > register: it is about to open 17                     before it does
//   register: 17 is node 1's, node 2 follows (map 3)              once somebody has heard it
//   node 1 > node 0: owns 17, epoch 2, map 3                      a message between nodes
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/wire/packet.hpp"
#include "core/wire/peer.hpp"
#include "tests/core/node/cluster.hpp"

namespace hubbub::test {

class Watch {
 public:
  /// Takes a line, and when it was seen.
  using Show = std::function<void(const std::string&, Duration)>;
  /// Both must outlive it.
  Watch(Cluster& cluster, Show show) : cluster_(cluster), show_(std::move(show)), map_(cluster.map()) {}

  void partition(PartitionId partition) { partitions_.insert(partition); }
  /// Messages between nodes: owns, attach, attached, entry, request, answer, copies. `attaches` counts
  /// those of all partitions that follow each other instead of showing each.
  /// Throws if there is no such kind.
  void messages(const std::string& kind);

  void step(NodeId node, std::span<const Input> inputs, const Outbox& out);
  /// Shows what was counted so far.
  void flush();

 private:
  bool watched(PartitionId partition) const { return partitions_.contains(partition); }
  void line(const std::string& text);

  void take(NodeId node, const input::Appended& i);
  void take(NodeId node, const input::LogRead& i);
  void take(NodeId node, const input::RegisterRead& i);
  template <class Other>
  void take(NodeId, const Other&) {}
  void registers(NodeId node, std::string_view value);
  void changed(const RegisterEntry& entry);
  void map_changed(const ShardMap& map);

  void append(NodeId node, const output::Append& append);
  void packet(NodeId from, NodeId to, std::string_view bytes);
  void count_attach(NodeId from, NodeId to);
  /// What a message says, of which partition; of no kind: it is not shown.
  struct Said {
    std::string_view kind;
    std::optional<PartitionId> partition;
    std::string words;
  };
  Said said(const peer::Owns& m) const;
  Said said(const peer::Attach& m) const;
  Said said(const peer::Attached& m);
  Said said(const peer::Entry& m);
  Said said(const peer::Request& m) const;
  Said said(const peer::Answer& m) const;
  Said said(const peer::CopyWanted& m) const;
  Said said(const peer::Copied& m) const;
  Said said(const peer::Verified& m) const;
  template <class Other>
  Said said(const Other&) const {
    return {};
  }

  Cluster& cluster_;
  Show show_;
  std::set<PartitionId> partitions_;
  std::set<std::string, std::less<>> kinds_;
  std::map<std::pair<NodeId, PartitionId>, std::string> appended_;  ///< the last
  std::uint64_t revision_ = 0;  ///< of the register, as it was shown
  ShardMap map_;
  std::map<NodeId, std::string> fleet_;  ///< what was last shown of a node
  std::map<NodeId, std::set<PartitionId>> opening_;  ///< by its registration
  std::map<std::pair<NodeId, NodeId>, std::pair<peer::End, std::uint32_t>> seen_;  ///< packets
  std::map<ConnectionId, PartitionId> sessions_;  ///< of whom messages name no user
  struct Counted {
    NodeId from;
    NodeId to;
    Duration at{};
    std::size_t sessions = 0;
  } attaches_;
};

}  // namespace hubbub::test
