#include "core/place/register_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/place/keys.hpp"

namespace hubbub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

RegisterPage delta(std::uint64_t revision, const std::vector<RegisterEntry>& entries) {
  return {.revision = revision, .entries = entries};
}
RegisterPage whole(std::uint64_t revision, const std::vector<RegisterEntry>& entries) {
  return {.whole = true, .revision = revision, .entries = entries};
}

std::string registration(std::uint16_t node, std::string_view address = "") {
  const Holding holdings[] = {{PartitionId{node}, Holding::State::open, 1, 10}};
  ByteBuffer bytes;
  encode(Registration{.node = NodeId{node}, .address = address, .holdings = holdings}, bytes);
  return std::string(bytes.view());
}

std::vector<NodeId> live(const RegisterView& view) {
  std::vector<NodeId> nodes;
  for (const Registration& r : view.fleet().live) nodes.push_back(r.node);
  return nodes;
}

TEST(RegisterView, LaysChangesOntoWhatItHas) {
  RegisterView view;
  EXPECT_EQ(view.revision(), 0u);
  EXPECT_TRUE(view.apply(whole(3, {{"a", 2, "x"}, {"b", 3, "y"}})));
  EXPECT_TRUE(view.apply(delta(5, {{"a", 4, "z"}, {"b", 0, ""}, {"c", 5, "w"}, {"d", 0, ""}})));
  EXPECT_EQ(view.revision(), 5u);
  EXPECT_EQ(view.find("a").value, "z");
  EXPECT_EQ(view.find("a").version, 4u);
  EXPECT_EQ(view.find("b").version, 0u);
  EXPECT_EQ(view.find("b").value, "");
  EXPECT_EQ(view.find("c").value, "w");
}

TEST(RegisterView, AWholePageTakesAwayWhatItDoesNotName) {
  RegisterView view;
  view.apply(whole(3, {{"a", 2, "x"}, {"b", 3, "y"}}));
  EXPECT_TRUE(view.apply(whole(9, {{"b", 3, "y"}})));
  EXPECT_EQ(view.find("a").version, 0u);
  EXPECT_EQ(view.find("b").version, 3u);
}

TEST(RegisterView, IgnoresWhatIsOldOrEmptyOrAway) {
  RegisterView view;
  view.apply(whole(5, {{"a", 5, "new"}}));
  EXPECT_FALSE(view.apply(whole(4, {{"a", 3, "old"}})));
  EXPECT_FALSE(view.apply(delta(4, {{"a", 4, "old"}})));
  EXPECT_FALSE(view.apply(delta(5, {})));
  EXPECT_FALSE(view.apply({.away = true, .whole = true, .revision = 9}));
  EXPECT_EQ(view.revision(), 5u);
  EXPECT_EQ(view.find("a").value, "new");
}

TEST(RegisterView, OwnsWhatItWasShown) {
  RegisterView view;
  {
    const std::string key = keys::node(NodeId{1});
    std::string value = registration(1, "somewhere:4000");
    view.apply(whole(1, {{key, 1, value}}));
    value.assign(value.size(), '\xff');
  }
  ASSERT_EQ(view.fleet().live.size(), 1u);
  EXPECT_EQ(view.fleet().live[0].address, "somewhere:4000");
  EXPECT_EQ(view.fleet().live[0].holdings[0].partition, PartitionId{1});
}

TEST(RegisterView, ShowsWhoLivesInTheOrderOfTheNodes) {
  RegisterView view;
  const std::string nine = registration(9), ten = registration(10), two = registration(2);
  view.apply(whole(4, {{"map", 1, "m"},
                       {"node/10", 2, ten},
                       {"node/9", 3, nine},
                       {"node/2", 4, two},
                       {"nodes", 1, "n"}}));
  EXPECT_THAT(live(view), ElementsAre(NodeId{2}, NodeId{9}, NodeId{10}));
  view.apply(delta(5, {{"node/9", 0, ""}}));
  EXPECT_THAT(live(view), ElementsAre(NodeId{2}, NodeId{10}));
  EXPECT_THAT(view.fleet().unreadable, IsEmpty());
}

TEST(RegisterView, KnowsThatSomebodyLivesWhomItCannotRead) {
  RegisterView view;
  std::string newer = registration(10);
  newer[0] = Registration::newest_form + 1;
  const std::string of_another = registration(4), good = registration(2);
  view.apply(whole(5, {{"node/10", 1, newer},
                       {"node/3", 2, of_another},
                       {"node/2", 3, good},
                       {"node/03", 4, good},
                       {"node/x", 5, good}}));
  EXPECT_THAT(live(view), ElementsAre(NodeId{2}));
  EXPECT_THAT(std::vector<NodeId>(view.fleet().unreadable.begin(), view.fleet().unreadable.end()),
              ElementsAre(NodeId{3}, NodeId{10}));
  const std::string again = registration(10);
  view.apply(delta(6, {{"node/10", 6, again}}));
  EXPECT_THAT(live(view), ElementsAre(NodeId{2}, NodeId{10}));
}

}  // namespace
}  // namespace hubbub
