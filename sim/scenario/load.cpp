#include "sim/scenario/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "sim/scenario/document.hpp"
#include "sim/scenario/meaning.hpp"
#include "sim/scenario/outline.hpp"
#include "sim/scenario/overrides.hpp"
#include "sim/scenario/reader.hpp"

namespace hubbub::sim {

namespace {

namespace fs = std::filesystem;

/// Lays `over` on `under`, key by key where the description has an object.
void lay(Value&& over, const Outline& outline, Value& under) {
  const bool keyed =
      outline.spec.kind == Spec::Kind::object || outline.spec.kind == Spec::Kind::bounds;
  if (!keyed || over.kind != Value::Kind::object || under.kind != Value::Kind::object) {
    under = std::move(over);
    return;
  }
  under.at = over.at;
  for (Member& member : over.members) {
    Value* below = under.find(member.key);
    const Outline* known = outline.find(member.key);
    if (below == nullptr) {
      under.members.push_back(std::move(member));
    } else if (known == nullptr) {
      *below = std::move(member.value);
    } else {
      lay(std::move(member.value), *known, *below);
    }
  }
}

/// A file with all that it extends laid under it.
class Chain {
 public:
  Chain(const Resolver& resolve, Problems& problems) : resolve_(resolve), problems_(problems) {}

  std::optional<Value> read(std::string_view text, const std::string& file) {
    files_.push_back(fs::path(file).lexically_normal().string());
    auto document = parse_document(text, problems_.add_source(file), problems_);
    if (!document) return std::nullopt;
    const Value* extends = document->find("extends");
    if (extends == nullptr || extends->kind != Value::Kind::text) return document;
    auto under = read_extended(*extends, file);
    if (!under) return std::nullopt;
    lay(std::move(*document), scenario_outline(), *under);
    return under;
  }

 private:
  std::optional<Value> refuse(const Value& extends, std::string what) {
    problems_.add(extends.at, "extends", std::move(what));
    return std::nullopt;
  }

  std::optional<Value> read_extended(const Value& extends, const std::string& file) {
    const fs::path relative(extends.text);
    if (extends.text.empty() || relative.is_absolute() || extends.text.size() > 1000) {
      return refuse(extends, fmt::format("found {}, expected a path relative to this file, such as "
                                         "\"first-light.json\"",
                                         in_quotes(extends.text)));
    }
    const std::string path = (fs::path(file).parent_path() / relative).lexically_normal().string();
    if (std::find(files_.begin(), files_.end(), path) != files_.end()) {
      return refuse(extends, fmt::format("{} extends itself in the end, expected files that end "
                                         "with one that extends none",
                                         in_quotes(path)));
    }
    if (files_.size() >= extends_files) {
      return refuse(extends, fmt::format("more than {} files stand on each other, expected fewer",
                                         extends_files));
    }
    const Result<std::string> text = resolve_(path);
    if (!text) return refuse(extends, fmt::format("{}: {}", in_quotes(path), text.error().what));
    return read(*text, path);
  }

  const Resolver& resolve_;
  Problems& problems_;
  std::vector<std::string> files_;
};

Result<std::string> read_file(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return failure("there is no such file");
  if (fs::is_directory(status)) return failure("this is a directory, expected a file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return failure("the file cannot be read, expected one that you may read");
  // One byte too many shows the reader that the file is too long; more is never needed.
  std::string text(document_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return failure("the file cannot be read to its end");
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace

ScenarioResult parse_scenario(std::string_view text, const std::string& file,
                              const Resolver& resolve, std::span<const std::string> overrides) {
  Problems problems;
  Scenario scenario;
  if (auto root = Chain(resolve, problems).read(text, file)) {
    for (const std::string& change : overrides) apply_override(change, *root, problems);
    Reader::read_object(*root, "", problems, scenario);
    judge_meaning(scenario, *root, problems);
  }
  if (problems.count() > 0) return tl::unexpected(problems.take());
  return scenario;
}

ScenarioResult load_scenario(const std::string& path, std::span<const std::string> overrides) {
  const Result<std::string> text = read_file(path);
  if (!text) {
    return tl::unexpected(
        std::vector<ScenarioError>{{printable(path), 0, 0, "",
                                    text.error().what + "; a scenario is a file such as "
                                                        "scenarios/first-light.json"}});
  }
  return parse_scenario(*text, path, read_file, overrides);
}

}  // namespace hubbub::sim
