// What can go wrong with servers.
#include <algorithm>
#include <utility>

#include "core/wire/batch.hpp"
#include "sim/clients/device_edge.hpp"
#include "sim/world/fleet.hpp"

namespace hubbub::sim {

bool Fleet::crash(std::uint32_t host, Crash how, Duration down_for) {
  if (!hosts_[host].up) return false;
  end_process(host, how, down_or_restart(down_for));
  return true;
}

void Fleet::tear_next_write(std::uint32_t host, Duration down_for) {
  Host& h = hosts_[host];
  if (!h.up || h.tear_down_for) return;
  h.tear_down_for = down_for;
  if (h.disk.store().writing() || h.disk.store().unsynced_bytes() > 0) torn_now(host, h.life);
}

void Fleet::torn_now(std::uint32_t host, std::uint32_t life) {
  Host& h = hosts_[host];
  if (!h.up || h.life != life || !h.tear_down_for) return;
  crash(host, Crash::torn, *h.tear_down_for);
}

void Fleet::fail_next_sync(std::uint32_t host) { hosts_[host].fail_sync = hosts_[host].up; }

void Fleet::slow_sync(std::uint32_t host, Duration length, double factor) {
  hosts_[host].disk.slow_down(stage_.now + length, factor);
}

void Fleet::slow_cpu(std::uint32_t host, Duration length, double factor) {
  hosts_[host].slow_until = stage_.now + length;
  hosts_[host].slow_factor = factor;
}

bool Fleet::pause(std::uint32_t host, Duration length) {
  Host& h = hosts_[host];
  if (!h.up || stage_.now < h.paused_until) return false;
  h.paused_until = stage_.now + length;
  return true;
}

bool Fleet::suspend(std::uint32_t host, Duration length) {
  if (!pause(host, length)) return false;
  hosts_[host].clock.freeze(stage_.now, stage_.now + length);
  return true;
}

bool Fleet::no_memory(std::uint32_t host, Duration length) {
  hosts_[host].full_until = stage_.now + length;
  return hosts_[host].up;
}

bool Fleet::restart_all(Duration down_for) {
  bool any = false;
  for (std::uint32_t host = 0; host < hosts(); ++host) any |= crash(host, Crash::power, down_for);
  if (replicated()) log_.lose_power();
  return any;
}

void Fleet::tell(std::uint32_t node, const Input& input) {
  bytes_.clear();
  wire::encode(input, bytes_);
  Mail m;
  m.kind = Mail::Kind::answer;
  m.piece = stage_.slab.hold(bytes_.view());
  mail(node, m);
  go_on(node);
}

bool Fleet::drain(std::uint32_t host, Duration length) {
  Host& h = hosts_[host];
  if (!h.up) return false;
  const std::uint32_t per_host = stage_.scenario.servers.nodes;
  for (std::uint32_t n = host * per_host; n < (host + 1) * per_host; ++n) tell(n, input::Drain{});
  stage_.agenda.put(stage_.now + length, Happening::drained, h.source, Agenda::pair(host, h.life));
  return true;
}

void Fleet::drained(std::uint32_t host, std::uint32_t life) {
  if (hosts_[host].up && hosts_[host].life == life) crash(host, Crash::process, {});
}

bool Fleet::lose_region(std::uint16_t region, Duration down_for) {
  bool any = false;
  for (std::uint32_t host = 0; host < hosts(); ++host)
    if (stage_.regions.of_host(host) == region) any |= crash(host, Crash::power, down_for);
  return any;
}

bool Fleet::add_server() {
  const auto next = std::find_if(hosts_.begin(), hosts_.end(),
                                 [](const Host& host) { return !host.there && host.life == 0; });
  if (next == hosts_.end()) return false;
  next->there = true;
  host_starts(static_cast<std::uint32_t>(next - hosts_.begin()), 0);
  return true;
}

/// Of fewer than three none can be spared: the one that is left may be down.
bool Fleet::remove_server(std::uint32_t host, Duration length) {
  const auto stay = std::count_if(hosts_.begin(), hosts_.end(),
                                  [](const Host& h) { return h.there && !h.leaves; });
  Host& h = hosts_[host];
  if (stay < 3 || h.leaves || !drain(host, length)) return false;
  return h.leaves = true;
}

void Fleet::restore_backup(std::uint32_t host, Duration by, Duration down_for) {
  Host& h = hosts_[host];
  if (h.backup) return;
  h.backup.emplace();
  h.backup_down_for = down_for;
  BatchWriter rows(*h.backup);
  h.disk.store().for_each([&](std::string_view key, std::string_view value) { rows.put(key, value); });
  stage_.agenda.put(stage_.now + by, Happening::backup_back, h.source, host);
}

void Fleet::put_backup_back(std::uint32_t host) {
  Host& h = hosts_[host];
  if (!h.backup) return;
  if (h.there) {
    stage_.struck(FaultKind::restored_backup, down_or_restart(h.backup_down_for));
    crash(host, Crash::power, h.backup_down_for);
    h.disk.replace(h.backup->view());
  }
  h.backup.reset();
}

bool Fleet::lose_disk(std::uint32_t host, Duration down_for) {
  if (!crash(host, Crash::power, down_for)) return false;
  hosts_[host].disk.replace({});
  return true;
}

void Fleet::fill_disk(std::uint32_t host, Duration length) {
  hosts_[host].disk.fill(stage_.now + length);
}

void Fleet::fail_next_read(std::uint32_t host) { hosts_[host].disk.fail_next_read(); }

void Fleet::damage_disk(std::uint32_t host, Duration replaced_after) {
  Host& h = hosts_[host];
  if (!h.disk.damage()) return;
  const Scenario& scenario = stage_.scenario;
  const Duration by_itself = replicated() ? scenario.servers.restart : scenario.duration;
  h.replaced_after = replaced_after > Duration{0} ? replaced_after : by_itself;
}

void Fleet::disk_struck(std::uint32_t host, FaultKind kind) {
  const Host& h = hosts_[host];
  Duration down = stage_.scenario.servers.restart;
  if (kind == FaultKind::corrupted_block) down = h.replaced_after;
  if (kind == FaultKind::disk_full) down += h.disk.full_until() - stage_.now;
  stage_.struck(kind, down);
}

bool Fleet::isolate(std::uint32_t host, FaultKind how, Duration length) {
  Host& h = hosts_[host];
  const Duration until = stage_.now + length;
  const bool whole = how == FaultKind::cut_off;
  if (whole || how == FaultKind::mute) h.mute_until = until;
  if (whole || how == FaultKind::deaf) h.deaf_until = until;
  if (whole || how == FaultKind::no_services) h.alone_until = until;
  return h.up;
}

void Fleet::weather(FaultKind kind, Duration length, double share, Duration by) {
  const Duration until = stage_.now + length;
  if (kind == FaultKind::lossy) weather_.lossy_until = until, weather_.lost = share;
  if (kind == FaultKind::repeats) weather_.repeats_until = until, weather_.repeated = share;
  if (kind == FaultKind::reorders) weather_.reorders_until = until, weather_.reorder = by;
}

bool Fleet::diverge(std::uint32_t host, double share, Random& random) {
  MemoryStore& store = hosts_[host].disk.store();
  if (!hosts_[host].up || !replicated() || store.writing()) return false;
  ByteBuffer erased;
  store.for_each([&](std::string_view key, std::string_view value) {
    arena_.clear();
    const auto row = rows::parse(key, value, arena_);
    if (!row || std::holds_alternative<rows::NodeRow>(row->row) ||
        std::holds_alternative<rows::MapRow>(row->row) ||
        std::holds_alternative<rows::HeadRow>(row->row))
      return;
    const PartitionId partition = rows::partition_of_key(key);
    if (log_.head(partition).owner.value != host && random.chance(share))
      BatchWriter(erased).erase(key);
  });
  const std::string_view batch = erased.view();
  return !batch.empty() && store.write({&batch, 1}, Sync::yes).has_value();
}

void Fleet::poison(Duration length, Random& random) {
  const PartitionId partition{static_cast<std::uint16_t>(random.below(limits::partitions))};
  poisoned_until_[partition.value] = stage_.now + length;
  const NodeId owner = log_.head(partition).owner;
  if (owner != nobody && crash(host_of(owner.value), Crash::process, {})) note_poison(partition);
}

/// It ended a process, and is not served by any other either until it is over.
void Fleet::note_poison(PartitionId partition) {
  stage_.struck(FaultKind::poison_record, std::max(poisoned_until_[partition.value] - stage_.now,
                                                   stage_.scenario.servers.restart));
}

bool Fleet::change_version(std::uint32_t host, Form form, Duration length) {
  if (hosts_[host].reads == form || !drain(host, length)) return false;
  hosts_[host].next_reads = form;
  return true;
}

void Fleet::step_clock(std::uint32_t host, Duration by) { hosts_[host].clock.step_wall(by); }

void Fleet::drift_clock(std::uint32_t host, std::int64_t ppm, Duration length) {
  hosts_[host].clock.drift(stage_.now, ppm, stage_.now + length);
}

bool Fleet::start_with_wrong_clock(std::uint32_t host, Duration wrong_by, Duration length) {
  Host& h = hosts_[host];
  if (h.clock_wrong_by != Duration{0} || !crash(host, Crash::power, {})) return false;
  h.clock_wrong_by = wrong_by;
  h.clock.step_wall(wrong_by);
  stage_.agenda.put(stage_.now + stage_.scenario.servers.restart + length, Happening::clock_right,
                    h.source, host);
  return true;
}

void Fleet::put_clock_right(std::uint32_t host) {
  Host& h = hosts_[host];
  h.clock.step_wall(-std::exchange(h.clock_wrong_by, Duration{0}));
}

bool Fleet::disconnect(std::uint32_t host, double share, Random& random) {
  if (!hosts_[host].up) return false;
  bool any = false;
  const std::uint32_t per_host = stage_.scenario.servers.nodes;
  for (std::uint32_t n = host * per_host; n < (host + 1) * per_host; ++n) {
    std::vector<ConnectionId> chosen;
    nodes_[n].connections.for_each([&](ConnectionId id, Connection&) {
      if (random.chance(share)) chosen.push_back(id);
    });
    for (const ConnectionId id : chosen) {
      if (http(n, id) != nullptr) {
        any |= break_exchanges(n, id);
        continue;
      }
      drop_connection(n, id, broken, true);
      any = true;
    }
    go_on(n);
  }
  return any;
}

void Fleet::heal() {
  weather_.lossy_until = weather_.repeats_until = weather_.reorders_until = Duration{0};
  poisoned_until_.fill(Duration{0});
  unread_.clear();
  logins_slow_until_ = logins_away_until_ = Duration{0};
  log_.heal();
  register_.heal();
  push_provider_.heal();
  for (std::uint32_t host = 0; host < hosts(); ++host) {
    Host& h = hosts_[host];
    h.tear_down_for.reset();
    h.fail_sync = false;
    h.disk.heal();
    h.clock.heal(stage_.now);
    put_clock_right(host);
    h.slow_until = Duration{0};
    h.paused_until = std::min(h.paused_until, stage_.now);
    h.full_until = h.mute_until = h.deaf_until = h.alone_until = h.certificate_back = Duration{0};
    h.backup.reset();
    if (!h.up) host_starts(host, h.life);  // if it is there
    const std::uint32_t per_host = stage_.scenario.servers.nodes;
    for (std::uint32_t n = host * per_host; n < (host + 1) * per_host; ++n) go_on(n);
  }
}

}  // namespace hubbub::sim
