// `hubbub`: one program, a subcommand for each thing it does.
#include <cstdio>
#include <exception>

#include "sim/report/exit_status.hpp"
#include "tools/commands.hpp"

namespace {

int run(int argc, char** argv) {
  CLI::App app("A chat system, its simulator and its load generator", "hubbub");
  app.require_subcommand(1);
  int status = hubbub::sim::status::holds;
  hubbub::tools::add_sim(app, status);
  hubbub::tools::add_check(app, status);
  hubbub::tools::add_schema(app, status);
  hubbub::tools::add_bench(app, status);
#ifdef HUBBUB_SERVER
  hubbub::tools::add_serve(app, status);
  hubbub::tools::add_load(app, status);
#endif
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Asking for help is no error; everything else is bad input, whatever number CLI11 gives it.
    return app.exit(error) == 0 ? hubbub::sim::status::holds : hubbub::sim::status::bad_input;
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hubbub: %s\n", error.what());
    return hubbub::sim::status::program_failed;
  }
}
