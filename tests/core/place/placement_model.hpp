// The rules of the assigner as a judge of it: who is held on suspicion (R27), what killed its
// owners (R12), what is on its way. Told what the register shows and what was decided; says by
// RC_ASSERT if that may not be.
#pragma once

#include <rapidcheck.h>

#include "tests/core/place/simulated_fleet.hpp"

namespace hubbub::test {

class PlacementModel {
 public:
  /// Another assigner begins, who knows nothing but the map.
  void begin(const ShardMap& map) {
    nodes_.clear();
    suspected_until_ = {};
    for (std::size_t p = 0; p < limits::partitions; ++p) {
      if (map.places[p].owner != nobody) nodes_[map.places[p].owner] = {};
      vanishings_[p] = map.places[p].vanished;
    }
  }

  /// What was decided did not become the map: what was to be forgiven stays counted.
  void lose(const SimulatedFleet& fleet) {
    for (std::size_t p = 0; p < limits::partitions; ++p)
      if (fleet.is_open(p)) vanishings_[p] = fleet.map.places[p].vanished;
  }
  void reopened(std::size_t partition) { vanishings_[partition] = 0; }

  /// The fleet as it is shown to the assigner, before it decides.
  void see(const SimulatedFleet& fleet) {
    for (const auto& [node, server] : fleet.servers)
      if (server.registered) see(node, server);
    for (auto& [node, known] : nodes_)
      if (!known.vanished && !fleet.is_live(node)) known.vanished = fleet.now;
    judge_register(fleet.now);
    for (auto& [node, known] : nodes_)
      if (known.vanished && !is_held(node)) blame(known);
    for (std::size_t p = 0; p < limits::partitions; ++p)
      if (fleet.is_open(p)) vanishings_[p] = 0;
    std::erase_if(on_the_way_, [&](std::size_t p) {
      return fleet.is_open(p) || !fleet.is_live(fleet.map.places[p].owner);
    });
  }

  bool is_held(NodeId node) const {
    const auto at = nodes_.find(node);
    return suspected_until_ && at != nodes_.end() && at->second.vanished && !at->second.draining;
  }

  /// What the assigner makes of it.
  void judge(const SimulatedFleet& fleet, const std::optional<ShardMap>& decided) {
    const ShardMap& map = decided ? *decided : fleet.map;
    if (decided) RC_ASSERT(map.version == fleet.map.version + 1);
    bool any_lives = false, any_takes = false;
    for (const auto& [node, server] : fleet.servers) {
      any_lives |= fleet.is_live(node);
      any_takes |= fleet.takes(node);
    }
    if (!any_lives) RC_ASSERT(!decided);
    if (!any_lives) return;
    for (std::size_t p = 0; p < limits::partitions; ++p) {
      const Place& was = fleet.map.places[p];
      const Place& is = map.places[p];
      RC_ASSERT(is.vanished == vanishings_[p]);
      RC_ASSERT(is.closed == (vanishings_[p] == limits::vanished_most));
      if (is.closed) {
        RC_ASSERT(is.owner == nobody && is.standby == nobody);
        continue;
      }
      RC_ASSERT(is.standby == nobody || is.standby != is.owner);
      RC_ASSERT(fleet.is_live(is.owner) || is_held(is.owner) || !any_takes);
      if (is.owner == was.owner) continue;
      RC_ASSERT(fleet.takes(is.owner));
      RC_ASSERT(!is_held(was.owner));
      if (fleet.is_open(p)) RC_ASSERT(fleet.follows(is.owner, p));
      if (suspected_until_ && fleet.is_live(was.owner))
        RC_ASSERT(fleet.servers.at(was.owner).draining);
    }
  }

  /// REQUIRES: `judge`d, and about to be the map.
  void take(const SimulatedFleet& fleet, const ShardMap& decided) {
    for (std::size_t p = 0; p < limits::partitions; ++p)
      if (fleet.is_open(p) && decided.places[p].owner != fleet.map.places[p].owner)
        on_the_way_.insert(p);
    RC_ASSERT(on_the_way_.size() <= limits::moves_at_once);
  }

 private:
  struct Known {
    NodeGeneration life = 0;
    bool draining = false;
    std::set<std::uint16_t> opening{};
    std::optional<Duration> vanished{};
  };

  void see(NodeId node, const SimulatedServer& server) {
    Known& known = nodes_[node];
    if (known.life != server.life) blame(known);
    known = {.life = server.life, .draining = server.draining};
    for (const auto& [p, state] : server.holds)
      if (state == Holding::State::opening) known.opening.insert(p);
  }
  void blame(Known& known) {
    for (const std::uint16_t p : known.opening)
      vanishings_[p] = std::min(vanishings_[p] + 1, int{limits::vanished_most});
    known.opening.clear();
  }
  void judge_register(Duration now) {
    std::size_t present = 0, missing = 0, at_once = 0;
    Duration first = now;
    for (const auto& [node, known] : nodes_) {
      if (!known.vanished) ++present;
      if (!known.vanished || known.draining) continue;
      ++missing;
      if (now - *known.vanished > limits::registration_ttl) continue;
      ++at_once;
      first = std::min(first, *known.vanished);
    }
    if (!suspected_until_ && at_once > 1 && 3 * at_once > present + at_once)
      suspected_until_ = first + limits::suspicion;
    const bool over = suspected_until_ && (missing == 0 || now >= *suspected_until_);
    if (over) suspected_until_ = {};
    if (suspected_until_) return;
    for (auto& [node, known] : nodes_)
      if (known.vanished) blame(known);
    std::erase_if(nodes_, [&](const auto& entry) {
      const Known& known = entry.second;
      return known.vanished &&
             (over || known.draining || now - *known.vanished > limits::registration_ttl);
    });
  }

  std::map<NodeId, Known> nodes_;
  std::optional<Duration> suspected_until_;
  std::array<int, limits::partitions> vanishings_{};
  std::set<std::size_t> on_the_way_;
};

}  // namespace hubbub::test
