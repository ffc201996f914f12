// Channels, as a device sees them: which there are, how far they are, and what it pulls.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/clients/device.hpp"

namespace hubbub::sim {
namespace {

const UserId ann{1};
const ConversationId town = ConversationId::group(ann, DeviceNumber{1}, 1);
const ConversationId club = ConversationId::group(ann, DeviceNumber{1}, 2);

struct Recorder : DeviceObserver {
  std::vector<ConversationId> looked_at;
  std::vector<HeadOf> heads;
  void looks(Duration, const Device&, std::span<const ConversationId> at, bool at_them) override {
    if (at_them)
      looked_at.insert(looked_at.end(), at.begin(), at.end());
    else
      for (const ConversationId& gone : at) std::erase(looked_at, gone);
  }
  void head_told(Duration, const Device&, const HeadOf& of) override { heads.push_back(of); }
};

class Channels : public testing::Test {
 protected:
  void begin(bool looks) {
    device.follow_channels(looks);
    does([&] { device.go_online(now, edge); });
    does([&] { device.connected(now, edge); });
    hears(to_client::Welcome{{}, ann, DeviceNumber{1}, 1, Durability::synced, 9});
    hears(to_client::Synced{Cursor::at(9, 0)});
  }
  template <class Call>
  void does(Call call) {
    edge.actions.clear();
    call();
  }
  void hears(const to_client::Frame& frame) {
    does([&] { device.frame(now, frame, edge); });
  }
  /// The last such frame that it sent, or nullptr.
  template <class Frame>
  const Frame* said() const {
    const Frame* last = nullptr;
    for (const to_server::Frame& frame : edge.actions.frames)
      if (const auto* one = std::get_if<Frame>(&frame)) last = one;
    return last;
  }
  void is_told(const ConversationId& channel, Sequence head) {
    const HeadOf of{channel, head};
    hears(to_client::Heads{{&of, 1}});
  }
  void is_listed(std::vector<ConversationId> channels) {
    const auto* asked = said<to_server::Channels>();
    ASSERT_NE(asked, nullptr);
    hears(to_client::ListPage{asked->id, channels, false});
  }

  Duration now{0};
  DeviceSettings settings;
  Recorder seen;
  DeviceEdge edge{settings, seen, {}};
  Device device{ann, 0, 42};
};

TEST_F(Channels, AreAskedForWhenItHasCaughtUpAndLookedAt) {
  begin(true);
  EXPECT_FALSE(device.quiet());
  is_listed({town, club});
  ASSERT_NE(said<to_server::Look>(), nullptr);
  EXPECT_FALSE(said<to_server::Look>()->once);
  EXPECT_THAT(seen.looked_at, testing::ElementsAre(town, club));
  EXPECT_TRUE(device.looks_at(town));
}

TEST_F(Channels, ArePulledByWhoLooksFromWhereItIs) {
  begin(true);
  is_listed({town});
  is_told(town, 1000);
  const auto* first = said<to_server::History>();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->anchor, 1000u - 4 * limits::history_messages);  // the newest pages of many
  EXPECT_EQ(first->seen, 1000u);
  Message last{.seq = 1000, .from = ann};
  hears(to_client::HistoryPage{first->id, town, {&last, 1}, false, 1000});
  is_told(town, 1002);
  ASSERT_NE(said<to_server::History>(), nullptr);
  EXPECT_EQ(said<to_server::History>()->anchor, 1000u);
  is_told(town, 1002);
  EXPECT_EQ(said<to_server::History>(), nullptr);
}

TEST_F(Channels, AreAskedForOnceByWhoDoesNotLook) {
  begin(false);
  is_listed({town});
  ASSERT_NE(said<to_server::Look>(), nullptr);
  EXPECT_TRUE(said<to_server::Look>()->once);
  is_told(town, 10);
  EXPECT_EQ(said<to_server::History>(), nullptr);
  EXPECT_TRUE(seen.looked_at.empty());
  EXPECT_EQ(seen.heads.size(), 1u);
}

TEST_F(Channels, AreAskedForAgainWhenOneComesOrGoes) {
  begin(true);
  is_listed({town});
  Message becomes{.seq = 5, .kind = EntryKind::channel, .from = ann};
  hears(to_client::Event{club, becomes, Cursor::at(9, 1)});
  is_listed({club});
  ASSERT_NE(said<to_server::Unlook>(), nullptr);
  EXPECT_THAT(said<to_server::Unlook>()->conversations, testing::ElementsAre(town));
  EXPECT_THAT(seen.looked_at, testing::ElementsAre(club));
  Message text{.seq = 6, .from = ann};
  hears(to_client::Event{club, text, Cursor::at(9, 2)});
  EXPECT_EQ(said<to_server::Channels>(), nullptr);
}

TEST_F(Channels, AreAskedForLaterIfTheyCannotBeHadNow) {
  begin(true);
  const auto* asked = said<to_server::Channels>();
  ASSERT_NE(asked, nullptr);
  hears(to_client::Error{asked->id, ErrorCode::unavailable, true, 1000, 0, "try again"});
  EXPECT_EQ(said<to_server::Channels>(), nullptr);
  ASSERT_NE(device.deadline(), never);
  now = device.deadline() + 30s;
  does([&] { device.timer(now, edge); });
  EXPECT_NE(said<to_server::Channels>(), nullptr);
}

TEST_F(Channels, AreLookedAtAnewOnTheNextConnection) {
  begin(true);
  is_listed({town});
  does([&] { device.closed(now, broken, edge); });
  now += 40s;
  does([&] { device.timer(now, edge); });
  does([&] { device.connected(now, edge); });
  hears(to_client::Welcome{{}, ann, DeviceNumber{1}, 2, Durability::synced, 9});
  hears(to_client::Synced{Cursor::at(9, 0)});
  is_listed({town});
  EXPECT_NE(said<to_server::Look>(), nullptr);
}

TEST_F(Channels, OfWhichItIsNoMemberAreForgotten) {
  begin(true);
  is_listed({town});
  is_told(town, 0);
  EXPECT_FALSE(device.looks_at(town));
}

TEST(NoChannels, AreAskedForByADeviceThatTakesNoNoticeOfThem) {
  DeviceSettings settings;
  Recorder seen;
  DeviceEdge edge{settings, seen, {}};
  Device device{ann, 0, 42};
  device.go_online(Duration{0}, edge);
  device.connected(Duration{0}, edge);
  device.frame(Duration{0}, to_client::Welcome{{}, ann, DeviceNumber{1}, 1, Durability::synced, 9}, edge);
  edge.actions.clear();
  device.frame(Duration{0}, to_client::Synced{Cursor::at(9, 0)}, edge);
  EXPECT_TRUE(edge.actions.frames.empty() ||
              !std::holds_alternative<to_server::Channels>(edge.actions.frames.front()));
}

}  // namespace
}  // namespace hubbub::sim
