#include "sim/check/rights.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace hubbub::sim {
namespace {

constexpr UserId ann{1}, bea{2}, cid{3}, dan{4};

/// A group of Ann's, with Bea and Cid in it.
class Group {
 public:
  explicit Group(GroupSettings settings = {}) {
    EXPECT_TRUE(does(ann, EntryKind::created, {ann, bea, cid}, settings));
  }
  /// Whether the entry is right. It is taken either way.
  bool does(UserId who, EntryKind kind, std::vector<UserId> users = {}, GroupSettings settings = {}) {
    Message m{.seq = ++seq_, .kind = kind, .from = who, .settings = settings};
    m.users = kept_.emplace_back(std::move(users));
    return !rights_.take(m);
  }

 private:
  Rights rights_;
  Sequence seq_ = 0;
  std::deque<std::vector<UserId>> kept_;
};

TEST(Rights, EveryoneAddsAndRenamesUnlessAdminsAloneMay) {
  Group open;
  EXPECT_TRUE(open.does(bea, EntryKind::joined, {dan}));
  EXPECT_TRUE(open.does(dan, EntryKind::renamed));
  Group closed({ChangedBy::admins, {}});
  EXPECT_FALSE(closed.does(bea, EntryKind::renamed));
  EXPECT_FALSE(closed.does(bea, EntryKind::joined, {dan}));
  EXPECT_TRUE(closed.does(ann, EntryKind::promoted, {bea}));
  EXPECT_TRUE(closed.does(bea, EntryKind::renamed));
  EXPECT_TRUE(closed.does(bea, EntryKind::text));
}

TEST(Rights, MembersRemoveNobodyAndNobodyRemovesTheOwner) {
  EXPECT_FALSE(Group().does(bea, EntryKind::left, {cid}));
  EXPECT_TRUE(Group().does(ann, EntryKind::left, {cid}));
  EXPECT_TRUE(Group().does(cid, EntryKind::left, {cid}));
  Group group;
  EXPECT_TRUE(group.does(ann, EntryKind::promoted, {bea}));
  EXPECT_TRUE(group.does(bea, EntryKind::left, {cid}));
  EXPECT_FALSE(group.does(bea, EntryKind::left, {ann, bea}));
}

TEST(Rights, AnOwnerWhoLeavesIsFollowedByTheFirstAdminElseTheFirstMember) {
  EXPECT_TRUE(Group().does(ann, EntryKind::left, {ann, bea}));
  EXPECT_FALSE(Group().does(ann, EntryKind::left, {ann, cid}));
  EXPECT_FALSE(Group().does(ann, EntryKind::left, {ann}));
  Group group;
  EXPECT_TRUE(group.does(ann, EntryKind::promoted, {cid}));
  EXPECT_TRUE(group.does(ann, EntryKind::left, {ann, cid}));
  EXPECT_TRUE(group.does(cid, EntryKind::settings));
  EXPECT_TRUE(group.does(cid, EntryKind::left, {cid, bea}));
  EXPECT_TRUE(group.does(bea, EntryKind::left, {bea}));
}

TEST(Rights, AdminsMakeAdminsAndTheOwnerHandsOver) {
  Group group;
  EXPECT_FALSE(group.does(bea, EntryKind::promoted, {cid}));
  group = Group();
  EXPECT_TRUE(group.does(ann, EntryKind::promoted, {bea}));
  EXPECT_FALSE(group.does(ann, EntryKind::promoted, {bea}));
  EXPECT_FALSE(group.does(bea, EntryKind::demoted, {cid}));
  EXPECT_TRUE(group.does(bea, EntryKind::demoted, {bea}));
  EXPECT_FALSE(group.does(bea, EntryKind::handed_over, {cid}));
  group = Group();
  EXPECT_TRUE(group.does(ann, EntryKind::handed_over, {cid}));
  EXPECT_FALSE(group.does(ann, EntryKind::settings));
  EXPECT_TRUE(group.does(cid, EntryKind::settings, {}, {ChangedBy::admins, {}}));
  EXPECT_TRUE(group.does(ann, EntryKind::renamed));
  EXPECT_FALSE(group.does(bea, EntryKind::renamed));
  EXPECT_FALSE(group.does(ann, EntryKind::demoted, {cid}));
}

}  // namespace
}  // namespace hubbub::sim
