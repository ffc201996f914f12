#include "tools/sim_places.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "sim/report/documents.hpp"

namespace hubbub::tools {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const RunName& run) {
  return fmt::format("{}-{}", fs::path(run.file).stem().string(), run.seed);
}

}  // namespace

Result<Places> Places::make(const std::string& report, const std::string& story,
                            std::span<const RunName> runs) {
  Places places;
  places.root_ = report;
  if (!story.empty() && runs.size() != 1) {
    return failure(fmt::format(
        "--story tells of one run, and these are {}: name one file and one seed", runs.size()));
  }
  std::map<std::string, const RunName*> folders;
  for (const RunName& run : runs) {
    if (report.empty()) break;
    if (const auto [other, fresh] = folders.try_emplace(folder_of(run), &run); !fresh) {
      return failure(fmt::format(
          "{} and {} with seed {} would both leave their report in {}: leave one out, or "
          "choose another seed or --report",
          other->second->file, run.file, run.seed, (places.root_ / other->first).string()));
    }
    places.directories_.push_back(runs.size() == 1 ? places.root_ : places.root_ / folder_of(run));
  }
  for (const fs::path& directory : places.directories_)
    if (const auto made = sim::prepare_report(directory); !made)
      return tl::unexpected(made.error());
  if (story.empty()) return places;
  places.story_file_ = story;
  errno = 0;
  places.story_.open(story, std::ios::binary | std::ios::trunc);
  if (!places.story_)
    return failure(
        fmt::format("the story cannot be written to {}: {}", story, std::strerror(errno)));
  return places;
}

std::string Places::told(std::size_t runs) const {
  return runs == 1 ? root_.string() : (root_ / "<file>-<seed>").string();
}

Result<void> Places::write_story(const std::string& story) {
  errno = 0;
  story_ << story;
  if (story_.flush()) return {};
  return failure(
      fmt::format("the story cannot be written to {}: {}", story_file_, std::strerror(errno)));
}

std::string meant_as_option(const std::string& file) {
  std::error_code ignored;
  if (file.empty() || fs::exists(file, ignored)) return {};
  if (file.find_first_not_of("0123456789,") == std::string::npos)
    return fmt::format(
        "there is no file \"{}\"; if it is a seed, write --seed 1,2,3 or --seed 1 --seed 2", file);
  if (file.find('=') != std::string::npos)
    return fmt::format(
        "there is no file \"{}\"; if it changes a key, write --set before it, before each", file);
  return {};
}

}  // namespace hubbub::tools
