// Where clients ask for a server: what it goes by, and how old that may be.
#include "sim/world/discovery_service.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/place/keys.hpp"
#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

Scenario scenario_with(std::optional<Fault> fault) {
  Scenario scenario = small_scenario();
  scenario.policy.durability = Durability::quorum_synced;
  scenario.servers.count = 4;
  scenario.servers.regions = 2;
  scenario.registry.latency = {Distribution::Kind::constant, 1e6, 0};
  if (fault) scenario.faults.push_back(*fault);
  return scenario;
}

/// A register in which servers stand, and who asks discovery.
class World {
 public:
  explicit World(std::optional<Fault> fault = {}) : scenario_(scenario_with(fault)) {}

  void pass(Duration time) {
    const Duration to = stage_.now + time;
    while (!stage_.agenda.empty() && stage_.agenda.next_at() <= to) {
      const Agenda::Next next = stage_.agenda.take();
      stage_.now = next.at;
      if (next.kind == Happening::register_set)
        registry.set_arrives(next.piece<Piece>());
      else if (next.kind == Happening::register_wakes)
        registry.wakes();
      else
        stage_.slab.release(next.piece<Piece>());
    }
    stage_.now = to;
  }
  /// A server says that it lives, with room for ten; by then it stands there.
  void registers(std::uint16_t node, std::uint32_t connections = 0) {
    ByteBuffer bytes;
    encode(Registration{.node = NodeId{node},
                        .region = stage_.regions.of_host(node),
                        .connections = connections,
                        .connections_most = 10},
           bytes);
    RegisterView view;
    registry.look(view);
    const std::string key = keys::node(NodeId{node});
    registry.set({}, {1, {key, view.find(key).version, bytes.view(), {}}}, true);
    pass(10ms);
  }
  /// All who are named to a hundred clients of a region; none of them: nobody is.
  std::set<std::uint16_t> named(std::uint16_t region, NodeId except = nobody) {
    std::set<std::uint16_t> all;
    Random random(1, 2, 3);
    for (int i = 0; i < 100; ++i)
      if (const auto node = discovery.choose(region, random.bits(), except)) all.insert(*node);
    return all;
  }
  Duration now() const { return stage_.now; }
  Regions& regions() { return stage_.regions; }

 private:
  const Scenario scenario_;
  Stage stage_{scenario_, 1, TieRule{}, {"node 0", "clients", "faults"}};

 public:
  RegisterService registry{stage_};
  DiscoveryService discovery{stage_, registry};
};

using Servers = std::set<std::uint16_t>;
constexpr Duration later = DiscoveryService::looks_every;

TEST(DiscoveryService, NamesWhoIsRegisteredWhenItLooks) {
  World world;
  EXPECT_EQ(world.named(0), Servers{});
  world.registers(0);
  EXPECT_EQ(world.named(0), Servers{}) << "it has just looked";
  world.pass(later);
  EXPECT_EQ(world.named(0), Servers{0});
  world.registers(2);
  world.registers(1);
  world.pass(later);
  EXPECT_EQ(world.named(0), (Servers{0, 2}));
  EXPECT_EQ(world.named(1), Servers{1});
  world.registers(1, 10);
  world.pass(later);
  EXPECT_EQ(world.named(1), (Servers{0, 2})) << "there is no room at home";
}

TEST(DiscoveryService, NamesAnotherToWhoFoundNobody) {
  World world;
  world.registers(0);
  world.registers(2);
  EXPECT_EQ(world.named(0, NodeId{0}), Servers{2});
  EXPECT_EQ(world.named(0, NodeId{2}), Servers{0});
  world.registry.expire_everyone();
  world.registers(2);
  world.pass(later);
  EXPECT_EQ(world.named(0, NodeId{2}), Servers{2}) << "there is no other";
}

TEST(DiscoveryService, GoesByWhatItSawAndTriesAgainWhileTheRegisterIsAway) {
  World world;
  world.registers(0);
  EXPECT_EQ(world.named(0), Servers{0});
  world.registry.expire_everyone();
  world.registers(2);
  world.registry.away(world.now() + 10 * later);
  world.pass(5 * later);
  EXPECT_EQ(world.named(0), Servers{0});
  world.pass(6 * later);
  EXPECT_EQ(world.named(0), Servers{2});
}

TEST(DiscoveryService, OfARegionThatIsCutOffSeesNothingNew) {
  World world;
  world.registers(0);
  EXPECT_EQ(world.named(0), Servers{0});
  EXPECT_EQ(world.named(1), Servers{0});
  world.regions().cut_off(1, world.now() + 10 * later);
  world.registers(1);
  world.registers(2);
  world.pass(later);
  EXPECT_EQ(world.named(0), (Servers{0, 2}));
  EXPECT_EQ(world.named(1), Servers{0});
  world.pass(10 * later);
  EXPECT_EQ(world.named(1), Servers{1});
}

TEST(DiscoveryService, SeesAStaleRegisterAsOtherReadersDo) {
  Fault fault;
  fault.kind = FaultKind::register_stale;
  fault.by = 5 * later;
  World world(fault);
  world.registers(0);
  EXPECT_EQ(world.named(0), Servers{0});
  world.pass(10 * later);
  world.registry.stale(world.now() + 1h, fault.by);
  world.registers(2);
  world.pass(3 * later);
  EXPECT_EQ(world.named(0), Servers{0});
  world.pass(3 * later);
  EXPECT_EQ(world.named(0), (Servers{0, 2}));
}

}  // namespace
}  // namespace hubbub::sim
