// A simulated run, written down as a story, can be told to a node by itself.
#include <gtest/gtest.h>

#include "tests/core/node/story.hpp"
#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

TEST(Story, OfASimulatedRunCanBeToldAgain) {
  Scenario scenario = parsed(
      R"({"name": "story", "about": "A test.", "warm_up": "1s", "duration": "20s",
          "servers": {"count": 2},
          "clients": {"users": 6, "messages_per_day": 9600, "arrive": "1s",
                      "groups": [{"count": 1, "members": 4}], "group_share": "30%"},
          "faults": [{"kind": "power_loss", "server": 1, "at": "10s"}]})");
  StoryWriter story(2, scenario.policy);
  RunOptions options;
  options.story = &story;
  const RunResult result = run(scenario, options);
  ASSERT_GT(result.counters.accepted, 10u);
  const std::string told = test::tell(story.text());
  EXPECT_EQ(count(told, "error:"), 0u) << told;
  EXPECT_EQ(count(told, "crash 1 power\n"), 1u);
  // What was under way when the power went may have been answered in one world and not the other.
  EXPECT_NEAR(static_cast<double>(count(told, "< ok ")),
              static_cast<double>(result.counters.accepted), 5);
}

}  // namespace
}  // namespace hubbub::sim
