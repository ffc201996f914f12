// Interleavings of sessions, reads and commits that a story cannot bring about: its reads and
// answers come at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/hash.hpp"
#include "tests/core/node/cluster.hpp"

namespace hubbub::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

/// Two people on one node: nothing is between them but the order of what happens.
class Sessions : public testing::Test {
 protected:
  static constexpr NodeId node{0};
  static constexpr UserId anna{1};
  static constexpr UserId ben{2};
  static constexpr ConnectionId annas{1, 1};
  static constexpr ConnectionId bens{2, 1};

  Sessions() {
    cluster.listener.frame = [this](ConnectionId to, NodeId, const to_client::Frame& frame) {
      hear(to, frame);
    };
    cluster.start(node);
    cluster.run();
  }

  void hear(ConnectionId to, const to_client::Frame& frame) {
    if (const auto* event = std::get_if<to_client::Event>(&frame)) {
      heard[to.slot].push_back(std::string(event->message.content.body));
      cursor[to.slot] = event->cursor;
    } else if (const auto* welcome = std::get_if<to_client::Welcome>(&frame)) {
      heard[to.slot].push_back("welcome");
      cursor[to.slot].incarnation = welcome->incarnation;
    } else if (const auto* error = std::get_if<to_client::Error>(&frame)) {
      errors.push_back(*error);
    } else if (const auto* page = std::get_if<to_client::ListPage>(&frame)) {
      lists.emplace_back(page->conversations.begin(), page->conversations.end());
    }
  }

  void hello(ConnectionId connection, UserId user) {
    cluster.open(node, connection, user);
    cluster.send(node, connection, to_server::Hello{"phone", false, {}});
  }
  void send(ConnectionId from, std::uint64_t number, std::string_view text) {
    send(from, number, number, text);
  }
  void send(ConnectionId from, std::uint64_t number, std::uint64_t key, std::string_view text) {
    cluster.send(node, from,
                 to_server::Send{.id = ++requests,
                                 .conversation = ConversationId::direct(anna, ben),
                                 .number = number,
                                 .key = mix64(key),
                                 .content = {static_cast<std::uint32_t>(text.size()),
                                             hash_bytes(text), text}});
  }

  /// The message is stored, and on its way into the inboxes; from here on the disk stands still.
  void send_as_far_as_the_inbox(std::uint64_t number, std::string_view text) {
    cluster.hold_disk(node);
    send(annas, number, text);
    cluster.run();
    cluster.release_disk(node);
    cluster.hold_disk(node);
    cluster.run();
  }

  Cluster cluster{1};
  std::vector<std::string> heard[4];
  Cursor cursor[4];
  std::vector<to_client::Error> errors;
  std::vector<std::vector<ConversationId>> lists;
  RequestId requests = 0;
};

TEST_F(Sessions, GoOnWhenAReadMissedACommitThatCameBeforeItsAnswer) {
  hello(annas, anna);
  cluster.run();
  send_as_far_as_the_inbox(1, "hi");
  // Ben's inbox has an entry that the store lacks when it is read.
  cluster.hold_reads(node);
  hello(bens, ben);
  cluster.run();
  cluster.release_disk(node);
  cluster.run();
  cluster.release_reads(node);
  cluster.run();
  EXPECT_THAT(heard[bens.slot], ElementsAre("welcome", "hi"));
}

TEST_F(Sessions, LeaveNoStreamBehindWhenTheyEndBeforeTheyAreWelcomed) {
  hello(annas, anna);
  cluster.run();
  cluster.hold_disk(node);
  hello(bens, ben);
  cluster.run();
  cluster.close(node, bens);
  cluster.release_disk(node);
  cluster.run();
  send(annas, 1, "hi");
  cluster.run();
  EXPECT_THAT(heard[annas.slot], ElementsAre("welcome", "hi"));
  EXPECT_EQ(cluster.node(node).counters().entries_sent, 1u) << "to anna alone";
}

TEST_F(Sessions, GoBackToTheLastPlaceThatWasAskedFor) {
  hello(annas, anna);
  hello(bens, ben);
  cluster.run();
  send(annas, 1, "one");
  send(annas, 2, "two");
  cluster.run();
  const Cursor start = Cursor::at(cursor[bens.slot].incarnation, 0);
  const Cursor later = cursor[bens.slot];
  heard[bens.slot].clear();
  // Answers wait for the disk, so the second is asked before the first is answered.
  send_as_far_as_the_inbox(3, "three");
  cluster.send(node, bens, to_server::Sync{later});
  cluster.send(node, bens, to_server::Sync{start});
  cluster.run();
  cluster.release_disk(node);
  cluster.run();
  EXPECT_THAT(heard[bens.slot], ElementsAre("one", "two", "three"));
}

TEST_F(Sessions, AreNotShownAHistoryThatEndsBeforeWhatTheyKnow) {
  hello(annas, anna);
  cluster.run();
  send(annas, 1, "one");
  cluster.run();
  cluster.send(node, annas,
               to_server::History{.id = 9,
                                  .conversation = ConversationId::direct(anna, ben),
                                  .limit = 10,
                                  .seen = 5});
  cluster.run();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, ErrorCode::cursor_expired);
  EXPECT_EQ(errors[0].expected, 1u);
  EXPECT_FALSE(errors[0].retry);
}

TEST_F(Sessions, OfStrangersAreNotBelievedAboutAConversation) {
  hello(annas, anna);
  cluster.run();
  send(annas, 1, "one");
  cluster.open(node, {3, 1}, UserId{3});
  cluster.send(node, {3, 1}, to_server::Hello{"phone", false, {}});
  cluster.run();
  for (const ConversationId& c : {ConversationId::direct(anna, ben),
                                  ConversationId::group(anna, DeviceNumber{1}, 7)})
    cluster.send(node, {3, 1},
                 to_server::History{.id = ++requests, .conversation = c, .limit = 10, .seen = 1 << 20});
  cluster.run();
  ASSERT_EQ(errors.size(), 2u);
  for (const to_client::Error& error : errors) {
    EXPECT_EQ(error.code, ErrorCode::not_member);
    EXPECT_EQ(error.expected, 0u);
  }
  EXPECT_EQ(cluster.node(node).counters().alarms, 0u);
}

TEST_F(Sessions, ThatClaimMoreThanThereIsGoOnFromWhatThereIs) {
  hello(annas, anna);
  cluster.run();
  send(annas, 1, "one");
  cluster.run();
  for (std::uint32_t slot = 2; slot <= 3; ++slot) {  // the second knows the new incarnation
    cluster.open(node, {slot, 1}, anna);
    cluster.send(node, {slot, 1},
                 to_server::Hello{"phone", true, Cursor::at(cursor[slot - 1].incarnation, 1 << 20)});
    cluster.run();
  }
  send({3, 1}, 2, "two");
  cluster.run();
  EXPECT_THAT(heard[3], Contains("two"));
  EXPECT_EQ(cluster.node(node).counters().alarms, 1u);
}

TEST_F(Sessions, ListPastTheConversationsTheyHaveLeft) {
  hello(annas, anna);
  cluster.run();
  std::vector<ConversationId> groups;
  const UserId others[] = {ben};
  for (std::uint64_t n = 1; n <= 3; ++n) {
    cluster.send(node, annas,
                 to_server::Create{.id = ++requests, .number = n, .key = n, .group = true,
                                   .members = others});
    groups.push_back(ConversationId::group(anna, DeviceNumber{1}, n));
    cluster.run();
  }
  std::sort(groups.begin(), groups.end());
  for (std::uint64_t n = 0; n < 2; ++n) {
    cluster.send(node, annas,
                 to_server::Change{.id = ++requests, .number = 4 + n, .key = 4 + n,
                                   .what = to_server::Change::What::leave,
                                   .conversation = groups[n]});
    cluster.run();
  }
  EXPECT_THAT(errors, IsEmpty());
  cluster.send(node, annas, to_server::List{.id = ++requests, .limit = 1});
  cluster.run();
  EXPECT_THAT(lists, ElementsAre(ElementsAre(groups[2])));
}

TEST_F(Sessions, CannotUseAKeyTwice) {
  hello(annas, anna);
  cluster.run();
  send(annas, 1, 77, "one");
  send(annas, 2, 77, "two");
  cluster.run();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, ErrorCode::conflict);
  EXPECT_FALSE(errors[0].retry) << "no number would help it";
  send(annas, 2, 78, "two");
  cluster.run();
  EXPECT_THAT(heard[annas.slot], ElementsAre("welcome", "one", "two"));
}

TEST_F(Sessions, MustBeWelcomedBeforeTheyAskForAnything) {
  cluster.open(node, annas, anna);
  const UserId others[] = {ben};
  cluster.send(node, annas,
               to_server::Create{.id = 1, .number = 1, .key = 1, .group = false, .members = others});
  cluster.run();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, ErrorCode::bad_request);
}

TEST_F(Sessions, CannotMakeAGroupWhoseDeliveryWouldNotFitAStep) {
  hello(annas, anna);
  cluster.run();
  std::vector<UserId> crowd;
  for (std::uint64_t u = 10; crowd.size() <= limits::members_per_shard; ++u)
    if (shard_of(UserId{u}) == ShardId{0}) crowd.push_back(UserId{u});
  cluster.send(node, annas,
               to_server::Create{.id = 1, .number = 1, .key = 1, .group = true, .members = crowd});
  cluster.run();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, ErrorCode::too_large);
}

}  // namespace
}  // namespace hubbub::test
