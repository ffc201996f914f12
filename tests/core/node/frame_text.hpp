// What a client is sent, in a line (a page of history: in several).
#pragma once

#include <string>

#include "core/wire/frames.hpp"

namespace hubbub::test {

/// Of a cursor without the incarnation's random bits.
std::string text(const to_client::Frame& frame);

}  // namespace hubbub::test
