#include "core/base/hash.hpp"

#include <gtest/gtest.h>

#include <set>

namespace hubbub {
namespace {

TEST(Mix64, GivesSplitmixesPublishedFirstOutputs) {
  // The generator's outputs for the seed 1234567, as its reference implementation prints them.
  constexpr std::uint64_t step = 0x9e3779b97f4a7c15;
  const std::uint64_t expected[] = {6457827717110365317u, 3203168211198807973u,
                                    9817491932198370423u, 4593380528125082431u,
                                    16408922859458223821u};
  for (std::uint64_t i = 0; i < 5; ++i) EXPECT_EQ(mix64(1234567 + i * step), expected[i]);
}

TEST(HashBytes, IsXxh3) {
  EXPECT_EQ(hash_bytes(""), 0x2d06800538d394c2u);  // the published value of the empty input
  EXPECT_NE(hash_bytes("a"), hash_bytes("b"));
  EXPECT_NE(hash_bytes("a", 1), hash_bytes("a", 2));
}

}  // namespace
}  // namespace hubbub
