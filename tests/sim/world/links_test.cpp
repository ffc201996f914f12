#include "sim/world/links.hpp"

#include <gtest/gtest.h>

#include "sim/world/connections.hpp"

namespace hubbub::sim {
namespace {

TEST(Links, KeepTheOrderWhateverTheLatencies) {
  Links links(2);
  links.connect(0, 1, 0s);
  LinkEnd& end = links.end(0, 1);
  EXPECT_EQ(Links::arrival(end, 1s, 50ms), 1050ms);
  EXPECT_EQ(Links::arrival(end, 1010ms, 1ms), 1050ms);
  EXPECT_EQ(Links::arrival(end, 1060ms, 1ms), 1061ms);
}

TEST(Links, ForgetWhatIsInsideWhenTheyAreCut) {
  Links links(3);
  links.connect(0, 2, 0s);
  const std::uint32_t inside = links.end(0, 2).epoch;
  links.cut(0, 2);
  EXPECT_FALSE(links.end(0, 2).stands);
  EXPECT_TRUE(links.end(2, 0).stands);
  EXPECT_NE(links.end(0, 2).epoch, inside);
  links.connect(0, 2, 5s);
  EXPECT_NE(links.end(0, 2).epoch, inside);
  EXPECT_TRUE(links.end(0, 2).stands);
}

TEST(Connections, ReuseSlotsUnderNewNames) {
  Connections connections;
  const ConnectionId first = connections.open(7, 1, 0s);
  EXPECT_EQ(connections.find(first)->client, 7u);
  connections.close(first);
  EXPECT_EQ(connections.find(first), nullptr);
  const ConnectionId second = connections.open(8, 1, 0s);
  EXPECT_EQ(second.slot, first.slot);
  EXPECT_NE(second.use, first.use);
  EXPECT_EQ(connections.find(first), nullptr);
  EXPECT_EQ(connections.count(), 1u);
}

}  // namespace
}  // namespace hubbub::sim
