#include "core/store/level_recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include "core/store/log_reader.hpp"

namespace hubbub {

namespace {

constexpr std::string_view what_to_do =
    "Acknowledged data may be missing, so the store is not opened, and nothing was changed. Look "
    "at the disk first (dmesg, smartctl), then restore this directory from a backup. LevelDB's own "
    "repair is not offered: it drops what it cannot read without saying what that was.";

auto damaged(const std::string& path, const std::string& how) {
  return failure(fmt::format("{} {}. {}", path, how, what_to_do));
}

auto disk_error(const std::string& path, const leveldb::Status& status) {
  return failure(fmt::format("cannot read or write {}: {}. Check the disk and the permissions.",
                             path, status.ToString()));
}

/// What LevelDB calls "000012.log"; nothing for any other name.
std::optional<std::uint64_t> log_number(std::string_view name) {
  if (!name.ends_with(".log")) return {};
  std::uint64_t number = 0;
  const char* end = name.data() + name.size() - 4;
  const auto [stopped, error] = std::from_chars(name.data(), end, number);
  if (error != std::errc() || stopped != end) return {};
  return number;
}

/// Did the last sector of a file never get its bytes? Disks write sectors whole; where a file has
/// grown before its bytes came, it reads as zeros. `from`: where the bytes in question begin.
bool last_sector_is_zeros(std::string_view file, std::uint64_t from) {
  constexpr std::uint64_t sector_bytes = 512;
  const std::uint64_t sector = (file.size() - 1) / sector_bytes * sector_bytes;
  return file.find_first_not_of('\0', std::max(from, sector)) == std::string_view::npos;
}

// --- The manifest ------------------------------------------------------------------------------

/// The numbers of a manifest that recovery starts from. The entries' form is LevelDB's
/// (db/version_edit.cc): tagged fields, numbers as LEB128.
struct Manifest {
  std::uint64_t log = 0;            ///< logs below it are obsolete
  std::uint64_t last_sequence = 0;  ///< of what had been written when it was
};

class EntryParser {
 public:
  explicit EntryParser(std::string_view entry) : rest_(entry) {}

  bool into(Manifest& manifest) {
    std::uint64_t tag = 0;
    while (!rest_.empty()) {
      if (!number(tag) || !field(tag, manifest)) return false;
    }
    return true;
  }

 private:
  enum Tag {
    comparator = 1,
    log = 2,
    next_file = 3,
    last_sequence = 4,
    compact_pointer = 5,
    deleted_file = 6,
    new_file = 7,
    previous_log = 9
  };

  bool field(std::uint64_t tag, Manifest& manifest) {
    std::uint64_t skip = 0;
    switch (tag) {
      case comparator:
        return text();
      case log:
        return number(manifest.log);
      case next_file:
        return number(skip);
      case last_sequence:
        return number(manifest.last_sequence);
      case compact_pointer:
        return number(skip) && text();
      case deleted_file:
        return number(skip) && number(skip);
      case new_file:
        return number(skip) && number(skip) && number(skip) && text() && text();
      case previous_log:
        return number(skip);
      default:
        return false;
    }
  }
  bool number(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }
  bool text() {
    std::uint64_t size = 0;
    if (!number(size) || size > rest_.size()) return false;
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view rest_;
};

// --- One directory -----------------------------------------------------------------------------

class DirectoryRecovery {
 public:
  DirectoryRecovery(leveldb::Env& env, const std::string& directory)
      : env_(env), directory_(directory) {}

  Result<Recovery> run() {
    if (const auto status = env_.GetChildren(directory_, &names_); !status.ok())
      return disk_error(directory_, status);
    if (!has("CURRENT")) return without_current();
    auto checked = check_manifest().and_then([this] { return check_logs(); });
    if (!checked) return tl::unexpected(checked.error());
    // Only now, with everything looked at, is anything changed.
    for (const Tail& tail : tails_) {
      if (auto cut_off = cut(tail); !cut_off) return tl::unexpected(cut_off.error());
    }
    return std::move(recovery_);
  }

 private:
  struct Tail {
    std::string name;
    std::string contents;
    std::uint64_t valid_bytes;
  };

  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  bool has(std::string_view name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  }

  Result<std::string> contents(const std::string& name) {
    std::string bytes;
    const auto status = leveldb::ReadFileToString(&env_, path(name), &bytes);
    if (status.IsNotFound()) return damaged(path(name), "is missing");
    if (!status.ok()) return disk_error(path(name), status);
    return bytes;
  }

  /// A new directory, unless there are files that a store without CURRENT cannot have.
  Result<Recovery> without_current() const {
    for (const std::string& name : names_) {
      if (log_number(name) || name.ends_with(".ldb") || name.ends_with(".sst"))
        return damaged(path("CURRENT"), "is missing, though " + name + " is there");
    }
    return Recovery{};
  }

  Result<void> check_manifest() {
    auto current = contents("CURRENT");
    if (!current) return tl::unexpected(current.error());
    if (!current->starts_with("MANIFEST-") || !current->ends_with('\n'))
      return damaged(path("CURRENT"), "does not name a manifest");
    const std::string name = current->substr(0, current->size() - 1);
    auto bytes = contents(name);
    if (!bytes) return tl::unexpected(bytes.error());
    LogReader reader(*bytes);
    std::string entry;
    while (reader.next(entry)) {
      if (!EntryParser(entry).into(manifest_))
        return damaged(path(name), "has an entry that cannot be read");
    }
    if (reader.valid_bytes() == 0) return damaged(path(name), "has no whole entry");
    if (reader.whole()) return {};
    const std::string_view tail = std::string_view(*bytes).substr(reader.valid_bytes());
    if (!runs_beyond_end(tail, reader.valid_bytes()) &&
        !last_sector_is_zeros(*bytes, reader.valid_bytes()))
      return damaged(path(name), fmt::format("is damaged at byte {}", reader.valid_bytes()));
    tails_.push_back({name, std::move(*bytes), reader.valid_bytes()});
    return {};
  }

  /// Does the fragment that the tail begins with lack bytes?
  static bool runs_beyond_end(std::string_view tail, std::uint64_t at) {
    const std::uint64_t left = 32 * 1024 - at % (32 * 1024);
    if (left < 7) return tail.size() < left + 7;
    if (tail.size() < 7) return true;
    const std::uint64_t size = static_cast<std::uint8_t>(tail[4]) |
                               static_cast<std::uint64_t>(static_cast<std::uint8_t>(tail[5])) << 8;
    return 7 + size > tail.size();
  }

  Result<void> check_logs() {
    std::vector<std::pair<std::uint64_t, std::string>> logs;
    for (const std::string& name : names_) {
      if (const auto number = log_number(name); number && *number >= manifest_.log)
        logs.emplace_back(*number, name);
    }
    std::sort(logs.begin(), logs.end());
    if (manifest_.log != 0 && (logs.empty() || logs.front().first != manifest_.log))
      return damaged(path(fmt::format("{:06}.log", manifest_.log)), "is missing");

    // A write torn in the last log that has anything in it leaves empty ones behind it at most.
    std::vector<std::string> files;
    for (const auto& [number, name] : logs) {
      auto bytes = contents(name);
      if (!bytes) return tl::unexpected(bytes.error());
      files.push_back(std::move(*bytes));
    }
    std::size_t newest = files.size();
    while (newest > 0 && files[newest - 1].empty()) --newest;

    std::uint64_t expected = manifest_.last_sequence + 1;
    bool first = true;
    for (std::size_t i = 0; i < newest; ++i) {
      const LogScan scan = scan_log(files[i]);
      auto checked = check_log(logs[i].second, scan, i + 1 == newest, expected, first);
      if (!checked) return checked;
      if (scan.records > 0) {
        expected = scan.next_sequence;
        first = false;
      }
      if (scan.state == LogState::torn)
        tails_.push_back({logs[i].second, std::move(files[i]), scan.valid_bytes});
    }
    return {};
  }

  /// `first`: no log before it had records; then `expected` is the most its sequence can be.
  Result<void> check_log(const std::string& name, const LogScan& scan, bool newest,
                         std::uint64_t expected, bool first) const {
    if (scan.state == LogState::damaged)
      return damaged(path(name), fmt::format("is damaged at byte {}, with records behind that",
                                             scan.valid_bytes));
    if (scan.state == LogState::torn && !newest)
      return damaged(path(name),
                     fmt::format("is damaged at byte {}, and newer logs exist", scan.valid_bytes));
    const bool follows = first ? scan.first_sequence <= expected : scan.first_sequence == expected;
    if (scan.records > 0 && !follows)
      return damaged(path(name), fmt::format("begins at write {} where {} was expected: a log "
                                             "before it is missing or cut short",
                                             scan.first_sequence, expected));
    return {};
  }

  Result<void> cut(const Tail& tail) {
    const std::string_view contents = tail.contents;
    const std::string aside = path("torn");
    env_.CreateDir(aside);
    std::string kept_as;
    for (unsigned n = 1; kept_as.empty() || env_.FileExists(kept_as); ++n)
      kept_as = fmt::format("{}/{}.{}", aside, tail.name, n);
    // LevelDB removes files called *.dbtmp when it opens, should we not come to the rename.
    const std::string rewritten = path("000000.dbtmp");
    auto done = write_file(kept_as, contents.substr(tail.valid_bytes)).and_then([&] {
      return write_file(rewritten, contents.substr(0, tail.valid_bytes));
    });
    if (!done) return done;
    if (const auto status = env_.RenameFile(rewritten, path(tail.name)); !status.ok())
      return disk_error(path(tail.name), status);
    recovery_.cuts.push_back({path(tail.name), contents.size() - tail.valid_bytes, kept_as});
    return {};
  }

  Result<void> write_file(const std::string& to, std::string_view bytes) {
    leveldb::WritableFile* opened = nullptr;
    auto status = env_.NewWritableFile(to, &opened);
    const std::unique_ptr<leveldb::WritableFile> file(opened);
    if (status.ok()) status = file->Append({bytes.data(), bytes.size()});
    if (status.ok()) status = file->Sync();
    if (status.ok()) status = file->Close();
    if (!status.ok()) return disk_error(to, status);
    return {};
  }

  leveldb::Env& env_;
  std::string directory_;
  std::vector<std::string> names_;
  Manifest manifest_;
  std::vector<Tail> tails_;
  Recovery recovery_;
};

}  // namespace

std::vector<std::string> Recovery::sentences() const {
  std::vector<std::string> said;
  for (const Cut& cut : cuts)
    said.push_back(fmt::format("cut {} bytes of a torn write at the end of {}; kept aside as {}",
                               cut.bytes, cut.file, cut.kept_as));
  return said;
}

Result<Recovery> recover_directory(leveldb::Env& env, const std::string& directory) {
  return DirectoryRecovery(env, directory).run();
}

}  // namespace hubbub
