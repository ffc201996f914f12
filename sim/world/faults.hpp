// What goes wrong, and when: once at a given time, or again and again at random ones, during the
// safety phase. What took effect is counted (Stage::struck); a fault that met nothing to break did
// not, and neither did one that strikes a server which is not there.
#pragma once

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

 private:
  struct Planned {
    const Fault* fault;
    Random random;
    bool exists;  ///< in this run
    Planned(const Fault* f, Random r, bool e) : fault(f), random(r), exists(e) {}
  };
  void schedule_next(std::uint32_t which);
  // True if it took effect now. What waits to meet something says later if it did.
  bool strike(const Fault& fault, std::uint32_t host, Random& random);
  bool strike_region(const Fault& fault, std::uint16_t region);
  bool strike_services(const Fault& fault, Random& random);
  bool strike_server(const Fault& fault, std::uint32_t host, Random& random);

  Stage& stage_;
  Fleet& fleet_;
  Crowd& crowd_;
  Source source_;
  std::vector<Planned> planned_;
};

}  // namespace hubbub::sim
