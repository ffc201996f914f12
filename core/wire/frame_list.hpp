// One WebSocket message as its frames: the part of parsing that is the same in both directions.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>

#include "core/wire/frame_fields.hpp"
#include "core/wire/frame_json.hpp"

namespace hubbub::json {

/// How a frame of one `type` is read.
template <class Frame>
struct FrameType {
  std::string_view name;
  Frame (*read)(FrameFields& in);
};

struct MessageBounds {
  std::size_t bytes;
  std::size_t frames;
  Bounds json;
};

template <class Frame>
using FrameTypes = std::span<const FrameType<Frame>>;

/// Appends one frame as it is, several as a list. REQUIRES: not empty.
template <class Frame>
void append_frames(std::span<const Frame> frames, std::string& out) {
  if (frames.size() == 1) return encode(frames.front(), out);
  char before = '[';
  for (const Frame& frame : frames) {
    out += before;
    encode(frame, out);
    before = ',';
  }
  out += ']';
}

/// Reads one frame into `out`, or why it is not one. `place`: its number in a list, 0 if alone.
template <class Frame>
void read_frame(const Value& value, std::size_t place, FrameTypes<Frame> types, Arena& arena,
                ParsedFrames<Frame>& out) {
  const auto refuse = [&](to_client::Error error) {
    if (place != 0) error.detail = arena.copy(fmt::format("frame {}: {}", place, error.detail));
    out.errors.push_back(error);
  };
  if (value.kind != Value::Kind::object)
    return refuse(make_error(ErrorCode::bad_request,
                             fmt::format("a frame is {}: it must be an object", describe(value)),
                             arena));
  FrameFields fields(value, arena);
  const std::string_view name = fields.text("type", "the name of a type of frame");
  if (!fields.failed()) {
    const auto type = std::ranges::find(types, name, &FrameType<Frame>::name);
    if (type != types.end()) {
      const Frame frame = type->read(fields);
      if (!fields.failed()) {
        out.frames.push_back(frame);
        return;
      }
    } else {
      fields.fail("type", fields.find("type"), "a type of frame that is known here",
                  ErrorCode::unsupported);
    }
  }
  refuse(fields.error());
}

/// Reads a whole message. Clears `out` first.
template <class Frame>
void read_message(std::string_view text, MessageBounds bounds, FrameTypes<Frame> types,
                  Arena& arena, ParsedFrames<Frame>& out) {
  out.frames.clear();
  out.errors.clear();
  out.close = false;
  const auto refuse = [&](ErrorCode code, const std::string& sentence) {
    out.errors.push_back(make_error(code, sentence, arena));
    out.close = true;
  };
  if (text.size() > bounds.bytes)
    return refuse(
        ErrorCode::too_large,
        fmt::format("the message has {} bytes: it may have at most {}", text.size(), bounds.bytes));
  const auto parsed = parse(text, bounds.json, arena);
  if (!parsed) {
    const ParseError& error = parsed.error();
    return refuse(error.beyond_bounds ? ErrorCode::too_large : ErrorCode::bad_request,
                  fmt::format("the message is not JSON as it must be: {} at byte {}", error.what,
                              error.offset));
  }
  const Value& whole = **parsed;
  if (whole.kind != Value::Kind::list && whole.kind != Value::Kind::object)
    return refuse(ErrorCode::bad_request,
                  fmt::format("the message is {}: it must be a frame, an object, or a list of them",
                              describe(whole)));
  if (whole.kind == Value::Kind::object) return read_frame(whole, 0, types, arena, out);
  if (whole.count == 0 || whole.count > bounds.frames)
    return refuse(
        whole.count == 0 ? ErrorCode::bad_request : ErrorCode::too_large,
        fmt::format("the message has {} frames: it must have 1 to {}", whole.count, bounds.frames));
  std::size_t index = 0;
  for (const Value* item = whole.first; item != nullptr; item = item->next)
    read_frame(*item, ++index, types, arena, out);
}

}  // namespace hubbub::json
