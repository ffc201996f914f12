#include "sim/world/faults.hpp"

#include <algorithm>

namespace hubbub::sim {
namespace {

constexpr std::uint32_t fault_source = 3000;

}  // namespace

Faults::Faults(Stage& stage, Fleet& fleet, Crowd& crowd)
    : stage_(stage), fleet_(fleet), crowd_(crowd) {
  source_.number = fault_source;
  for (const Fault& fault : stage.scenario.faults) {
    Planned& planned =
        planned_.emplace_back(&fault, Random(stage.seed, purpose::fault, planned_.size()), true);
    // Drawn only where it says so, so that it moves no other draw.
    if (fault.chance < 1) planned.exists = planned.random.chance(fault.chance);
  }
}

void Faults::start() {
  for (std::uint32_t i = 0; i < planned_.size(); ++i) {
    const Fault& fault = *planned_[i].fault;
    if (!planned_[i].exists) continue;
    if (fault.at) {
      if (*fault.at < stage_.scenario.duration)
        stage_.agenda.put(*fault.at, Happening::fault, source_, i);
    } else if (fault.every) {
      schedule_next(i);
    }
  }
}

void Faults::schedule_next(std::uint32_t which) {
  Planned& planned = planned_[which];
  const double wait =
      draw_exponential(planned.random) * static_cast<double>(planned.fault->every->count());
  if (wait >= static_cast<double>((stage_.scenario.duration - stage_.now).count())) return;
  stage_.agenda.put(stage_.now + Duration{static_cast<std::int64_t>(wait)}, Happening::fault,
                    source_, which);
}

void Faults::happens(std::uint32_t which) {
  if (!stage_.safety) return;
  Planned& planned = planned_[which];
  const Fault& fault = *planned.fault;
  const std::uint32_t host = fault.server
                                 ? std::min(*fault.server, fleet_.hosts() - 1)
                                 : static_cast<std::uint32_t>(planned.random.below(fleet_.hosts()));
  const bool effect = strike(fault, host, planned.random);
  if (effect) {
    stage_.first_fault = std::min(stage_.first_fault, stage_.now);
    ++counts_[static_cast<std::size_t>(fault.kind)];
    note(fault);
  }
  stage_.chain.add(stage_.faults_entity(), static_cast<std::uint64_t>(stage_.now.count()) ^
                                               std::uint64_t{which} << 48 ^
                                               std::uint64_t{host} << 40 ^ (effect ? 1 : 0));
  if (fault.every) schedule_next(which);
}

/// How long it lasts, for the meters: what ends a process, until that is started again.
void Faults::note(const Fault& fault) {
  const Duration restart = stage_.scenario.servers.restart;
  Duration from = stage_.now;
  Duration lasts = fault.duration;
  switch (fault.kind) {
    case FaultKind::restored_backup:
      from += fault.by;
      [[fallthrough]];
    case FaultKind::crash:
    case FaultKind::power_loss:
    case FaultKind::torn_write:
    case FaultKind::restart_all:
    case FaultKind::lost_disk:
      if (lasts == Duration{0}) lasts = restart;
      break;
    case FaultKind::sync_error: lasts = restart; break;
    case FaultKind::drain: lasts += restart; break;
    default: break;
  }
  stage_.meters.availability.struck(fault.kind, from, from + lasts);
}

bool Faults::strike(const Fault& fault, std::uint32_t host, Random& random) {
  switch (fault.kind) {
    case FaultKind::crash:
      return fleet_.crash(host, Fleet::Crash::process, fault.duration);
    case FaultKind::power_loss:
      return fleet_.crash(host, Fleet::Crash::power, fault.duration);
    case FaultKind::torn_write:
      return fleet_.tear_next_write(host, fault.duration);
    case FaultKind::slow_sync:
      return fleet_.slow_sync(host, fault.duration, fault.factor);
    case FaultKind::sync_error:
      return fleet_.fail_next_sync(host);
    case FaultKind::disconnect:
      return fleet_.disconnect(host, fault.share, random);
    case FaultKind::pause:
      return fleet_.pause(host, fault.duration);
    case FaultKind::slow_cpu:
      return fleet_.slow_cpu(host, fault.duration, fault.factor);
    case FaultKind::suspend:
      return fleet_.suspend(host, fault.duration);
    case FaultKind::no_memory:
      return fleet_.no_memory(host, fault.duration);
    case FaultKind::restart_all:
      return fleet_.restart_all(fault.duration);
    case FaultKind::drain:
      return fleet_.drain(host, fault.duration);
    case FaultKind::restored_backup:
      return fleet_.restore_backup(host, fault.by, fault.duration);
    case FaultKind::lost_disk:
      return fleet_.lose_disk(host, fault.duration);
    case FaultKind::disk_full:
      return fleet_.fill_disk(host, fault.duration);
    case FaultKind::read_error:
      return fleet_.fail_next_read(host);
    case FaultKind::corrupted_block:
      return fleet_.damage_disk(host, fault.duration);
    case FaultKind::cut_off:
    case FaultKind::mute:
    case FaultKind::deaf:
    case FaultKind::no_services:
      return fleet_.isolate(host, fault.kind, fault.duration);
    case FaultKind::lossy:
    case FaultKind::repeats:
    case FaultKind::reorders:
      fleet_.weather(fault.kind, fault.duration, fault.share, fault.by);
      return true;
    case FaultKind::diverging_replica:
      return fleet_.diverge(host, fault.share, random);
    case FaultKind::poison_record:
      return fleet_.poison(fault.duration, random);
    case FaultKind::upgrade:
      return fleet_.change_version(host, newest_form, fault.duration);
    case FaultKind::downgrade:
      return fleet_.change_version(host, oldest_form, fault.duration);
    case FaultKind::clock_step:
      return fleet_.step_clock(host, fault.by);
    case FaultKind::clock_back:
      return fleet_.step_clock(host, -fault.by);
    case FaultKind::clock_drift:
      return fleet_.drift_clock(host, static_cast<std::int64_t>(fault.factor), fault.duration);
    case FaultKind::bad_boot_clock:
      return fleet_.start_with_wrong_clock(host, fault.by, fault.duration);
    case FaultKind::dead_clock:
      return fleet_.start_with_wrong_clock(host, -fleet_.wall(host), fault.duration);
    case FaultKind::half_open:
    case FaultKind::changed_addresses:
    case FaultKind::nat_forgets:
    case FaultKind::slow_readers:
    case FaultKind::stalled_uplinks:
    case FaultKind::large_vanish:
      return crowd_.strike(fault, host, random);
    case FaultKind::region_cut_off:
    case FaultKind::region_lost:
      return strike_region(fault, fault.region ? static_cast<std::uint16_t>(*fault.region)
                                               : stage_.regions.of_host(host));
    case FaultKind::add_server:
      return fleet_.add_server();
    case FaultKind::remove_server:
      return fleet_.remove_server(host, fault.duration);
    default:
      return strike_services(fault, host, random);
  }
}

bool Faults::strike_region(const Fault& fault, std::uint16_t region) {
  if (fault.kind == FaultKind::region_lost) return fleet_.lose_region(region, fault.duration);
  stage_.regions.cut_off(region, stage_.now + fault.duration);
  crowd_.cut_off(region);
  return true;
}

/// On the log or the register, which have no host of ours.
bool Faults::strike_services(const Fault& fault, std::uint32_t host, Random& random) {
  const Duration until = stage_.now + fault.duration;
  LogService& log = fleet_.log();
  RegisterService& registry = fleet_.registry();
  switch (fault.kind) {
    case FaultKind::log_slow: log.slow(until, fault.factor); break;
    case FaultKind::log_away: log.away(until); break;
    case FaultKind::log_lost_answers: log.lose_answers(until, fault.share); break;
    case FaultKind::log_late_appends: log.delay_appends(until, fault.share); break;
    case FaultKind::log_leader_change: log.change_leader(until); break;
    case FaultKind::log_stale_reads: log.stale_reads(until, fault.by); break;
    case FaultKind::register_away: registry.away(until); break;
    case FaultKind::register_expires: registry.expire_everyone(); break;
    case FaultKind::register_stale: registry.stale(until, fault.by); break;
    case FaultKind::register_split: registry.split(until, random); break;
    case FaultKind::register_flapping: return registry.flap(until, host, fault.by);
    default: return false;
  }
  return true;
}

std::array<std::uint64_t, fault_kinds> Faults::counts() const {
  std::array<std::uint64_t, fault_kinds> counts = counts_;
  // These strike when the disk is next written or read, if it is, or whoever comes next.
  const auto put = [&counts](FaultKind kind, std::uint64_t count) {
    counts[static_cast<std::size_t>(kind)] = count;
  };
  const HostDisk::Counts disks = fleet_.disk_counts();
  put(FaultKind::torn_write, fleet_.torn());
  put(FaultKind::sync_error, disks.sync_errors);
  put(FaultKind::poison_record, fleet_.poisoned());
  put(FaultKind::disk_full, disks.without_room);
  put(FaultKind::read_error, disks.read_errors);
  put(FaultKind::corrupted_block, disks.damaged);
  put(FaultKind::large_vanish, crowd_.vanished());
  return counts;
}

}  // namespace hubbub::sim
