// One client's connection as its node's loop sees it: text goes in, text comes out, and it ends.
//
// Everything here happens on the loop's own thread. Sockets and WebSockets are behind it, in
// websocket.cpp, so that only that source needs them.
#pragma once

#include <string_view>

#include "core/base/errors.hpp"

namespace hubbub::server {

class Connection {
 public:
  virtual ~Connection() = default;

  /// The loop is done with the last message's bytes: read the next one.
  virtual void read_on() = 0;

  /// Sends one frame's JSON, with others that are ready. False: the connection holds more than
  /// limits::outbound_bytes and is to be cut.
  virtual bool send(std::string_view frame) = 0;

  /// Starts writing what `send` gathered.
  virtual void flush() = 0;

  virtual void ping() = 0;

  /// Writes what waits (`drop_waiting`: forgets it), then closes. Nothing is read any more.
  virtual void close(CloseCode code, std::string_view reason, bool drop_waiting) = 0;

  /// Ends at once, without a word.
  virtual void abort() = 0;
};

}  // namespace hubbub::server
