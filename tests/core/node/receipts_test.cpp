// R19 where many people read, and where much is acknowledged at once: a story shows a few only.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "core/base/hash.hpp"
#include "core/wire/rows.hpp"
#include "tests/core/node/cluster.hpp"

namespace hubbub::test {
namespace {

constexpr NodeId node{0};
constexpr ConnectionId annas{1, 1};
constexpr UserId anna{1};

class Receipts : public testing::Test {
 protected:
  static Policy policy(ReceiptPolicy receipts) {
    Policy p;
    p.group_members = limits::group_members_max;
    p.receipts = receipts;
    return p;
  }
  explicit Receipts(ReceiptPolicy receipts = ReceiptPolicy::watermarks)
      : cluster(1, policy(receipts)) {
    cluster.listener.frame = [this](ConnectionId to, NodeId, const to_client::Frame& frame) {
      if (const auto* receipt = std::get_if<to_client::Receipt>(&frame)) {
        ++told[to.slot];
        if (receipt->seq != 0) counts = *receipt;
        for (const MarkOf& mark : receipt->marks) marks[to.slot][mark.user] = mark;
      } else if (const auto* event = std::get_if<to_client::Event>(&frame)) {
        cursors[to.slot] = event->cursor;
      } else if (const auto* ranges = std::get_if<to_client::Ranges>(&frame)) {
        cursors[to.slot] = ranges->cursor;
        cluster.send(node, to, to_server::Acknowledge{ranges->cursor});
      }
    };
    cluster.start(node);
    cluster.run();
  }

  void hello(std::uint32_t slot, UserId user) {
    cluster.open(node, {slot, 1}, user);
    const bool back = cursors.contains(slot);
    cluster.send(node, {slot, 1}, to_server::Hello{"phone", back, back ? cursors[slot] : Cursor{}});
    cluster.run();
  }
  void acknowledge(std::uint32_t slot) {
    cluster.send(node, {slot, 1}, to_server::Acknowledge{cursors[slot]});
  }
  /// Anna's group of herself and the users from 2 on, in connections of the same numbers.
  void gather(std::uint32_t members) {
    std::vector<UserId> others;
    for (std::uint32_t u = 1; u <= members; ++u) {
      hello(u, UserId{u});
      if (u > 1) others.push_back(UserId{u});
    }
    group = ConversationId::group(anna, DeviceNumber{1}, 1);
    cluster.send(node, annas, to_server::Create{++request, 1, 7, true, others, "all"});
    cluster.run();
  }
  void say(const ConversationId& c, std::uint64_t number) {
    cluster.send(node, annas,
                 to_server::Send{.id = ++request,
                                 .conversation = c,
                                 .number = number,
                                 .key = mix64(number),
                                 .content = {2, 5, "hi"}});
    cluster.run();
  }
  std::size_t rows_of_marks() {
    std::size_t count = 0;
    Arena arena;
    cluster.store(node).for_each([&](std::string_view key, std::string_view value) {
      const auto parsed = rows::parse(key, value, arena);
      count += parsed && std::holds_alternative<rows::MarksRow>(parsed->row) ? 1 : 0;
    });
    return count;
  }

  Cluster cluster;
  ConversationId group;
  RequestId request = 0;
  to_client::Receipt counts;
  std::map<std::uint32_t, Cursor> cursors;
  std::map<std::uint32_t, int> told;
  std::map<std::uint32_t, std::map<UserId, MarkOf>> marks;
};

TEST_F(Receipts, OfALargeGroupAreCountsInStepsOfBoundedWork) {
  constexpr std::uint32_t members = 700;
  gather(members);
  say(group, 1);
  for (std::uint32_t u = 1; u <= members; ++u) acknowledge(u);
  for (std::uint32_t u = 2; u <= members; u += 2)
    cluster.send(node, {u, 1}, to_server::Read{group, 2});
  cluster.wait(4s);
  EXPECT_EQ(counts.seq, 2u);
  EXPECT_EQ(counts.delivered, members - 1);
  EXPECT_EQ(counts.read, members / 2);
  EXPECT_LE(told[1], 4) << "one a second";
  EXPECT_EQ(told[2], 1) << "of what was read oneself";
  EXPECT_EQ(told[3], 0);
  EXPECT_LE(cluster.units_max(), limits::step_units);
  EXPECT_EQ(cluster.node(node).sizes().receipts, 0u);

  // All of it is stored.
  cluster.crash(node);
  cluster.start(node);
  cluster.wait(1s);
  hello(1, anna);
  cluster.send(node, annas, to_server::Receipts{++request, group});
  counts = {};
  cluster.run();
  EXPECT_EQ(counts.delivered, members - 1);
  EXPECT_EQ(counts.read, members / 2);
}

TEST_F(Receipts, OfASmallGroupAreToldTogether) {
  constexpr std::uint32_t members = limits::receipt_members;
  gather(members);
  say(group, 1);
  for (std::uint32_t u = 1; u <= members; ++u) acknowledge(u);
  cluster.wait(4s);
  for (std::uint32_t u = 1; u <= members; ++u) {
    EXPECT_LE(told[u], 2) << u;
    EXPECT_EQ(marks[u].size(), members);
    for (const auto& [user, mark] : marks[u]) EXPECT_EQ(mark, (MarkOf{user, 2, 0}));
  }
}

TEST_F(Receipts, OfWhoWasLongAwayComeFromTheInbox) {
  const UserId ben{2};
  const auto direct = ConversationId::direct(anna, ben);
  hello(1, anna);
  constexpr std::uint64_t messages = 700;
  for (std::uint64_t n = 1; n <= messages; ++n) {
    say(direct, n);
    if (n % 8 == 0) acknowledge(1);
  }
  hello(2, ben);
  cluster.wait(2s);
  acknowledge(2);
  cluster.wait(20s);
  EXPECT_EQ(marks[1][ben], (MarkOf{ben, messages, 0}));
  EXPECT_LE(cluster.units_max(), limits::step_units);
}

/// R32: a partition that is full delays them; the newest goes.
TEST_F(Receipts, WaitForThePartition) {
  gather(3);
  say(group, 1);
  for (std::uint32_t u = 1; u <= 3; ++u) acknowledge(u);
  cluster.hold_disk(node);
  cluster.send(node, {2, 1}, to_server::Read{group, 2});
  cluster.wait(3s);
  EXPECT_TRUE(marks[1].empty()) << "what is not durable is not told (R6)";
  cluster.release_disk(node);
  cluster.wait(4s);
  EXPECT_EQ(marks[1][UserId{2}], (MarkOf{UserId{2}, 2, 2}));
}

class NoReceipts : public Receipts {
 protected:
  NoReceipts() : Receipts(ReceiptPolicy::none) {}
};

TEST_F(NoReceipts, AreNeitherStoredNorTold) {
  gather(3);
  say(group, 1);
  for (std::uint32_t u = 1; u <= 3; ++u) acknowledge(u);
  cluster.send(node, {2, 1}, to_server::Read{group, 2});
  cluster.wait(8s);
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(rows_of_marks(), 0u);
}

class EachReceipt : public Receipts {
 protected:
  EachReceipt() : Receipts(ReceiptPolicy::each) {}
};

TEST_F(EachReceipt, IsToldToWhoWrote) {
  constexpr std::uint32_t members = 60;
  gather(members);
  say(group, 1);
  for (std::uint32_t u = 1; u <= members; ++u) acknowledge(u);
  cluster.wait(4s);
  EXPECT_GE(told[1], static_cast<int>(members));
  EXPECT_EQ(marks[1].size(), members);
  EXPECT_LE(cluster.units_max(), limits::step_units);
}

}  // namespace
}  // namespace hubbub::test
