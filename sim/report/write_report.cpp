#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "sim/report/documents.hpp"

namespace hubbub::sim {
namespace {

namespace fs = std::filesystem;

auto cannot(std::string_view what, const fs::path& path, std::string_view why) {
  return failure(
      fmt::format("cannot {} {}: {}; name a directory for the report that can be written to", what,
                  path.string(), why));
}

/// Beside its place first, so that nobody ever reads half of it.
Result<void> write_file(const fs::path& path, std::string_view content) {
  fs::path beside = path;
  beside += ".new";
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) return cannot("write", beside, std::strerror(errno));
  std::error_code error;
  fs::rename(beside, path, error);
  if (error) return cannot("replace", path, error.message());
  return {};
}

Result<void> make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return cannot("make the directory", directory, error.message());
  return {};
}

}  // namespace

Result<void> prepare_report(const fs::path& directory) {
  if (const auto made = make_directory(directory); !made) return made;
  const fs::path trial = directory / "summary.json.new";
  errno = 0;
  std::ofstream file(trial, std::ios::binary | std::ios::trunc);
  if (!file) return cannot("write", trial, std::strerror(errno));
  file.close();
  std::error_code ignored;
  fs::remove(trial, ignored);
  return {};
}

Result<std::vector<fs::path>> write_report(const fs::path& directory, const Summary& summary,
                                           const SeriesTable& series) {
  if (const auto made = make_directory(directory); !made) return tl::unexpected(made.error());
  const std::pair<const char*, std::string> files[] = {
      {"summary.json", summary_json(summary)},
      {"series.csv", series_csv(series)},
      {"junit.xml", junit_xml({&summary, 1})},
  };
  std::vector<fs::path> written;
  for (const auto& [name, content] : files) {
    const fs::path path = directory / name;
    if (const auto done = write_file(path, content); !done) return tl::unexpected(done.error());
    written.push_back(path);
  }
  return written;
}

}  // namespace hubbub::sim
