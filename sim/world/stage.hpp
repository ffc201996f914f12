// What everyone in a world shares: the clock, the agenda, bytes in flight, the judge, the meters.
#pragma once

#include <algorithm>
#include <array>

#include "sim/check/checker.hpp"
#include "sim/check/presence_checks.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/world/agenda.hpp"
#include "sim/world/chain.hpp"
#include "sim/world/meters.hpp"
#include "sim/world/regions.hpp"
#include "sim/world/slab.hpp"
#include "sim/world/story.hpp"

namespace hubbub::sim {

/// The wall clock at the start of every run: 2026-01-01 00:00 UTC.
inline constexpr Duration epoch = 1'767'225'600s;

struct Stage {
  Stage(const Scenario& s, std::uint64_t run_seed, TieRule ties, std::vector<std::string> entities)
      : scenario(s),
        seed(run_seed),
        regions(s, run_seed),
        agenda(ties),
        chain(std::move(entities)),
        checker({.receipts = s.clients.read_after != Distribution{}}) {}

  /// A fault takes effect now and is over after so long: what ends a process, when that is started
  /// again. Whoever sees it meet something says so; what only waits to strike has struck nothing.
  void struck(FaultKind kind, Duration lasts) {
    first_fault = std::min(first_fault, now);
    ++faults[static_cast<std::size_t>(kind)];
    meters.availability.struck(kind, now, now + lasts);
    presence_disturbed(lasts);
  }

  /// Servers cannot be expected to know who is there: for so long, and until they have found together.
  void presence_disturbed(Duration lasts) {
    constexpr Duration recovery = 5s;
    checker.presence().disturbed(now + lasts + recovery);
  }

  /// The client came to a server that lives, and was turned away.
  void turned_away(std::uint32_t client) {
    const std::uint32_t devices = scenario.clients.devices;
    const auto row = checker.turned_away(now, UserId{std::uint64_t{client / devices} + 1},
                                         static_cast<std::uint16_t>(client % devices));
    meters.refused_client_max = std::max<std::uint64_t>(meters.refused_client_max, row);
  }

  const Scenario& scenario;
  std::uint64_t seed;
  Duration now{0};
  bool safety = true;  ///< false once faults are healed and no new work starts
  Duration first_fault = never;
  std::array<std::uint64_t, fault_kinds> faults{};  ///< that took effect
  Regions regions;
  Agenda agenda;
  Slab slab;
  Chain chain;  ///< entities: nodes by number, then clients, then faults
  Checker checker;
  Meters meters;
  StoryWriter* story = nullptr;  ///< who writes down what clients did, if anybody does

  std::size_t clients_entity() const {
    return std::size_t{scenario.servers.all()} * scenario.servers.nodes;
  }
  std::size_t faults_entity() const { return clients_entity() + 1; }
};

}  // namespace hubbub::sim
