// How long a frame is on its way. Texts stand in the simulator as their lengths and digests
// (body.hpp); a network and a queue go by what they would be.
#pragma once

#include <algorithm>
#include <cstddef>
#include <variant>

#include "core/wire/frames.hpp"

namespace hubbub::sim {

/// What `content` is longer than its bytes here.
inline std::size_t left_out(const Content& content) {
  return content.length - std::min<std::size_t>(content.length, content.body.size());
}
inline std::size_t left_out(const to_server::Frame& frame) {
  const auto* send = std::get_if<to_server::Send>(&frame);
  return send == nullptr ? 0 : left_out(send->content);
}
inline std::size_t left_out(const to_client::Frame& frame) {
  if (const auto* event = std::get_if<to_client::Event>(&frame))
    return left_out(event->message.content);
  if (const auto* found = std::get_if<to_client::Found>(&frame))
    return left_out(found->message.content);
  std::size_t sum = 0;
  if (const auto* page = std::get_if<to_client::HistoryPage>(&frame))
    for (const Message& message : page->messages) sum += left_out(message.content);
  return sum;
}

}  // namespace hubbub::sim
