#include "core/place/assigner.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"

namespace hubbub {
namespace {

const Registration* find(const Fleet& fleet, NodeId node) {
  const auto at = std::lower_bound(fleet.live.begin(), fleet.live.end(), node,
                                   [](const Registration& r, NodeId n) { return r.node < n; });
  return at != fleet.live.end() && at->node == node ? &*at : nullptr;
}

bool is_unreadable(const Fleet& fleet, NodeId node) {
  return std::find(fleet.unreadable.begin(), fleet.unreadable.end(), node) !=
         fleet.unreadable.end();
}

/// What `owner` says of a partition that the map gives it; null: nothing, or it is not open there.
const Holding* open_at(const Registration* owner, std::size_t partition) {
  if (owner == nullptr) return nullptr;
  for (const Holding& holding : owner->holdings)
    if (holding.partition.value == partition && holding.state == Holding::State::open)
      return &holding;
  return nullptr;
}

void add_sentence(std::string& to, const std::string& sentence) {
  if (!to.empty()) to += ' ';
  to += sentence;
}

}  // namespace

void Assigner::observe(const ShardMap& current, const Fleet& fleet, Duration now) {
  alarm_.clear();
  if (!begun_) begin(current, now);
  HUBBUB_CHECK(now >= now_);
  pass_time(now);
  forget_counted(current);
  see_present(current, fleet);
  see_vanished(fleet, now);
  suspect(now);
  end_suspicion(now);
  bury(current, now);
  see_loads(current, fleet);
  see_forms(current, fleet, now);
}

std::optional<ShardMap> Assigner::decide(const ShardMap& current, const Fleet& fleet,
                                         Duration now) {
  observe(current, fleet, now);
  if (fleet.live.empty()) return {};
  ShardMap map = current;
  forgive_opened(map, fleet);
  close_poisoned(map);
  if (may_raise_form(current)) map.form = common_form_;
  const Loads costs = loads();
  const std::vector<NodeId> keep = kept(fleet);
  Placement placement(map, fleet.live, keep, costs);
  if (failover_ == FailoverPolicy::moves)
    placement.replace_dead_owners();
  else
    placement.give_unowned();
  placement.drain();
  if (!suspects()) placement.balance();
  placement.choose_standbys();
  if (!suspects()) placement.spread_standbys();
  if (map == current) return {};
  ++map.version;
  return map;
}

Duration Assigner::next_deadline() const {
  Duration next = suspected_until_;
  if (form_waits_) next = std::min(next, common_since_ + limits::form_wait);
  for (const Load& load : loads_)
    if (load.average != load.reported * load_unit) next = std::min(next, now_ + load_average);
  return next;
}

// --- Who lives ---------------------------------------------------------------------------------

void Assigner::begin(const ShardMap& current, Duration now) {
  begun_ = true;
  now_ = common_since_ = now;
  for (const Place& place : current.places)
    if (place.owner != nobody) seen_.try_emplace(place.owner);
}

void Assigner::see_present(const ShardMap& current, const Fleet& fleet) {
  for (const Registration& registration : fleet.live) {
    Seen& seen = seen_[registration.node];
    if (seen.life != registration.life) count(current, seen);
    seen = {.life = registration.life, .draining = registration.draining};
    for (const Holding& holding : registration.holdings)
      if (holding.state == Holding::State::opening) seen.opening.set(holding.partition.value);
  }
  // What these are doing is not known; what they were doing is not forgotten.
  for (const NodeId node : fleet.unreadable) seen_[node].present = true;
}

void Assigner::see_vanished(const Fleet& fleet, Duration now) {
  for (auto& [node, seen] : seen_) {
    if (!seen.present || find(fleet, node) != nullptr || is_unreadable(fleet, node)) continue;
    seen.present = false;
    seen.vanished_at = now;
  }
}

void Assigner::suspect(Duration now) {
  if (suspects() || discovery_ == DiscoveryPolicy::believed) return;
  std::size_t present = 0;
  std::size_t vanished = 0;
  Duration first = now;
  for (const auto& [node, seen] : seen_) {
    if (seen.present) {
      ++present;
    } else if (!seen.draining && now - seen.vanished_at <= limits::registration_ttl) {
      ++vanished;
      first = std::min(first, seen.vanished_at);
    }
  }
  if (vanished < 2 || vanished * 3 <= present + vanished) return;
  suspected_until_ = first + limits::suspicion;
  add_sentence(alarm_, std::to_string(vanished) + " of " + std::to_string(present + vanished) +
                           " registrations vanished at once: nothing is taken from those servers "
                           "for 30 s, unless they come back. Are they down, or is the register?");
}

void Assigner::end_suspicion(Duration now) {
  const bool missing = std::any_of(seen_.begin(), seen_.end(), [](const auto& entry) {
    return !entry.second.present && !entry.second.draining;
  });
  if (missing && now < suspected_until_) return;
  suspected_until_ = never;
  // Who is still missing is dead, and was missed once.
  for (auto& [node, seen] : seen_)
    if (!seen.present) seen.vanished_at = now - limits::registration_ttl - 1ns;
}

/// Counts what the dead were opening, and forgets them when they cannot raise suspicion any more.
void Assigner::bury(const ShardMap& current, Duration now) {
  for (auto at = seen_.begin(); at != seen_.end();) {
    Seen& seen = at->second;
    const bool held = suspects() && !seen.draining;
    if (!seen.present && !held) count(current, seen);
    const bool old = now - seen.vanished_at > limits::registration_ttl;
    if (!seen.present && !held && old) {
      at = seen_.erase(at);
    } else {
      ++at;
    }
  }
}

/// Those from whom nothing is taken: who vanished while the register is suspected, and who lives
/// without saying anything that can be read here.
std::vector<NodeId> Assigner::kept(const Fleet& fleet) const {
  std::vector<NodeId> nodes(fleet.unreadable.begin(), fleet.unreadable.end());
  if (suspects())
    for (const auto& [node, seen] : seen_)
      if (!seen.present && !seen.draining) nodes.push_back(node);
  return nodes;
}

// --- Partitions that kill (R12) ----------------------------------------------------------------

void Assigner::count(const ShardMap& current, Seen& seen) {
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    if (!seen.opening[p] || current.places[p].closed) continue;
    Uncounted& uncounted = uncounted_[p];
    uncounted.before = current.places[p].vanished;
    if (uncounted.count < limits::vanished_most) ++uncounted.count;
  }
  seen.opening.reset();
}

void Assigner::forget_counted(const ShardMap& current) {
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    const Place& place = current.places[p];
    Uncounted& uncounted = uncounted_[p];
    if (uncounted.count == 0) continue;
    const int counted = place.vanished - uncounted.before;
    if (place.closed || counted < 0 || counted >= uncounted.count) {
      uncounted = {};
    } else {
      uncounted.count = static_cast<std::uint8_t>(uncounted.count - counted);
      uncounted.before = place.vanished;
    }
  }
}

/// Open at last: what vanished before was not the partition's doing. (If this is not taken before
/// the owner vanishes, it is forgotten: that errs on the side of closing.)
void Assigner::forgive_opened(ShardMap& map, const Fleet& fleet) {
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    Place& place = map.places[p];
    if (place.vanished == 0 && uncounted_[p].count == 0) continue;
    if (open_at(find(fleet, place.owner), p) == nullptr) continue;
    place.vanished = 0;
    uncounted_[p] = {};
  }
}

void Assigner::close_poisoned(ShardMap& map) {
  if (poison_ == PoisonPolicy::retried) return;
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    Place& place = map.places[p];
    if (place.closed || uncounted_[p].count == 0) continue;
    const int vanished = place.vanished + uncounted_[p].count;
    place.vanished = static_cast<std::uint8_t>(std::min<int>(vanished, limits::vanished_most));
    if (place.vanished < limits::vanished_most) continue;
    place.owner = place.standby = nobody;
    place.closed = true;
    add_sentence(alarm_, "Partition " + std::to_string(p) +
                             " is closed until a person opens it again: servers vanished while "
                             "they opened it, one after the other. What do their logs say?");
  }
}

void reopen(ShardMap& map, PartitionId partition) {
  Place& place = map.places[partition.value];
  HUBBUB_CHECK(place.closed);
  place = {};
  ++map.version;
}

// --- What may be written (R12) -----------------------------------------------------------------

void Assigner::see_forms(const ShardMap& current, const Fleet& fleet, Duration now) {
  Form common = newest_form;
  for (const Registration& registration : fleet.live) common = std::min(common, registration.reads_form);
  if (fleet.live.empty() || !fleet.unreadable.empty()) common = oldest_form;
  const bool changed = std::exchange(common_form_, common) != common;
  form_waits_ = common_form_ > current.form;
  if (!form_waits_ || changed) common_since_ = now;
}

/// A fleet that has written nothing yet need not wait.
bool Assigner::may_raise_form(const ShardMap& current) const {
  return form_waits_ && (current.version == 0 || now_ >= common_since_ + limits::form_wait);
}

// --- What partitions cost ----------------------------------------------------------------------

/// The averages follow what was reported last, all the way in `load_average`.
void Assigner::pass_time(Duration now) {
  const std::int64_t passed_ms = to_ms(std::min(now - now_, load_average));
  now_ = now - (now - now_) % 1ms;  // what is left of a millisecond counts next time
  for (Load& load : loads_) {
    const auto target = static_cast<std::int64_t>(load.reported * load_unit);
    const auto average = static_cast<std::int64_t>(load.average);
    load.average =
        static_cast<std::uint64_t>(average + (target - average) * passed_ms / to_ms(load_average));
  }
}

void Assigner::see_loads(const ShardMap& current, const Fleet& fleet) {
  for (std::size_t p = 0; p < limits::partitions; ++p) {
    const Holding* holding = open_at(find(fleet, current.places[p].owner), p);
    // A new owner has not measured yet: until then it costs what it cost before.
    if (holding == nullptr || holding->load == 0) continue;
    Load& load = loads_[p];
    const bool first = load.reported == 0;
    load.reported = holding->load;
    if (first) load.average = load.reported * load_unit;
  }
}

/// A partition of which nothing is known costs as much as the others do on average.
Loads Assigner::loads() const {
  std::uint64_t sum = 0;
  std::uint64_t known = 0;
  for (const Load& load : loads_) {
    sum += load.average;
    if (load.reported != 0) ++known;
  }
  const std::uint64_t mean = known == 0 ? load_unit : std::max(sum / known, load_unit);
  Loads loads;
  for (std::size_t p = 0; p < limits::partitions; ++p)
    loads[p] = loads_[p].reported == 0 ? mean : std::max<std::uint64_t>(loads_[p].average, 1);
  return loads;
}

}  // namespace hubbub
