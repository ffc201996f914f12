// What both frame fuzzers hold: what is taken can be written again, and then means the same.
#pragma once

#include <string>

#include "core/base/check.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/frame_json.hpp"
#include "core/wire/json_text.hpp"

namespace hubbub {

template <class Frame, class Parse>
void expect_stable(std::string_view text, Parse parse) {
  Arena arena;
  ParsedFrames<Frame> first;
  parse(text, arena, first);
  HUBBUB_CHECK(!first.close || (first.frames.empty() && first.errors.size() == 1));
  for (const to_client::Error& error : first.errors) HUBBUB_CHECK(json::is_utf8(error.detail));
  for (const Frame& frame : first.frames) {
    std::string written;
    encode(frame, written);
    ParsedFrames<Frame> second;
    parse(written, arena, second);
    HUBBUB_CHECK(second.errors.empty() && second.frames.size() == 1);
    ByteBuffer before;
    ByteBuffer after;
    wire::encode(frame, before);
    wire::encode(second.frames.front(), after);
    HUBBUB_CHECK(before.view() == after.view());
  }
}

}  // namespace hubbub
