// Which server a client is told to use.
#pragma once

#include <cstdint>
#include <span>

#include "core/place/registration.hpp"

namespace hubbub {

/// One that has room and is not draining: of `region` if one there has room, else of any. Each is
/// drawn as often as it has free places, so that a thousand clients who ask at once do not all go
/// to the emptiest. `random`: 64 bits, uniform. `except`: where the client has just found nobody;
/// registrations outlive their servers for a while, so it is named only if there is no other.
/// Null: nobody has room.
const Registration* choose(std::span<const Registration> live, std::uint16_t region,
                           std::uint64_t random, NodeId except = nobody);

}  // namespace hubbub
