// A disk for LevelDB that knows what was synced, and can lose power at any of its operations.
//
// It lives in memory. A file's bytes are durable up to its last sync; names (made, renamed,
// removed) up to the last sync of their directory. When power is lost, bytes that were not synced
// are there in part: none, a beginning, a beginning and zeros, a beginning and other bytes, all;
// and of the names that were not synced each change has happened or not, on its own.
#pragma once

#include <leveldb/env.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/base/hash.hpp"
#include "core/store/synced_env.hpp"

namespace hubbub {

class PowerLossEnv final : public leveldb::EnvWrapper {
 public:
  PowerLossEnv() : EnvWrapper(leveldb::Env::Default()) {}

  /// To be given to LevelStore with this.
  SyncDirectory sync_directory() {
    return [this](const std::string& directory) { return sync_names(directory); };
  }

  // --- Faults ---
  /// Power fails at the `operations`-th change from now: 1 is the next.
  void lose_power_after(std::uint64_t operations);
  void lose_power();
  bool has_power() const;
  enum class Torn { not_torn, sometimes };
  /// The disk comes back with what is durable, and torn what is not, as `seed` has it.
  void restore_power(std::uint64_t seed, Torn torn);
  /// The next sync of a log gives an error. Its bytes stay readable, but no later sync writes them.
  void fail_next_log_sync();
  /// The next append to a log takes half its bytes and gives an error, as a full disk does.
  void fail_next_log_append();

  // --- To look at and to damage ---
  /// Changes so far.
  std::uint64_t operations() const;
  std::vector<std::string> files(const std::string& ending) const;
  std::string contents(const std::string& path) const;
  void set_contents(const std::string& path, const std::string& bytes);

  // --- leveldb::Env ---
  leveldb::Status NewSequentialFile(const std::string&, leveldb::SequentialFile**) override;
  leveldb::Status NewRandomAccessFile(const std::string&, leveldb::RandomAccessFile**) override;
  leveldb::Status NewWritableFile(const std::string&, leveldb::WritableFile**) override;
  leveldb::Status NewAppendableFile(const std::string&, leveldb::WritableFile**) override;
  bool FileExists(const std::string&) override;
  leveldb::Status GetChildren(const std::string&, std::vector<std::string>*) override;
  leveldb::Status RemoveFile(const std::string&) override;
  leveldb::Status CreateDir(const std::string&) override;
  leveldb::Status RemoveDir(const std::string&) override;
  leveldb::Status GetFileSize(const std::string&, std::uint64_t*) override;
  leveldb::Status RenameFile(const std::string&, const std::string&) override;
  leveldb::Status LockFile(const std::string&, leveldb::FileLock**) override;
  leveldb::Status UnlockFile(leveldb::FileLock*) override;
  leveldb::Status NewLogger(const std::string&, leveldb::Logger**) override;
  /// LevelDB slows writers down when tables pile up; a test need not wait.
  void SleepForMicroseconds(int) override {}

 private:
  struct File {
    std::string bytes;
    std::size_t synced = 0;
    bool sync_failed = false;
  };
  using FilePtr = std::shared_ptr<File>;
  struct NameChange {
    std::string removed;  ///< may be empty
    std::string made;     ///< may be empty
    FilePtr file;
  };
  class Writable;
  class Reader;

  leveldb::Status change();  ///< counts an operation; an error if there is no power
  leveldb::Status sync_names(const std::string& directory);
  leveldb::Status append(const std::string& path, File& file, std::uint64_t life,
                         const leveldb::Slice& data);
  leveldb::Status sync(const std::string& path, File& file, std::uint64_t life);
  leveldb::Status open_for_read(const std::string& path, FilePtr& file);
  static void apply(const NameChange& change, std::map<std::string, FilePtr>& names);
  void tear(const std::string& path, File& file, std::uint64_t seed, Torn torn) const;

  mutable std::mutex mutex_;
  std::map<std::string, FilePtr> names_;
  std::map<std::string, FilePtr> durable_names_;
  std::vector<NameChange> changes_;  ///< of names, since their directory's last sync
  std::set<std::string> directories_{"/"};
  std::set<std::string> locks_;
  std::uint64_t operations_ = 0;
  std::uint64_t power_until_ = UINT64_MAX;  ///< the last operation that succeeds
  std::uint64_t life_ = 1;                  ///< raised when power is restored
  bool fail_sync_ = false;
  bool fail_append_ = false;
};

}  // namespace hubbub
