// Channels where many are in them, look at them, and read the same page (R18): a story shows a few
// people only.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "core/base/hash.hpp"
#include "tests/core/node/cluster.hpp"

namespace hubbub::test {
namespace {

constexpr NodeId node{0};
constexpr UserId owner{1};
constexpr ConnectionId owners{0, 1};
constexpr std::uint32_t push_limit = 2000;

class Channel : public testing::Test {
 protected:
  static Policy policy() {
    Policy p;
    p.group_members = limits::group_members_max;
    p.push_limit = push_limit;
    return p;
  }

  Channel() {
    cluster.listener.frame = [this](ConnectionId to, NodeId, const to_client::Frame& frame) {
      if (const auto* heads = std::get_if<to_client::Heads>(&frame))
        for (const HeadOf& of : heads->heads) told[to.slot].push_back(of.head);
      if (const auto* page = std::get_if<to_client::HistoryPage>(&frame))
        pages[to.slot] = page->messages.size();
      if (std::holds_alternative<to_client::Event>(frame)) ++events[to.slot];
      if (const auto* error = std::get_if<to_client::Error>(&frame)) errors.push_back(error->code);
    };
    cluster.start(node);
    cluster.run();
    hello(owners, owner);
  }

  void hello(ConnectionId connection, UserId user) {
    cluster.open(node, connection, user);
    cluster.send(node, connection, to_server::Hello{"phone", false, {}});
    cluster.run();
  }
  void send(ConnectionId from, const to_server::Frame& frame) {
    cluster.send(node, from, frame);
    cluster.run();
  }
  void create() {
    const UserId first{2};
    send(owners, to_server::Create{.id = ++request, .number = ++calls, .key = calls, .group = true,
                                   .members = {&first, 1}, .name = "town"});
  }
  /// Users `from` to `from` + `count` - 1.
  void add(std::uint64_t from, std::uint32_t count) {
    std::vector<UserId> users;
    for (std::uint64_t u = from; u < from + count; ++u) users.push_back(UserId{u});
    send(owners, to_server::AddMembers{++request, ++calls, calls, town, users});
  }
  void say(const std::string& text) {
    send(owners, to_server::Send{.id = ++request, .conversation = town, .number = ++said,
                                 .key = hash_bytes(text),
                                 .content = {static_cast<std::uint32_t>(text.size()),
                                             hash_bytes(text), text}});
  }
  const NodeCounters& counters() { return cluster.node(node).counters(); }

  Cluster cluster{1, policy()};
  const ConversationId town = ConversationId::group(owner, DeviceNumber{1}, 1);
  std::map<std::uint32_t, std::vector<Sequence>> told;
  std::map<std::uint32_t, std::size_t> pages, events;
  std::vector<ErrorCode> errors;
  RequestId request = 0;
  std::uint64_t calls = 0, said = 0;
};

TEST_F(Channel, OfManyMembersCopiesToNobodyInStepsOfBoundedWork) {
  create();
  for (std::uint64_t from = 3; from < 12'003; from += 1000) add(from, 1000);
  cluster.wait(10s);
  EXPECT_TRUE(errors.empty());
  // Two calls of a thousand were pushed to all there were, and the one by which it became a channel;
  // of the others each to those whom it let in.
  const std::uint64_t entries = counters().inbox_entries;
  EXPECT_EQ(entries, 2u + 1002 + 2002 * 2 + 10'000);
  for (int i = 0; i < 20; ++i) say("message " + std::to_string(i));
  cluster.wait(10s);
  EXPECT_EQ(counters().inbox_entries, entries);
  EXPECT_EQ(cluster.node(node).sizes().owed, 0u);
  EXPECT_LE(cluster.units_max(), limits::step_units);
  // What nobody needs in memory leaves it, and comes back.
  cluster.wait(2min);
  EXPECT_EQ(cluster.node(node).sizes().conversations, 0u);
  say("still there");
  EXPECT_TRUE(errors.empty());
  EXPECT_LE(cluster.units_max(), limits::step_units);
}

TEST_F(Channel, TellsManyWhoLookOfTheNewestHeadAtMostSoOften) {
  constexpr std::uint32_t fans = 600;
  create();
  add(3, fans);
  for (std::uint32_t i = 1; i <= fans; ++i) {
    hello({i, 1}, UserId{i + 2});
    send({i, 1}, to_server::Look{{&town, 1}, false});
    EXPECT_EQ(told[i], (std::vector<Sequence>{2})) << i;
  }
  const std::uint64_t told_before = counters().heads_told;
  for (int i = 0; i < 50; ++i) say("message " + std::to_string(i));
  cluster.wait(1s);
  for (std::uint32_t i = 1; i <= fans; ++i) {
    ASSERT_EQ(told[i].back(), 52u) << i;
    ASSERT_LE(told[i].size(), 3u) << i;
  }
  // One relation for all of a gateway's sessions.
  EXPECT_LE(counters().heads_told - told_before, 2u);
  EXPECT_LE(cluster.units_max(), limits::step_units);
  // Whose last session looks away is told of nothing more.
  for (std::uint32_t i = 1; i <= fans; ++i) cluster.close(node, {i, 1});
  cluster.run();
  const std::uint64_t told_after = counters().heads_told;
  say("to nobody");
  cluster.wait(1s);
  say("to nobody");
  cluster.wait(1s);
  EXPECT_LE(counters().heads_told, told_after + 1);
}

TEST_F(Channel, IsLookedAtByMembersAloneAndByFewSessionsAtOnce) {
  create();
  hello({1, 1}, UserId{77});
  send({1, 1}, to_server::Look{{&town, 1}, false});
  EXPECT_EQ(told[1], (std::vector<Sequence>{0}));
  say("not for them");
  cluster.wait(1s);
  EXPECT_EQ(told[1].size(), 1u);
  std::vector<ConversationId> many;
  for (std::uint64_t n = 1; n <= limits::looked_channels; ++n)
    many.push_back(ConversationId::group(UserId{9}, DeviceNumber{1}, n));
  send(owners, to_server::Look{many, false});
  const ConversationId last_of_many[] = {many.back(), town};
  send(owners, to_server::Look{last_of_many, false});
  EXPECT_TRUE(errors.empty());  // those that are not theirs are forgotten again
}

TEST_F(Channel, IsReadOnceForAllWhoAskForTheSamePageAtTheSameMoment) {
  constexpr std::uint32_t readers = 300;
  create();
  add(3, readers);
  for (int i = 0; i < 100; ++i) say("message " + std::to_string(i));
  for (std::uint32_t i = 1; i <= readers; ++i) hello({i, 1}, UserId{i + 2});
  cluster.wait(1s);
  const NodeCounters before = counters();
  cluster.hold_reads(node);
  const to_server::History page{.id = 1, .conversation = town,
                                .direction = to_server::History::Direction::after, .anchor = 10,
                                .limit = 50, .seen = 102};
  for (std::uint32_t i = 1; i <= readers; ++i) cluster.send(node, {i, 1}, page);
  cluster.run();
  cluster.release_reads(node);
  cluster.run();
  for (std::uint32_t i = 1; i <= readers; ++i) ASSERT_EQ(pages[i], 50u) << i;
  EXPECT_EQ(counters().recent_misses - before.recent_misses, readers);
  EXPECT_EQ(counters().shared_reads - before.shared_reads, readers - 1);
  EXPECT_LE(cluster.units_max(), limits::step_units);
}

TEST_F(Channel, WhoWaitsForAnothersReadIsNotShownAnEndBeforeWhatTheyWereToldOf) {
  create();
  add(3, 2);
  for (int i = 0; i < 40; ++i) say("message " + std::to_string(i));
  hello({1, 1}, UserId{3});
  hello({2, 1}, UserId{4});
  // The newest is on its way to the disk when the first one's page is read, and there when the second
  // asks for the same one.
  cluster.hold_disk(node);
  cluster.send(node, owners, to_server::Send{.id = 99, .conversation = town, .number = ++said,
                                             .key = 1, .content = {1, 1, "x"}});
  cluster.run();
  cluster.hold_reads(node);
  const auto page = [&](Sequence seen) {
    return to_server::History{.id = 1, .conversation = town,
                              .direction = to_server::History::Direction::after, .anchor = 10,
                              .limit = 64, .seen = seen};
  };
  cluster.send(node, {1, 1}, page(42));
  cluster.run();
  cluster.release_disk(node);
  cluster.run();
  cluster.send(node, {2, 1}, page(43));
  cluster.run();
  cluster.release_reads(node);
  cluster.run();
  EXPECT_EQ(pages[1], 32u);
  EXPECT_EQ(pages[2], 33u);
}

}  // namespace
}  // namespace hubbub::test
