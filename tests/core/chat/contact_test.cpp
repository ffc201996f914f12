#include "core/chat/contact.hpp"

#include <gtest/gtest.h>

namespace hubbub {
namespace {

constexpr ContactKey key{UserId{7}, UserId{9}};

TEST(Contact, ComesBackFromItsRowAndIsReadAlone) {
  Contact contact;
  contact.contact = contact.blocked = contact.owed = true;
  contact.number = 12;
  contact.name = "Ann";
  ByteBuffer bytes;
  wire::encode(contact.row(), bytes);
  Arena arena;
  Contact back;
  ASSERT_TRUE(back.restore(rows::contact(key.user, key.other), bytes.view(), arena));
  EXPECT_TRUE(back.contact && back.blocked && back.owed);
  EXPECT_EQ(back.number, 12u);
  EXPECT_EQ(back.name, "Ann");
  const rows::Bounds bounds = Contact::bounds(key);
  EXPECT_EQ(bounds.from.view(), rows::contact(key.user, key.other).view());
  EXPECT_GT(rows::contact(key.user, UserId{10}).view(), bounds.to.view());
}

TEST(Contact, OfAnotherFormCannotBeRead) {
  Arena arena;
  Contact contact;
  EXPECT_FALSE(contact.restore(rows::contact(key.user, key.other), "\x02", arena));
  EXPECT_FALSE(contact.restore(rows::user(key.user), "\x01", arena));
}

TEST(Contact, IsKeptWhileThereIsSomethingToSayOfIt) {
  Contact contact;
  EXPECT_TRUE(contact.nothing());
  contact.owed = true;
  EXPECT_FALSE(contact.nothing());
}

TEST(Contact, AsManyWaitAsMayAndTheOldestGivesWay) {
  Contact contact;
  for (std::uint64_t i = 1; i <= limits::waiting_for_block + 1; ++i) contact.wait({.request = i});
  EXPECT_EQ(contact.waiting.size(), limits::waiting_for_block);
  EXPECT_EQ(contact.waiting.front().request, 2u);
}

}  // namespace
}  // namespace hubbub
