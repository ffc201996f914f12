#include "core/chat/rights.hpp"

#include <gtest/gtest.h>

namespace hubbub {
namespace {

using What = to_server::Change::What;

TEST(Rights, WhoMayDoWhatInAGroup) {
  const GroupSettings everyone{ChangedBy::everyone, {}}, admins{ChangedBy::admins, {}};
  for (const What what : {What::add, What::rename}) {
    EXPECT_TRUE(may_change(Role::member, everyone, what));
    EXPECT_FALSE(may_change(Role::member, admins, what));
    EXPECT_TRUE(may_change(Role::admin, admins, what));
  }
  for (const What what : {What::remove, What::promote, What::demote}) {
    EXPECT_FALSE(may_change(Role::member, everyone, what));
    EXPECT_TRUE(may_change(Role::admin, admins, what));
  }
  for (const What what : {What::hand_over, What::settings}) {
    EXPECT_FALSE(may_change(Role::admin, everyone, what));
    EXPECT_TRUE(may_change(Role::owner, admins, what));
  }
  EXPECT_TRUE(may_change(Role::member, admins, What::leave));
}

}  // namespace
}  // namespace hubbub
