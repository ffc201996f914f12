// Random wire structures of every kind, for properties.
//
// Called inside a property or rc::gen::exec, so that a failing case shrinks. What structures only
// view is kept until the process ends. `any_…` fills every field with whatever its type can hold;
// `…_for_json` makes of that a frame that its JSON can say: numbers within 2^53, texts of
// characters, no field that its kind does not have.
#pragma once

#include <rapidcheck.h>

#include <string>

#include "core/wire/codec.hpp"
#include "core/wire/frames.hpp"
#include "core/wire/peer.hpp"

namespace hubbub::generators {

/// A text of characters from all over Unicode, escapes and controls included.
rc::Gen<std::string> unicode_text();

peer::Message any_peer_message();
to_server::Frame any_client_frame();
to_client::Frame any_server_frame();

to_server::Frame client_frame_for_json();
to_client::Frame server_frame_for_json();
/// One that a server could have sent.
Cursor cursor();

/// Equal in every byte of their byte form: equality for structures that hold views.
template <class T>
std::string bytes_of(const T& value) {
  ByteBuffer buffer;
  wire::encode(value, buffer);
  return std::string(buffer.view());
}

}  // namespace hubbub::generators
