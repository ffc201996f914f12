// A server in a process of its own, made by forking: to be ended as only processes are.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "core/server/server.hpp"

namespace hubbub::server {

/// REQUIRES: this process has no other threads when it starts one.
class ServerProcess {
 public:
  /// Starts and waits until it listens. What it says goes to `<options.data>.log`.
  explicit ServerProcess(const ServerOptions& options);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;

  /// 0 if it did not start.
  std::uint16_t port() const { return port_; }
  pid_t pid() const { return pid_; }

  void signal(int signal);
  /// Its exit status, or minus the signal that ended it.
  int wait();

 private:
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

/// An empty directory's path that no other test uses, and that does not exist yet.
std::string fresh_directory(const std::string& name);

}  // namespace hubbub::server
