#include "core/place/registration.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/place/keys.hpp"
#include "core/wire/codec.hpp"

namespace hubbub {
namespace {

std::string bytes_of(const Registration& registration) {
  ByteBuffer bytes;
  encode(registration, bytes);
  return std::string(bytes.view());
}

std::vector<Holding> all_partitions() {
  std::vector<Holding> holdings;
  for (std::uint16_t p = 0; p < limits::partitions; ++p)
    holdings.push_back({PartitionId{p}, Holding::State::open, 7, 100u + p});
  return holdings;
}

/// Bytes that `encode` would refuse to make.
std::string forced(const Registration& registration) {
  ByteBuffer bytes;
  wire::encode(registration, bytes);
  return std::string(bytes.view());
}

bool is_read(const std::string& bytes) {
  Arena arena;
  return decode_registration(bytes, arena).has_value();
}

TEST(Registration, ComesBackAsItWasWritten) {
  const auto holdings = all_partitions();
  const Registration written{.node = NodeId{17},
                             .life = 3,
                             .host = 4,
                             .region = 2,
                             .reads_form = 5,
                             .draining = true,
                             .connections = 70'000,
                             .connections_most = 100'000,
                             .address = "chat-17:4000",
                             .holdings = holdings};
  Arena arena;
  const std::string bytes = bytes_of(written);
  const auto read = decode_registration(bytes, arena);
  ASSERT_TRUE(read);
  EXPECT_EQ(bytes_of(*read), bytes);
  EXPECT_EQ(read->node, NodeId{17});
  EXPECT_EQ(read->address, "chat-17:4000");
  EXPECT_EQ(read->holdings.size(), limits::partitions);
  EXPECT_EQ(read->holdings[63].load, 163u);
}

TEST(Registration, IsNotReadInAnotherForm) {
  std::string bytes = bytes_of({.node = NodeId{1}});
  EXPECT_TRUE(is_read(bytes));
  for (const char form : {'\0', '\2', '\xff'}) {
    bytes[0] = form;
    EXPECT_FALSE(is_read(bytes));
  }
}

TEST(Registration, IsOfSomebodyAndNamesPartitionsThatThereAreOnceEach) {
  EXPECT_FALSE(is_read(forced({.node = nobody})));
  auto holdings = all_partitions();
  EXPECT_TRUE(is_read(forced({.holdings = holdings})));
  holdings[3].partition = PartitionId{limits::partitions};
  EXPECT_FALSE(is_read(forced({.holdings = holdings})));
  holdings[3].partition = PartitionId{4};
  EXPECT_FALSE(is_read(forced({.holdings = holdings})));
  holdings = all_partitions();
  holdings.push_back({PartitionId{0}});
  EXPECT_FALSE(is_read(forced({.holdings = holdings})));
}

TEST(Registration, IsNoLongerThanAValueOfTheRegister) {
  std::string address(limits::register_value_bytes - forced({}).size(), 'a');
  EXPECT_TRUE(is_read(forced({.address = address})));
  address += 'a';
  EXPECT_FALSE(is_read(forced({.address = address})));
}

TEST(RegistrationDeath, WhatNobodyCouldReadIsNotWritten) {
  const std::vector<Holding> twice(2);
  EXPECT_EXIT(bytes_of({.holdings = twice}), testing::ExitedWithCode(70), "once");
  const std::string address(limits::register_value_bytes, 'a');
  EXPECT_EXIT(bytes_of({.address = address}), testing::ExitedWithCode(70), "register_value_bytes");
}

RC_GTEST_PROP(Registration, IsReadWholeOrNotAtAll, ()) {
  std::vector<Holding> holdings = all_partitions();
  holdings.resize(*rc::gen::inRange<std::size_t>(0, 65));
  std::string bytes = bytes_of({.node = NodeId{1}, .address = "a:1", .holdings = holdings});
  const auto cut = *rc::gen::inRange<std::size_t>(0, bytes.size());
  RC_ASSERT(!is_read(bytes.substr(0, cut)));
  RC_ASSERT(!is_read(bytes + 'x'));
  // Damage is refused, or gives something that can be written again.
  bytes[cut] = *rc::gen::arbitrary<char>();
  Arena arena;
  if (const auto read = decode_registration(bytes, arena)) RC_ASSERT(bytes_of(*read) == bytes);
}

TEST(Keys, NameNodesInOneSpellingEach) {
  for (const std::uint16_t n : {0, 1, 9, 10, 255, 65'534})
    EXPECT_EQ(keys::parse_node(keys::node(NodeId{n})), NodeId{n});
  EXPECT_EQ(keys::node(NodeId{17}), "node/17");
  for (const char* key : {"node/", "node/01", "node/-1", "node/+1", "node/ 1", "node/1 ", "node/1x",
                          "node/65535", "node/65536", "node", "node1", "nodes/1", "map", ""})
    EXPECT_FALSE(keys::parse_node(key)) << key;
}

}  // namespace
}  // namespace hubbub
