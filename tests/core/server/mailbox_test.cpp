#include "core/server/mailbox.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace hubbub::server {
namespace {

TEST(Mailbox, KeepsEachSendersOrderAndBytes) {
  Mailbox mailbox;
  constexpr int letters = 2000;
  const auto sender = [&](std::uint16_t node) {
    for (int i = 0; i < letters; ++i) {
      const std::string bytes = std::to_string(i);
      mailbox.put(input::FromPeer{NodeId{node}, bytes});
    }
  };
  std::thread a(sender, 0);
  std::thread b(sender, 1);
  int next[2] = {0, 0};
  while (next[0] < letters || next[1] < letters) {
    std::vector<Input> inputs;
    mailbox.take(inputs);
    for (const Input& input : inputs) {
      const auto& peer = std::get<input::FromPeer>(input);
      EXPECT_EQ(peer.bytes, std::to_string(next[peer.node.value]++));
    }
  }
  a.join();
  b.join();
}

TEST(Mailbox, AsksToWakeItsOwnerOnceForEachTime) {
  Mailbox mailbox;
  EXPECT_FALSE(mailbox.put(std::span<const Input>{}));
  EXPECT_TRUE(mailbox.put(input::PeerLinked{NodeId{1}}));
  EXPECT_FALSE(mailbox.put(input::PeerLinked{NodeId{2}}));
  std::vector<Input> inputs;
  mailbox.take(inputs);
  EXPECT_EQ(inputs.size(), 2u);
  EXPECT_TRUE(mailbox.put(input::PeerLinked{NodeId{3}}));
}

TEST(Mailbox, CarriesWhatHasNoBytesBesideWhatHas) {
  Mailbox mailbox;
  const std::string rows(100'000, 'r');
  mailbox.put(input::CommitDurable{PartitionId{3}, 9});
  mailbox.put(input::ReadDone{7, rows, true});
  mailbox.put(input::CommitUnknown{PartitionId{4}, 1, "disk"});
  std::vector<Input> inputs;
  mailbox.take(inputs);
  ASSERT_EQ(inputs.size(), 3u);
  EXPECT_EQ(std::get<input::CommitDurable>(inputs[0]).batch, 9u);
  EXPECT_EQ(std::get<input::ReadDone>(inputs[1]).rows, rows);
  EXPECT_TRUE(std::get<input::ReadDone>(inputs[1]).more);
  EXPECT_EQ(std::get<input::CommitUnknown>(inputs[2]).reason, "disk");
}

}  // namespace
}  // namespace hubbub::server
