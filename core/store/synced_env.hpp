// What LevelDB leaves to luck when power fails, made certain. An environment that LevelStore puts
// between LevelDB and the disk.
//
// LevelDB 1.23 (db/db_impl.cc, util/env_posix.cc) syncs the bytes of a file, and a directory only
// before its manifest. Three things are then not certain, all of them closed here:
// - A new log's name may be lost though its bytes were synced: the first sync of a file also syncs
//   its directory.
// - CURRENT's new name may be lost though the files it replaces are already deleted: a rename
//   syncs the directory.
// - When a full log is left for a new one, its last unsynced bytes stay unsynced, while writes
//   behind them, in the new log, become durable: the log in use is synced before a new one is
//   made. So "all before it" holds across logs, and only the newest log can have a torn end.
#pragma once

#include <leveldb/env.h>

#include <functional>
#include <mutex>
#include <string>

namespace hubbub {

/// Makes the names in a directory durable.
using SyncDirectory = std::function<leveldb::Status(const std::string& directory)>;

/// With fsync(2).
leveldb::Status sync_directory_posix(const std::string& directory);

std::string directory_of(const std::string& path);

class SyncedEnv final : public leveldb::EnvWrapper {
 public:
  SyncedEnv(leveldb::Env* disk, SyncDirectory sync_directory)
      : EnvWrapper(disk), sync_directory_(std::move(sync_directory)) {}

  leveldb::Status NewWritableFile(const std::string& path, leveldb::WritableFile** file) override;
  leveldb::Status RenameFile(const std::string& from, const std::string& to) override;

  leveldb::Status sync_directory(const std::string& directory) {
    return sync_directory_(directory);
  }

 private:
  class File;
  void forget(File* file);

  SyncDirectory sync_directory_;
  std::mutex mutex_;
  File* log_ = nullptr;  ///< the log in use
};

}  // namespace hubbub
