// `hubbub check`: are these scenario files right? Nothing is run.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "sim/report/exit_status.hpp"
#include "sim/scenario/load.hpp"
#include "tools/commands.hpp"
#include "tools/standard_output.hpp"

namespace hubbub::tools {
namespace {

struct CheckArguments {
  std::vector<std::string> files;
  std::vector<std::string> overrides;
  bool print = false;
};

int check(const CheckArguments& arguments) {
  int status = sim::status::holds;
  for (const std::string& file : arguments.files) {
    const sim::ScenarioResult scenario = sim::load_scenario(file, arguments.overrides);
    if (scenario) {
      print_out((arguments.print ? sim::to_json(*scenario) : file + ": right") + "\n");
      continue;
    }
    status = sim::status::bad_input;
    for (const sim::ScenarioError& error : scenario.error())
      std::fprintf(stderr, "%s\n", sim::to_text(error).c_str());
  }
  return status;
}

}  // namespace

void add_check(CLI::App& app, int& status) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App* command = app.add_subcommand("check", "Check scenario files without running them");
  command->add_option("FILE", arguments->files, "Scenario files")->required();
  command->add_option("--set", arguments->overrides, "Change a key: clients.users=500")
      ->allow_extra_args(false);
  command->add_flag("--print", arguments->print, "Print what the file means, in full");
  command->callback([arguments, &status] { status = check(*arguments); });
}

}  // namespace hubbub::tools
