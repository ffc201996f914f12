// The clients' ends of many WebSocket connections, on one thread.
//
// A client, by its number, has at most one connection. Connecting anew forgets the one before:
// nothing more is heard of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/errors.hpp"
#include "core/base/time.hpp"
#include "loadgen/url.hpp"

namespace hubbub::loadgen {

class Sockets {
 public:
  /// Told what happens, from within `run_until` only.
  class Events {
   public:
    virtual ~Events() = default;
    virtual void opened(std::uint32_t client) = 0;
    virtual void message(std::uint32_t client, std::string_view text) = 0;
    /// It is gone, or could not be made. 1006 for an end without a close frame; `reason` then is a
    /// sentence of ours, else what the server gave.
    virtual void closed(std::uint32_t client, CloseCode code, std::string_view reason) = 0;
  };

  /// The error: the host has no address.
  static Result<std::unique_ptr<Sockets>> make(const Url& url, std::uint32_t clients,
                                               Events& events);
  ~Sockets();

  /// `source`: the local address to connect from; empty: the system's choice. `query`: of the URL.
  void connect(std::uint32_t client, const std::string& source, const std::string& query);
  /// One WebSocket message; they leave in order. Ignored without a connection.
  void send(std::uint32_t client, std::string message);
  /// At once, and nothing more is heard of it.
  void close(std::uint32_t client);
  void close_all();

  /// Handles what happens until then, on the monotonic clock; returns earlier if anything happened.
  void run_until(Duration mono);

  /// "127.0.0.1:4000".
  const std::string& server() const;
  /// The status with which the server last answered a request for a WebSocket by HTTP instead; 0:
  /// never.
  unsigned declined() const;

  /// Bytes of messages, both directions, since the start.
  std::uint64_t bytes_sent() const;
  std::uint64_t bytes_received() const;

 private:
  struct Impl;
  explicit Sockets(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// CLOCK_MONOTONIC: the one clock of the load generator.
Duration monotonic_now();

}  // namespace hubbub::loadgen
