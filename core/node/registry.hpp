// A node's dealings with the register: it says that it lives, follows the map, and, when it holds
// the assigner's lease, decides the map (R26, R27).
//
// The register may be away, late, or wrong about who lives. The map that was last seen stays, and
// nothing here is needed for what a partition's owner may do: that is in its log (R9).
#pragma once

#include <cstdint>

#include "core/node/context.hpp"
#include "core/node/gateway.hpp"
#include "core/node/replicas.hpp"
#include "core/place/assigner.hpp"
#include "core/place/register_view.hpp"

namespace hubbub {

class Registry {
 public:
  Registry(Context& context, Replicas& replicas, const Gateway& gateway)
      : c_(context),
        replicas_(replicas),
        gateway_(gateway),
        assigner_(context.config.policy) {}

  /// The node has its life. Embedded, there is no register.
  void start();
  void on(const input::RegisterSet& i);
  void on(const input::RegisterRead& i);
  /// From here on the node takes nothing new and gives away what it has.
  void drain() { draining_ = c_.config.policy.hand_over == HandOverPolicy::released; }

  /// The step ends: says at once what is about to be opened, and what is open now (R12).
  void step_ends();

  /// True, once, when `c_.map` has become a newer one.
  bool map_came() { return std::exchange(map_came_, false); }

  /// The map that was given to the store is in it.
  void map_kept();

  void timers();
  Duration next_deadline() const { return due_; }
  bool judging() const { return started_; }

 private:
  /// A key that this node sets, one set at a time.
  struct Slot {
    std::uint64_t ticket = 0;   ///< under way; 0: none
    std::uint64_t version = 0;  ///< what it is to be set upon
    Duration set_at{};          ///< when it was last set well
  };

  void read();
  void set(Slot& slot, std::string_view key, std::string_view value, Duration ttl);
  bool must_announce() const;
  void register_self();
  void describe_self();
  std::uint32_t load(PartitionId partition);
  void count_connections(bool measure);
  std::uint32_t room() const;
  void look();
  bool follow_map();
  void keep_map();
  void hold_lease();
  void decide();
  bool holds_lease() const;
  void wake_at(Duration at) { due_ = std::min(due_, at); }

  Context& c_;
  Replicas& replicas_;
  const Gateway& gateway_;
  bool started_ = false;
  bool draining_ = false;
  bool map_came_ = false;
  RegisterView view_;
  Assigner assigner_;
  std::uint64_t last_ticket_ = 0;
  std::uint64_t reading_ = 0;
  Duration read_at_{};
  Slot self_, lease_, map_;
  /// The register was away: until then nobody is missed who has not been heard of since (R27).
  bool away_ = false;
  Duration patient_until_{};
  Duration heartbeat_at_{};
  Duration loads_at_{};
  std::uint32_t connections_ = 0;  ///< as it was last said
  std::array<std::uint32_t, limits::partitions> loads_{};
  std::array<std::uint64_t, limits::partitions> counted_{};
  ByteBuffer registration_;  ///< what this node says of itself
  Partitions opening_;       ///< according to it
  Duration announce_at_{};   ///< not before, while the register does not take it
  ByteBuffer holder_;        ///< what stands under the lease while it holds it
  ByteBuffer map_bytes_;
  // The map in the store: a node that starts while the register is away goes by it (R27).
  std::uint64_t keeping_ = 0;     ///< version on its way there; 0: none
  std::uint64_t kept_batch_ = 1;  ///< the node's own row was the first
  Duration due_ = never;
};

}  // namespace hubbub
