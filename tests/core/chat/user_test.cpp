#include "core/chat/user.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "sim/engine/random.hpp"
#include "tests/core/chat/records.hpp"

namespace hubbub {
namespace {

const UserId mia{71};
const ConversationId conversation = ConversationId::direct(UserId{71}, UserId{84});

TEST(User, ComesBackFromItsRowsInWhateverOrderTheyAre) {
  for (const bool forward : {true, false}) {
    User user;
    restore(user, rows::user(mia), rows::UserRow{.head = 1'000});
    for (const int n : forward ? std::vector{1, 2, 3} : std::vector{3, 2, 1}) {
      const auto number = static_cast<std::uint16_t>(n);
      const std::string name = "device " + std::to_string(n);
      const DeviceId id{mia, DeviceNumber{number}};
      restore(user, rows::device(id),
              rows::DeviceRow{.generation = number * 10u, .acknowledged = number * 100u});
      restore(user, rows::device_name(id), rows::DeviceNameRow{.name = name});
    }
    user.restored(mia);
    EXPECT_EQ(user.head, 1'000u);
    ASSERT_EQ(user.devices.size(), 3u);
    for (std::uint16_t n = 1; n <= 3; ++n) {
      const Device* device = user.device(DeviceNumber{n});
      ASSERT_NE(device, nullptr);
      EXPECT_EQ(device, &user.devices[n - 1u]);
      EXPECT_EQ(device->number, DeviceNumber{n});
      EXPECT_EQ(user.device("device " + std::to_string(n)), device);
      EXPECT_EQ(device->generation, n * 10u);
      EXPECT_EQ(device->acknowledged, n * 100u);
      EXPECT_EQ(device->stream().mode, SessionStream::Mode::detached) << "no session is stored";
    }
  }
}

TEST(User, IsToBeToldByAPushOfWhatNoDeviceHasAndNoProviderTook) {
  User user;
  EXPECT_EQ(user.pushed(), nullptr) << "most users want none";
  restore(user, rows::user(mia), rows::UserRow{.head = 100});
  for (const int n : {1, 2, 3})
    restore(user, rows::device({mia, DeviceNumber{static_cast<std::uint16_t>(n)}}),
            rows::DeviceRow{.acknowledged = n * 10u});
  const rows::PushedTo to[] = {{DeviceNumber{1}, 50}, {DeviceNumber{3}, 40}};
  ASSERT_TRUE(encloses(User::bounds(mia), rows::push(mia)));
  ASSERT_TRUE(restore(user, rows::push(mia), rows::PushRow{.to = to}));
  ASSERT_NE(user.pushed(), nullptr);
  EXPECT_EQ(user.known(), 40u) << "the third was not told of more";
  user.devices[1].acknowledged = 60;
  EXPECT_EQ(user.known(), 60u) << "whichever device has it";
  user.pushed()->to.clear();
  EXPECT_EQ(user.known(), 100u) << "nobody is to be told";
}

TEST(User, GivesUpAtRestWhatARowCanTell) {
  User user;
  for (int i = 0; i < 10; ++i) {
    user.add();
    user.note(conversation, static_cast<Sequence>(i) + 1);
  }
  user.receipt(8);
  user.rest();
  EXPECT_TRUE(user.round().newest.empty()) << "they are in the inbox";
  EXPECT_EQ(user.receipted(), 8u);

  user.note(conversation, 11);
  user.round().through = 10;
  user.rest();
  EXPECT_TRUE(user.in_round()) << "conversations are still to confirm it";
  EXPECT_EQ(user.round().newest.size(), 1u);
  user.round().through = 0;

  user.changed_blocks() = {.last = 3, .blocked = 1};
  user.calls(DeviceNumber{1}).accept({.number = 1, .key = 7, .digest = 9});
  user.range_sync(DeviceNumber{2}).target = 5;
  user.begin_pushes().to.push_back({DeviceNumber{1}, 4});
  user.rest();
  EXPECT_EQ(user.blocks(), (Blocks{.last = 3, .blocked = 1}));
  EXPECT_EQ(user.calls(DeviceNumber{1}).last(), 1u);
  EXPECT_EQ(user.calls(DeviceNumber{3}).last(), 0u) << "each device counts its own";
  EXPECT_EQ(user.range_sync(DeviceNumber{2}).target, 5u);
  ASSERT_NE(user.pushed(), nullptr);
  EXPECT_EQ(user.pushed()->to.size(), 1u);
}

TEST(InboxRow, SaysThatItIsQuietBesideItsSequence) {
  for (const bool quiet : {false, true}) {
    ByteBuffer value;
    wire::encode(rows::InboxRow{conversation, 7, quiet}, value);
    Arena arena;
    const auto parsed = rows::parse(rows::inbox(mia, 3), value.view(), arena);
    ASSERT_TRUE(parsed.has_value());
    const auto& row = std::get<rows::InboxRow>(parsed->row);
    EXPECT_EQ(row.seq(), 7u);
    EXPECT_EQ(row.quiet(), quiet);
    EXPECT_EQ(row.conversation, conversation);
  }
}

TEST(User, HasNoDeviceThatNeverAttached) {
  User user;
  EXPECT_EQ(user.device(DeviceNumber{1}), nullptr);
  EXPECT_EQ(user.device("phone"), nullptr);
  restore(user, rows::device({mia, DeviceNumber{1}}), rows::DeviceRow{});
  restore(user, rows::device_name({mia, DeviceNumber{1}}), rows::DeviceNameRow{.name = "phone"});
  EXPECT_EQ(user.device(DeviceNumber{0}), nullptr);
  EXPECT_EQ(user.device(DeviceNumber{2}), nullptr);
  EXPECT_EQ(user.device("Phone"), nullptr);
  EXPECT_EQ(user.device("phon"), nullptr);
  EXPECT_NE(user.device("phone"), nullptr);
}

TEST(User, SaysWhichRowsItCannotRead) {
  User user;
  const DeviceId device{mia, DeviceNumber{1}};
  EXPECT_TRUE(restore(user, rows::device(device), rows::DeviceRow{}));
  EXPECT_TRUE(restore(user, rows::device_name(device), rows::DeviceNameRow{.name = "phone"}));
  EXPECT_FALSE(restore(user, rows::device(device), rows::DeviceRow{.version = 99}));
  EXPECT_FALSE(restore(user, rows::device_name(device), rows::DeviceNameRow{.version = 99, .name = "new"}));
  EXPECT_FALSE(restore(user, rows::user(mia), rows::UserRow{.version = 99, .head = 5}));
  // Devices count from 1: no node wrote this one.
  EXPECT_FALSE(restore(user, rows::device({mia, DeviceNumber{0}}), rows::DeviceRow{}));
  EXPECT_EQ(user.head, 0u);
  EXPECT_EQ(user.devices.size(), 1u);
  EXPECT_NE(user.device("phone"), nullptr);
}

TEST(User, IsReadWithItsDevicesAndWithoutItsListAndItsInbox) {
  const rows::Bounds bounds = User::bounds(mia);
  EXPECT_TRUE(encloses(bounds, rows::user(mia)));
  for (std::uint16_t n = 1; n <= limits::devices_per_user; ++n)
    EXPECT_TRUE(encloses(bounds, rows::device({mia, DeviceNumber{n}})) &&
                encloses(bounds, rows::device_name({mia, DeviceNumber{n}})));
  EXPECT_FALSE(encloses(bounds, rows::chat(mia, conversation)));
  EXPECT_FALSE(encloses(bounds, rows::inbox(mia, 1)));
  for (std::uint64_t other = 1; other < 5'000; ++other)
    EXPECT_EQ(encloses(bounds, rows::user(UserId{other})), UserId{other} == mia);
}

TEST(ReceivedStream, IsStoredWithItsShardAndAUserWithItsOwn) {
  EXPECT_EQ(home_shard(StreamKey{ShardId{5}, conversation}), ShardId{5});
  EXPECT_EQ(home_shard(mia), shard_of(mia));
}

TEST(ReceivedStream, ComesBackFromItsRowAndIsReadAlone) {
  const ShardId shard = shard_of(mia);
  ReceivedStream stream;
  restore(stream, rows::stream(shard, conversation), rows::StreamRow{.incarnation = 4, .have = 17});
  stream.restored({shard, conversation});
  EXPECT_EQ(stream.incarnation, 4u);
  EXPECT_EQ(stream.have, 17u);

  const rows::Bounds bounds = ReceivedStream::bounds({shard, conversation});
  EXPECT_TRUE(encloses(bounds, rows::stream(shard, conversation)));
  for (const auto& [high, low] : {std::pair(71, 83), std::pair(71, 85), std::pair(70, 84)})
    EXPECT_FALSE(encloses(
        bounds,
        rows::stream(shard, ConversationId::direct(UserId{static_cast<std::uint64_t>(high)},
                                                   UserId{static_cast<std::uint64_t>(low)}))));
}

std::vector<Range> gathered(const std::vector<std::pair<ConversationId, Sequence>>& descending) {
  RangeBuilder builder;
  for (const auto& entry : descending) builder.add(entry.first, entry.second);
  return {builder.ranges().begin(), builder.ranges().end()};
}

const ConversationId other = ConversationId::direct(UserId{71}, UserId{90});

TEST(RangeBuilder, MakesOneRangeOfARunEvenWhenConversationsAlternate) {
  EXPECT_EQ(gathered({{conversation, 9}, {other, 5}, {conversation, 8}, {other, 4}}),
            (std::vector<Range>{{conversation, 8, 9}, {other, 4, 5}}));
}

TEST(RangeBuilder, NamesNothingBetweenTwoMemberships) {
  EXPECT_EQ(gathered({{conversation, 9}, {conversation, 8}, {conversation, 3}, {conversation, 2}}),
            (std::vector<Range>{{conversation, 8, 9}, {conversation, 2, 3}}));
}

TEST(RangeBuilder, StartsAnewWhenItIsCleared) {
  RangeBuilder builder;
  builder.add(conversation, 9);
  builder.clear();
  EXPECT_TRUE(builder.ranges().empty());
  builder.add(conversation, 8);
  EXPECT_EQ(builder.ranges()[0], (Range{conversation, 8, 8}));
}

/// An inbox in which conversations alternate, and the user was out of each for a while.
RC_GTEST_PROP(RangeBuilder, NamesWhatWasAddedAndNothingElseNewestFirst, (std::uint64_t seed)) {
  sim::Random random(seed, 0, 0);
  std::vector<std::pair<ConversationId, Sequence>> inbox;
  std::map<ConversationId, Sequence> heads;
  const std::uint64_t conversations = 1 + random.below(5);
  for (std::uint64_t i = random.below(64); i > 0; --i) {
    const auto c = ConversationId::direct(mia, UserId{100 + random.below(conversations)});
    heads[c] += 1 + (random.below(6) == 0 ? random.below(5) : 0);
    inbox.emplace_back(c, heads[c]);
  }
  std::reverse(inbox.begin(), inbox.end());
  const std::vector<Range> ranges = gathered(inbox);

  std::set<std::pair<ConversationId, Sequence>> named;
  std::vector<std::pair<ConversationId, Sequence>> newest_of_each;
  for (const Range& range : ranges) {
    RC_ASSERT(range.from <= range.to);
    newest_of_each.emplace_back(range.conversation, range.to);
    for (Sequence seq = range.from; seq <= range.to; ++seq)
      RC_ASSERT(named.emplace(range.conversation, seq).second);
  }
  RC_ASSERT(named == (std::set<std::pair<ConversationId, Sequence>>(inbox.begin(), inbox.end())));
  // One range a run, in the order of what is newest in each.
  std::vector<std::pair<ConversationId, Sequence>> run_heads;
  for (const auto& entry : inbox)
    if (!named.contains({entry.first, entry.second + 1})) run_heads.push_back(entry);
  RC_ASSERT(newest_of_each == run_heads);
}

}  // namespace
}  // namespace hubbub
