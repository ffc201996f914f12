#include "tests/core/server/server_process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

namespace hubbub::server {
namespace {

/// The child's whole life: it never returns into the test.
[[noreturn]] void serve(ServerOptions options, int port_to) {
  std::FILE* log = std::fopen((options.data + ".log").c_str(), "a");
  options.say = [log](std::string_view line) {
    std::fprintf(log, "%.*s\n", static_cast<int>(line.size()), line.data());
    std::fflush(log);
  };
  int status = 0;
  {
    auto server = Server::start(options);
    const std::uint16_t port = server ? (*server)->port() : 0;
    if (!server) options.say(server.error().what);
    if (::write(port_to, &port, sizeof port) != sizeof port) ::_exit(99);
    status = server ? (*server)->run() : server.error().status;
  }
  ::_exit(status);
}

}  // namespace

ServerProcess::ServerProcess(const ServerOptions& options) {
  int pipe[2];
  if (::pipe(pipe) != 0) return;
  pid_ = ::fork();
  if (pid_ == 0) {
    // Whatever else this process has open is not the server's.
    const auto port_to = static_cast<unsigned>(pipe[1]);
    ::close_range(3, port_to - 1, 0);
    ::close_range(port_to + 1, ~0u, 0);
    serve(options, pipe[1]);
  }
  ::close(pipe[1]);
  if (::read(pipe[0], &port_, sizeof port_) != sizeof port_) port_ = 0;
  ::close(pipe[0]);
}

ServerProcess::~ServerProcess() {
  if (pid_ <= 0) return;
  signal(SIGKILL);
  wait();
}

void ServerProcess::signal(int signal) {
  if (pid_ > 0) ::kill(pid_, signal);
}

int ServerProcess::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string fresh_directory(const std::string& name) {
  const std::string path = testing::TempDir() + "hubbub-" + name + "-" + std::to_string(::getpid());
  std::filesystem::remove_all(path);
  return path;
}

}  // namespace hubbub::server
