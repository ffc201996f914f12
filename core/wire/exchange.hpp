// How frames go with HTTP requests, where a client holds no connection (R37): what is said back on the
// request that it answers, and what waits for a poll. The node and every edge go by it.
#pragma once

#include <type_traits>
#include <variant>

#include "core/wire/frames.hpp"

namespace hubbub {

/// The number by which it will be answered; 0: not by one.
template <class Frame>
RequestId request_of(const Frame& frame) {
  return std::visit(
      [](const auto& f) -> RequestId {
        if constexpr (requires { f.id; }) return f.id;
        return 0;
      },
      frame);
}

/// A part of the stream, and how far the device is with it; null: it is none.
inline const Cursor* stream_cursor(const to_client::Frame& frame) {
  return std::visit(
      [](const auto& f) -> const Cursor* {
        if constexpr (requires { f.cursor; }) return &f.cursor;
        return nullptr;
      },
      frame);
}

/// It is no answer: neither to a request, nor to `hello`.
inline bool waits_for_poll(const to_client::Frame& frame) {
  const bool of_hello = std::holds_alternative<to_client::Welcome>(frame) ||
                        std::holds_alternative<to_client::Error>(frame);
  return !of_hello && request_of(frame) == 0;
}

}  // namespace hubbub
