#include "core/place/placement.hpp"

#include <algorithm>

namespace hubbub {
namespace {

constexpr std::size_t none = limits::partitions;

}  // namespace

Placement::Placement(ShardMap& map, std::span<const Registration> live,
                     std::span<const NodeId> kept, const Loads& loads)
    : map_(map), kept_(kept), loads_(loads) {
  for (const Registration& registration : live) {
    Server& server = servers_.emplace_back(Server{.registration = &registration});
    for (const Holding& holding : registration.holdings) {
      server.open[holding.partition.value] = holding.state == Holding::State::open;
      server.following[holding.partition.value] = holding.state == Holding::State::following;
    }
  }
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    if (Server* owner = find(map.places[p].owner)) owner->load += loads[p];
    if (Server* standby = find(map.places[p].standby)) ++standby->follows;
  }
}

Placement::Server* Placement::find(NodeId node) {
  const auto at = std::lower_bound(servers_.begin(), servers_.end(), node,
                                   [](const Server& s, NodeId n) { return s.node() < n; });
  return at != servers_.end() && at->node() == node ? &*at : nullptr;
}

bool Placement::is_kept(NodeId node) const {
  return std::find(kept_.begin(), kept_.end(), node) != kept_.end();
}

bool Placement::is_open(std::size_t partition) {
  const Server* owner = find(map_.places[partition].owner);
  return owner != nullptr && owner->open[partition];
}

void Placement::give(std::size_t partition, Server& to) {
  Place& place = map_.places[partition];
  if (Server* before = find(place.owner)) before->load -= loads_[partition];
  to.load += loads_[partition];
  place.owner = to.node();
}

void Placement::make_standby(std::size_t partition, Server* to) {
  Place& place = map_.places[partition];
  if (Server* before = find(place.standby)) --before->follows;
  if (to != nullptr) ++to->follows;
  place.standby = to == nullptr ? nobody : to->node();
}

// --- Owners ------------------------------------------------------------------------------------

Placement::Server* Placement::least_loaded() {
  Server* least = nullptr;
  for (Server& server : servers_)
    if (server.takes() && (least == nullptr || server.load < least->load)) least = &server;
  return least;
}

Placement::Server* Placement::next_owner(std::size_t partition) {
  Server* standby = find(map_.places[partition].standby);
  return standby != nullptr && standby->takes() ? standby : least_loaded();
}

void Placement::give_unowned() {
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    if (map_.places[p].closed || map_.places[p].owner != nobody) continue;
    if (Server* next = next_owner(p)) give(p, *next);
  }
}

void Placement::replace_dead_owners() {
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    const Place& place = map_.places[p];
    if (place.closed || find(place.owner) != nullptr || is_kept(place.owner)) continue;
    if (Server* next = next_owner(p)) give(p, *next);
  }
}

/// Partitions that their owners do not serve yet, for whatever reason: while there are many, it is
/// no time to take others away.
std::size_t Placement::moves_under_way() {
  std::size_t count = 0;
  for (std::size_t p = 0; p < limits::partitions; ++p)
    if (find(map_.places[p].owner) != nullptr && !is_open(p)) ++count;
  return count;
}

void Placement::drain() {
  std::size_t under_way = moves_under_way();
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    const Server* owner = find(map_.places[p].owner);
    if (owner == nullptr || owner->takes()) continue;
    // One that is not open is away already: to move it costs nothing.
    const bool serves = owner->open[p];
    if (serves && under_way >= limits::moves_at_once) continue;
    Server* next = next_owner(p);
    if (next == nullptr) return;
    if (serves && !next->following[p]) continue;
    give(p, *next);
    if (serves) ++under_way;
  }
}

void Placement::balance() {
  for (std::size_t under_way = moves_under_way(); under_way < limits::moves_at_once; ++under_way)
    if (!level_two()) return;
}

/// Heaviest first.
std::vector<Placement::Server*> Placement::takers_by_load() {
  std::vector<Server*> takers;
  for (Server& server : servers_)
    if (server.takes()) takers.push_back(&server);
  std::stable_sort(takers.begin(), takers.end(),
                   [](const Server* a, const Server* b) { return a->load > b->load; });
  return takers;
}

/// Moves one partition from the heaviest server that can give one to the lightest.
bool Placement::level_two() {
  const std::vector<Server*> takers = takers_by_load();
  if (takers.size() < 2) return false;
  std::uint64_t sum = 0;
  for (const Server* server : takers) sum += server->load;
  const std::uint64_t mean = sum / takers.size();
  Server& lightest = *takers.back();
  const bool light = lightest.load + mean / 10 < mean;
  for (Server* server : takers) {
    const bool heavy = server->load > mean + mean / 10;
    if (!heavy && !light) return false;
    const std::size_t p = best_to_move({server, &lightest});
    if (p == none) continue;
    give_followed({server, &lightest}, p);
    return true;
  }
  return false;
}

/// Who does not follow it yet becomes its standby, and has it as far as the rest of the balance goes:
/// so the same is chosen again until it follows.
void Placement::give_followed(const Pair& pair, std::size_t partition) {
  if (pair.to->following[partition]) return give(partition, *pair.to);
  if (map_.places[partition].standby != pair.to->node()) make_standby(partition, pair.to);
  prepared_.set(partition);
  pair.from->load -= loads_[partition];
  pair.to->load += loads_[partition];
}

/// The partition that levels the two best, or none. The difference must exceed what is moved by
/// 1/64 of both loads: less than a tenth of a partition when each has its share of 64, and several
/// times what noise of 10% leaves in averages. So a move makes the sum of the squared loads smaller,
/// and noise does not take it back.
std::size_t Placement::best_to_move(const Pair& pair) {
  const std::uint64_t difference = pair.from->load - pair.to->load;
  const std::uint64_t noise = (pair.from->load + pair.to->load) / limits::partitions;
  const auto left = [&](std::size_t p) {
    const std::uint64_t twice = 2 * loads_[p];
    return twice > difference ? twice - difference : difference - twice;
  };
  std::size_t best = none;
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    if (map_.places[p].owner != pair.from->node() || !pair.from->open[p] || prepared_[p]) continue;
    if (difference < loads_[p] + noise || difference == loads_[p]) continue;
    if (best == none || left(p) < left(best)) best = p;
  }
  return best;
}

// --- Standbys ----------------------------------------------------------------------------------

/// How little the two would die of the same cause; all are the same to an owner who is not known.
int Placement::distance(const Server* owner, const Server& standby) const {
  if (owner == nullptr) return 0;
  const Registration& a = *owner->registration;
  const Registration& b = *standby.registration;
  return 2 * (a.host != b.host) + (a.region != b.region);
}

/// The farthest from the owner; of those, who follows least.
Placement::Server* Placement::best_standby(std::size_t partition) {
  const NodeId owner_id = map_.places[partition].owner;
  const Server* owner = find(owner_id);
  Server* best = nullptr;
  for (Server& server : servers_) {
    if (!server.takes() || server.node() == owner_id) continue;
    const int nearer = best == nullptr ? -1 : distance(owner, *best);
    const int farther = distance(owner, server);
    if (farther > nearer || (farther == nearer && server.follows < best->follows)) best = &server;
  }
  return best;
}

void Placement::choose_standbys() {
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    const Place& place = map_.places[p];
    if (place.closed || place.owner == nobody || is_kept(place.standby) || prepared_[p]) continue;
    const Server* owner = find(place.owner);
    // One that became the owner is a standby no more.
    const Server* now = place.standby == place.owner ? nullptr : find(place.standby);
    Server* best = best_standby(p);
    if (now != nullptr && now->takes() && distance(owner, *now) == distance(owner, *best)) continue;
    make_standby(p, best);
  }
}

/// Standbys that do not follow yet.
std::size_t Placement::standbys_under_way() {
  std::size_t count = 0;
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    const Server* standby = find(map_.places[p].standby);
    if (standby != nullptr && !standby->following[p]) ++count;
  }
  return count;
}

void Placement::spread_standbys() {
  for (std::size_t under_way = standbys_under_way(); under_way < limits::moves_at_once; ++under_way)
    if (!spread_one()) return;
}

/// Relieves a standby that follows at least two more than another who would do as well.
bool Placement::spread_one() {
  std::size_t chosen = none;
  Pair best;
  const auto gain = [](const Pair& pair) { return pair.from->follows - pair.to->follows; };
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    Server* now = find(map_.places[p].standby);
    if (now == nullptr || prepared_[p]) continue;
    const Pair pair{now, best_standby(p)};
    if (pair.to == nullptr || pair.to->follows + 2 > now->follows) continue;
    if (chosen != none && gain(pair) <= gain(best)) continue;
    chosen = p;
    best = pair;
  }
  if (chosen == none) return false;
  make_standby(chosen, best.to);
  return true;
}

}  // namespace hubbub
