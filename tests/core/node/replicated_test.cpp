// Replicated nodes with everything around them: what a story does not show because it must hold for
// more cases than one, or cannot because of what has to go wrong on the way.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/hash.hpp"
#include "core/wire/packet.hpp"
#include "core/wire/peer.hpp"
#include "tests/core/node/cluster.hpp"

namespace hubbub::test {
namespace {

class ReplicatedNodes : public testing::Test {
 protected:
  static constexpr NodeId gateway{0};
  static constexpr NodeId owner{1};
  static constexpr NodeId standby{2};

  ReplicatedNodes() {
    cluster.listener.frame = [this](ConnectionId to, NodeId, const to_client::Frame& frame) {
      hear(to, frame);
    };
  }

  static Policy policy() {
    Policy policy;
    policy.durability = Durability::quorum_synced;
    return policy;
  }

  void hear(ConnectionId to, const to_client::Frame& frame) {
    if (std::holds_alternative<to_client::Welcome>(frame)) ++welcomes;
    if (const auto* ok = std::get_if<to_client::Ok>(&frame))
      answers[to.slot] = "ok #" + std::to_string(ok->seq);
    if (const auto* error = std::get_if<to_client::Error>(&frame))
      answers[to.slot] = std::string(to_text(error->code)) + (error->retry ? ", retry" : "");
    if (const auto* event = std::get_if<to_client::Event>(&frame))
      shown[to.slot].push_back(event->message.seq);
  }

  ConnectionId connect(UserId user) {
    const ConnectionId connection{++last_slot, 1};
    cluster.open(gateway, connection, user);
    cluster.send(gateway, connection, to_server::Hello{"phone", false, {}});
    cluster.run();
    return connection;
  }
  /// The same number is the same intention.
  void send(ConnectionId from, const ConversationId& to, std::uint64_t number) {
    answers.erase(from.slot);
    const std::string text = "number " + std::to_string(number);
    cluster.send(gateway, from,
                 to_server::Send{.id = ++requests,
                                 .conversation = to,
                                 .number = number,
                                 .key = mix64(number),
                                 .content = {static_cast<std::uint32_t>(text.size()), hash_bytes(text), text}});
    cluster.run();
  }

  bool is_at(PartitionId p, NodeId node, NodeId follower) const {
    const Place& place = cluster.map().places[p.value];
    return place.owner == node && place.standby == follower;
  }
  /// Users, from `first` on, whose inboxes are at `owner`, and followed by `standby`.
  std::vector<UserId> users_at_owner(std::size_t count, UserId first = {1}) const {
    std::vector<UserId> users;
    for (UserId user = first; users.size() < count; ++user.value)
      if (is_at(partition_of(shard_of(user)), owner, standby)) users.push_back(user);
    return users;
  }
  /// Two people whose conversation is at `owner`, followed by `standby`, and whose inboxes are at the
  /// gateway, so that only the conversation moves.
  void meet() {
    std::vector<UserId> here;
    for (UserId user{1};; ++user.value) {
      if (cluster.map().owner(user) != gateway) continue;
      for (const UserId other : here) {
        conversation = ConversationId::direct(other, user);
        partition = partition_of(shard_of(conversation));
        if (!is_at(partition, owner, standby)) continue;
        anna = connect(other);
        ben = connect(user);
        return;
      }
      here.push_back(user);
    }
  }
  PartitionEpoch epoch() { return cluster.services().head(partition).epoch; }

  Cluster cluster{3, policy()};
  std::map<std::uint32_t, std::string> answers;  ///< the last, by connection slot
  std::map<std::uint32_t, std::vector<Sequence>> shown;
  std::size_t welcomes = 0;
  std::uint32_t last_slot = 0;
  RequestId requests = 0;
  ConversationId conversation;
  PartitionId partition;
  ConnectionId anna, ben;
};

// --- The register is away (R27) ------------------------------------------------------------------------

TEST_F(ReplicatedNodes, GoByTheMapTheyKeptWhileTheRegisterIsAway) {
  // The map is one that nobody began with: of three nodes one is gone.
  cluster.crash(standby);
  cluster.wait(20s);
  const ShardMap map = cluster.map();
  ASSERT_GT(map.version, 1u);
  for (std::uint16_t n = 0; n < 3; ++n) cluster.services().lose_register(NodeId{n});
  cluster.crash(owner);
  cluster.start(owner);
  cluster.wait(10s);
  int opened = 0;
  for (std::uint16_t p = 0; p < limits::partitions; ++p) {
    if (map.places[p].owner != owner) continue;
    ++opened;
    EXPECT_TRUE(cluster.node(owner).serves(PartitionId{p})) << p;
  }
  EXPECT_GT(opened, 20);
  EXPECT_EQ(cluster.map(), map) << "nothing moves while the register is away";
}

TEST_F(ReplicatedNodes, TakeNothingByTheirDisksAloneWhenTheirPartitionsHaveMoved) {
  meet();
  send(anna, conversation, 1);
  cluster.crash(owner);
  cluster.wait(5s);
  ASSERT_TRUE(cluster.node(standby).serves(partition));
  cluster.services().lose_register(owner);  // it knows only the map from before
  cluster.start(owner);
  for (int turns = 0; turns < 100; ++turns) {
    for (std::uint16_t p = 0; p < limits::partitions; ++p)
      ASSERT_FALSE(cluster.node(owner).serves(PartitionId{p})) << p << "'s log was taken over on a newer map (R9)";
    cluster.wait(100ms);
  }
  EXPECT_TRUE(cluster.node(standby).serves(partition));
  send(anna, conversation, 2);
  EXPECT_EQ(answers[anna.slot], "ok #2");
}

// --- Re-attaching (R15) ---------------------------------------------------------------------------------

TEST_F(ReplicatedNodes, AttachAgainAFewAtATimeHoweverManyPartitionsMove) {
  constexpr std::size_t people = 300;
  std::map<PartitionId, int> homes;
  for (const UserId user : users_at_owner(people)) {
    ++homes[partition_of(shard_of(user))];
    connect(user);
  }
  ASSERT_EQ(welcomes, people);
  ASSERT_GT(homes.size(), 5u);

  std::map<Duration, std::size_t> attaches;
  cluster.listener.step = [&](NodeId node, std::span<const Input>, const Outbox& out) {
    for (const auto& packet : out.peers) {
      Arena arena;
      const auto decoded = wire::decode<peer::Packet>(packet.bytes, arena);
      const auto* data = decoded ? std::get_if<peer::Data>(&*decoded) : nullptr;
      if (node != gateway || data == nullptr) continue;
      peer::for_each_piece(data->messages, [&](const peer::Piece& piece) {
        const auto what = wire::decode<peer::Message>(piece.bytes, arena);
        if (what && std::holds_alternative<peer::Attach>(*what)) ++attaches[cluster.now().mono];
      });
    }
  };
  cluster.crash(owner);
  cluster.wait(5s);
  std::size_t sum = 0;
  std::optional<Duration> before;
  for (const auto& [at, count] : attaches) {
    EXPECT_LE(count, limits::attach_burst);
    EXPECT_GE(at - before.value_or(-1h), limits::attach_interval);
    before = at;
    sum += count;
  }
  EXPECT_EQ(sum, people) << "each once";
}

// --- Requests across a move -----------------------------------------------------------------------------

TEST_F(ReplicatedNodes, ServeWhatIsAskedByAMapAloneBeforeTheirWordIsHeard) {
  meet();
  send(anna, conversation, 1);
  ASSERT_EQ(epoch(), 1u);
  // When it moves, the gateway hears of it by the map; what the new owner says is still on its way.
  cluster.drain(owner);
  for (int turns = 0; turns < 20; ++turns) {
    cluster.hold_packets(standby, gateway);
    cluster.wait(500ms);
    if (cluster.node(standby).serves(partition)) break;
    cluster.release_packets(standby, gateway);
  }
  ASSERT_EQ(epoch(), 2u);
  const std::uint64_t accepted = cluster.node(standby).counters().accepted;
  send(anna, conversation, 2);
  EXPECT_EQ(cluster.node(standby).counters().accepted, accepted + 1)
      << "it is the owner, whatever epoch was known";
  cluster.release_packets(standby, gateway);
  cluster.run();
  // Whom its gateway asked may have been another by what it knew: so it is told to ask again.
  EXPECT_EQ(answers[anna.slot], "unavailable, retry");
  send(anna, conversation, 2);
  EXPECT_EQ(answers[anna.slot], "ok #2");
  EXPECT_EQ(cluster.node(standby).counters().accepted, accepted + 1);
  EXPECT_EQ(shown[ben.slot], (std::vector<Sequence>{1, 2}));
}

/// What a dead owner appended lands before its successor's takeover, or after, or never.
enum class Lands { before, after, never };

class WhatWasAskedBeforeAMove : public ReplicatedNodes, public testing::WithParamInterface<Lands> {};

TEST_P(WhatWasAskedBeforeAMove, IsTurnedAwayAndThenTakenOnce) {
  meet();
  cluster.services().hold_log(owner);
  send(anna, conversation, 1);
  EXPECT_FALSE(answers.contains(anna.slot)) << "what is not in the log is not answered";
  cluster.crash(owner);
  cluster.run();
  EXPECT_EQ(answers[anna.slot], "unavailable, retry");
  send(anna, conversation, 1);
  EXPECT_EQ(answers[anna.slot], "unavailable, retry");
  if (GetParam() == Lands::before) cluster.services().release_log(owner);
  cluster.wait(5s);
  ASSERT_EQ(epoch(), 2u);
  if (GetParam() == Lands::after) cluster.services().release_log(owner);
  send(anna, conversation, 1);
  EXPECT_EQ(answers[anna.slot], "ok #1");
  EXPECT_EQ(cluster.node(standby).counters().repeats, GetParam() == Lands::before ? 1u : 0u);
  send(anna, conversation, 2);
  EXPECT_EQ(answers[anna.slot], "ok #2");
  cluster.wait(5s);
  EXPECT_EQ(shown[ben.slot], (std::vector<Sequence>{1, 2}));
  EXPECT_EQ(shown[anna.slot], (std::vector<Sequence>{1, 2}));
}

INSTANTIATE_TEST_SUITE_P(ReplicatedNodes, WhatWasAskedBeforeAMove,
                         testing::Values(Lands::before, Lands::after, Lands::never), [](const auto& lands) {
                           return std::string(lands.param == Lands::before  ? "LandsBefore"
                                              : lands.param == Lands::after ? "LandsAfter"
                                                                            : "LandsNever");
                         });

// --- Taking over (R9) -------------------------------------------------------------------------------------

TEST_F(ReplicatedNodes, TakeOverWhatTheyFollowAsSoonAsItsOwnerIsMissed) {
  const ShardMap before = cluster.map();
  cluster.crash(owner);
  for (int turns = 0; cluster.map() == before && turns < 250; ++turns) cluster.wait(10ms);
  ASSERT_NE(cluster.map(), before) << "it is missed when its registration has lapsed";
  int moved = 0;
  for (std::uint16_t p = 0; p < limits::partitions; ++p) {
    if (before.places[p].owner != owner) continue;
    ++moved;
    EXPECT_TRUE(cluster.node(before.places[p].standby).serves(PartitionId{p})) << p;
    EXPECT_EQ(cluster.services().head(PartitionId{p}).epoch, 2u) << p;
  }
  EXPECT_GT(moved, 15);
}

// --- Handing over (R11) ----------------------------------------------------------------------------------

TEST_F(ReplicatedNodes, GiveAllTheirPartitionsAwayBeforeTheyEnd) {
  meet();
  send(anna, conversation, 1);
  cluster.drain(owner);
  cluster.wait(10s);
  for (std::uint16_t p = 0; p < limits::partitions; ++p) {
    EXPECT_FALSE(cluster.node(owner).serves(PartitionId{p})) << p;
    EXPECT_NE(cluster.map().places[p].owner, owner) << p;
    EXPECT_TRUE(cluster.node(cluster.map().places[p].owner).serves(PartitionId{p})) << p;
  }
  EXPECT_EQ(epoch(), 2u);
}

}  // namespace
}  // namespace hubbub::test
