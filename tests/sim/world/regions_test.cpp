// Regions, and servers that come and go, under a replicated log.
#include <gtest/gtest.h>

#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

/// A minute and a half of `servers`, and these faults.
Scenario fleet(const std::string& servers, const std::string& faults) {
  return parsed(R"({"name": "fleet", "about": "A test.", "warm_up": "20s", "duration": "90s",
                    "settle": "4m", "policy": {"durability": "quorum_synced"},
                    "clients": {"users": 60, "messages_per_day": 9600, "arrive": "2s"},
                    "servers": {)" + servers + R"(}, "faults": [)" + faults + "]}");
}

RunResult run_well(const Scenario& scenario, std::uint64_t seed = 1) {
  RunOptions options;
  options.seed = seed;
  RunResult result = run(scenario, options);
  EXPECT_TRUE(result.settled) << "seed " << seed << "\n" << violations_of(result);
  EXPECT_TRUE(result.violations.empty()) << "seed " << seed << "\n" << violations_of(result);
  EXPECT_GE(result.meters.acknowledged, 400u);
  return result;
}

std::uint64_t count(const RunResult& result, FaultKind kind) {
  return result.faults[static_cast<std::size_t>(kind)];
}

/// The way between regions takes 600 ms. A login crosses it there and back if the user's partition lies
/// on the other side; to a server there, dialling and greeting would cross it, too.
TEST(Regions, ClientsAreToldServersOfTheirOwn) {
  Scenario scenario = fleet(R"("count": 4, "regions": 2)", "");
  scenario.network.between_regions = {Distribution::Kind::constant, 600e6, 0};
  scenario.clients.arrive = 20s;
  const RunResult result = run_well(scenario);
  EXPECT_LT(result.meters.connect.percentile(25), Duration(600ms).count());
  EXPECT_GT(result.meters.connect.percentile(75), Duration(1200ms).count());
  EXPECT_LT(result.meters.connect.percentile(90), Duration(2200ms).count());
}

TEST(Regions, WhoLosesTheirsGoElsewhereAndComeBackToAWholeFleet) {
  const RunResult result = run_well(fleet(
      R"("count": 6, "regions": 3)", R"({"kind": "region_lost", "region": 2, "at": "30s", "for": "30s"})"));
  EXPECT_EQ(count(result, FaultKind::region_lost), 1u);
  // A third of 64 partitions moves at once, and, when the region is back, to it again.
  EXPECT_GE(result.meters.moves, 2u * 64 / 3 - 8);
  EXPECT_LT(result.meters.takeover.percentile(50), Duration(4s).count());
}

/// Its servers live, and nobody hears them: their partitions move, and in what they still believe to
/// own they can acknowledge nothing.
TEST(Regions, OneThatIsCutOffIsReplacedAndComesBack) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const RunResult result = run_well(
        fleet(R"("count": 6, "regions": 3)",
              R"({"kind": "region_cut_off", "region": 1, "at": "30s", "for": "25s"})"),
        seed);
    EXPECT_EQ(count(result, FaultKind::region_cut_off), 1u);
    EXPECT_GE(result.meters.moves, 64u / 3 - 4);
    EXPECT_EQ(result.meters.lost, 0u) << "everyone was connected within a region";
  }
}

TEST(Regions, ACutTakesTheConnectionsThatCrossIt) {
  const std::string before = R"({"kind": "region_lost", "region": 1, "at": "22s", "for": "42s"})";
  const std::string servers = R"("count": 6, "regions": 3)";
  const RunResult whole = run_well(fleet(servers, before));
  // Those who had to go elsewhere are there still.
  const RunResult cut = run_well(fleet(
      servers, before + R"(, {"kind": "region_cut_off", "region": 1, "at": "68s", "for": "20s"})"));
  EXPECT_GE(whole.meters.lost, 10u);
  EXPECT_GE(cut.meters.lost, whole.meters.lost + 10);
}

/// Discovery of a region that is cut off knows nobody, and says so there: who hears it does not
/// wait for an answer from elsewhere.
TEST(Regions, WhoIsToldOfNoServerAsksAgainSoon) {
  const RunResult result =
      run_well(fleet(R"("count": 4, "regions": 2)",
                     R"({"kind": "region_cut_off", "region": 1, "at": "0s", "for": "4s"})"));
  EXPECT_EQ(count(result, FaultKind::region_cut_off), 1u);
  EXPECT_LT(result.meters.connect.max(), Duration(12s).count());
}

TEST(Servers, OneThatIsAddedGetsItsShareAndNoMore) {
  for (const std::uint32_t before : {3u, 5u, 8u}) {
    Scenario scenario = fleet("\"count\": " + std::to_string(before) + ", \"spare\": 1",
                              R"({"kind": "add_server", "at": "61s"}, {"kind": "add_server", "at": "80s"})");
    // When loads are known, and even enough that nothing else moves.
    scenario.warm_up = 60s;
    scenario.duration = 120s;
    scenario.clients.users = 400;
    scenario.clients.messages_per_day = 4000;
    const RunResult result = run_well(scenario, before);
    EXPECT_EQ(count(result, FaultKind::add_server), 1u) << "there is only one to add";
    const double share = 64.0 / before;
    EXPECT_LE(static_cast<double>(result.meters.moves), std::max(share * 1.1, share + 1));
    EXPECT_GE(static_cast<double>(result.meters.moves), 64.0 / (before + 1) * 0.6)
        << "by load; partitions do not all cost the same";
  }
}

TEST(Servers, OneThatIsRemovedGivesEverythingAwayAndStaysAway) {
  const RunResult result = run_well(fleet(
      R"("count": 4)", R"({"kind": "remove_server", "server": 1, "at": "30s", "for": "20s"},
                          {"kind": "remove_server", "server": 1, "at": "70s", "for": "10s"})"));
  EXPECT_EQ(count(result, FaultKind::remove_server), 1u) << "nobody is there any more to be removed";
  EXPECT_GE(result.meters.moves, 64u / 4 - 4);
  EXPECT_LT(result.meters.takeover.max(), Duration(1s).count()) << "nobody was missed";
}

TEST(Servers, OfTwoNoneCanBeSpared) {
  const RunResult result = run_well(
      fleet(R"("count": 2)", R"({"kind": "remove_server", "at": "30s", "for": "10s"})"));
  EXPECT_EQ(count(result, FaultKind::remove_server), 0u);
}

/// That nobody sends it more is checked as packets leave. Servers that are slow say much at once.
TEST(Servers, OneThatTakesOnlyShortPacketsKeepsUp) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    run_well(fleet(R"("count": 4, "first_packet": "1KiB")",
                   R"({"kind": "lossy", "at": "25s", "for": "20s", "share": "10%"},
                      {"kind": "slow_cpu", "server": 1, "at": "45s", "for": "8s", "factor": 1000},
                      {"kind": "slow_cpu", "server": 2, "at": "46s", "for": "8s", "factor": 1000},
                      {"kind": "cut_off", "server": 0, "at": "60s", "for": "6s"})"),
             seed);
}

}  // namespace
}  // namespace hubbub::sim
