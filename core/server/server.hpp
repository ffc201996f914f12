// One server process: a store, its thread, some nodes with their loops, and a listener.
//
//   auto server = Server::start({.data = "data"});
//   if (!server) { say(server.error().what); return server.error().status; }
//   return (*server)->run();   // until SIGTERM, SIGINT, or stop()
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/errors.hpp"
#include "core/base/policy.hpp"

namespace hubbub::server {

struct ServerOptions {
  std::string data;                   ///< directory of the store; made if it is not there
  std::string address = "127.0.0.1";  ///< this host only, since anyone can be anyone yet
  std::uint16_t port = 0;             ///< 0: any free one
  std::uint16_t nodes = 2;            ///< each has a thread and its part of the shards
  Durability durability = Durability::synced;
  std::uint32_t accept_rate = 0;  ///< sessions a second that each node may begin; 0: no schedule
  bool handle_signals = true;  ///< SIGTERM and SIGINT stop it
  /// Gets one line each, from any thread, one at a time. None: standard output.
  std::function<void(std::string_view)> say;
};

/// Why a server did not start: 2 for options that are wrong, a directory that is no place for a
/// store or is in use, or a port that is; 70 for a store that is damaged.
struct StartFailure {
  int status = 2;
  std::string what;
};

class Server {
 public:
  /// Opens the store, recovers it, and listens. Says what it found and where it listens.
  static tl::expected<std::unique_ptr<Server>, StartFailure> start(const ServerOptions& options);
  ~Server();

  std::uint16_t port() const;

  /// Serves until it is told to stop, then closes connections (4000), finishes commits and closes
  /// the store. Returns the process's exit status: 0, or 70 if a node could not go on (R7).
  int run();

  /// From any thread.
  void stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hubbub::server
