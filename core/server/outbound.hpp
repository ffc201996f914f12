// What waits to be written to one connection: frames, gathered into WebSocket messages.
//
// Frames that are ready together leave together, as one JSON array; a single one leaves as itself.
// An empty queue holds no memory, because most connections are idle most of the time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/limits.hpp"

namespace hubbub::server {

class OutboundQueue {
 public:
  /// Frames are gathered into one message up to this: large enough that what a message costs does
  /// not matter, small enough that a device sees the first frame soon.
  static constexpr std::size_t message_bytes = 64 * 1024;

  /// Adds one frame's JSON. False, and nothing is added, if the connection would hold more than
  /// limits::outbound_bytes: then it is to be cut (4002).
  bool add(std::string_view frame) {
    if (bytes_ + frame.size() > limits::outbound_bytes) return false;
    if (!room_for(frame.size())) begin_message(frame.size());
    Waiting& message = messages_.back();
    if (message.frames++ > 0) message.json += ',';
    message.json += frame;
    bytes_ += frame.size();
    return true;
  }

  bool empty() const { return messages_.empty(); }

  /// Bytes of frames that wait or are being written.
  std::size_t bytes() const { return bytes_; }

  /// The next message, which takes no more frames; valid until `written`. REQUIRES: not empty, and
  /// the message before it was written.
  std::string_view begin_write() {
    HUBBUB_CHECK(!messages_.empty() && !writing_);
    writing_ = true;
    Waiting& message = messages_.front();
    writing_bytes_ = message.json.size() - message.frames;
    if (message.frames == 1) return std::string_view(message.json).substr(1);
    message.json += ']';
    return message.json;
  }

  void written() {
    HUBBUB_CHECK(writing_);
    writing_ = false;
    bytes_ -= writing_bytes_;
    messages_.erase(messages_.begin());
    if (messages_.empty()) messages_.shrink_to_fit();
  }

  /// Forgets what waits; what is being written stays.
  void drop_waiting() {
    messages_.resize(writing_ ? 1 : 0);
    bytes_ = writing_ ? writing_bytes_ : 0;
  }

 private:
  struct Waiting {
    std::string json;
    std::uint32_t frames = 0;
  };

  bool room_for(std::size_t frame_size) const {
    if (messages_.size() <= (writing_ ? 1u : 0u)) return false;
    return messages_.back().json.size() + frame_size + 2 <= message_bytes;
  }

  void begin_message(std::size_t frame_size) {
    Waiting& message = messages_.emplace_back();
    // On the heap, however short, so that what is being written stays where it is when the vector
    // grows.
    message.json.reserve(frame_size + 64);
    message.json = '[';
  }

  std::vector<Waiting> messages_;
  std::size_t bytes_ = 0;
  std::size_t writing_bytes_ = 0;
  bool writing_ = false;
};

}  // namespace hubbub::server
