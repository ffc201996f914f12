// The store on a real disk: LevelDB, made strict.
//
// - Opening checks the directory first (level_recovery.hpp), then lets LevelDB rewrite what it
//   finds in its logs into a table, synced, with a new manifest: `reuse_logs` is off. Nothing is
//   served that a loss of power could still take away, also not what a failed sync left in the page
//   cache.
// - Everything read is checked: paranoid checks on, checksums verified on every read.
// - After one failed write all further ones are refused: what the disk holds is unknown (R7).
// - A directory belongs to one process at a time, and says which form it has (the file HUBBUB).
//
// Thread safety: `read` from any thread; `write` from one at a time, also while others read.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/store/level_recovery.hpp"
#include "core/store/store.hpp"
#include "core/store/synced_env.hpp"

namespace leveldb {
class Cache;
class DB;
}  // namespace leveldb

namespace hubbub {

struct LevelOptions {
  /// The disk; null: the system's.
  leveldb::Env* env = nullptr;
  /// How names become durable there.
  SyncDirectory sync_directory = sync_directory_posix;
  /// A log of this size is turned into a table; memory holds two of them.
  std::size_t write_buffer_bytes = 16 * 1024 * 1024;
  /// Uncompressed blocks kept in memory.
  std::size_t cache_bytes = 32 * 1024 * 1024;
};

/// Why a store was not opened.
struct OpenFailure : Failure {
  /// The directory is no place for this store, or is another's: starting again cures nothing.
  bool wrong_place = false;
};

class LevelStore final : public Store {
 public:
  /// The version of the directory's form; an older program refuses a newer form.
  static constexpr unsigned format = 1;

  /// Opens the store in `directory`, which is made if need be. An error is a sentence for whoever
  /// starts the server, and says what to do.
  static tl::expected<std::unique_ptr<LevelStore>, OpenFailure> open(
      const std::string& directory, const LevelOptions& options = {});
  ~LevelStore() override;

  Result<void> write(std::span<const std::string_view> batches, Sync sync) override;
  Result<bool> read(const ReadRange& range, ByteBuffer& rows) override;

  /// What opening had to put right.
  const Recovery& recovery() const { return recovery_; }

 private:
  LevelStore(std::string directory, const LevelOptions& options);
  using Opening = tl::expected<void, OpenFailure>;
  Opening make_directory();
  Opening lock();
  Opening check_format();
  Result<void> open_database(const LevelOptions& options);
  Result<void> refuse(const std::string& why);

  std::string directory_;
  SyncedEnv env_;
  leveldb::FileLock* lock_ = nullptr;
  std::unique_ptr<leveldb::Cache> cache_;
  std::unique_ptr<leveldb::DB> database_;
  Recovery recovery_;
  std::string refused_because_;
};

}  // namespace hubbub
