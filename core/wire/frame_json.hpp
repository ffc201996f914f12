// Frames as JSON, in both directions and for both roles: a server parses what clients say and
// writes what they read; the load generator and the simulator do the reverse.
//
// One WebSocket message is one frame, an object, or several, a list of objects. Every frame stands
// for itself: one that is wrong becomes an error with its request's id, and hides no other. What
// cannot be read as frames at all (no UTF-8, no JSON, beyond the bounds) is one error and `close`:
// the connection ends with CloseCode::bad_frame.
//
// Keys that a frame does not know are ignored, so that newer clients can talk to older servers. A
// key it knows may stand there only once: which of two would count is a matter of taste, and two
// readers with different tastes are a hole. A `null` counts as absent.
//
// In JSON, sequences, counts and times are numbers up to 2^53 - 1; 64-bit things are text: message
// ids decimal, keys and incarnations hexadecimal. Ids and cursors are in their text forms. A text
// is carried as it is; its length and digest (Content) are made when it is parsed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/wire/frames.hpp"

namespace hubbub {

/// The sub-protocol of the WebSocket handshake.
inline constexpr std::string_view json_subprotocol = "hubbub.v1.json";

/// The greatest whole number that every JSON reader takes exactly (RFC 8259, section 6).
inline constexpr std::uint64_t json_number_max = (std::uint64_t{1} << 53) - 1;

/// What one WebSocket message held. Kept by the caller and reused: parsing clears it, not frees it.
template <class Frame>
struct ParsedFrames {
  std::vector<Frame> frames;  ///< those that are right, in their order
  /// One for each that is not; never with `retry`, `id` 0 if it could not be read.
  std::vector<to_client::Error> errors;
  bool close{};  ///< broken as a whole: no frames, one error
};

using ParsedClientFrames = ParsedFrames<to_server::Frame>;
using ParsedServerFrames = ParsedFrames<to_client::Frame>;

/// What a client says. Texts of the result are views into `text` and `arena`. Codes: bad_request;
/// too_large (a text, a list, the message); unsupported (a type of frame that is not known).
/// The `user` of a `leave` is left 0: the caller knows whose connection it is.
void parse_client_message(std::string_view text, Arena& arena, ParsedClientFrames& out);

/// What a server says, as parse_client_message. `limits` of a welcome are not looked at.
void parse_server_message(std::string_view text, Arena& arena, ParsedServerFrames& out);

/// Appends one frame as JSON. REQUIRES: its numbers are at most json_number_max. Texts that are not
/// UTF-8 get U+FFFD where they are not.
void encode(const to_client::Frame& frame, std::string& out);
void encode(const to_server::Frame& frame, std::string& out);

/// Appends one WebSocket message of all these frames. REQUIRES: not empty; to_server: at most
/// limits::frames_per_message.
void encode(std::span<const to_client::Frame> frames, std::string& out);
void encode(std::span<const to_server::Frame> frames, std::string& out);

}  // namespace hubbub
