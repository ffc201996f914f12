// The subcommands of `hubbub`. Each adds itself to the command line; when it was called, it runs
// and leaves the process's exit status in `status` (sim/report/exit_status.hpp).
#pragma once

#include <CLI/CLI.hpp>

namespace hubbub::tools {

void add_sim(CLI::App& app, int& status);
void add_check(CLI::App& app, int& status);
void add_schema(CLI::App& app, int& status);
void add_bench(CLI::App& app, int& status);
void add_serve(CLI::App& app, int& status);
void add_load(CLI::App& app, int& status);

}  // namespace hubbub::tools
