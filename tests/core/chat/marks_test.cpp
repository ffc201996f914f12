// R19: marks never go back, reading raises delivered, and what is new is given once.
#include "core/chat/marks.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/limits.hpp"

namespace hubbub {
namespace {

std::vector<Marks::Place> take(Marks& marks, std::size_t most = 100) {
  std::vector<Marks::Place> taken;
  marks.take(most, taken);
  return taken;
}

TEST(Marks, NeverGoBack) {
  Marks marks;
  marks.raise(1, {5, 3});
  marks.raise(1, {4, 2});
  EXPECT_EQ(marks.of(1), (rows::Mark{5, 3}));
  marks.raise(1, {0, 4});
  EXPECT_EQ(marks.of(1), (rows::Mark{5, 4}));
  EXPECT_EQ(marks.of(0), rows::Mark{});
  EXPECT_EQ(marks.of(7), rows::Mark{});
}

TEST(Marks, ReadingRaisesDelivered) {
  Marks marks;
  marks.raise(0, {1, 6});
  EXPECT_EQ(marks.of(0), (rows::Mark{6, 6}));
}

TEST(Marks, GiveWhatIsNewOnceInTheOrderOfPlaces) {
  Marks marks;
  for (const Marks::Place place : {9u, 2u, 70u, 5u}) marks.raise(place, {1, 0});
  marks.raise(2, {2, 0});
  EXPECT_EQ(take(marks, 3), (std::vector<Marks::Place>{2, 5, 9}));
  EXPECT_FALSE(marks.taken());
  marks.raise(5, {2, 0});
  EXPECT_EQ(take(marks), (std::vector<Marks::Place>{5, 70}));
  EXPECT_TRUE(marks.taken());
  marks.raise(5, {2, 0});  // nothing new
  EXPECT_TRUE(take(marks).empty());
  marks.confirm(5);  // somebody asks all the same
  EXPECT_EQ(take(marks), (std::vector<Marks::Place>{5}));
}

TEST(Marks, AreStoredByTheRowsOfMembers) {
  Marks marks;
  marks.raise(3, {7, 7});
  marks.raise(limits::members_per_row + 1, {8, 0});
  std::vector<rows::Mark> row;
  marks.store(0, row);
  ASSERT_EQ(row.size(), limits::members_per_row);
  EXPECT_EQ(row[3], (rows::Mark{7, 7}));
  EXPECT_FALSE(marks.at(3).unstored);
  EXPECT_TRUE(marks.at(limits::members_per_row + 1).unstored);
  marks.store(1, row);
  ASSERT_EQ(row.size(), 2u);

  Marks again;
  again.restore(1, row);
  EXPECT_EQ(again.of(limits::members_per_row + 1), (rows::Mark{8, 0}));
  EXPECT_TRUE(take(again).empty());
}

TEST(Marks, CountOthersThatAreMembersNow) {
  Members members;
  for (std::uint64_t u = 1; u <= 5; ++u) members.join(UserId{u}, 1);
  Marks marks;
  for (std::uint64_t u = 1; u <= 5; ++u)
    marks.raise(*members.place_of(UserId{u}), {9, u < 3 ? 9u : 0u});
  marks.raise(*members.place_of(UserId{5}), {12, 12});
  Marks::Writer writer{{UserId{1}, 9}};
  marks.count(members, writer);
  EXPECT_EQ(writer.delivered, 4u);
  EXPECT_EQ(writer.read, 2u);
  members.leave(UserId{5}, 13);
  marks.count(members, writer);
  EXPECT_EQ(writer.delivered, 3u);
  EXPECT_EQ(writer.read, 1u);
  // Who comes back has what they had.
  members.join(UserId{5}, 14);
  marks.count(members, writer);
  EXPECT_EQ(writer.read, 2u);
}

TEST(Marks, KnowTheLastWritersAndTheirNewestMessages) {
  Marks marks;
  for (std::uint64_t u = 1; u <= limits::receipt_writers + 1; ++u) marks.wrote(UserId{u}, u);
  marks.wrote(UserId{3}, 50);
  ASSERT_EQ(marks.writers().size(), limits::receipt_writers);
  EXPECT_EQ(marks.writers().front().user, UserId{2});
  EXPECT_EQ(marks.writers().back().user, UserId{3});
  EXPECT_EQ(marks.writers().back().seq, 50u);
}

RC_GTEST_PROP(Marks, AreTheHighestOfWhatWasSaid, ()) {
  Marks marks;
  std::array<rows::Mark, 4> said{};
  const auto all = *rc::gen::container<std::vector<std::array<std::uint8_t, 3>>>(
      rc::gen::container<std::array<std::uint8_t, 3>>(rc::gen::arbitrary<std::uint8_t>()));
  for (const auto& [who, delivered, read] : all) {
    rows::Mark& most = said[who % 4];
    most.delivered = std::max<Sequence>({most.delivered, delivered, read});
    most.read = std::max<Sequence>(most.read, read);
    marks.raise(who % 4, {delivered, read});
    if (who % 5 == 0) take(marks, 2);
  }
  for (Marks::Place place = 0; place < 4; ++place) RC_ASSERT(marks.of(place) == said[place]);
}

}  // namespace
}  // namespace hubbub
