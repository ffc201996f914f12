// The simulated register does what any register does; and while it is stale, split or flapping, it
// shows what it should.
#include "sim/world/register_service.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <utility>

#include "core/place/keys.hpp"
#include "tests/core/place/register_conformance.hpp"
#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

using test::RegisterConformance;
using test::RegisterMaker;
using test::RegisterWorld;

Scenario scenario_with(std::vector<FaultKind> faults) {
  Scenario scenario = small_scenario();
  scenario.policy.durability = Durability::quorum_synced;
  scenario.servers.count = 4;
  scenario.registry.latency = {Distribution::Kind::constant, 1e6, 0};
  for (const FaultKind kind : faults) {
    Fault& fault = scenario.faults.emplace_back();
    fault.kind = kind;
    fault.by = 5s;
    fault.duration = 10s;
  }
  return scenario;
}

/// The service behind the port, as one server sees it.
class SimulatedRegister final : public RegisterWorld, private Register {
 public:
  explicit SimulatedRegister(std::vector<FaultKind> faults)
      : scenario_(scenario_with(std::move(faults))) {}

  Register& reg() override { return *this; }
  void pass(Duration time) override {
    const Duration to = stage_.now + time;
    while (!stage_.agenda.empty() && stage_.agenda.next_at() <= to) happen(stage_.agenda.take());
    stage_.now = to;
  }
  void reconnect() override {}
  Duration lateness() const override { return 10ms; }

  /// From now on as this server.
  void be(std::uint32_t server) { asker_.node = server; }
  RegisterService& service() { return service_; }
  int wakes() const { return wakes_; }
  Duration now() const { return stage_.now; }
  std::map<std::string, std::string> values() {
    std::map<std::string, std::string> found;
    bool answered = false;
    read(0, {}, [&](const RegisterPage& page) {
      answered = true;
      for (const RegisterEntry& entry : page.entries) found.emplace(entry.key, entry.value);
    });
    pass(lateness());
    EXPECT_TRUE(answered);
    return found;
  }
  std::uint64_t put(std::string_view key, std::uint64_t version, std::string_view value) {
    RegisterSetDone answer;
    set({key, version, value, {}}, [&](const RegisterSetDone& done) { answer = done; });
    pass(lateness());
    EXPECT_EQ(answer.outcome, RegisterOutcome::done);
    return answer.version;
  }

  void set(const RegisterSet& set, std::function<void(const RegisterSetDone&)> done) override {
    sets_.emplace(++last_ticket_, std::move(done));
    service_.set(asker_, {last_ticket_, set}, true);
  }
  void read(std::uint64_t revision, Duration wait,
            std::function<void(const RegisterPage&)> done) override {
    reads_.emplace(++last_ticket_, std::move(done));
    service_.read(asker_, {last_ticket_, revision, wait}, true);
  }

 private:
  void happen(const Agenda::Next& next) {
    stage_.now = next.at;
    Piece* const piece = next.piece<Piece>();
    switch (next.kind) {
      case Happening::register_set: return service_.set_arrives(piece);
      case Happening::register_read: return service_.read_arrives(piece);
      case Happening::register_wakes:
        ++wakes_;
        return service_.wakes();
      case Happening::answer: return answer(piece);
      default: FAIL() << "the register did something that is not its own";
    }
  }
  void answer(Piece* piece) {
    Arena arena;
    const auto input = wire::decode<Input>(piece->view(), arena);
    ASSERT_TRUE(input.has_value());
    if (const auto* set = std::get_if<input::RegisterSet>(&*input))
      sets_.extract(set->ticket).mapped()(set->answer);
    else if (const auto* read = std::get_if<input::RegisterRead>(&*input))
      reads_.extract(read->ticket).mapped()(read->page);
    stage_.slab.release(piece);
  }

  const Scenario scenario_;
  Stage stage_{scenario_, 1, TieRule{}, {"node 0", "clients", "faults"}};
  RegisterService service_{stage_};
  Asker asker_;
  std::uint64_t last_ticket_ = 0;
  int wakes_ = 0;
  std::map<std::uint64_t, std::function<void(const RegisterSetDone&)>> sets_;
  std::map<std::uint64_t, std::function<void(const RegisterPage&)>> reads_;
};

RegisterMaker maker(const std::string& name, const std::vector<FaultKind>& faults) {
  return {name, [faults] { return std::make_unique<SimulatedRegister>(faults); }};
}

INSTANTIATE_TEST_SUITE_P(Simulated, RegisterConformance,
                         testing::Values(maker("Simulated", {}),
                                         maker("ThatKeepsItsPast", {FaultKind::register_stale})),
                         test::register_name);

using Values = std::map<std::string, std::string>;

TEST(RegisterService, AStaleOneIsSeenAsItWasAndSetAsItIs) {
  SimulatedRegister world({FaultKind::register_stale});
  const std::uint64_t first = world.put("map", 0, "old");
  world.pass(10s);
  world.service().stale(world.now() + 20s, 5s);
  const std::uint64_t second = world.put("map", first, "new");
  EXPECT_EQ(world.values(), (Values{{"map", "old"}}));
  RegisterSetDone answer;
  world.set({"map", first, "other", {}}, [&](const RegisterSetDone& done) { answer = done; });
  world.pass(world.lateness());
  EXPECT_EQ(answer.outcome, RegisterOutcome::conflict) << "compare-and-set is one, whoever reads what";
  EXPECT_EQ(answer.version, second);
  world.pass(5s);
  EXPECT_EQ(world.values(), (Values{{"map", "new"}}));
}

TEST(RegisterService, AWatchThatIsStaleSeesAChangeThatMuchLater) {
  SimulatedRegister world({FaultKind::register_stale});
  const std::uint64_t known = world.put("map", 0, "old");
  bool seen = false;
  world.read(known, 1h, [&](const RegisterPage& page) { seen = page.revision > known; });
  world.pass(1s);
  world.service().stale(world.now() + 1min, 5s);
  world.put("map", known, "new");
  world.pass(4900ms);
  EXPECT_FALSE(seen);
  world.pass(200ms);
  EXPECT_TRUE(seen);
}

TEST(RegisterService, ASplitOneFreezesHalfOfTheServersUntilItEnds) {
  SimulatedRegister world({FaultKind::register_split});
  const std::uint64_t version = world.put("map", 0, "old");
  world.pass(1s);
  Random random(1, 2, 3);
  world.service().split(world.now() + 10s, {0, 1, 2, 3}, random);
  world.pass(1s);
  world.put("map", version, "new");
  const auto seen = [&world] {
    std::multiset<std::string> values;
    for (std::uint32_t server = 0; server < 4; ++server) {
      world.be(server);
      values.insert(world.values().at("map"));
    }
    return values;
  };
  EXPECT_EQ(seen(), (std::multiset<std::string>{"new", "new", "old", "old"}));
  world.pass(10s);
  EXPECT_EQ(seen(), (std::multiset<std::string>{"new", "new", "new", "new"}));
}

TEST(RegisterService, AWatchOfAFrozenServerEndsWithTheSplit) {
  SimulatedRegister world({FaultKind::register_split});
  const std::uint64_t known = world.put("map", 0, "old");
  Random random(1, 2, 3);
  world.pass(1s);
  world.service().split(world.now() + 10s, {0, 1, 2, 3}, random);
  world.pass(1s);
  int answered = 0;
  for (std::uint32_t server = 0; server < 4; ++server) {
    world.be(server);
    world.read(known, 1h, [&](const RegisterPage& page) { answered += page.revision > known; });
  }
  world.put("map", known, "new");
  world.pass(1s);
  EXPECT_EQ(answered, 2);
  world.pass(8s);
  EXPECT_EQ(answered, 4);
}

TEST(RegisterService, ASplitOneFreezesHalfOfThoseWhoAreThere) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SimulatedRegister world({FaultKind::register_split});
    const std::uint64_t version = world.put("map", 0, "old");
    world.pass(1s);
    Random random(seed, 2, 3);
    world.service().split(world.now() + 10s, {1, 3}, random);
    world.pass(1s);
    world.put("map", version, "new");
    const auto seen_by = [&world](std::uint32_t server) {
      world.be(server);
      return world.values().at("map");
    };
    EXPECT_NE(seen_by(1), seen_by(3));
    EXPECT_EQ(seen_by(0), "new");
    EXPECT_EQ(seen_by(2), "new");
  }
}

/// Every set here makes something earlier due than before; what it makes stale is not put anew.
TEST(RegisterService, WakesOnceForWhatIsDue) {
  SimulatedRegister world({});
  for (int key = 0; key < 10; ++key) {
    world.set({"k" + std::to_string(key), 0, "value", 20s - key * 1s},
              [](const RegisterSetDone&) {});
    world.pass(10ms);
  }
  EXPECT_TRUE(world.service().flap(world.now() + 10h, 1, 10s));
  world.pass(1000s);
  EXPECT_EQ(world.values(), Values{});
  EXPECT_GE(world.wakes(), 100);
  EXPECT_LE(world.wakes(), 130) << "100 times for what flaps, ten for the keys, some stale";
}

TEST(RegisterService, AFlappingRegistrationVanishesAgainAndAgainAndNoOther) {
  SimulatedRegister world({});
  world.put(keys::node(NodeId{3}), 0, "three");
  world.put(keys::node(NodeId{1}), 0, "one");
  EXPECT_TRUE(world.service().flap(world.now() + 10s, 1, 3s));
  EXPECT_FALSE(world.service().flap(world.now() + 10s, 1, 3s)) << "it does already";
  for (int times = 0; times < 4; ++times) {
    EXPECT_EQ(world.values(), (Values{{"node/3", "three"}})) << times;
    world.put(keys::node(NodeId{1}), 0, "one");
    world.pass(3s - 20ms);
  }
  world.pass(10s);
  EXPECT_EQ(world.values(), (Values{{"node/1", "one"}, {"node/3", "three"}})) << "it has ended";
}

}  // namespace
}  // namespace hubbub::sim
