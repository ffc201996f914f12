// Where partitions should be, given where they are, who lives and what each of them costs.
//
// One rule a function; each changes as little as it can. Nothing is remembered here and no time
// passes: what must be remembered is the assigner's.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <vector>

#include "core/place/registration.hpp"
#include "core/place/shard_map.hpp"

namespace hubbub {

/// What each partition costs, in one unit for all. None is 0.
using Loads = std::array<std::uint64_t, limits::partitions>;

class Placement {
 public:
  /// `live` in the order of the nodes. `kept`: nodes that may live, of which nothing more is known;
  /// what they own or follow stays theirs. What is passed must outlive this.
  Placement(ShardMap& map, std::span<const Registration> live, std::span<const NodeId> kept,
            const Loads& loads);

  /// A partition that never had an owner goes to whoever has least to do.
  void give_unowned();
  /// A partition whose owner is dead goes to its standby, or to whoever has least to do.
  void replace_dead_owners();
  /// A draining node's partitions go to their standbys, a few at a time, and what it serves only
  /// once it is followed: its copy may be the only one. Before `balance`, which gets what is left
  /// of those few.
  void drain();
  /// Moves partitions, a few at a time, until no server's load is more than 10% off the mean, or
  /// until moving one more would level two servers by less than noise could. Who is to have one
  /// follows it first, as its standby: what is served is not taken away to be fetched.
  void balance();
  /// Every open partition has a standby: not its owner, and on another host and in another region
  /// if there are such. Whoever does is the standby for as long as it can be.
  void choose_standbys();
  /// Moves standbys, a few at a time, until all servers follow the same number, or one more.
  void spread_standbys();

 private:
  struct Server {
    const Registration* registration{};
    std::uint64_t load = 0;     ///< of what the map gives it
    std::uint32_t follows = 0;  ///< how often the map makes it the standby
    std::bitset<limits::partitions> open;
    std::bitset<limits::partitions> following;
    NodeId node() const { return registration->node; }
    /// Whether it may be given anything.
    bool takes() const { return !registration->draining; }
  };
  struct Pair {
    Server* from{};
    Server* to{};
  };

  Server* find(NodeId node);
  bool is_kept(NodeId node) const;
  bool is_open(std::size_t partition);
  Server* next_owner(std::size_t partition);
  Server* least_loaded();
  void give(std::size_t partition, Server& to);
  void make_standby(std::size_t partition, Server* to);
  std::size_t moves_under_way();
  std::size_t standbys_under_way();
  std::vector<Server*> takers_by_load();
  bool level_two();
  std::size_t best_to_move(const Pair& pair);
  void give_followed(const Pair& pair, std::size_t partition);
  int distance(const Server* owner, const Server& standby) const;
  Server* best_standby(std::size_t partition);
  bool spread_one();

  ShardMap& map_;
  std::span<const NodeId> kept_;
  const Loads& loads_;
  std::vector<Server> servers_;
  /// To be given to their standbys, which must follow them first.
  std::bitset<limits::partitions> prepared_;
};

}  // namespace hubbub
