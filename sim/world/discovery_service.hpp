// Where clients of a replicated fleet ask which server to use. It looks in the register now and then
// and answers by the core's rule (place/discovery.hpp): so it names a dead server until the register
// has forgotten it, and goes by what it saw last while the register cannot be reached.
//
// Every region has one of its own.
#pragma once

#include <deque>
#include <optional>

#include "core/place/register_view.hpp"
#include "sim/world/register_service.hpp"
#include "sim/world/stage.hpp"

namespace hubbub::sim {

class DiscoveryService {
 public:
  /// How old what it goes by may be, beside what the register itself is late.
  static constexpr Duration looks_every = limits::registration_interval;

  DiscoveryService(Stage& stage, RegisterService& registry);

  /// The server for a client in this region, who has just found nobody at `except`. Nothing: none
  /// is known that has room.
  std::optional<std::uint16_t> choose(std::uint16_t region, std::uint64_t random, NodeId except);

 private:
  struct Mirror {
    RegisterView view;
    Duration looks_at{};  ///< again, if it is asked then
  };

  Stage& stage_;
  RegisterService& register_;
  std::deque<Mirror> mirrors_;  ///< by region
};

}  // namespace hubbub::sim
