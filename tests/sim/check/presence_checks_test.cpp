// presence-online, presence-offline and presence-settled, on what viewers might be told.
#include "sim/check/presence_checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hubbub::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr UserId star{1};
constexpr DeviceId fan{UserId{2}, DeviceNumber{1}};
constexpr PresenceBounds bounds{
    .online = 40s, .online_after_leave = 4s, .online_disturbed = 90s, .blocked = 3s, .offline = 15s};

class PresenceChecksTest : public testing::Test {
 protected:
  PresenceChecksTest() {
    presence.set(bounds);
    presence.watches(fan, star);
  }
  PresenceChecks::Told told(Duration now, PresenceState state, DeviceId viewer = fan) {
    return presence.told(now, viewer, {star, state, 0});
  }
  std::vector<std::string> broken() const {
    std::vector<std::string> names;
    for (const InvariantResult& r : checker.results())
      if (r.violated > 0) names.push_back(r.name);
    return names;
  }
  std::uint64_t compared(std::string_view name) const {
    for (const InvariantResult& r : checker.results())
      if (r.name == name) return r.compared;
    return 0;
  }

  Checker checker;
  PresenceChecks& presence = checker.presence();
};

constexpr auto online = PresenceState::online;
constexpr auto offline = PresenceState::offline;
constexpr auto unknown = PresenceState::unknown;

TEST_F(PresenceChecksTest, AllowsWhatIsToldInTime) {
  presence.heard(10s, star);
  told(11s, offline);
  told(14s, online);
  presence.unheard(100s, star, false);
  told(139s, offline);
  presence.heard(200s, star);
  told(204s, online);
  presence.finish(205s, true);
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_GT(compared("presence-online"), 0u);
  EXPECT_GT(compared("presence-offline"), 0u);
  EXPECT_EQ(compared("presence-settled"), 1u);
}

TEST_F(PresenceChecksTest, FindsWhoIsShownOnlineLongAfterTheyWereHeard) {
  presence.heard(10s, star);
  told(14s, online);
  presence.unheard(100s, star, false);
  told(141s, offline);
  EXPECT_THAT(broken(), ElementsAre("presence-online"));
  EXPECT_THAT(checker.violations().at(0).what,
              HasSubstr("showed u_1 online 41.0 s after they were last heard; at most 40.0 s"));
}

TEST_F(PresenceChecksTest, FindsThatWhenTheyComeBackAndWhenTheViewerGoes) {
  presence.heard(10s, star);
  told(14s, online);
  presence.unheard(100s, star, false);
  presence.heard(150s, star);
  EXPECT_THAT(broken(), ElementsAre("presence-online"));
  presence.unheard(200s, star, false);
  presence.lost(239s, fan);
  told(241s, offline);
  EXPECT_EQ(checker.violations().size(), 1u);
  told(242s, online);
  presence.lost(243s, fan);
  EXPECT_EQ(checker.violations().size(), 2u);
}

TEST_F(PresenceChecksTest, AllowsLittleTimeAfterALogOut) {
  presence.heard(10s, star);
  told(14s, online);
  presence.unheard(100s, star, true);
  told(105s, offline);
  EXPECT_THAT(broken(), ElementsAre("presence-online"));
}

TEST_F(PresenceChecksTest, AllowsMoreTimeWhileServersAreDisturbed) {
  presence.heard(10s, star);
  told(14s, online);
  presence.unheard(100s, star, true);
  presence.disturbed(101s);
  told(189s, offline);
  EXPECT_THAT(broken(), IsEmpty());
  told(190s, online);
  told(191s, offline);
  EXPECT_THAT(broken(), ElementsAre("presence-online"));
}

TEST_F(PresenceChecksTest, FindsWhoIsShownOfflineThoughTheyAreHeard) {
  told(1s, offline);
  presence.heard(10s, star);
  told(26s, online);
  EXPECT_THAT(broken(), ElementsAre("presence-offline"));
}

TEST_F(PresenceChecksTest, WaitsForTheCalmWithWhoIsShownOffline) {
  told(1s, offline);
  presence.heard(10s, star);
  presence.disturbed(20s);
  told(34s, online);
  EXPECT_THAT(broken(), IsEmpty());
  told(36s, offline);
  told(36s, online);
  EXPECT_THAT(broken(), IsEmpty()) << "for no time at all";
  told(37s, offline);
  told(38s, online);
  EXPECT_THAT(broken(), ElementsAre("presence-offline"));
}

TEST_F(PresenceChecksTest, CountsAUserByTheirConnections) {
  presence.heard(10s, star);
  presence.heard(11s, star);
  presence.unheard(12s, star, true);
  told(50s, online);
  presence.finish(60s, true);
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(PresenceChecksTest, JudgesAGlanceForItsMoment) {
  constexpr DeviceId stranger{UserId{3}, DeviceNumber{1}};
  presence.heard(10s, star);
  told(30s, online, stranger);
  presence.unheard(100s, star, false);
  EXPECT_THAT(broken(), IsEmpty());
  told(139s, online, stranger);
  presence.finish(1000s, true);
  EXPECT_THAT(broken(), IsEmpty());
  told(1001s, online, stranger);
  EXPECT_THAT(broken(), ElementsAre("presence-online"));
}

TEST_F(PresenceChecksTest, SaysNothingOfWhoMayOrMayNotBeHeard) {
  told(1s, offline);
  presence.heard(10s, star);
  presence.unclear(star);
  told(60s, online);
  told(61s, offline);
  presence.finish(100s, true);
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_EQ(compared("presence-settled"), 0u);
}

TEST_F(PresenceChecksTest, FindsWhatIsToldToWhoIsBlocked) {
  presence.heard(10s, star);
  checker.block_asked(star, fan.user, true, 7);
  told(20s, online);
  checker.block_answered(21s, star, fan.user, true, 7, true);
  told(24s, online);
  told(25s, offline);
  EXPECT_THAT(broken(), IsEmpty());
  told(26s, online);
  EXPECT_THAT(broken(), ElementsAre("presence-private"));
  presence.told(27s, fan, {star, offline, 5});
  EXPECT_EQ(checker.violations().size(), 2u);
  checker.block_asked(star, fan.user, false, 8);
  told(28s, online);
  EXPECT_EQ(checker.violations().size(), 2u);
  told(29s, offline);
  presence.finish(100s, true);
  EXPECT_EQ(checker.violations().size(), 2u) << "it may not have asked again";
}

TEST_F(PresenceChecksTest, WantsWhatIsShownToBeSoInTheEnd) {
  presence.heard(10s, star);
  told(20s, unknown);
  presence.finish(21s, false);
  EXPECT_THAT(broken(), IsEmpty());
  presence.finish(21s, true);
  EXPECT_THAT(broken(), ElementsAre("presence-settled"));
  EXPECT_THAT(checker.violations().at(0).what, HasSubstr("shows u_1 as unknown, who is online"));
}

TEST_F(PresenceChecksTest, SaysForHowLongWhatTurnedHadBeenSo) {
  presence.heard(10s, star);
  EXPECT_FALSE(told(11s, offline).turned) << "nothing was shown before";
  const auto here = told(14s, online);
  EXPECT_TRUE(here.turned);
  EXPECT_EQ(here.so_for, 4s);
  EXPECT_FALSE(told(15s, unknown).turned);
  EXPECT_FALSE(told(16s, online).turned);
  EXPECT_FALSE(told(17s, online).turned);
  const auto flicker = told(18s, offline);
  EXPECT_TRUE(flicker.turned);
  EXPECT_FALSE(flicker.so_for.has_value());
}

}  // namespace
}  // namespace hubbub::sim
