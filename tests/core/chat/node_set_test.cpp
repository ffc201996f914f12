#include "core/chat/node_set.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace hubbub {
namespace {

std::vector<std::uint16_t> all_of(const NodeSet& set) {
  std::vector<std::uint16_t> nodes;
  for (NodeId n{0}; (n = set.next(n)) != nobody; ++n.value) nodes.push_back(n.value);
  return nodes;
}

TEST(NodeSet, IsExactOfTheFirst) {
  NodeSet set;
  EXPECT_TRUE(set.empty());
  EXPECT_TRUE(all_of(set).empty());
  for (const std::uint16_t n : {62, 0, 7, 7}) set.add(NodeId{n});
  EXPECT_EQ(all_of(set), (std::vector<std::uint16_t>{0, 7, 62}));
  EXPECT_TRUE(set.has(NodeId{7}));
  EXPECT_FALSE(set.has(NodeId{8}));
  for (const std::uint16_t n : {7, 8, 62}) set.remove(NodeId{n});
  EXPECT_EQ(all_of(set), (std::vector<std::uint16_t>{0}));
  set.remove(NodeId{0});
  EXPECT_TRUE(set.empty());
}

TEST(NodeSet, HasAllOthersTogether) {
  NodeSet set;
  set.add(NodeId{200});
  set.add(NodeId{3});
  std::vector<std::uint16_t> expected = {3};
  for (std::uint16_t n = 63; n < limits::nodes; ++n) expected.push_back(n);
  EXPECT_EQ(all_of(set), expected);
  set.remove(NodeId{200});
  EXPECT_EQ(all_of(set), expected) << "another of them may still be in it";
}

}  // namespace
}  // namespace hubbub
