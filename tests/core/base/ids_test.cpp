#include "core/base/ids.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace hubbub {
namespace {

rc::Gen<std::uint64_t> within(std::uint64_t greatest) {
  return rc::gen::map(rc::gen::arbitrary<std::uint64_t>(),
                      [greatest](std::uint64_t x) { return x % greatest + 1; });
}

RC_GTEST_PROP(UserId, ComesBackFromItsText, ()) {
  const UserId user{*within(user_id_max)};
  RC_ASSERT(parse_user(to_text(user)) == user);
}

RC_GTEST_PROP(ConversationId, ComesBackFromItsText, ()) {
  const UserId a{*within(user_id_max)};
  const UserId b{*rc::gen::distinctFrom(within(user_id_max), a.value)};
  const ConversationId direct = ConversationId::direct(a, b);
  RC_ASSERT(parse_conversation(to_text(direct)) == direct);
  RC_ASSERT(!direct.is_group());
  RC_ASSERT(direct.first() == std::min(a, b));
  RC_ASSERT(direct.second() == std::max(a, b));
  const DeviceNumber device{static_cast<std::uint16_t>(*within(UINT16_MAX))};
  const ConversationId group = ConversationId::group(a, device, *within(group_number_max));
  RC_ASSERT(parse_conversation(to_text(group)) == group);
  RC_ASSERT(group.is_group());
  RC_ASSERT(group.first() == a);
}

RC_GTEST_PROP(ConversationId, NeverFailsOnAnyTextAndHasOneFormOnly, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "c", "u", "_", "1", "0", "84", "9999999999999999999", "-", "+", " "));
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  if (const auto c = parse_conversation(text)) RC_ASSERT(to_text(*c) == text);
  if (const auto u = parse_user(text)) RC_ASSERT(to_text(*u) == text);
}

TEST(ConversationId, IsOneForTwoUsersWhoeverOpensIt) {
  EXPECT_EQ(ConversationId::direct(UserId{84}, UserId{71}),
            ConversationId::direct(UserId{71}, UserId{84}));
  EXPECT_EQ(to_text(ConversationId::direct(UserId{84}, UserId{71})), "c_71_84");
  EXPECT_EQ(to_text(ConversationId::group(UserId{71}, DeviceNumber{2}, 17)), "c_71_2_17");
}

TEST(ConversationId, RefusesWhatNoConversationHas) {
  for (const char* text : {"",
                           "c_",
                           "c_71",
                           "c_71_",
                           "c_71_71",
                           "c_84_71",
                           "c_0_1",
                           "c_071_84",
                           "c_71_084",
                           "u_71_84",
                           "C_71_84",
                           "c_71_84 ",
                           " c_71_84",
                           "c_71_84_",
                           "c_71_84_0",
                           "c_71_65536_1",
                           "c_71_2_17_1",
                           "c_71_2_281474976710656",
                           "c_71_4611686018427387904",
                           "c_-1_2",
                           "c_+1_2",
                           "c_1_2_-3"})
    EXPECT_FALSE(parse_conversation(text).has_value()) << text;
}

TEST(UserId, RefusesWhatNoUserHas) {
  for (const char* text : {"", "u", "u_", "u_0", "u_01", "u_-1", "u_+1", "u_1x", "u_ 1", "71",
                           "u_4611686018427387904", "u_18446744073709551616"})
    EXPECT_FALSE(parse_user(text).has_value()) << text;
  EXPECT_EQ(parse_user("u_281474976710655"), UserId{user_id_max});
}

TEST(ConversationId, MustNotBeMadeOfOneUser) {
  EXPECT_EXIT(ConversationId::direct(UserId{1}, UserId{1}), testing::ExitedWithCode(70), "a != b");
  EXPECT_EXIT(ConversationId::group(UserId{1}, DeviceNumber{1}, 0), testing::ExitedWithCode(70),
              "number > 0");
}

TEST(Shard, IsTheSameOnEveryMachine) {
  EXPECT_EQ(shard_of(UserId{1}).value, 193);
  EXPECT_EQ(shard_of(ConversationId::direct(UserId{71}, UserId{84})).value, 370);
}

TEST(Shard, SpreadsUsersEvenly) {
  std::vector<int> users(limits::shards);
  for (std::uint64_t u = 1; u <= 102'400; ++u) ++users[shard_of(UserId{u}).value];
  // 100 expected in each; six standard deviations of a binomial count either way.
  EXPECT_GT(*std::min_element(users.begin(), users.end()), 40);
  EXPECT_LT(*std::max_element(users.begin(), users.end()), 160);
}

TEST(Shard, LiesInAPartition) {
  std::set<std::uint16_t> partitions;
  for (std::uint16_t s = 0; s < limits::shards; ++s)
    partitions.insert(partition_of(ShardId{s}).value);
  EXPECT_EQ(partitions.size(), limits::partitions);
  EXPECT_EQ(*partitions.rbegin(), limits::partitions - 1);
}

}  // namespace
}  // namespace hubbub
