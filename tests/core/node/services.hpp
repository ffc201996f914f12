// What replicated nodes have outside themselves: a log for each partition, and the register, both in
// the test's hands. What is asked is done at once and in the order in which it was asked, unless the
// test says otherwise: an append can wait, be refused, or end unknown and be kept now, later or never;
// a node can be kept from either service.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "core/node/input.hpp"
#include "core/node/outbox.hpp"
#include "core/place/memory_register.hpp"
#include "core/place/shard_map.hpp"
#include "core/wire/log_record.hpp"

namespace hubbub::test {

class Services {
 public:
  /// Takes an answer on its way to a node; its views are valid during the call.
  using Give = std::function<void(NodeId, const Input&)>;
  explicit Services(Give give) : give_(std::move(give)) {}

  // --- From the nodes ------------------------------------------------------------------------------
  void carry_out(NodeId node, const Outbox& out);
  /// The node's process has ended: it gets no answers any more. What it asked may still be done.
  void ended(NodeId node) { ++life_[node.value]; }

  // --- Time ------------------------------------------------------------------------------------------
  /// Gives the answers that are due. False: there were none.
  bool poll(Duration now);
  Duration next_deadline() const;

  // --- Faults ----------------------------------------------------------------------------------------
  /// What becomes of an append.
  enum class Fate : std::uint8_t {
    accepted,
    refused,
    unheard,  ///< it is kept, but ends unknown
    late,     ///< it ends unknown, and is kept when the test says so
    lost,     ///< it ends unknown, and is never kept
  };
  /// Says it of the next append to this log that nothing is said of yet.
  void next_append(PartitionId log, Fate fate) { logs_[log.value].fates.push_back(fate); }
  /// The log keeps what was late, in its order.
  void land_late(PartitionId log);
  /// What the node asks of the logs waits, and is done when it is released.
  void hold_log(NodeId node) { log_held_[node.value] = true; }
  void release_log(NodeId node);
  /// For this node the register is away.
  void lose_register(NodeId node, bool lost = true) { register_lost_[node.value] = lost; }

  // --- Looking ---------------------------------------------------------------------------------------
  struct Entry {
    LogPosition position;
    std::string bytes;
    Standing standing;  ///< by the rule that every reader goes by (R8)
  };
  /// All that a log ever kept, also what was trimmed.
  const std::deque<Entry>& entries(PartitionId log) const { return logs_[log.value].entries; }
  /// What lies below was trimmed.
  LogPosition first(PartitionId log) const { return logs_[log.value].first; }
  const LogHead& head(PartitionId log) const { return logs_[log.value].head; }
  /// The map in the register; version 0: there is none.
  const ShardMap& map() const { return map_; }

 private:
  struct Asker {
    NodeId node;
    std::uint32_t life;
  };
  struct Append {
    Asker from;
    PartitionId log;
    std::uint64_t ticket;
    std::string record;
  };
  struct Read {
    Asker from;
    output::LogRead wanted;
    Duration until;
  };
  struct Log {
    std::deque<Entry> entries;
    LogPosition last = 0;
    LogPosition first = 0;
    LogHead head;
    std::deque<Fate> fates;
    std::vector<std::string> late;
  };

  Asker asker(NodeId node) const { return {node, life_[node.value]}; }
  void give(const Asker& to, const Input& input) {
    if (life_[to.node.value] == to.life) give_(to.node, input);
  }
  void append(const Append& append);
  Fate fate_of(const Append& append);
  LogPosition keep(Log& log, std::string_view record);
  bool answer(const Read& read);
  void set(NodeId node, const output::RegisterSet& set);
  void read(NodeId node, const output::RegisterRead& read);

  Give give_;
  std::array<std::uint32_t, limits::nodes> life_{};
  std::array<bool, limits::nodes> log_held_{};
  std::array<bool, limits::nodes> register_lost_{};
  std::array<Log, limits::partitions> logs_;
  std::vector<Append> held_;
  std::vector<Read> reading_;
  MemoryRegister register_;
  ShardMap map_{.version = 0};
};

}  // namespace hubbub::test
