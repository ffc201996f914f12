// The computed silence against every ping sent.
#include "sim/world/silence.hpp"

#include <gtest/gtest.h>

#include "sim/engine/random.hpp"

namespace hubbub::sim {
namespace {

/// An edge that really pings, and gives up when it heard nothing for interval + grace.
Duration simulated(const Pings& pings, Duration opened, Duration first, Duration heard,
                   Duration cut) {
  Duration last = std::max(opened, std::min(heard, cut));
  for (Duration ping = opened + first;; ping += pings.interval) {
    if (ping > last + pings.interval + pings.grace) return last + pings.interval + pings.grace;
    if (ping <= cut) last = std::max(last, ping);  // answered at once
  }
}

TEST(Silence, IsFoundWhenEveryPingWouldHaveFoundIt) {
  const Pings pings;
  Random random(1, 2, 3);
  for (int i = 0; i < 20'000; ++i) {
    const auto time = [&](Duration most) {
      return Duration{
          static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.count())))};
    };
    const Duration opened = time(100s);
    const Duration first = pings.phase(random.bits());
    const Duration cut = opened + time(300s);
    const Duration heard = opened + time(300s);
    ASSERT_EQ(pings.gives_up(opened, first, heard, cut),
              simulated(pings, opened, first, heard, cut));
  }
}

TEST(Silence, IsFoundUniformlyBetweenGraceAndIntervalPlusGrace) {
  const Pings pings;
  Random random(9, 2, 3);
  double sum = 0;
  constexpr int draws = 20'000;
  for (int i = 0; i < draws; ++i) {
    const Duration first = pings.phase(random.bits());
    const Duration cut = 100s + Duration{static_cast<std::int64_t>(random.below(100'000'000'000))};
    const Duration took = pings.gives_up(0s, first, 0s, cut) - cut;
    ASSERT_GE(took, pings.grace);
    ASSERT_LE(took, pings.interval + pings.grace);
    sum += std::chrono::duration<double>(took).count();
  }
  // Uniform on [10 s, 35 s]: mean 22.5, standard error 0.051.
  EXPECT_NEAR(sum / draws, 22.5, 0.2);
}

TEST(Silence, CountsThePingsThatWereNotSimulated) {
  const Pings pings;
  EXPECT_EQ(pings.count(0s, 10s, 9s), 0u);
  EXPECT_EQ(pings.count(0s, 10s, 10s), 1u);
  EXPECT_EQ(pings.count(0s, 10s, 35s), 2u);
  EXPECT_EQ(pings.count(100s, 10s, 210s), 5u);
}

}  // namespace
}  // namespace hubbub::sim
