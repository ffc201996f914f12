// `hubbub load`: a load on a real server, and the verdict.
#include <fmt/format.h>

#include <memory>

#include "loadgen/load.hpp"
#include "loadgen/report.hpp"
#include "sim/report/exit_status.hpp"
#include "tools/arguments.hpp"
#include "tools/commands.hpp"
#include "tools/interruption.hpp"
#include "tools/standard_output.hpp"

namespace hubbub::tools {
namespace {

struct LoadArguments {
  loadgen::Options options;
  bool no_history = false;
  bool json = false;
  bool quiet = false;
};

int load(const LoadArguments& arguments) {
  loadgen::Options options = arguments.options;
  options.verify_history = !arguments.no_history;

  loadgen::Progress progress;
  progress.interrupted = [] { return interrupted().load(); };
  if (!arguments.quiet && !arguments.json)
    progress.say = [](std::string_view line) { fmt::print(stderr, "{}\n", line); };

  take_interruptions();
  const auto summary = loadgen::run_load(options, progress);
  leave_interruptions();
  if (!summary) {
    fmt::print(stderr, "hubbub load: {}\n", summary.error().what);
    return sim::status::bad_input;
  }
  print_out(arguments.json ? loadgen::to_json(*summary) + "\n" : loadgen::to_table(*summary));
  return with_signal(summary->exit_status());
}

void add_what(CLI::App& command, loadgen::Options& options) {
  command
      .add_option("--url", options.url, "The server's WebSocket, such as ws://127.0.0.1:4000/ws")
      ->required()
      ->option_text("URL REQUIRED");
  add_whole(command, "--connections", options.connections, "Users, each with one device connected",
            1u);
  command
      .add_option_function<std::string>(
          "--rate",
          [&options](const std::string& text) {
            options.rate = read_number("--rate", text, 0, loadgen::rate_max);
          },
          "Messages a second, of all together; 0: only connections")
      ->option_text(fmt::format("NUMBER [{}]", options.rate));
  add_duration(command, "--duration", options.duration, loadgen::duration_min,
               loadgen::duration_max, "Time of load");
  add_whole(command, "--seed", options.seed, "Of the intended times and who writes to whom");
  add_choice<loadgen::Pace>(
      command, "--pace", options.pace,
      {{"poisson", loadgen::Pace::poisson}, {"even", loadgen::Pace::even}},
      "Times between messages: independent of each other, or always the same");
  add_whole(command, "--conversations", options.conversations,
            "Direct ones that each user writes in", 1u);
  add_whole(command, "--length", options.length, "Bytes of a message's text", 1u,
            std::uint32_t{limits::text_code_points});
}

void add_how(CLI::App& command, loadgen::Options& options) {
  add_whole(command, "--connect-rate", options.connect_rate, "Connections begun per second", 1u);
  add_duration(command, "--connect-within", options.connect_within, loadgen::duration_min,
               loadgen::duration_max, "Time for all to connect");
  add_duration(command, "--settle", options.settle, Duration{0}, loadgen::duration_max,
               "Time for the last answers, after the load");
  add_whole(command, "--first-user", options.first_user,
            "Number of the first user; 0: fresh users for every run", std::uint64_t{0},
            loadgen::first_user_max);
  add_whole(command, "--server-pid", options.server_pid,
            "A server's process on this host, to show its memory and CPU; 0: none", 0u,
            std::uint32_t{INT32_MAX});
}

}  // namespace

void add_load(CLI::App& app, int& status) {
  auto arguments = std::make_shared<LoadArguments>();
  CLI::App* command = app.add_subcommand(
      "load", "Load a server and judge it: messages at intended times, latencies, loss, order");
  add_what(*command, arguments->options);
  add_how(*command, arguments->options);
  command->add_flag("--no-verify-history", arguments->no_history,
                    "Do not read all conversations back at the end");
  command->add_flag("--json", arguments->json, "One JSON object instead of the table");
  command->add_flag("--quiet", arguments->quiet, "No progress");
  command->callback([arguments, &status] { status = load(*arguments); });
}

}  // namespace hubbub::tools
