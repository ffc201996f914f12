// What goes wrong, and when: once at a given time, or again and again at random ones, during the
// safety phase. What took effect is counted; a fault that met nothing to break did not.
#pragma once

#include <array>
#include <vector>

#include "sim/world/crowd.hpp"
#include "sim/world/fleet.hpp"
#include "sim/world/stage.hpp"

namespace hubbub::sim {

class Faults {
 public:
  Faults(Stage& stage, Fleet& fleet, Crowd& crowd);

  /// Puts all first times on the agenda.
  void start();
  void happens(std::uint32_t which);
  /// How often each kind took effect.
  std::array<std::uint64_t, fault_kinds> counts() const;

 private:
  struct Planned {
    const Fault* fault;
    Random random;
    bool exists;  ///< in this run
    Planned(const Fault* f, Random r, bool e) : fault(f), random(r), exists(e) {}
  };
  void schedule_next(std::uint32_t which);
  bool strike(const Fault& fault, std::uint32_t host, Random& random);
  bool strike_region(const Fault& fault, std::uint16_t region);
  bool strike_services(const Fault& fault, std::uint32_t host, Random& random);
  void note(const Fault& fault);

  Stage& stage_;
  Fleet& fleet_;
  Crowd& crowd_;
  Source source_;
  std::vector<Planned> planned_;
  std::array<std::uint64_t, fault_kinds> counts_{};
};

}  // namespace hubbub::sim
