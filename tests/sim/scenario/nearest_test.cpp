#include "sim/scenario/nearest.hpp"

#include <gtest/gtest.h>

#include <array>

namespace hubbub::sim {
namespace {

constexpr std::array<std::string_view, 5> names{"users", "devices", "acked-kept", "power_loss",
                                                "at"};

TEST(Nearest, ForgivesOneMistakeInThreeLetters) {
  EXPECT_EQ(nearest("usres", names), "users");
  EXPECT_EQ(nearest("device", names), "devices");
  EXPECT_EQ(nearest("acked_kept", names), "acked-kept");
  EXPECT_EQ(nearest("PowerLoss", names), "power_loss");
  EXPECT_EQ(nearest("it", names), "at");
}

TEST(Nearest, SuggestsNothingFarAway) {
  EXPECT_EQ(nearest("colour", names), std::nullopt);
  EXPECT_EQ(nearest("", names), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'u'), names), std::nullopt);
}

TEST(Nearest, CompletesABeginning) {
  EXPECT_EQ(nearest("acked", names), "acked-kept");
  EXPECT_EQ(nearest("users_in_total", names), "users");
}

TEST(Nearest, ListsAllNamesWhereNoneIsNear) {
  EXPECT_EQ(suggestion("usres", names), "; did you mean \"users\"?");
  EXPECT_EQ(suggestion("colour", names), "; valid are users, devices, acked-kept, power_loss, at");
}

}  // namespace
}  // namespace hubbub::sim
