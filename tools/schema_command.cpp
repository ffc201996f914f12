// `hubbub schema`: the JSON Schema of scenario files.
#include <memory>
#include <string>

#include "sim/scenario/load.hpp"
#include "tools/commands.hpp"
#include "tools/standard_output.hpp"

namespace hubbub::tools {

void add_schema(CLI::App& app, int& status) {
  auto keys = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("schema", "Print the JSON Schema of scenario files");
  command->add_flag("--keys", *keys, "Instead, all keys with default and meaning, as Markdown");
  command->callback([keys, &status] {
    print_out(*keys ? sim::keys_reference() : sim::schema_json());
    status = 0;
  });
}

}  // namespace hubbub::tools
