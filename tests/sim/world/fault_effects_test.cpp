// When a fault takes effect, what it touches then, and what it does not.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/scenario/names.hpp"
#include "sim/world/fleet.hpp"
#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

constexpr Duration restart = 2s;
constexpr Duration given = 5s;  ///< the fault's duration
constexpr Duration struck_at = 12s;

/// From a fault's effect on, who begins something meets it for so long.
struct Effect {
  FaultKind kind;
  Duration lasts;
  /// Nothing is met when it begins, only by the next write, read, long frame or whatever it is.
  bool later = false;
  /// Of no server: of the network between them, of the log, the register, a region, or of all.
  bool everywhere = false;
};

const std::vector<Effect> effects{
    {FaultKind::crash, given},
    {FaultKind::power_loss, given},
    {FaultKind::torn_write, given, true},
    {FaultKind::slow_sync, given},
    {FaultKind::sync_error, restart, true},
    {FaultKind::disconnect, 0s},
    {FaultKind::pause, given},
    {FaultKind::slow_cpu, given},
    {FaultKind::suspend, given},
    {FaultKind::no_memory, given},
    {FaultKind::restart_all, given, false, true},
    {FaultKind::drain, given + restart},
    {FaultKind::restored_backup, given, true},
    {FaultKind::lost_disk, given},
    {FaultKind::disk_full, given + restart, true},
    {FaultKind::read_error, restart, true},
    {FaultKind::corrupted_block, given, true},
    {FaultKind::cut_off, given},
    {FaultKind::mute, given},
    {FaultKind::deaf, given},
    {FaultKind::no_services, given},
    {FaultKind::lossy, given, false, true},
    {FaultKind::repeats, given, false, true},
    {FaultKind::reorders, given, false, true},
    {FaultKind::clock_step, 0s},
    {FaultKind::clock_back, 0s},
    {FaultKind::clock_drift, given},
    {FaultKind::bad_boot_clock, given + restart},
    {FaultKind::dead_clock, given + restart},
    {FaultKind::log_slow, given, false, true},
    {FaultKind::log_away, given, false, true},
    {FaultKind::log_lost_answers, given, false, true},
    {FaultKind::log_late_appends, given, false, true},
    {FaultKind::log_leader_change, given, false, true},
    {FaultKind::log_stale_reads, given, false, true},
    {FaultKind::diverging_replica, 0s},
    {FaultKind::poison_record, given, false, true},
    {FaultKind::upgrade, given + restart},
    {FaultKind::downgrade, given + restart},
    {FaultKind::register_away, given, false, true},
    {FaultKind::register_expires, 0s, false, true},
    {FaultKind::register_stale, given, false, true},
    {FaultKind::register_split, given, false, true},
    {FaultKind::register_flapping, given},
    {FaultKind::half_open, 0s},
    {FaultKind::changed_addresses, 0s},
    {FaultKind::nat_forgets, 0s},
    {FaultKind::slow_readers, given},
    {FaultKind::stalled_uplinks, given},
    {FaultKind::large_vanish, 0s, true},
    {FaultKind::region_cut_off, given, false, true},
    {FaultKind::region_lost, given, false, true},
    {FaultKind::add_server, 0s, false, true},
    {FaultKind::remove_server, given},
    {FaultKind::login_store_slow, given, false, true},
    {FaultKind::login_store_away, given, false, true},
    {FaultKind::certificate_expired, given},
    {FaultKind::push_away, given, false, true},
    {FaultKind::push_slow, given, false, true},
};

std::string name_of(FaultKind kind) {
  return std::string(choices<FaultKind>[static_cast<std::size_t>(kind)].name);
}

/// Everyone is connected, and looks at long messages, when it strikes.
Scenario scenario_for(FaultKind kind) {
  Scenario scenario = small_scenario();
  scenario.duration = 60s;
  scenario.servers.count = 4;
  scenario.servers.restart = restart;
  scenario.clients.length = {Distribution::Kind::constant, 1500, 0};
  scenario.clients.open_history = 5s;
  if (traits(kind).replicated) {
    scenario.policy.durability = Durability::quorum_synced;
    scenario.servers.spare = 1;
    scenario.servers.regions = 2;
    if (kind == FaultKind::upgrade) scenario.servers.version = oldest_form;
  }
  return scenario;
}

Fault fault_of(FaultKind kind, std::uint32_t server) {
  Fault fault;
  fault.kind = kind;
  fault.server = server;
  fault.at = struck_at;
  if (traits(kind).lasts || traits(kind).may_last) fault.duration = given;
  fault.factor = 30;
  fault.share = 0.5;
  fault.by = 1500ms;
  return fault;
}

std::vector<Availability::Strike> strikes_of(const RunResult& result, FaultKind kind) {
  std::vector<Availability::Strike> strikes = result.meters.availability.strikes();
  std::erase_if(strikes, [kind](const Availability::Strike& s) { return s.kind != kind; });
  return strikes;
}

TEST(FaultEffects, AreListedForEveryKind) {
  std::set<FaultKind> listed;
  for (const Effect& effect : effects) listed.insert(effect.kind);
  EXPECT_EQ(listed.size(), fault_kinds);
  EXPECT_EQ(effects.size(), fault_kinds);
}

class EachEffect : public testing::TestWithParam<Effect> {};
void PrintTo(const Effect& effect, std::ostream* out) { *out << name_of(effect.kind); }

TEST_P(EachEffect, IsNotedWhenItIsMetAndForAsLongAsItLasts) {
  const Effect effect = GetParam();
  Scenario scenario = scenario_for(effect.kind);
  scenario.faults = {fault_of(effect.kind, 1)};
  const RunResult result = run(scenario, {});
  const auto strikes = strikes_of(result, effect.kind);
  EXPECT_EQ(strikes.size(), result.meters.availability.strikes().size()) << "and no other";
  EXPECT_EQ(strikes.size(), result.faults[static_cast<std::size_t>(effect.kind)]);
  ASSERT_GE(strikes.size(), 1u);
  for (std::size_t i = 1; i < strikes.size(); ++i)
    EXPECT_LT(strikes[i - 1].from, strikes[i].from) << "each is noted once";
  const Availability::Strike& first = strikes.front();
  EXPECT_EQ(first.from, result.first_fault);
  if (effect.later)
    EXPECT_GT(first.from, struck_at);
  else
    EXPECT_EQ(first.from, struck_at);
  // A disk has room again when it has, whoever meets it when.
  const Duration since = effect.kind == FaultKind::disk_full ? struck_at : first.from;
  EXPECT_EQ(first.until - since, effect.lasts);
}

INSTANTIATE_TEST_SUITE_P(FaultEffects, EachEffect, testing::ValuesIn(effects),
                         [](const auto& effect) { return name_of(effect.param.kind); });

TEST(FaultEffects, OfWhatEndsAProcessLastUntilItStartsByItself) {
  for (const FaultKind kind : {FaultKind::crash, FaultKind::restart_all, FaultKind::torn_write,
                               FaultKind::restored_backup, FaultKind::region_lost}) {
    Scenario scenario = scenario_for(kind);
    scenario.faults = {fault_of(kind, 1)};
    scenario.faults.front().duration = Duration{0};
    const auto strikes = strikes_of(run(scenario, {}), kind);
    ASSERT_EQ(strikes.size(), 1u) << name_of(kind);
    EXPECT_EQ(strikes.front().until - strikes.front().from, restart) << name_of(kind);
  }
}

/// As long as nothing is written, nothing is torn; and what was to be is forgotten with the faults.
TEST(FaultEffects, OfWhatMeetsNothingAreNone) {
  Scenario scenario = small_scenario();
  scenario.clients.users = 1;
  for (const FaultKind kind : {FaultKind::torn_write, FaultKind::sync_error, FaultKind::read_error,
                               FaultKind::corrupted_block, FaultKind::disk_full,
                               FaultKind::large_vanish, FaultKind::restored_backup}) {
    Fault& fault = scenario.faults.emplace_back(fault_of(kind, 1));
    fault.by = 1h;
    fault.duration = 5s;
  }
  const RunResult result = run(scenario, {});
  EXPECT_TRUE(result.settled && result.violations.empty()) << violations_of(result);
  EXPECT_TRUE(result.meters.availability.strikes().empty());
  EXPECT_EQ(result.first_fault, never);
}

TEST(FaultEffects, AreNoneOnAServerThatIsNotThere) {
  Scenario scenario = scenario_for(FaultKind::add_server);
  for (const Effect& effect : effects)
    if (!effect.everywhere) scenario.faults.push_back(fault_of(effect.kind, 4));  // a spare one
  EXPECT_GE(scenario.faults.size(), 30u);
  const RunResult spare = run(scenario, {});
  EXPECT_TRUE(spare.settled && spare.violations.empty()) << violations_of(spare);
  EXPECT_TRUE(spare.meters.availability.strikes().empty());
  // One that has left.
  for (Fault& fault : scenario.faults) fault.server = 3, fault.at = 30s;
  Fault remove = fault_of(FaultKind::remove_server, 3);
  remove.duration = 10s;
  scenario.faults.push_back(remove);
  const RunResult left = run(scenario, {});
  EXPECT_TRUE(left.settled && left.violations.empty()) << violations_of(left);
  EXPECT_EQ(left.meters.availability.strikes().size(), 1u);
}

TEST(FaultEffects, NoRowsGoMissingFromADiskWhoseProcessIsDown) {
  Scenario scenario = scenario_for(FaultKind::diverging_replica);
  Fault crash = fault_of(FaultKind::crash, 1);
  crash.at = 11s;
  scenario.faults = {crash, fault_of(FaultKind::diverging_replica, 1)};
  const RunResult result = run(scenario, {});
  EXPECT_TRUE(result.settled && result.violations.empty()) << violations_of(result);
  EXPECT_EQ(result.faults[static_cast<std::size_t>(FaultKind::diverging_replica)], 0u);
}

TEST(FaultEffects, AServerIsThereFromWhenItIsAdded) {
  const Scenario scenario = scenario_for(FaultKind::add_server);
  Stage stage(scenario, 1, TieRule{}, {});
  Fleet fleet(stage);
  EXPECT_EQ(fleet.those_there(), (std::vector<std::uint32_t>{0, 1, 2, 3}));
  EXPECT_TRUE(fleet.add_server());
  EXPECT_EQ(fleet.those_there(), (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
}

}  // namespace
}  // namespace hubbub::sim
