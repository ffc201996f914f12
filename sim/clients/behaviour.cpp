#include "sim/clients/behaviour.hpp"

#include <algorithm>
#include <numeric>

#include "core/base/check.hpp"

namespace hubbub::sim {
namespace {

// Purposes of chance.
constexpr std::uint64_t of_online = 0x6f6e6c696e65;
constexpr std::uint64_t of_groups = 0x67726f757073;
constexpr std::uint64_t of_pauses = 0x706175736573;
constexpr std::uint64_t of_acts = 0x61637473;

/// The share of direct messages that go to any acquaintance, not to one of the few.
constexpr double to_others = 0.05;

/// How group changes divide: most are harmless.
constexpr double renames = 0.4, additions = 0.7, removals = 0.9;
/// And where admins alone change a group, and do not leave it.
constexpr double admins_rename = 0.2, admins_add = 0.5, admins_remove = 0.7, admins_promote = 0.85;

/// The share of blocks, not of their ends: so that most conversations go on at any time.
constexpr double blocks = 0.35;

std::uint64_t entity(std::uint32_t client, std::uint32_t done) {
  return std::uint64_t{client} << 32 | done;
}

}  // namespace

Population::Population(PopulationSettings settings) : settings_(std::move(settings)) {
  HUBBUB_CHECK(settings_.users > 0 && settings_.devices > 0);
  acquaintances_ = std::min(settings_.acquaintances, settings_.users - 1);
  conversations_ = std::min(settings_.conversations, acquaintances_);
  place_in_groups();
}

void Population::place_in_groups() {
  for (const PopulationSettings::Groups& groups : settings_.groups)
    for (std::uint32_t i = 0; i < groups.count; ++i) {
      Random random(settings_.seed, of_groups, groups_.size());
      groups_.push_back({static_cast<std::uint32_t>(random.below(settings_.users)),
                         std::min(groups.members, settings_.users), groups.settings});
    }
  if (groups_.empty()) return;
  group_index_.assign(settings_.users + 1, 0);
  const auto for_each_place = [&](auto&& visit) {
    for (std::uint32_t g = 0; g < groups_.size(); ++g)
      for (std::uint32_t m = 0; m < groups_[g].members; ++m)
        visit(g, (groups_[g].first + m) % settings_.users);
  };
  for_each_place([&](std::uint32_t, std::uint32_t user) { ++group_index_[user + 1]; });
  std::partial_sum(group_index_.begin(), group_index_.end(), group_index_.begin());
  memberships_.resize(group_index_.back());
  std::vector<std::uint32_t> next = group_index_;
  for_each_place([&](std::uint32_t g, std::uint32_t user) { memberships_[next[user]++] = g; });
}

bool Population::comes_online(std::uint32_t user) const {
  return Random(settings_.seed, of_online, user).chance(settings_.online);
}

// Distances 1, 2, 3 … to either side would make neighbours share nearly all acquaintances; growing
// steps spread them. Half of a ring's distances are enough, because each counts to both sides.
std::uint32_t Population::distance(std::uint32_t k) const {
  const std::uint32_t half = settings_.users / 2;
  const std::uint32_t spread = std::max(1u, half / (acquaintances_ / 2 + 1));
  return std::min(half, 1 + k / 2 * spread);
}

std::uint32_t Population::acquaintance(std::uint32_t user, std::uint32_t k) const {
  const std::uint32_t n = settings_.users;
  if (acquaintances_ == n - 1) return (user + 1 + k) % n;  // everyone knows everyone
  const std::uint32_t d = distance(k);
  return k % 2 == 0 ? (user + d) % n : (user + n - d) % n;
}

bool Population::creator(std::uint32_t group, std::uint32_t& user) const {
  for (std::uint32_t m = 0; m < groups_[group].members; ++m) {
    user = (groups_[group].first + m) % settings_.users;
    if (comes_online(user)) return true;
  }
  return false;
}

bool Population::member(std::uint32_t group, std::uint32_t user) const {
  const std::uint32_t n = settings_.users;
  return (user + n - groups_[group].first) % n < groups_[group].members;
}

std::span<const std::uint32_t> Population::groups_of(std::uint32_t user) const {
  if (groups_.empty()) return {};
  return {memberships_.data() + group_index_[user], memberships_.data() + group_index_[user + 1]};
}

Population::Rates Population::rates(std::uint32_t user) const {
  const double share = 1.0 / settings_.devices;
  const bool grouped = !groups_of(user).empty();
  Rates rates;
  if (acquaintances_ > 0 || grouped)
    rates.write = settings_.messages_per_day * settings_.peak / 86'400 * share;
  if (grouped) rates.change = settings_.group_changes_per_day * settings_.peak / 86'400 * share;
  if (acquaintances_ > 0)
    rates.block = settings_.blocks_per_day * settings_.peak / 86'400 * share;
  if (settings_.devices > 1)
    rates.revoke = settings_.revokes_per_day * settings_.peak / 86'400 * share;
  if (settings_.open_history > Duration{0})
    rates.look = 1e9 / static_cast<double>(settings_.open_history.count());
  return rates;
}

Duration Population::pause_after(std::uint32_t client, std::uint32_t done) const {
  const double rate = rates(user_of(client)).all();
  if (rate <= 0) return never;
  Random random(settings_.seed, of_pauses, entity(client, done));
  // At most a century, so that times can be added.
  return Duration{static_cast<std::int64_t>(std::min(3e18, draw_exponential(random) / rate * 1e9))};
}

Act Population::act(std::uint32_t client, std::uint32_t done) const {
  const std::uint32_t user = user_of(client);
  const Rates rates = this->rates(user);
  const std::span<const std::uint32_t> groups = groups_of(user);
  Random random(settings_.seed, of_acts, entity(client, done));
  Act act;
  const double which = random.unit() * rates.all();
  double what = 0;
  if (which < rates.change) {
    act.kind = Act::Kind::change;
    what = random.unit();
    act.change = what < renames     ? to_server::Change::What::rename
                 : what < additions ? to_server::Change::What::add
                 : what < removals  ? to_server::Change::What::remove
                                    : to_server::Change::What::leave;
  } else if (rates.revoke > 0 && which >= rates.all() - rates.revoke) {
    act.kind = Act::Kind::revoke;
    act.device = static_cast<std::uint16_t>(
        (device_of(client) + 1 + random.below(settings_.devices - 1)) % settings_.devices);
    return act;
  } else if (rates.block > 0 && which >= rates.change + rates.look + rates.write) {
    act.kind = Act::Kind::block;
    act.blocked = random.chance(blocks);
  } else {
    act.kind = which < rates.change + rates.look ? Act::Kind::look : Act::Kind::write;
  }
  act.in_group = act.kind != Act::Kind::block &&
                 (act.kind == Act::Kind::change || acquaintances_ == 0 ||
                  (!groups.empty() && random.chance(settings_.group_share)));
  if (act.in_group && groups.empty()) act.in_group = false;
  if (act.in_group) {
    act.group = groups[random.below(groups.size())];
    using What = to_server::Change::What;
    if (act.kind == Act::Kind::change && groups_[act.group].settings.changes == ChangedBy::admins)
      act.change = what < admins_rename    ? What::rename
                   : what < admins_add     ? What::add
                   : what < admins_remove  ? What::remove
                   : what < admins_promote ? What::promote
                                           : What::demote;
    const bool of_a_member = act.change == What::remove || act.change == What::promote ||
                             act.change == What::demote;
    act.peer = id_of(static_cast<std::uint32_t>(
        of_a_member
            ? (groups_[act.group].first + random.below(groups_[act.group].members)) %
                  settings_.users
            : random.below(settings_.users)));
  } else if (acquaintances_ > 0) {
    const bool other = random.chance(to_others) || conversations_ == 0;
    act.peer = id_of(acquaintance(
        user, static_cast<std::uint32_t>(random.below(other ? acquaintances_ : conversations_))));
  }
  act.ahead = random.chance(settings_.typed_ahead);
  act.length = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(settings_.length.draw_integer(random), 1, limits::text_code_points));
  if (act.kind == Act::Kind::write && settings_.mentions > 0) mention(act, random);
  return act;
}

/// Of a group, two who were put into it at the start, who may have left it since, or be the same.
void Population::mention(Act& act, Random& random) const {
  if (!random.chance(settings_.mentions)) return;
  act.mentions = act.in_group ? act.mentioned.size() : 1;
  act.mentioned[0] = act.peer;
  if (!act.in_group) return;
  const Group& group = groups_[act.group];
  for (UserId& user : act.mentioned)
    user = id_of(static_cast<std::uint32_t>((group.first + random.below(group.members)) % settings_.users));
}

}  // namespace hubbub::sim
