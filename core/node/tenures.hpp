// The partitions that this node has open: how they open and close, and who is told.
//
// A partition opens once its rows are this node's to serve: embedded when the node has its life,
// replicated when its takeover counts. It closes when another has taken it over: everything of it
// goes out of memory, and whoever waited for it is turned away.
#pragma once

#include "core/node/contacts.hpp"
#include "core/node/context.hpp"
#include "core/node/conversations.hpp"
#include "core/node/finds.hpp"
#include "core/node/gateway.hpp"
#include "core/node/quotas.hpp"
#include "core/node/replicas.hpp"
#include "core/node/users.hpp"

namespace hubbub {

class Tenures {
 public:
  Tenures(Context& context, Replicas& replicas, Gateway& gateway, Conversations& conversations,
          Users& users, Presences& presences, Contacts& contacts, Receipts& receipts, Heads& heads,
          Pushes& pushes, Quotas& quotas, Finds& finds)
      : c_(context), replicas_(replicas), gateway_(gateway), conversations_(conversations),
        users_(users), presences_(presences), contacts_(contacts), receipts_(receipts),
        pushes_(pushes), heads_(heads), quotas_(quotas), finds_(finds) {}

  /// The node has its life.
  void start();
  /// A higher map version: `c_.map` is it.
  void follow_map();
  void meta_read(PartitionId partition, std::string_view rows);
  /// A partition's batch is durable.
  void durable(PartitionId partition);

  /// Everyone's word on what they own.
  void on(const peer::Owns& owns, NodeId from);
  void peer_up(NodeId node);

  /// Answers a message that could not even wait.
  void turn_away(const peer::Message& message);

  void work();
  /// The step ends: what was begun in a partition that ends may have come to its end.
  void step_ends();
  bool has_work() const { return replicas_.waiting() || !closing_.empty(); }

 private:
  struct Closing {
    PartitionId partition;
    std::uint8_t table{};
    std::uint32_t next{};
  };

  void open(PartitionId partition);
  void lose(PartitionId partition);
  void announce(PartitionId partition);
  void announce(NodeId to, std::span<const peer::Tenure> tenures);
  peer::Tenure tenure(PartitionId partition) const;
  void close(Closing& closing);
  template <class Table>
  bool drop(Closing& closing, Table& table);
  void drop_reads(PartitionId partition);
  PartitionId partition_of_read(const reads::Job& job) const;
  void turn_away_parked(std::deque<Parked>& parked);
  void turn_away_bytes(std::string_view bytes);
  void follow_replicas();

  Context& c_;
  Replicas& replicas_;
  Gateway& gateway_;
  Conversations& conversations_;
  Users& users_;
  Presences& presences_;
  Contacts& contacts_;
  Receipts& receipts_;
  Pushes& pushes_;
  Heads& heads_;
  Quotas& quotas_;
  Finds& finds_;
  Ring<Closing> closing_;
  std::vector<PartitionId> ending_;
  ByteBuffer message_;
};

}  // namespace hubbub
