// The forms of what is stored and said (R12), one number for all: of log records, of the messages and
// packets between nodes, of rows. A build reads all up to its newest. It writes a newer form into a
// log when the map says that every node reads it, and to a peer when that peer does.
//
//   1  the first
//   2  checkpoints in logs; copies of partitions asked for and given between nodes
//
// Nothing of another release exists yet. From the first one on, whatever changes a byte form raises
// `newest_form`.
#pragma once

#include <cstdint>

namespace hubbub {

using Form = std::uint16_t;

inline constexpr Form oldest_form = 1;
inline constexpr Form newest_form = 2;

}  // namespace hubbub
