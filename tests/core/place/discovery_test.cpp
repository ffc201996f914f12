#include "core/place/discovery.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "sim/engine/random.hpp"

namespace hubbub {
namespace {

Registration server(std::uint16_t node, std::uint16_t region, std::uint32_t connections,
                    std::uint32_t most) {
  return {
      .node = NodeId{node}, .region = region, .connections = connections, .connections_most = most};
}

/// How often each is chosen by a thousand clients.
std::map<NodeId, int> chosen(const std::vector<Registration>& live, std::uint16_t region) {
  sim::Random random(1, 2, 3);
  std::map<NodeId, int> times;
  for (int i = 0; i < 1000; ++i)
    if (const Registration* choice = choose(live, region, random.bits())) ++times[choice->node];
  return times;
}

TEST(Discovery, KnowsNobodyWhereNobodyHasRoom) {
  EXPECT_EQ(choose({}, 0, 1), nullptr);
  std::vector<Registration> live = {server(0, 0, 10, 10), server(1, 0, 11, 10), server(2, 1, 0, 9)};
  live[2].draining = true;
  EXPECT_EQ(choose(live, 0, 1), nullptr);
}

TEST(Discovery, NamesServersOfTheClientsRegionWhileOneHasRoom) {
  std::vector<Registration> live = {server(0, 0, 0, 1'000'000), server(1, 1, 9, 10),
                                    server(2, 1, 10, 10)};
  EXPECT_EQ(chosen(live, 1), (std::map<NodeId, int>{{NodeId{1}, 1000}}));
  live[1].connections = 10;
  EXPECT_EQ(chosen(live, 1), (std::map<NodeId, int>{{NodeId{0}, 1000}}));
  EXPECT_EQ(chosen(live, 7), (std::map<NodeId, int>{{NodeId{0}, 1000}}));
}

TEST(Discovery, PassesOverWhoDrains) {
  std::vector<Registration> live = {server(0, 0, 0, 100), server(1, 0, 0, 100)};
  live[0].draining = true;
  EXPECT_EQ(chosen(live, 0), (std::map<NodeId, int>{{NodeId{1}, 1000}}));
}

TEST(Discovery, NamesAnotherThanWhereNobodyWasFoundIfThereIsOne) {
  std::vector<Registration> live = {server(0, 0, 0, 100), server(1, 0, 0, 100), server(2, 1, 0, 100)};
  for (std::uint64_t draw = 0; draw < 20; ++draw) {
    EXPECT_EQ(choose(live, 0, draw, NodeId{0})->node, NodeId{1});
    EXPECT_EQ(choose(live, 1, draw, NodeId{2})->region, 0) << "rather elsewhere than nowhere";
  }
  live = {server(2, 1, 0, 100)};
  EXPECT_EQ(choose(live, 1, 3, NodeId{2})->node, NodeId{2});
}

TEST(Discovery, SpreadsClientsAsServersHaveRoom) {
  const auto times = chosen({server(0, 0, 900, 1000), server(1, 0, 700, 1000), server(2, 0, 0, 600),
                             server(3, 0, 50, 50)},
                            0);
  EXPECT_NEAR(times.at(NodeId{0}), 100, 30);
  EXPECT_NEAR(times.at(NodeId{1}), 300, 45);
  EXPECT_NEAR(times.at(NodeId{2}), 600, 50);
  EXPECT_FALSE(times.contains(NodeId{3}));
}

TEST(Discovery, FindsThePlaceOfEveryDraw) {
  const std::vector<Registration> live = {server(0, 0, 8, 10), server(1, 0, 0, 0),
                                          server(2, 0, 7, 10)};
  for (std::uint64_t draw = 0; draw < 20; ++draw)
    EXPECT_EQ(choose(live, 0, draw)->node,
              NodeId{draw % 5 < 2 ? std::uint16_t{0} : std::uint16_t{2}});
}

}  // namespace
}  // namespace hubbub
