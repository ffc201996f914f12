// `hubbub serve`: the server, until SIGTERM or SIGINT.
#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdio>
#include <memory>

#include "core/base/limits.hpp"
#include "core/server/server.hpp"
#include "tools/arguments.hpp"
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
  add_path(*command, "--data", options->data, "DIR REQUIRED",
           "Directory of the store; made if it is not there")
      ->required();
  add_whole(*command, "--port", options->port, "TCP port; 0 takes any free one");
  command->add_option("--address", options->address, "IP address to listen on")
      ->option_text("IP [" + options->address + "]");
  add_whole<std::uint16_t>(*command, "--nodes", options->nodes,
                           "Nodes in this process, each with a thread", 1, limits::partitions);
  add_choice<Durability>(*command, "--durability", options->durability,
                         {{"synced", Durability::synced}, {"buffered", Durability::buffered}},
                         "synced: an acknowledgement survives loss of power; buffered: it may not");
  add_whole<std::uint32_t>(*command, "--accept-rate", options->accept_rate,
                           "Sessions a second that each node may begin; 0: as many as come", 0, 1'000'000);
  command->callback([options, &status] { status = serve(*options); });
}

}  // namespace hubbub::tools
