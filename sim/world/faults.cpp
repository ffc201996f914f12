#include "sim/world/faults.hpp"

#include <algorithm>

namespace hubbub::sim {
namespace {

constexpr std::uint32_t fault_source = 3000;

}  // namespace

Faults::Faults(Stage& stage, Fleet& fleet) : stage_(stage), fleet_(fleet) {
  source_.number = fault_source;
  for (const Fault& fault : stage.scenario.faults)
    planned_.push_back({&fault, Random(stage.seed, purpose::fault, planned_.size())});
}

void Faults::start() {
  for (std::uint32_t i = 0; i < planned_.size(); ++i) {
    const Fault& fault = *planned_[i].fault;
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
  }
  stage_.chain.add(stage_.faults_entity(), static_cast<std::uint64_t>(stage_.now.count()) ^
                                               std::uint64_t{which} << 48 ^
                                               std::uint64_t{host} << 40 ^ (effect ? 1 : 0));
  if (fault.every) schedule_next(which);
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
  }
  return false;
}

std::array<std::uint64_t, fault_kinds> Faults::counts() const {
  std::array<std::uint64_t, fault_kinds> counts = counts_;
  // These strike when the disk next writes, if it does.
  counts[static_cast<std::size_t>(FaultKind::torn_write)] = fleet_.torn();
  counts[static_cast<std::size_t>(FaultKind::sync_error)] = fleet_.sync_errors();
  return counts;
}

}  // namespace hubbub::sim
