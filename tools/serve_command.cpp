// `hubbub serve`: the server, until SIGTERM or SIGINT.
#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdio>
#include <map>
#include <memory>

#include "core/server/server.hpp"
#include "tools/commands.hpp"

namespace hubbub::tools {
namespace {

/// Each connection is a file to the system: take as many as it allows.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int serve(const server::ServerOptions& options) {
  raise_file_limit();
  auto server = server::Server::start(options);
  if (!server) {
    fmt::print(stderr, "hubbub serve: {}\n", server.error().what);
    return server.error().status;
  }
  return (*server)->run();
}

}  // namespace

void add_serve(CLI::App& app, int& status) {
  auto options = std::make_shared<server::ServerOptions>();
  options->port = 4000;
  CLI::App* command = app.add_subcommand("serve", "Run the server until SIGTERM or Ctrl-C");
  command->add_option("--data", options->data, "Directory of the store; made if it is not there")
      ->required();
  command->add_option("--port", options->port, "TCP port; 0 takes any free one")
      ->capture_default_str();
  command->add_option("--address", options->address, "IP address to listen on")
      ->capture_default_str();
  command->add_option("--nodes", options->nodes, "Nodes in this process, each with a thread")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  const std::map<std::string, Durability> durabilities{{"synced", Durability::synced},
                                                       {"buffered", Durability::buffered}};
  command
      ->add_option("--durability", options->durability,
                   "synced: an acknowledgement survives loss of power; buffered: it may not")
      ->transform(CLI::CheckedTransformer(durabilities))
      ->default_str("synced");
  command->callback([options, &status] { status = serve(*options); });
}

}  // namespace hubbub::tools
