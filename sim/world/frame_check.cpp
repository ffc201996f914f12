#include "sim/world/frame_check.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/frame_json.hpp"

namespace hubbub::sim {
namespace {

void set_length(Content& content) {
  content.length = static_cast<std::uint32_t>(content.body.size());
}

template <class Frame>
std::string bytes_of(const Frame& frame) {
  ByteBuffer bytes;
  wire::encode(frame, bytes);
  return std::string(bytes.view());
}

template <class Parsed, class Frame, class Parse>
void check(const Frame& frame, Parse parse) {
  std::string text;
  encode(frame, text);
  Arena arena;
  Parsed parsed;
  parse(text, arena, parsed);
  HUBBUB_CHECK(parsed.errors.empty() && parsed.frames.size() == 1);
  HUBBUB_CHECK(bytes_of(parsed.frames.front()) == bytes_of(frame));
}

}  // namespace

void check_json(const to_client::Frame& original) {
  to_client::Frame frame = original;
  std::vector<Message> messages;
  if (auto* event = std::get_if<to_client::Event>(&frame)) set_length(event->message.content);
  if (auto* found = std::get_if<to_client::Found>(&frame)) set_length(found->message.content);
  if (auto* page = std::get_if<to_client::HistoryPage>(&frame)) {
    messages.assign(page->messages.begin(), page->messages.end());
    for (Message& message : messages) set_length(message.content);
    page->messages = messages;
  }
  check<ParsedServerFrames>(frame, parse_server_message);
}

void check_json(const to_server::Frame& original) {
  to_server::Frame frame = original;
  if (auto* send = std::get_if<to_server::Send>(&frame)) set_length(send->content);
  // Who leaves is whoever's connection it is: JSON does not say it again.
  if (auto* change = std::get_if<to_server::Change>(&frame))
    if (change->what == to_server::Change::What::leave) change->user = UserId{};
  check<ParsedClientFrames>(frame, parse_client_message);
}

}  // namespace hubbub::sim
