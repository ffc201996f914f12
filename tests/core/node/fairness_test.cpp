// What waits for what where there is more to do than a step can.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "core/base/hash.hpp"
#include "tests/core/node/cluster.hpp"

namespace hubbub::test {
namespace {

constexpr NodeId node{0};

/// A group of so many, all of them connected to one node.
class Crowd : public testing::Test {
 protected:
  static constexpr std::uint32_t members = 500;
  static Policy policy() {
    Policy policy;
    policy.group_members = members;
    return policy;
  }

  Crowd() : cluster(1, policy()) {
    cluster.listener.frame = [this](ConnectionId to, NodeId, const to_client::Frame& frame) {
      if (const auto* event = std::get_if<to_client::Event>(&frame)) {
        if (event->message.kind == EntryKind::text) ++shown[to.slot];
        if (answers && std::exchange(answers, false)) send(7, group, 1);
        order.push_back(event->conversation.is_group());
        cluster.send(node, to, to_server::Acknowledge{event->cursor});
      } else if (const auto* ok = std::get_if<to_client::Ok>(&frame)) {
        if (ok->conversation.is_group()) group = ok->conversation;
      }
    };
    cluster.start(node);
    cluster.run();
    std::vector<UserId> others;
    for (std::uint32_t i = 0; i < members; ++i) {
      cluster.open(node, {i, 1}, UserId{i + 1});
      cluster.send(node, {i, 1}, to_server::Hello{"phone", false, {}});
      if (i > 0) others.push_back(UserId{i + 1});
    }
    cluster.run();
    const std::span<const UserId> all = others;
    cluster.send(node, {0, 1}, to_server::Create{.id = 1, .number = 1, .key = 1, .group = true,
                                                 .members = all.first(60), .name = "all"});
    cluster.run();
    for (std::size_t from = 60, call = 2; from < all.size(); from += 60, ++call) {
      cluster.send(node, {0, 1},
                   to_server::AddMembers{call, call, call, group, all.subspan(from, std::min<std::size_t>(60, all.size() - from))});
      cluster.run();
    }
    cluster.wait(1min);
    order.clear();
    shown.clear();
  }

  void send(std::uint32_t from, const ConversationId& conversation, std::uint64_t number) {
    cluster.send(node, {from, 1},
                 to_server::Send{.id = ++requests, .conversation = conversation, .number = number,
                                 .key = mix64(requests), .content = {2, 0, "hi"}});
  }

  Cluster cluster;
  ConversationId group;
  std::map<std::uint32_t, int> shown;  ///< texts, by connection slot
  std::vector<bool> order;             ///< of what was shown: of the group?
  bool answers = false;                ///< the first who is shown something
  RequestId requests = 100;
};

/// The first who is shown it answers, when it is still on its way to most.
TEST_F(Crowd, IsShownAllOfWhatIsSaidMeanwhile) {
  answers = true;
  send(0, group, 1);
  cluster.wait(1s);
  for (std::uint32_t i = 0; i < members; ++i) ASSERT_EQ(shown[i], 2) << i;
  EXPECT_LE(cluster.units_max(), limits::step_units);
}

TEST_F(Crowd, IsNotInTheWayOfOneToOne) {
  send(0, group, 1);
  const ConversationId direct = ConversationId::direct(UserId{2}, UserId{3});
  send(1, direct, 1);
  cluster.wait(1s);
  const auto first_direct = std::find(order.begin(), order.end(), false);
  ASSERT_NE(first_direct, order.end());
  EXPECT_LT(first_direct - order.begin(), members / 2) << "after so many of the group";
  for (std::uint32_t i = 0; i < members; ++i) ASSERT_EQ(shown[i], i == 1 || i == 2 ? 2 : 1) << i;
}

/// More frames than a step can take, at every step: what time says is done all the same.
TEST(Timers, AreNotHeldUpByWhatNeverEnds) {
  Node subject(NodeConfig{node, static_map(1), {}, 7, false});
  Outbox out;
  std::vector<Input> answers;
  Duration now{};
  bool told = false;
  // What was answered comes first; what of that does not fit into the step comes first the next time.
  const auto step = [&](std::vector<Input> inputs) {
    inputs.insert(inputs.begin(), answers.begin(), answers.end());
    const std::size_t answered = answers.size();
    answers.clear();
    out.clear();
    const std::size_t taken = subject.step(inputs, {now, now + std::chrono::seconds(1'800'000'000)}, out);
    for (const auto& f : out.frames)
      if (const auto* error = std::get_if<to_client::Error>(&f.frame)) ADD_FAILURE() << error->detail;
      else if (const auto* presence = std::get_if<to_client::Presence>(&f.frame))
        told |= presence->users.front().state == PresenceState::online;
    for (std::size_t left = taken; left < answered; ++left) answers.push_back(inputs[left]);
    for (const auto& c : out.commits) answers.push_back(input::CommitDurable{c.partition, c.batch});
    for (const auto& r : out.reads) answers.push_back(input::ReadDone{r.ticket, {}, false});
    return taken;
  };
  const auto settle = [&] {
    while (!answers.empty() || subject.next_deadline() <= now) step({});
  };
  settle();
  for (const Duration open = limits::presence_settles + 1s; now < open; settle())
    now = std::min(open, std::max(now, subject.next_deadline()));
  const UserId star{1};
  step({input::Opened{{0, 1}, star}, input::Opened{{1, 1}, UserId{2}}});
  step({input::Frame{{1, 1}, 0, to_server::Hello{"phone", false, {}}}});
  settle();
  step({input::Frame{{1, 1}, 0, to_server::Watch{{&star, 1}, false}}});
  settle();
  step({input::Frame{{0, 1}, 0, to_server::Hello{"phone", false, {}}}});
  settle();

  const std::vector<Input> endless(300, input::Frame{{1, 1}, 0, to_server::Unwatch{}});
  const Duration end = now + limits::presence_delay + limits::presence_batch + 2 * limits::patience;
  for (; now < end; now += 5ms) ASSERT_LT(step(endless), endless.size()) << "this is no load";
  EXPECT_TRUE(told) << "that the star has been there for long enough";
}

}  // namespace
}  // namespace hubbub::test
