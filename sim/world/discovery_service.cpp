#include "sim/world/discovery_service.hpp"

#include "core/place/discovery.hpp"

namespace hubbub::sim {

DiscoveryService::DiscoveryService(Stage& stage, RegisterService& registry)
    : stage_(stage), register_(registry), mirrors_(stage.regions.count()) {}

std::optional<std::uint16_t> DiscoveryService::choose(std::uint16_t region, std::uint64_t random,
                                                      NodeId except) {
  Mirror& mirror = mirrors_[region];
  if (stage_.now >= mirror.looks_at && !stage_.regions.is_cut_off(region, stage_.now)) {
    register_.look(mirror.view);
    mirror.looks_at = stage_.now + looks_every;
  }
  const Registration* server = hubbub::choose(mirror.view.fleet().live, region, random, except);
  if (server == nullptr) return {};
  return server->node.value;
}

}  // namespace hubbub::sim
