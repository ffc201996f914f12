#include <gtest/gtest.h>

#include <string>

#include "tests/sim/scenario/parsing.hpp"

namespace hubbub::sim {
namespace {

/// The first error of a scenario with these keys beside its name, without its place.
std::string error_of(const std::string& keys) {
  const ScenarioResult result = parsed("{\"name\": \"x\", " + keys + "}");
  return result ? "none" : result.error().front().key + ": " + result.error().front().what;
}

TEST(Meaning, AFaultHappensOnceOrAgainAndAgain) {
  EXPECT_EQ(error_of(R"("faults": [{"kind": "crash"}])"),
            "faults[0]: found neither of the keys \"at\" and \"every\", expected one, such as "
            "\"at\": \"30s\" or \"every\": \"20s\"");
  EXPECT_EQ(error_of(R"("faults": [{"kind": "crash", "at": "1s", "every": "1s"}])"),
            "faults[0]: found both of the keys \"at\" and \"every\", expected one, such as "
            "\"at\": \"30s\" or \"every\": \"20s\"");
  EXPECT_EQ(error_of(R"("faults": [{"kind": "crash", "at": "1s"}])"), "none");
}

TEST(Meaning, AFaultHappensWithinTheSafetyPhase) {
  EXPECT_EQ(error_of(R"("duration": "30s", "faults": [{"kind": "crash", "at": "30s"}])"),
            "faults[0].at: at 30s the safety phase of 30s is over, expected a time before that");
  EXPECT_EQ(error_of(R"("duration": "30s", "faults": [{"kind": "crash", "at": "29s"}])"), "none");
}

TEST(Meaning, ServersCountFromZero) {
  const auto with_server = [](const std::string& server) {
    return error_of(
        R"("servers": {"count": 3}, "faults": [{"kind": "crash", "at": "1s", "server": )" + server +
        "}]");
  };
  EXPECT_EQ(with_server("2"), "none");
  EXPECT_EQ(with_server("3"),
            "faults[0].server: there is no server 3, expected 0 to 2, as servers.count is 3");
}

TEST(Meaning, RegionsAndSpareServersNeedDiscovery) {
  EXPECT_EQ(error_of(R"("servers": {"count": 3, "regions": 3})"),
            "servers.regions: found 3 without discovery, expected 1, or policy.durability of "
            "\"quorum_memory\" or \"quorum_synced\"");
  EXPECT_EQ(error_of(R"("servers": {"count": 3, "spare": 1})"),
            "servers.spare: found 1 without discovery, expected 0, or policy.durability of "
            "\"quorum_memory\" or \"quorum_synced\"");
}

TEST(Meaning, RegionsAndServersAreThoseThatThereAre) {
  const auto replicated = [](const std::string& servers, const std::string& fault) {
    return error_of(R"("policy": {"durability": "quorum_synced"}, "servers": {)" + servers +
                    R"(}, "faults": [{"at": "1s", )" + fault + "}]");
  };
  const std::string three = R"("count": 6, "regions": 3)";
  EXPECT_EQ(replicated(three, R"("kind": "region_lost", "region": 2)"), "none");
  EXPECT_EQ(replicated(three, R"("kind": "region_lost", "region": 3)"),
            "faults[0].region: there is no region 3, expected 0 to 2, as servers.regions is 3");
  EXPECT_EQ(replicated(R"("count": 6)", R"("kind": "region_cut_off", "for": "5s")"),
            "faults[0].kind: there is only one region, expected servers.regions of 2 or more");
  EXPECT_EQ(replicated(R"("count": 2, "regions": 3)", R"("kind": "crash")"),
            "servers.regions: 3 regions are more than there are servers, expected at most 2");
  EXPECT_EQ(replicated(R"("count": 6)", R"("kind": "add_server")"),
            "faults[0].kind: there is no server to add, expected servers.spare of 1 or more");
  EXPECT_EQ(replicated(R"("count": 2, "spare": 1)", R"("kind": "crash", "server": 2)"), "none");
  EXPECT_EQ(replicated(R"("count": 2, "spare": 1)", R"("kind": "crash", "server": 3)"),
            "faults[0].server: there is no server 3, expected 0 to 2, as servers.count is 2 and "
            "servers.spare 1");
}

TEST(Meaning, WhatLastsNeedsALength) {
  EXPECT_EQ(error_of(R"("faults": [{"kind": "pause", "at": "1s"}])"),
            "faults[0]: lasts no time at all, expected how long in the key \"for\", such as "
            "\"5s\"");
}

TEST(Meaning, KeysOfOtherFaultsAreRefused) {
  EXPECT_EQ(error_of(R"("faults": [{"kind": "crash", "at": "1s", "share": "5%"}])"),
            "faults[0].share: found \"5%\", which has a meaning only with a kind that strikes some "
            "connections, packets, appends or rows");
}

TEST(Meaning, WarmUpLeavesSomethingToCount) {
  EXPECT_EQ(error_of(R"("warm_up": "20s", "duration": "20s")"),
            "warm_up: the warm-up of 20s leaves nothing of the duration of 20s to count, expected "
            "less, such as \"2s\"");
  EXPECT_EQ(error_of(R"("warm_up": "19s", "duration": "20s")"), "none");
}

TEST(Meaning, GroupsFitThePolicyAndThePopulation) {
  const std::string groups = R"("groups": [{"count": 1, "members": 101}])";
  EXPECT_EQ(error_of(R"("clients": {"users": 500, )" + groups + "}"),
            "clients.groups[0].members: 101 members are more than policy.group_members allows, "
            "expected at most 100, or policy.group_members of 101");
  EXPECT_EQ(
      error_of(R"("policy": {"group_members": 200}, "clients": {"users": 100, )" + groups + "}"),
      "clients.groups[0].members: 101 members are more than there are users, expected at "
      "most 100");
  EXPECT_EQ(error_of(R"("clients": {"group_share": "5%"})"),
            "clients.group_share: messages go to groups but there are none, expected "
            "clients.groups such as [{\"count\": 20, \"members\": 10}]");
}

TEST(Meaning, ProductsOfKeysHaveBoundsToo) {
  EXPECT_EQ(error_of(R"("servers": {"count": 200, "nodes": 2})"),
            "servers.nodes: the nodes of all servers are 400 together, expected at most 256");
  EXPECT_EQ(error_of(R"("clients": {"users": 10000000, "devices": 3})"),
            "clients.devices: the devices of all users are 30,000,000 together, expected at most "
            "20,000,000");
  EXPECT_EQ(error_of(R"("clients": {"users": 10000000, "conversations": 21})"),
            "clients.conversations: the conversations of all users are 210,000,000 together, "
            "expected at most 200,000,000");
}

TEST(Meaning, AbsenceThatNeverHappensIsAMistake) {
  EXPECT_EQ(error_of(R"("clients": {"tunnels": {"share": "30%", "length": "5s"}})"),
            "clients.tunnels.share: with 0s it never happens to the 30% it should happen to, "
            "expected a time such as \"30s\"");
}

TEST(Meaning, IsNotJudgedWhereAKeyIsWrongInItself) {
  const ScenarioResult result = parsed(R"({"name": "x", "servers": {"count": "3"},
      "faults": [{"kind": "crash", "at": "1s", "server": 2}]})");
  EXPECT_EQ(
      errors_of(result),
      "test.json:1:36: servers.count: found \"3\", expected a whole number from 1 to 256, such "
      "as 3; a number has no quotes\n");
}

}  // namespace
}  // namespace hubbub::sim
