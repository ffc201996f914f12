// A fleet in its smallest form, around one assigner: servers that do what the map says, one step
// each tick, and registrations that show it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/place/assigner.hpp"

namespace hubbub::test {

inline NodeId node_id(std::size_t n) { return NodeId{static_cast<std::uint16_t>(n)}; }

struct SimulatedServer {
  bool registered = true;  ///< whether the register shows it
  bool running = true;
  bool opens = true;  ///< or stays `opening` for ever
  NodeGeneration life = 1;
  std::uint16_t host{};
  std::uint16_t region{};
  bool draining = false;
  Form reads = newest_form;
  std::map<std::uint16_t, Holding::State> holds{};
  std::map<std::uint16_t, Duration> standby_since{};
  Duration back_at = never;  ///< after it died of `poison`
};

class SimulatedFleet {
 public:
  static constexpr Duration tick = limits::registration_interval;

  SimulatedFleet() { loads.fill(100); }
  explicit SimulatedFleet(std::size_t count) : SimulatedFleet() {
    for (std::size_t n = 0; n < count; ++n) join(n);
  }

  SimulatedServer& join(std::size_t n, std::uint16_t region = 0) {
    return servers[node_id(n)] = {.host = static_cast<std::uint16_t>(n), .region = region};
  }
  /// Its registration is gone, too.
  void crash(std::size_t n) {
    SimulatedServer& server = servers.at(node_id(n));
    server.running = server.registered = server.draining = false;
    server.holds.clear();
    server.standby_since.clear();
  }
  /// Back before anyone missed it, or after.
  void restart(std::size_t n) {
    crash(n);
    SimulatedServer& server = servers.at(node_id(n));
    server.running = server.registered = true;
    ++server.life;
    server.back_at = never;
  }

  /// What the register shows.
  Fleet fleet() {
    holdings_.clear();
    live_.clear();
    unreadable_.clear();
    for (const auto& [node, server] : servers) {
      if (!server.registered) continue;
      if (unreadable.contains(node)) {
        unreadable_.push_back(node);
        continue;
      }
      auto& holdings = holdings_.emplace_back();
      for (const auto& [partition, state] : server.holds) {
        const bool measured = measured_at_[partition] <= now || !new_owners_measure;
        holdings.push_back({PartitionId{partition}, state, 1, measured ? loads[partition] : 0});
      }
      live_.push_back({.node = node,
                       .life = server.life,
                       .host = server.host,
                       .region = server.region,
                       .reads_form = server.reads,
                       .draining = server.draining});
    }
    for (std::size_t i = 0; i < live_.size(); ++i) live_[i].holdings = holdings_[i];
    return {live_, unreadable_};
  }

  /// What the assigner says now; `take` lays it down as the map.
  std::optional<ShardMap> decide() { return assigner.decide(map, fleet(), now); }
  bool take(const std::optional<ShardMap>& decided) {
    if (!decided) return false;
    for (std::size_t p = 0; p < limits::partitions; ++p) {
      moves += decided->places[p].owner != map.places[p].owner;
      standby_moves += decided->places[p].standby != map.places[p].standby;
    }
    map = *decided;
    return true;
  }

  /// Every server goes one step towards what the map gives it. One that has a partition open keeps
  /// it until the map names another, who opens it when nobody has it open any more.
  void work() {
    for (auto& [node, server] : servers) {
      if (server.back_at <= now) restart(node.value);
      for (std::uint16_t p = 0; server.running && p < limits::partitions; ++p) {
        const Place& place = map.places[p];
        if (place.owner == node) {
          open(node, server, p);
        } else if (place.standby == node) {
          const Duration since = server.standby_since.try_emplace(p, now).first->second;
          if (now >= since + copy_time) server.holds[p] = Holding::State::following;
        } else {
          server.holds.erase(p);
          server.standby_since.erase(p);
        }
      }
    }
  }

  bool step() {
    const bool changed = take(decide());
    work();
    now += tick;
    return changed;
  }
  void run(Duration time) {
    for (const Duration end = now + time; now < end;) step();
  }
  /// Until a minute passed without a change; false: that does not come.
  bool settle() {
    constexpr int quiet = 60s / tick;
    for (int i = 0, calm = 0; i < 10'000; ++i) {
      calm = step() ? 0 : calm + 1;
      if (calm == quiet) return true;
    }
    return false;
  }

  // --- To judge by ---
  bool is_live(NodeId node) const { return servers.contains(node) && servers.at(node).registered; }
  bool takes(NodeId node) const {
    return is_live(node) && !servers.at(node).draining && !unreadable.contains(node);
  }
  bool is_open(std::size_t p) const {
    const auto at = servers.find(map.places[p].owner);
    if (at == servers.end() || !at->second.registered) return false;
    const auto held = at->second.holds.find(static_cast<std::uint16_t>(p));
    return held != at->second.holds.end() && held->second == Holding::State::open;
  }
  bool follows(NodeId node, std::size_t p) const {
    const auto& holds = servers.at(node).holds;
    const auto held = holds.find(static_cast<std::uint16_t>(p));
    return held != holds.end() && held->second == Holding::State::following;
  }
  std::size_t owned(NodeId node) const {
    return static_cast<std::size_t>(
        std::count_if(map.places.begin(), map.places.end(),
                      [&](const Place& place) { return place.owner == node; }));
  }
  std::size_t followed(NodeId node) const {
    return static_cast<std::size_t>(
        std::count_if(map.places.begin(), map.places.end(),
                      [&](const Place& place) { return place.standby == node; }));
  }
  std::uint64_t load(NodeId node) const {
    std::uint64_t sum = 0;
    for (std::size_t p = 0; p < limits::partitions; ++p)
      if (map.places[p].owner == node) sum += loads[p];
    return sum;
  }
  /// How far the worst server is off the mean, in hundredths of it.
  double worst_percent() const {
    const auto [mean, worst] = spread();
    return mean == 0 ? 0 : 100 * worst / mean;
  }
  /// Every server within 10% of the mean, or within one partition and the tenth of one that noise
  /// is given.
  bool is_balanced() const {
    const auto [mean, worst] = spread();
    double heaviest = 0;
    for (std::size_t p = 0; p < limits::partitions; ++p)
      if (map.places[p].owner != nobody) heaviest = std::max<double>(heaviest, loads[p]);
    return worst <= std::max(0.1 * mean, 1.1 * heaviest) + 1;
  }

  std::map<NodeId, SimulatedServer> servers;
  std::set<NodeId> unreadable;
  std::optional<std::uint16_t> poison;  ///< whoever opens it dies, and is back 10 s later
  std::size_t deaths = 0;               ///< of that
  std::array<std::uint32_t, limits::partitions> loads{};
  bool new_owners_measure = false;  ///< for a while, before they know what a partition costs
  Duration copy_time{};             ///< from being the standby to following
  ShardMap map;
  Assigner assigner;
  Duration now = 1h;
  std::size_t moves = 0;
  std::size_t standby_moves = 0;

 private:
  void open(NodeId node, SimulatedServer& server, std::uint16_t p) {
    const auto held = server.holds.find(p);
    if (held == server.holds.end() || held->second == Holding::State::following) {
      if (!open_anywhere(p) && may_begin(server, p)) server.holds[p] = Holding::State::opening;
    } else if (held->second == Holding::State::opening && p == poison) {
      crash(node.value);
      server.back_at = now + 10s;
      ++deaths;
    } else if (server.opens) {
      if (held->second != Holding::State::open) measured_at_[p] = now + limits::load_interval;
      held->second = Holding::State::open;
    }
  }
  /// One over which somebody vanished is opened alone, so that only it is to blame if it happens
  /// again.
  bool may_begin(const SimulatedServer& server, std::uint16_t p) const {
    return std::none_of(server.holds.begin(), server.holds.end(), [&](const auto& held) {
      const auto& [other, state] = held;
      return state == Holding::State::opening &&
             (map.places[p].vanished > 0 || map.places[other].vanished > 0);
    });
  }
  bool open_anywhere(std::uint16_t p) const {
    return std::any_of(servers.begin(), servers.end(), [p](const auto& entry) {
      const auto held = entry.second.holds.find(p);
      return held != entry.second.holds.end() && held->second == Holding::State::open;
    });
  }
  /// The mean load of who takes partitions, and the farthest from it.
  std::pair<double, double> spread() const {
    std::vector<double> sums;
    for (const auto& [node, server] : servers)
      if (takes(node)) sums.push_back(static_cast<double>(load(node)));
    if (sums.empty()) return {0, 0};
    double mean = 0;
    for (const double sum : sums) mean += sum / static_cast<double>(sums.size());
    double worst = 0;
    for (const double sum : sums) worst = std::max(worst, std::abs(sum - mean));
    return {mean, worst};
  }

  std::array<Duration, limits::partitions> measured_at_{};
  std::vector<std::vector<Holding>> holdings_;
  std::vector<Registration> live_;
  std::vector<NodeId> unreadable_;
};

/// A fleet in which nothing happened for long.
inline SimulatedFleet settled(std::size_t count) {
  SimulatedFleet fleet(count);
  HUBBUB_CHECK(fleet.settle());
  fleet.moves = fleet.standby_moves = 0;
  return fleet;
}

}  // namespace hubbub::test
