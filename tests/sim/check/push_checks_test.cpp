// pushed-only and pushed, on what might be pushed.
#include "sim/check/push_checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hubbub::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr UserId ada{1}, bob{2}, eve{3};
constexpr DeviceId adas{ada, DeviceNumber{1}}, adas_other{ada, DeviceNumber{2}};
const ConversationId talk = ConversationId::direct(ada, bob);
const ConversationId group = ConversationId::group(bob, DeviceNumber{1}, 1);

class PushChecksTest : public testing::Test {
 protected:
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
  void wants(DeviceId device) {
    pushes.asked(device);
    pushes.answered(device);
  }
  void takes(DeviceId device, const ConversationId& conversation, Sequence seq) {
    const PushItem item{conversation, seq, 1};
    pushes.taken(device, {&item, 1}, false, 0);
  }
  /// Ada is away and holds nothing; bob said 1 to 3 in `talk`, and she 4.
  void ends() {
    pushes.is_away(ada, 0);
    for (Sequence seq = 1; seq <= 4; ++seq) pushes.stored_inbox(ada, seq, talk, seq);
    for (Sequence seq = 1; seq <= 4; ++seq) pushes.stored_message(talk, seq, seq == 4 ? ada : bob);
    pushes.finish(9s);
  }

  Checker checker;
  PushChecks& pushes = checker.pushes();
};

TEST_F(PushChecksTest, ARevokedDeviceIsPushedToNoMoreAndNothingIsDueToIt) {
  wants(adas);
  pushes.revoked(adas);
  pushes.revoked(adas_other);  // never asked
  ends();
  EXPECT_THAT(broken(), IsEmpty());
  pushes.left(1s, adas, {talk, 3, bob, 1s});
  EXPECT_THAT(broken(), ElementsAre("pushed-only"));
}

TEST_F(PushChecksTest, AllowsWhatOthersSaidToWhoAsked) {
  wants(adas);
  pushes.left(1s, adas, {talk, 3, bob, 1s});
  takes(adas, talk, 3);
  ends();
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_EQ(compared("pushed-only"), 1u);
  EXPECT_EQ(compared("pushed"), 3u) << "her own is not due";
}

TEST_F(PushChecksTest, FindsAPushToWhoNeverAsked) {
  wants(adas);
  pushes.left(1s, adas_other, {talk, 3, bob, 1s});
  EXPECT_THAT(broken(), ElementsAre("pushed-only"));
}

TEST_F(PushChecksTest, FindsAPushOfWhatTheUserSaid) {
  wants(adas);
  pushes.left(1s, adas, {talk, 4, ada, 1s});
  EXPECT_THAT(broken(), ElementsAre("pushed-only"));
}

TEST_F(PushChecksTest, FindsAPushOfSomebodyBlocked) {
  wants(adas);
  checker.block_asked(ada, eve, true, 7);
  checker.block_answered(2s, ada, eve, true, 7, true);
  pushes.left(3s, adas, {group, 1, eve, 1s});
  EXPECT_THAT(broken(), IsEmpty()) << "it may have come before the block";
  pushes.left(4s, adas, {group, 2, eve, 3s});
  EXPECT_THAT(broken(), ElementsAre("pushed-only"));
}

TEST_F(PushChecksTest, FindsWhatWasNotPushed) {
  wants(adas);
  takes(adas, talk, 2);
  ends();
  EXPECT_THAT(broken(), ElementsAre("pushed"));
}

TEST_F(PushChecksTest, FindsThatOneOfTwoDevicesWasNotPushed) {
  wants(adas);
  wants(adas_other);
  takes(adas, talk, 3);
  ends();
  EXPECT_THAT(broken(), ElementsAre("pushed"));
}

TEST_F(PushChecksTest, FindsThatAnotherConversationWasPushedInItsPlace) {
  wants(adas);
  takes(adas, group, 3);
  ends();
  EXPECT_THAT(broken(), ElementsAre("pushed"));
}

TEST_F(PushChecksTest, AllowsThatOnlyTheNewestAreNamedWhereItIsSaidThatThereIsMore) {
  wants(adas);
  const PushItem item{group, 3, 1};
  EXPECT_TRUE(pushes.taken(adas, {&item, 1}, true, 4));
  EXPECT_FALSE(pushes.taken(adas, {&item, 1}, true, 4)) << "it says nothing new";
  ends();
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_EQ(compared("pushed"), 3u);
}

TEST_F(PushChecksTest, AllowsThatWhoHoldsItOrIsNotKnownAnyMoreIsNotPushed) {
  wants(adas);
  pushes.gone(adas);
  ends();
  pushes.asked(adas_other);
  EXPECT_EQ(compared("pushed"), 0u) << "nor whoever has no answer yet";
  wants({bob, DeviceNumber{1}});
  pushes.is_away(bob, 3);
  pushes.stored_inbox(bob, 3, talk, 3);
  pushes.stored_inbox(bob, 4, talk, 4);
  takes({bob, DeviceNumber{1}}, talk, 4);
  pushes.finish(10s);
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_EQ(compared("pushed"), 1u);
}

}  // namespace
}  // namespace hubbub::sim
