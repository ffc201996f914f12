// `hubbub`: one program, a subcommand for each thing it does.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>
#include <vector>

#include "sim/report/exit_status.hpp"
#include "tools/commands.hpp"
#include "tools/standard_output.hpp"

namespace {

namespace status = hubbub::sim::status;
using hubbub::tools::finish_output;
using hubbub::tools::print_out;

constexpr const char* exit_statuses =
    "Exit status:\n"
    "  0  it holds, or was done             1  an expectation was missed; a load was not as asked\n"
    "  2  the input is wrong                3  a safety invariant is broken\n"
    "  4  a liveness invariant is broken    5  two runs that must be alike differ (--verify)\n"
    "  6  nothing was compared              70  the program itself failed, or a store is damaged\n"
    "  74  standard output failed           130  interrupted (SIGTERM 143, SIGHUP 129)\n";

std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

/// `help` is `--help`, `help sim` is `sim --help`.
std::vector<std::string> words_of(int argc, char** argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.push_back("--help");
  }
  return words;
}

/// Not empty: the first word is meant as a command and is none.
std::string unknown_command(const CLI::App& app, const std::vector<std::string>& words) {
  const std::vector<std::string> known = names_of_commands(app);
  if (words.empty()) return fmt::format("name a command: {}", CLI::detail::join(known, ", "));
  if (words.front().starts_with('-') || std::ranges::find(known, words.front()) != known.end())
    return {};
  return fmt::format("there is no command \"{}\"; there are {} and help", words.front(),
                     CLI::detail::join(known, ", "));
}

/// CLI11 throws for `--help` and `--version` too.
int tell(const CLI::App& app, const CLI::ParseError& error) {
  const auto called = app.get_subcommands();
  const std::string name = called.empty() ? "hubbub" : "hubbub " + called.front()->get_name();
  if (error.get_exit_code() == 0) {
    std::ostringstream text;
    app.exit(error, text, text);
    print_out(text.str());
    return status::holds;
  }
  fmt::print(stderr, "{}: {}\n{} --help tells what there is.\n", name, error.what(), name);
  return status::bad_input;
}

int run(int argc, char** argv) {
  CLI::App app("A chat system, its simulator and its load generator", "hubbub");
  app.footer(exit_statuses);
  app.set_version_flag("--version", "hubbub " HUBBUB_VERSION);
  app.require_subcommand(1);
  int result = status::holds;
  hubbub::tools::add_sim(app, result);
  hubbub::tools::add_check(app, result);
  hubbub::tools::add_schema(app, result);
  hubbub::tools::add_bench(app, result);
#ifdef HUBBUB_SERVER
  hubbub::tools::add_serve(app, result);
  hubbub::tools::add_load(app, result);
#endif
  std::vector<std::string> words = words_of(argc, argv);
  if (const std::string wrong = unknown_command(app, words); !wrong.empty()) {
    fmt::print(stderr, "hubbub: {}\nhubbub --help tells what there is.\n", wrong);
    return status::bad_input;
  }
  std::ranges::reverse(words);  // as CLI11 takes them
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return tell(app, error);
  }
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return finish_output(run(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hubbub: %s\n", error.what());
    return finish_output(status::program_failed);
  }
}
