// The wire format is exercised by every run: now and then a frame is written as JSON, parsed again,
// and must come out equal.
#pragma once

#include "core/wire/frames.hpp"

namespace hubbub::sim {

/// One frame in so many goes through its JSON.
inline constexpr std::uint64_t frames_per_json_check = 1000;

/// Ends the program if the frame does not survive. A text's length is what its body is long here,
/// because in a simulation a body stands for a longer one.
void check_json(const to_client::Frame& frame);
void check_json(const to_server::Frame& frame);

}  // namespace hubbub::sim
