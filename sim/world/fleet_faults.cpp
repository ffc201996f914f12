// What can go wrong with servers.
#include <algorithm>

#include "sim/clients/device_edge.hpp"
#include "sim/world/fleet.hpp"

namespace hubbub::sim {

bool Fleet::crash(std::uint32_t host, Crash how, Duration down_for) {
  if (!hosts_[host].up) return false;
  end_process(host, how, down_for > Duration{0} ? down_for : stage_.scenario.servers.restart);
  return true;
}

bool Fleet::tear_next_write(std::uint32_t host, Duration down_for) {
  Host& h = hosts_[host];
  if (!h.up || h.tear_down_for) return false;
  if (h.disk.store().writing() || h.disk.store().unsynced_bytes() > 0)
    return crash(host, Crash::torn, down_for);
  h.tear_down_for = down_for > Duration{0} ? down_for : stage_.scenario.servers.restart;
  return true;
}

void Fleet::torn_now(std::uint32_t host, std::uint32_t life) {
  Host& h = hosts_[host];
  if (!h.up || h.life != life || !h.tear_down_for) return;
  crash(host, Crash::torn, *h.tear_down_for);
}

bool Fleet::fail_next_sync(std::uint32_t host) {
  Host& h = hosts_[host];
  if (!h.up || h.fail_sync) return false;
  return h.fail_sync = true;
}

bool Fleet::slow_sync(std::uint32_t host, Duration length, double factor) {
  hosts_[host].disk.slow_down(stage_.now + length, factor);
  return true;
}

bool Fleet::slow_cpu(std::uint32_t host, Duration length, double factor) {
  hosts_[host].slow_until = stage_.now + length;
  hosts_[host].slow_factor = factor;
  return true;
}

bool Fleet::pause(std::uint32_t host, Duration length) {
  Host& h = hosts_[host];
  if (!h.up || stage_.now < h.paused_until) return false;
  h.paused_until = stage_.now + length;
  return true;
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
    for (const ConnectionId id : chosen) drop_connection(n, id, broken, true);
    any |= !chosen.empty();
    go_on(n);
  }
  return any;
}

void Fleet::heal() {
  for (std::uint32_t host = 0; host < hosts(); ++host) {
    Host& h = hosts_[host];
    h.tear_down_for.reset();
    h.fail_sync = false;
    h.disk.slow_down(Duration{0}, 1);
    h.slow_until = Duration{0};
    h.paused_until = std::min(h.paused_until, stage_.now);
    if (!h.up) host_starts(host, h.life);
    const std::uint32_t per_host = stage_.scenario.servers.nodes;
    for (std::uint32_t n = host * per_host; n < (host + 1) * per_host; ++n) go_on(n);
  }
}

}  // namespace hubbub::sim
