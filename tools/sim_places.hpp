// Where runs of the simulator leave their reports and their story: made and tried before the first
// run, so that hours of it do not end at a door that was locked from the start.
#pragma once

#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "core/base/errors.hpp"

namespace hubbub::tools {

/// What tells a run from others beside it.
struct RunName {
  std::string file;
  std::uint64_t seed = 0;
};

class Places {
 public:
  /// `report`, `story`: empty for none. The error: one of them cannot be written, or two runs would
  /// have one place.
  static Result<Places> make(const std::string& report, const std::string& story,
                             std::span<const RunName> runs);

  bool reports() const { return !directories_.empty(); }
  /// Of this run's report. REQUIRES: reports().
  const std::filesystem::path& directory(std::size_t run) const { return directories_[run]; }
  /// "out", "out/<file>-<seed>".
  std::string told(std::size_t runs) const;

  Result<void> write_story(const std::string& story);

 private:
  Places() = default;

  std::filesystem::path root_;
  std::vector<std::filesystem::path> directories_;
  std::string story_file_;
  std::ofstream story_;
};

/// A word where a scenario file should stand, but that reads like a value of --seed or --set and is
/// no file: what was meant. Empty for everything else.
std::string meant_as_option(const std::string& file);

}  // namespace hubbub::tools
