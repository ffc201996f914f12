#include "sim/world/faults.hpp"

#include <algorithm>

namespace hubbub::sim {
namespace {

constexpr std::uint32_t fault_source = 3000;

/// From when it takes effect: what ends a process lasts until that is started again.
Duration lasts(const Fault& fault, Duration restart) {
  switch (fault.kind) {
    case FaultKind::crash:
    case FaultKind::power_loss:
    case FaultKind::restart_all:
    case FaultKind::lost_disk:
    case FaultKind::region_lost:
      return fault.duration > Duration{0} ? fault.duration : restart;
    case FaultKind::drain:
    case FaultKind::upgrade:
    case FaultKind::downgrade:
    case FaultKind::bad_boot_clock:
    case FaultKind::dead_clock:
      return fault.duration + restart;
    default:
      return fault.duration;
  }
}

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
  if (effect) stage_.struck(fault.kind, lasts(fault, stage_.scenario.servers.restart));
  stage_.chain.add(stage_.faults_entity(), static_cast<std::uint64_t>(stage_.now.count()) ^
                                               std::uint64_t{which} << 48 ^
                                               std::uint64_t{host} << 40 ^ (effect ? 1 : 0));
  if (fault.every) schedule_next(which);
}

bool Faults::strike(const Fault& fault, std::uint32_t host, Random& random) {
  switch (fault.kind) {
    case FaultKind::region_cut_off:
    case FaultKind::region_lost:
      return strike_region(fault, fault.region ? static_cast<std::uint16_t>(*fault.region)
                                               : stage_.regions.of_host(host));
    case FaultKind::restart_all:
      return fleet_.restart_all(fault.duration);
    case FaultKind::add_server:
      return fleet_.add_server();
    case FaultKind::lossy:
    case FaultKind::repeats:
    case FaultKind::reorders:
      fleet_.weather(fault.kind, fault.duration, fault.share, fault.by);
      return true;
    case FaultKind::login_store_slow:
      fleet_.slow_logins(fault.duration, fault.by);
      return true;
    case FaultKind::login_store_away:
      fleet_.refuse_logins(fault.duration);
      return true;
    case FaultKind::push_away:
      fleet_.push_provider().away(stage_.now + fault.duration);
      return true;
    case FaultKind::push_slow:
      fleet_.push_provider().slow(stage_.now + fault.duration, fault.factor);
      return true;
    case FaultKind::poison_record:
      fleet_.poison(fault.duration, random);
      return false;
    case FaultKind::log_slow:
    case FaultKind::log_away:
    case FaultKind::log_lost_answers:
    case FaultKind::log_late_appends:
    case FaultKind::log_leader_change:
    case FaultKind::log_stale_reads:
    case FaultKind::register_away:
    case FaultKind::register_expires:
    case FaultKind::register_stale:
    case FaultKind::register_split:
      return strike_services(fault, random);
    default:
      return fleet_.is_there(host) && strike_server(fault, host, random);
  }
}

bool Faults::strike_region(const Fault& fault, std::uint16_t region) {
  if (fault.kind == FaultKind::region_lost) return fleet_.lose_region(region, fault.duration);
  stage_.regions.cut_off(region, stage_.now + fault.duration);
  crowd_.cut_off(region);
  return true;
}

/// On the log or the register, which have no host of ours.
bool Faults::strike_services(const Fault& fault, Random& random) {
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
    case FaultKind::register_split:
      registry.split(until, fleet_.those_there(), random);
      break;
    default: return false;
  }
  return true;
}

bool Faults::strike_server(const Fault& fault, std::uint32_t host, Random& random) {
  const Duration length = fault.duration;
  switch (fault.kind) {
    case FaultKind::crash:
      return fleet_.crash(host, Fleet::Crash::process, length);
    case FaultKind::power_loss:
      return fleet_.crash(host, Fleet::Crash::power, length);
    case FaultKind::slow_sync:
      fleet_.slow_sync(host, length, fault.factor);
      return true;
    case FaultKind::disconnect:
      return fleet_.disconnect(host, fault.share, random);
    case FaultKind::pause:
      return fleet_.pause(host, length);
    case FaultKind::slow_cpu:
      fleet_.slow_cpu(host, length, fault.factor);
      return true;
    case FaultKind::suspend:
      return fleet_.suspend(host, length);
    case FaultKind::no_memory:
      return fleet_.no_memory(host, length);
    case FaultKind::certificate_expired:
      fleet_.expire_certificate(host, length);
      return true;
    case FaultKind::drain:
      return fleet_.drain(host, length);
    case FaultKind::lost_disk:
      return fleet_.lose_disk(host, length);
    case FaultKind::cut_off:
    case FaultKind::mute:
    case FaultKind::deaf:
    case FaultKind::no_services:
      return fleet_.isolate(host, fault.kind, length);
    case FaultKind::diverging_replica:
      return fleet_.diverge(host, fault.share, random);
    case FaultKind::upgrade:
      return fleet_.change_version(host, newest_form, length);
    case FaultKind::downgrade:
      return fleet_.change_version(host, oldest_form, length);
    case FaultKind::clock_step:
      fleet_.step_clock(host, fault.by);
      return true;
    case FaultKind::clock_back:
      fleet_.step_clock(host, -fault.by);
      return true;
    case FaultKind::clock_drift:
      fleet_.drift_clock(host, static_cast<std::int64_t>(fault.factor), length);
      return true;
    case FaultKind::bad_boot_clock:
      return fleet_.start_with_wrong_clock(host, fault.by, length);
    case FaultKind::dead_clock:
      return fleet_.start_with_wrong_clock(host, -fleet_.wall(host), length);
    case FaultKind::register_flapping:
      return fleet_.registry().flap(stage_.now + length, host, fault.by);
    case FaultKind::remove_server:
      return fleet_.remove_server(host, length);
    // What waits for a write, a read, or the time to put a backup back.
    case FaultKind::torn_write:
      fleet_.tear_next_write(host, length);
      return false;
    case FaultKind::sync_error:
      fleet_.fail_next_sync(host);
      return false;
    case FaultKind::restored_backup:
      fleet_.restore_backup(host, fault.by, length);
      return false;
    case FaultKind::disk_full:
      fleet_.fill_disk(host, length);
      return false;
    case FaultKind::read_error:
      fleet_.fail_next_read(host);
      return false;
    case FaultKind::corrupted_block:
      fleet_.damage_disk(host, length);
      return false;
    // The network to its clients.
    default:
      return crowd_.strike(fault, host, random);
  }
}

}  // namespace hubbub::sim
