// `hubbub load`: a load on a real server, and the verdict.
#include <fmt/format.h>

#include <cmath>
#include <csignal>
#include <map>
#include <memory>

#include "loadgen/load.hpp"
#include "loadgen/report.hpp"
#include "tools/commands.hpp"

namespace hubbub::tools {
namespace {

volatile std::sig_atomic_t interrupted = 0;

struct LoadArguments {
  loadgen::Options options;
  double duration_s = 10;
  double settle_s = 60;
  double connect_s = 60;
  bool no_history = false;
  bool json = false;
  bool quiet = false;
};

Duration from_seconds(double s) {
  return Duration(static_cast<std::int64_t>(std::llround(s * 1e9)));
}

/// "10", "10s", "500ms", "2m".
CLI::AsNumberWithUnit seconds() {
  return CLI::AsNumberWithUnit(
      std::map<std::string, double>{{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}});
}

int load(const LoadArguments& arguments) {
  loadgen::Options options = arguments.options;
  options.duration = from_seconds(arguments.duration_s);
  options.settle = from_seconds(arguments.settle_s);
  options.connect_within = from_seconds(arguments.connect_s);
  options.verify_history = !arguments.no_history;

  // The first Ctrl-C ends the load with what there is, the second one the program.
  std::signal(SIGINT, [](int) {
    interrupted = 1;
    std::signal(SIGINT, SIG_DFL);
  });
  loadgen::Progress progress;
  progress.interrupted = [] { return interrupted != 0; };
  if (!arguments.quiet && !arguments.json)
    progress.say = [](std::string_view line) { fmt::print(stderr, "{}\n", line); };

  const auto summary = loadgen::run_load(options, progress);
  if (!summary) {
    fmt::print(stderr, "hubbub load: {}\n", summary.error().what);
    return 2;
  }
  fmt::print("{}",
             arguments.json ? loadgen::to_json(*summary) + "\n" : loadgen::to_table(*summary));
  return summary->exit_status();
}

}  // namespace

void add_load(CLI::App& app, int& status) {
  auto arguments = std::make_shared<LoadArguments>();
  loadgen::Options& options = arguments->options;
  CLI::App* command = app.add_subcommand(
      "load", "Load a server and judge it: messages at intended times, latencies, loss, order");
  command
      ->add_option("--url", options.url, "The server's WebSocket, such as ws://127.0.0.1:4000/ws")
      ->required();
  command->add_option("--connections", options.connections, "Users, each with one device connected")
      ->capture_default_str();
  command
      ->add_option("--rate", options.rate,
                   "Messages a second, of all together; 0: only connections")
      ->capture_default_str();
  command->add_option("--duration", arguments->duration_s, "Time of load: 10s, 2m")
      ->transform(seconds())
      ->capture_default_str();
  command->add_option("--seed", options.seed, "Of the intended times and who writes to whom")
      ->capture_default_str();
  const std::map<std::string, loadgen::Pace> paces{{"poisson", loadgen::Pace::poisson},
                                                   {"even", loadgen::Pace::even}};
  command->add_option("--pace", options.pace, "Times between messages: poisson or even")
      ->transform(CLI::CheckedTransformer(paces))
      ->default_str("poisson");
  command
      ->add_option("--conversations", options.conversations, "Direct ones that each user writes in")
      ->capture_default_str();
  command->add_option("--length", options.length, "Bytes of a message's text")
      ->capture_default_str();
  command->add_option("--connect-rate", options.connect_rate, "Connections begun per second")
      ->capture_default_str();
  command->add_option("--connect-within", arguments->connect_s, "Time for all to connect")
      ->transform(seconds())
      ->capture_default_str();
  command->add_option("--settle", arguments->settle_s, "Time for the last answers, after the load")
      ->transform(seconds())
      ->capture_default_str();
  command
      ->add_option("--first-user", options.first_user,
                   "Number of the first user; 0: fresh users for every run")
      ->capture_default_str();
  command->add_flag("--no-verify-history", arguments->no_history,
                    "Do not read all conversations back at the end");
  command->add_option("--server-pid", options.server_pid,
                      "A server on this host, to show its memory and CPU");
  command->add_flag("--json", arguments->json, "One JSON object instead of the table");
  command->add_flag("--quiet", arguments->quiet, "No progress");
  command->callback([arguments, &status] { status = load(*arguments); });
}

}  // namespace hubbub::tools
