// Regions: who is in which, what lies between them, and which are cut off.
#pragma once

#include <array>
#include <cstdint>

#include "sim/world/draws.hpp"

namespace hubbub::sim {

class Regions {
 public:
  static constexpr std::size_t most = 64;

  Regions(const Scenario& scenario, std::uint64_t seed)
      : seed_(seed),
        count_(scenario.servers.regions),
        between_(sampler(scenario.network.between_regions)) {}

  std::uint16_t count() const { return static_cast<std::uint16_t>(count_); }
  std::uint16_t of_host(std::uint32_t host) const {
    return static_cast<std::uint16_t>(host % count_);
  }
  /// All devices of a user are where the user lives.
  std::uint16_t of_user(std::uint32_t user) const {
    if (count_ == 1) return 0;
    return static_cast<std::uint16_t>(Random(seed_, purpose::user_region, user).below(count_));
  }

  /// What a way from one to the other takes beside what any way takes.
  Duration between(std::uint16_t a, std::uint16_t b, Random& random) const {
    return a == b ? Duration{0} : draw(between_, random);
  }

  void cut_off(std::uint16_t region, Duration until) { cut_until_[region] = until; }
  bool is_cut_off(std::uint16_t region, Duration now) const { return now < cut_until_[region]; }
  /// Nothing goes from one to the other.
  bool apart(std::uint16_t a, std::uint16_t b, Duration now) const {
    return a != b && (is_cut_off(a, now) || is_cut_off(b, now));
  }
  void heal() { cut_until_ = {}; }

 private:
  std::uint64_t seed_;
  std::uint32_t count_;
  Sampler between_;
  std::array<Duration, most> cut_until_{};
};

}  // namespace hubbub::sim
