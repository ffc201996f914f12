#include "core/base/bytes.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace hubbub {
namespace {

TEST(Arena, KeepsAddressesWhileItGrows) {
  Arena arena(64);
  std::vector<std::string_view> copies;
  for (int i = 0; i < 1000; ++i) copies.push_back(arena.copy(std::to_string(i)));
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(copies[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST(Arena, GivesArraysTheirAlignmentAndZeroes) {
  Arena arena;
  arena.copy("x");
  const auto numbers = arena.array<std::uint64_t>(3);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(numbers.data()) % alignof(std::uint64_t), 0u);
  for (const std::uint64_t n : numbers) EXPECT_EQ(n, 0u);
}

TEST(Arena, HandsOutTheSameMemoryAfterClear) {
  Arena arena;
  const void* first = arena.copy("abc").data();
  arena.clear();
  EXPECT_EQ(arena.copy("xyz").data(), first);
}

TEST(Arena, TakesWhatIsLargerThanABlockAndGoesOn) {
  Arena arena(64);
  const std::string large(10'000, 'l');
  const std::string_view small = arena.copy("small");
  const std::string_view copy = arena.copy(large);
  const std::string_view after = arena.copy("after");
  EXPECT_EQ(small, "small");
  EXPECT_EQ(copy, large);
  EXPECT_EQ(after, "after");
  arena.clear();
  EXPECT_EQ(arena.copy("again"), "again");
}

TEST(ByteBuffer, KeepsWhatWasAppendedInOrder) {
  ByteBuffer buffer;
  buffer.append("ab");
  buffer.append("cd");
  EXPECT_EQ(buffer.view(), "abcd");
  EXPECT_EQ(buffer.view(1, 2), "bc");
  buffer.clear();
  EXPECT_TRUE(buffer.empty());
}

}  // namespace
}  // namespace hubbub
