#include "core/store/synced_env.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace hubbub {

leveldb::Status sync_directory_posix(const std::string& directory) {
  const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return leveldb::Status::IOError(directory, std::strerror(errno));
  const int synced = ::fsync(file);
  const int error = errno;
  ::close(file);
  if (synced != 0) return leveldb::Status::IOError(directory, std::strerror(error));
  return leveldb::Status::OK();
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// A file whose name is as durable as its bytes.
class SyncedEnv::File final : public leveldb::WritableFile {
 public:
  File(SyncedEnv* env, std::unique_ptr<leveldb::WritableFile> file, std::string directory)
      : env_(env), file_(std::move(file)), directory_(std::move(directory)) {}
  ~File() override { env_->forget(this); }

  leveldb::Status Append(const leveldb::Slice& data) override {
    unsynced_ = true;
    return file_->Append(data);
  }
  leveldb::Status Close() override { return file_->Close(); }
  leveldb::Status Flush() override { return file_->Flush(); }
  leveldb::Status Sync() override {
    leveldb::Status status = file_->Sync();
    if (status.ok() && !name_synced_) {
      status = env_->sync_directory(directory_);
      name_synced_ = status.ok();
    }
    if (status.ok()) unsynced_ = false;
    return status;
  }
  bool unsynced() const { return unsynced_; }

 private:
  SyncedEnv* env_;
  std::unique_ptr<leveldb::WritableFile> file_;
  std::string directory_;
  bool unsynced_ = false;
  bool name_synced_ = false;
};

leveldb::Status SyncedEnv::NewWritableFile(const std::string& path, leveldb::WritableFile** file) {
  *file = nullptr;
  const bool is_log = path.ends_with(".log");
  const std::lock_guard lock(mutex_);
  if (is_log && log_ != nullptr && log_->unsynced()) {
    if (leveldb::Status status = log_->Sync(); !status.ok()) return status;
  }
  leveldb::WritableFile* opened = nullptr;
  if (leveldb::Status status = target()->NewWritableFile(path, &opened); !status.ok())
    return status;
  auto* wrapped =
      new File(this, std::unique_ptr<leveldb::WritableFile>(opened), directory_of(path));
  if (is_log) log_ = wrapped;
  *file = wrapped;
  return leveldb::Status::OK();
}

leveldb::Status SyncedEnv::RenameFile(const std::string& from, const std::string& to) {
  if (leveldb::Status status = target()->RenameFile(from, to); !status.ok()) return status;
  // LevelDB also renames its diary, LOG, which needs no care.
  if (to.ends_with("/LOG.old")) return leveldb::Status::OK();
  return sync_directory(directory_of(to));
}

void SyncedEnv::forget(File* file) {
  const std::lock_guard lock(mutex_);
  if (log_ == file) log_ = nullptr;
}

}  // namespace hubbub
