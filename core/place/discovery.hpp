// Which server a client is told to use.
#pragma once

#include <cstdint>
#include <span>

#include "core/place/registration.hpp"

namespace hubbub {

/// One that has room and is not draining: of `region` if one there has room, else of any. Each is
/// drawn as often as it has free places, so that a thousand clients who ask at once do not all go
/// to the emptiest. `random`: 64 bits, uniform. Null: nobody has room.
const Registration* choose(std::span<const Registration> live, std::uint16_t region,
                           std::uint64_t random);

}  // namespace hubbub
