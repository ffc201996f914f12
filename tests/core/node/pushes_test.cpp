// Pushes where providers refuse, servers end and thousands wait (R20): a story shows one person only.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "tests/core/node/cluster.hpp"

namespace hubbub::test {
namespace {

constexpr NodeId node{0};
constexpr UserId anna{1};
constexpr ConnectionId annas{0, 1};

class Pushing : public testing::Test {
 protected:
  explicit Pushing(const Policy& policy = {}) : cluster(1, policy) {
    cluster.listener.push = [this](NodeId, const output::Push& push) {
      pushes.push_back(push.device);
      last.assign(push.items.begin(), push.items.end());
      more = push.more;
    };
    cluster.listener.frame = [this](ConnectionId, NodeId, const to_client::Frame& frame) {
      if (const auto* event = std::get_if<to_client::Event>(&frame)) cursor = event->cursor;
      if (const auto* synced = std::get_if<to_client::Synced>(&frame)) cursor = synced->cursor;
      if (const auto* error = std::get_if<to_client::Error>(&frame)) errors.push_back(*error);
    };
    cluster.run();
    hello(annas, anna);
    cluster.wait(limits::presence_settles);
  }

  void hello(ConnectionId connection, UserId user) {
    cluster.open(node, connection, user);
    cluster.send(node, connection, to_server::Hello{"phone", false, {}});
    cluster.run();
  }
  /// `user` asks for pushes and goes.
  void comes_and_goes(UserId user) {
    const ConnectionId connection{static_cast<std::uint32_t>(user.value), ++connections};
    hello(connection, user);
    cluster.send(node, connection, to_server::Push{1, true});
    cluster.run();
    cluster.close(node, connection, true);
    cluster.run();
  }
  void say(UserId to) {
    const std::string body = "hello";
    cluster.send(node, annas,
                 to_server::Send{++requests, ConversationId::direct(anna, to), ++said[to],
                                 ++requests, Content{5, 1, body}});
    cluster.run();
  }
  void restart() {
    cluster.crash(node, true);
    cluster.start(node);
    cluster.run();
    hello({0, ++connections}, anna);
  }

  Cluster cluster;
  std::vector<DeviceId> pushes;
  std::vector<PushItem> last;
  bool more = false;
  std::vector<to_client::Error> errors;
  Cursor cursor;
  std::map<UserId, std::uint64_t> said;
  std::uint64_t requests = 0;
  std::uint32_t connections = 1;
};

TEST_F(Pushing, IsNotBeforeTheInboxIsDurable) {
  comes_and_goes(UserId{2});
  say(UserId{2});
  cluster.wait(3s);
  ASSERT_EQ(pushes.size(), 1u);
  cluster.hold_disk(node);
  say(UserId{2});
  cluster.wait(3s);
  EXPECT_EQ(pushes.size(), 1u) << "what the disk has not is nobody's to tell";
  cluster.release_disk(node);
  cluster.wait(3s);
  EXPECT_EQ(pushes.size(), 2u);
  EXPECT_EQ(last, (std::vector<PushItem>{{ConversationId::direct(anna, UserId{2}), 2, 1}}));
}

TEST_F(Pushing, ReachesACrowdInStepsOfBoundedWork) {
  constexpr std::uint64_t crowd = 1000;
  for (std::uint64_t u = 2; u < crowd + 2; ++u) comes_and_goes(UserId{u});
  for (std::uint64_t u = 2; u < crowd + 2; ++u) say(UserId{u});
  cluster.wait(2s);
  EXPECT_EQ(pushes.size(), crowd);
  EXPECT_LE(cluster.units_max(), limits::step_units);
  EXPECT_EQ(cluster.node(node).sizes().unpushed, 0u);
}

TEST_F(Pushing, AsksAProviderThatTakesNothingLessAndLess) {
  constexpr std::uint64_t crowd = 600;
  for (std::uint64_t u = 2; u < crowd + 2; ++u) comes_and_goes(UserId{u});
  cluster.provider(PushOutcome::not_now);
  for (std::uint64_t u = 2; u < crowd + 2; ++u) say(UserId{u});
  cluster.wait(60s);
  // As many as could be under way when that began, and then one at a time.
  EXPECT_LE(pushes.size(), 2 * limits::push_rounds);
  cluster.provider(PushOutcome::accepted);
  pushes.clear();
  cluster.wait(200s);
  EXPECT_EQ(pushes.size(), crowd) << "each once";
}

TEST_F(Pushing, IsOwedWhateverEnds) {
  constexpr std::uint64_t crowd = 200;
  for (std::uint64_t u = 2; u < crowd + 2; ++u) comes_and_goes(UserId{u});
  cluster.provider(std::nullopt);
  for (std::uint64_t u = 2; u < crowd + 2; ++u) say(UserId{u});
  cluster.wait(3s);
  EXPECT_EQ(pushes.size(), crowd);
  restart();
  cluster.provider(PushOutcome::accepted);
  pushes.clear();
  cluster.wait(limits::presence_settles - 1s);
  EXPECT_EQ(pushes.size(), 0u) << "they may be about to come back";
  cluster.wait(3s);
  EXPECT_EQ(pushes.size(), crowd);
  restart();
  pushes.clear();
  cluster.wait(60s);
  EXPECT_EQ(pushes.size(), 0u) << "what was pushed is known";
}

TEST_F(Pushing, OutlivesMemory) {
  comes_and_goes(UserId{2});
  cluster.provider(PushOutcome::not_now);
  say(UserId{2});
  cluster.wait(10min);  // between two attempts the record is given up
  cluster.provider(PushOutcome::accepted);
  pushes.clear();
  cluster.wait(2min);
  EXPECT_EQ(pushes.size(), 1u);
}

TEST_F(Pushing, ThatOneDeviceIsPutOffHoldsNobodyUp) {
  comes_and_goes(UserId{2});
  comes_and_goes(UserId{3});
  cluster.listener.push = [this](NodeId, const output::Push& push) {
    pushes.push_back(push.device);
    cluster.provider(push.device.user == UserId{2} ? PushOutcome::not_now : PushOutcome::accepted);
  };
  say(UserId{2});
  for (int i = 0; i < 100; ++i) {
    pushes.clear();
    say(UserId{3});
    cluster.wait(2s);
    EXPECT_EQ(std::ranges::count(pushes, UserId{3}, &DeviceId::user), 1) << i;
  }
}

TEST_F(Pushing, NamesTheNewestConversationsAndSaysThatThereIsMore) {
  constexpr std::uint64_t others = limits::push_conversations + 2;
  comes_and_goes(UserId{2});
  for (std::uint64_t u = 10; u < 10 + others; ++u) {
    hello({static_cast<std::uint32_t>(u), 1}, UserId{u});
    cluster.send(
        node, {static_cast<std::uint32_t>(u), 1},
        to_server::Send{1, ConversationId::direct(UserId{u}, UserId{2}), 1, u, Content{1, 1, "x"}});
    cluster.run();
  }
  cluster.wait(2s);
  ASSERT_EQ(pushes.size(), 1u);
  EXPECT_EQ(last.size(), limits::push_conversations);
  EXPECT_EQ(last.front().conversation, ConversationId::direct(UserId{2}, UserId{10 + others - 1}));
  EXPECT_TRUE(more);
}

TEST_F(Pushing, TakesSoManyDevicesOfAUser) {
  for (std::uint32_t d = 0; d <= limits::push_devices; ++d) {
    const ConnectionId connection{2 + d, 1};
    cluster.open(node, connection, UserId{2});
    cluster.send(node, connection, to_server::Hello{"phone" + std::to_string(d), false, {}});
    cluster.run();
    cluster.send(node, connection, to_server::Push{1, true});
    cluster.run();
    EXPECT_EQ(errors.size(), d < limits::push_devices ? 0u : 1u);
  }
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors.front().code, ErrorCode::too_large);
  EXPECT_FALSE(errors.front().retry);
}

TEST_F(Pushing, EndsWhenTheDeviceSaysSo) {
  comes_and_goes(UserId{2});
  hello({2, 9}, UserId{2});
  cluster.send(node, {2, 9}, to_server::Push{1, false});
  cluster.run();
  cluster.close(node, {2, 9}, true);
  cluster.run();
  say(UserId{2});
  cluster.wait(20s);
  restart();
  cluster.wait(20s);
  EXPECT_EQ(pushes.size(), 0u);
}

class WithoutProvider : public Pushing {
 protected:
  WithoutProvider() : Pushing(Policy{.push = PushPolicy::none}) {}
};

TEST_F(WithoutProvider, NobodyCanAskForPushes) {
  comes_and_goes(UserId{2});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors.front().code, ErrorCode::unsupported);
  EXPECT_FALSE(errors.front().retry);
}

}  // namespace
}  // namespace hubbub::test
