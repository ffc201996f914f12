// Whatever happens to a fleet, what the assigner decides is what the rules allow, and when nothing
// happens any more, everything has its place.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <ostream>

#include "tests/core/place/placement_model.hpp"

namespace hubbub::test {
namespace {

constexpr std::size_t servers_most = 10;

struct Operation {
  enum class What : std::uint8_t {
    join,
    crash,
    crash_many,
    restart,
    hide,
    show,
    drain,
    stall,
    poison,
    load,
    loads,
    lose_decision,
    next_assigner,
    reopen,
    tick,
    sleep
  };
  What what{};
  std::uint8_t a{}, b{};
};
constexpr Operation::What last_of(Operation::What) { return Operation::What::sleep; }

std::ostream& operator<<(std::ostream& out, const Operation& o) {
  static constexpr const char* names[] = {"join",          "crash",  "crash_many", "restart",
                                          "hide",          "show",   "drain",      "stall",
                                          "poison",        "load",   "loads",      "lose_decision",
                                          "next_assigner", "reopen", "tick",       "sleep"};
  return out << names[static_cast<int>(o.what)] << '(' << int{o.a} << ',' << int{o.b} << ')';
}

class World {
 public:
  World() {
    for (std::size_t n = 0; n < 3; ++n) join(n);
    model_.begin(fleet_.map);
  }

  void apply(const Operation& o) {
    using What = Operation::What;
    const std::size_t n = o.a % servers_most;
    const std::uint16_t p = o.a % limits::partitions;
    const bool known = fleet_.servers.contains(node_id(n));
    switch (o.what) {
      case What::join:
        if (!known) join(n);
        break;
      case What::crash:
        if (known) fleet_.crash(n);
        break;
      case What::crash_many:
        each([&](NodeId node) {
          if ((o.b >> node.value % 8) & 1) fleet_.crash(node.value);
        });
        break;
      case What::restart:
        if (known) fleet_.restart(n);
        break;
      case What::hide:
        each([&](NodeId node) {
          if ((o.b >> node.value % 8) & 1) fleet_.servers[node].registered = false;
        });
        break;
      case What::show:
        show_all();
        break;
      case What::drain:
        if (known) fleet_.servers[node_id(n)].draining ^= true;
        break;
      case What::stall:
        if (known) fleet_.servers[node_id(n)].opens ^= true;
        break;
      case What::poison:
        fleet_.poison = p;
        break;
      case What::load:
        fleet_.loads[p] = 1 + 100u * o.b;
        break;
      case What::loads:
        for (auto& load : fleet_.loads) load = 1 + load * (o.b % 8) / 4;
        break;
      case What::lose_decision:
        tick(false);
        break;
      case What::next_assigner:
        fleet_.assigner = {};
        model_.begin(fleet_.map);
        break;
      case What::reopen:
        if (!fleet_.map.places[p].closed) break;
        reopen(fleet_.map, PartitionId{p});
        model_.reopened(p);
        break;
      case What::tick:
        tick(true);
        break;
      case What::sleep:
        for (int i = 0; i < o.b % 80; ++i) tick(true);
        break;
    }
  }

  /// Nothing happens any more, but those who stalled go on and those who were hidden are seen.
  void judge() {
    each([&](NodeId node) { fleet_.servers[node].opens = true; });
    show_all();
    settle();
    while (fleet_.assigner.next_deadline() != never) {
      fleet_.now = std::max(fleet_.now, fleet_.assigner.next_deadline());
      settle();
    }
    std::size_t takers = 0;
    each([&](NodeId node) { takers += fleet_.takes(node); });
    if (takers == 0) return;
    for (std::size_t p = 0; p < limits::partitions; ++p) {
      const Place& place = fleet_.map.places[p];
      if (place.closed) continue;
      RC_ASSERT(fleet_.takes(place.owner));
      RC_ASSERT(fleet_.is_open(p));
      if (takers == 1) {
        RC_ASSERT(place.standby == nobody);
      } else {
        RC_ASSERT(fleet_.takes(place.standby));
        RC_ASSERT(is_as_far_as_can_be(place));
      }
    }
    RC_ASSERT(fleet_.is_balanced());
  }

 private:
  template <class F>
  void each(F f) {
    for (auto& [node, server] : fleet_.servers) f(node);
  }
  void join(std::size_t n) { fleet_.join(n, n % 3 == 0).host = static_cast<std::uint16_t>(n / 2); }
  void show_all() {
    for (auto& [node, server] : fleet_.servers) server.registered = server.running;
  }
  bool is_as_far_as_can_be(const Place& place) const {
    const auto distance = [&](NodeId node) {
      const SimulatedServer& a = fleet_.servers.at(place.owner);
      const SimulatedServer& b = fleet_.servers.at(node);
      return 2 * (a.host != b.host) + (a.region != b.region);
    };
    int farthest = 0;
    for (const auto& [node, server] : fleet_.servers)
      if (fleet_.takes(node) && node != place.owner) farthest = std::max(farthest, distance(node));
    return distance(place.standby) == farthest;
  }

  bool tick(bool taken) {
    model_.see(fleet_);
    const auto decided = fleet_.decide();
    model_.judge(fleet_, decided);
    if (decided && taken) {
      model_.take(fleet_, *decided);
      fleet_.take(decided);
    } else {
      model_.lose(fleet_);
    }
    fleet_.work();
    fleet_.now += SimulatedFleet::tick;
    return decided.has_value();
  }
  void settle() {
    constexpr int quiet = 45s / SimulatedFleet::tick;
    int calm = 0;
    for (int i = 0; i < 5'000 && calm < quiet; ++i) calm = tick(true) ? 0 : calm + 1;
    RC_ASSERT(calm == quiet);
  }

  SimulatedFleet fleet_;
  PlacementModel model_;
};

}  // namespace
}  // namespace hubbub::test

namespace rc {
template <>
struct Arbitrary<hubbub::test::Operation> {
  static auto arbitrary() {
    using hubbub::test::Operation;
    return gen::build<Operation>(
        gen::set(&Operation::what,
                 gen::map(gen::inRange(0, static_cast<int>(last_of(Operation::What{})) + 1),
                          [](int what) { return static_cast<Operation::What>(what); })),
        gen::set(&Operation::a, gen::arbitrary<std::uint8_t>()),
        gen::set(&Operation::b, gen::arbitrary<std::uint8_t>()));
  }
};
}  // namespace rc

namespace hubbub::test {
namespace {

RC_GTEST_PROP(AssignerModel, DecidesWhatTheRulesAllowAndComesToRest,
              (const std::vector<Operation>& operations)) {
  World world;
  for (const Operation& operation : operations) world.apply(operation);
  world.judge();
}

}  // namespace
}  // namespace hubbub::test
