// An entry of a conversation as JSON: what was said, or a change of the conversation. It stands in events,
// in pages of history, and alone.
#pragma once

#include <span>
#include <string_view>

#include "core/wire/frame_fields.hpp"
#include "core/wire/json_writer.hpp"

namespace hubbub::json {

/// The index of the key's text among `names`, or an error.
std::size_t read_choice(FrameFields& in, std::string_view key,
                        std::span<const std::string_view> names, std::string_view right);
GroupSettings read_settings(FrameFields& in);

/// The conversation stands beside it.
Message read_entry(FrameFields& in);

/// `type` and, of a change, `event`; then comes what stands before the rest: the conversation of an event.
void write_entry_type(const Message& m, ObjectWriter& out);
/// All the rest.
void write_entry(const Message& m, ObjectWriter& out);

}  // namespace hubbub::json
