#include "tests/core/store/power_loss_env.hpp"

#include <algorithm>

namespace hubbub {

namespace {

using leveldb::Status;

Status no_power() { return Status::IOError("power is off"); }

class Silent final : public leveldb::Logger {
 public:
  void Logv(const char*, std::va_list) override {}
};

class Lock final : public leveldb::FileLock {
 public:
  explicit Lock(std::string path) : path_(std::move(path)) {}
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

class PowerLossEnv::Writable final : public leveldb::WritableFile {
 public:
  Writable(PowerLossEnv* env, std::string path, FilePtr file, std::uint64_t life)
      : env_(env), path_(std::move(path)), file_(std::move(file)), life_(life) {}
  Status Append(const leveldb::Slice& data) override {
    return env_->append(path_, *file_, life_, data);
  }
  Status Close() override { return Status::OK(); }
  Status Flush() override { return Status::OK(); }
  Status Sync() override { return env_->sync(path_, *file_, life_); }

 private:
  PowerLossEnv* env_;
  std::string path_;
  FilePtr file_;
  std::uint64_t life_;
};

/// Reads a file as it was when it was opened; LevelDB reads no file that still grows.
class PowerLossEnv::Reader final : public leveldb::SequentialFile,
                                   public leveldb::RandomAccessFile {
 public:
  explicit Reader(std::string bytes) : bytes_(std::move(bytes)) {}
  Status Read(std::size_t n, leveldb::Slice* result, char* scratch) override {
    const Status status = Read(at_, n, result, scratch);
    at_ += result->size();
    return status;
  }
  Status Skip(std::uint64_t n) override {
    at_ += n;
    return Status::OK();
  }
  Status Read(std::uint64_t offset, std::size_t n, leveldb::Slice* result,
              char* scratch) const override {
    const std::size_t from = std::min<std::size_t>(offset, bytes_.size());
    const std::size_t size = bytes_.copy(scratch, n, from);
    *result = leveldb::Slice(scratch, size);
    return Status::OK();
  }

 private:
  std::string bytes_;
  std::uint64_t at_ = 0;
};

// --- Power -------------------------------------------------------------------------------------

Status PowerLossEnv::change() { return ++operations_ > power_until_ ? no_power() : Status::OK(); }

void PowerLossEnv::lose_power_after(std::uint64_t operations) {
  const std::lock_guard lock(mutex_);
  power_until_ = operations_ + operations - 1;
}

void PowerLossEnv::lose_power() { lose_power_after(1); }

bool PowerLossEnv::has_power() const {
  const std::lock_guard lock(mutex_);
  return operations_ <= power_until_;
}

void PowerLossEnv::restore_power(std::uint64_t seed, Torn torn) {
  const std::lock_guard lock(mutex_);
  std::uint64_t draw = mix64(seed);
  for (const NameChange& change : changes_) {
    draw = mix64(draw);
    if (torn == Torn::sometimes && draw % 2 == 0) apply(change, durable_names_);
  }
  changes_.clear();
  names_.clear();
  for (auto& [path, file] : durable_names_) {
    draw = mix64(draw);
    tear(path, *file, draw, torn);
    // A new file object: handles from before the loss write nowhere.
    file = std::make_shared<File>(File{file->bytes, file->bytes.size(), false});
    names_[path] = file;
  }
  locks_.clear();
  power_until_ = UINT64_MAX;
  fail_sync_ = fail_append_ = false;
  ++life_;
}

void PowerLossEnv::tear(const std::string& path, File& file, std::uint64_t seed, Torn torn) const {
  const std::size_t unsynced = file.bytes.size() - file.synced;
  if (torn == Torn::not_torn || unsynced == 0) return file.bytes.resize(file.synced);
  const std::size_t kept = file.synced + mix64(seed) % (unsynced + 1);
  const std::size_t sector = std::max(file.synced, kept / 512 * 512);
  // Only in logs may what is behind the beginning be anything.
  switch (seed % (path.ends_with(".log") ? 5 : 4)) {
    case 0:
      return file.bytes.resize(file.synced);
    case 1:
      return file.bytes.resize(kept);
    case 2:
      return;
    case 3:
      std::fill(file.bytes.begin() + static_cast<long>(sector), file.bytes.end(), '\0');
      return;
    default:
      for (std::size_t i = sector; i < file.bytes.size(); ++i)
        file.bytes[i] = static_cast<char>(mix64(seed + i));
  }
}

void PowerLossEnv::fail_next_log_sync() {
  const std::lock_guard lock(mutex_);
  fail_sync_ = true;
}

void PowerLossEnv::fail_next_log_append() {
  const std::lock_guard lock(mutex_);
  fail_append_ = true;
}

// --- Bytes and names ---------------------------------------------------------------------------

Status PowerLossEnv::append(const std::string& path, File& file, std::uint64_t life,
                            const leveldb::Slice& data) {
  const std::lock_guard lock(mutex_);
  if (life != life_) return no_power();
  const Status status = change();
  if (fail_append_ && path.ends_with(".log")) {
    fail_append_ = false;
    file.bytes.append(data.data(), data.size() / 2);
    return Status::IOError(path, "No space left on device");
  }
  // Power that fails during an append may leave its bytes in part: they count as not synced.
  if (status.ok() || operations_ == power_until_ + 1) file.bytes.append(data.data(), data.size());
  return status;
}

Status PowerLossEnv::sync(const std::string& path, File& file, std::uint64_t life) {
  const std::lock_guard lock(mutex_);
  if (life != life_) return no_power();
  if (Status status = change(); !status.ok()) return status;
  if (fail_sync_ && path.ends_with(".log")) {
    fail_sync_ = false;
    file.sync_failed = true;
    return Status::IOError(path, "Input/output error");
  }
  if (!file.sync_failed) file.synced = file.bytes.size();
  return Status::OK();
}

void PowerLossEnv::apply(const NameChange& change, std::map<std::string, FilePtr>& names) {
  if (!change.removed.empty()) names.erase(change.removed);
  if (!change.made.empty()) names[change.made] = change.file;
}

Status PowerLossEnv::sync_names(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  if (Status status = change(); !status.ok()) return status;
  std::erase_if(changes_, [&](const NameChange& change) {
    const std::string& path = change.made.empty() ? change.removed : change.made;
    if (directory_of(path) != directory) return false;
    apply(change, durable_names_);
    return true;
  });
  return Status::OK();
}

std::uint64_t PowerLossEnv::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

std::vector<std::string> PowerLossEnv::files(const std::string& ending) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  for (const auto& [path, file] : names_) {
    if (path.ends_with(ending)) found.push_back(path);
  }
  return found;
}

std::string PowerLossEnv::contents(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return names_.at(path)->bytes;
}

void PowerLossEnv::set_contents(const std::string& path, const std::string& bytes) {
  const std::lock_guard lock(mutex_);
  names_[path] = durable_names_[path] = std::make_shared<File>(File{bytes, bytes.size(), false});
}

// --- leveldb::Env ------------------------------------------------------------------------------

Status PowerLossEnv::open_for_read(const std::string& path, FilePtr& file) {
  if (operations_ > power_until_) return no_power();
  const auto found = names_.find(path);
  if (found == names_.end()) return Status::NotFound(path, "No such file or directory");
  file = found->second;
  return Status::OK();
}

Status PowerLossEnv::NewSequentialFile(const std::string& path, leveldb::SequentialFile** file) {
  const std::lock_guard lock(mutex_);
  FilePtr found;
  if (Status status = open_for_read(path, found); !status.ok()) return status;
  *file = new Reader(found->bytes);
  return Status::OK();
}

Status PowerLossEnv::NewRandomAccessFile(const std::string& path,
                                         leveldb::RandomAccessFile** file) {
  const std::lock_guard lock(mutex_);
  FilePtr found;
  if (Status status = open_for_read(path, found); !status.ok()) return status;
  *file = new Reader(found->bytes);
  return Status::OK();
}

Status PowerLossEnv::NewWritableFile(const std::string& path, leveldb::WritableFile** file) {
  const std::lock_guard lock(mutex_);
  if (Status status = change(); !status.ok()) return status;
  if (!directories_.contains(directory_of(path))) return Status::NotFound(path);
  changes_.push_back({"", path, std::make_shared<File>()});
  apply(changes_.back(), names_);
  *file = new Writable(this, path, names_[path], life_);
  return Status::OK();
}

Status PowerLossEnv::NewAppendableFile(const std::string& path, leveldb::WritableFile** file) {
  const std::lock_guard lock(mutex_);
  FilePtr found;
  if (Status status = open_for_read(path, found); !status.ok()) return status;
  *file = new Writable(this, path, found, life_);
  return Status::OK();
}

bool PowerLossEnv::FileExists(const std::string& path) {
  const std::lock_guard lock(mutex_);
  return names_.contains(path) || directories_.contains(path);
}

Status PowerLossEnv::GetChildren(const std::string& directory, std::vector<std::string>* names) {
  const std::lock_guard lock(mutex_);
  if (operations_ > power_until_) return no_power();
  names->clear();
  for (const auto& [path, file] : names_) {
    if (directory_of(path) == directory) names->push_back(path.substr(directory.size() + 1));
  }
  return Status::OK();
}

Status PowerLossEnv::RemoveFile(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (Status status = change(); !status.ok()) return status;
  if (!names_.contains(path)) return Status::NotFound(path);
  changes_.push_back({path, "", nullptr});
  apply(changes_.back(), names_);
  return Status::OK();
}

Status PowerLossEnv::CreateDir(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (Status status = change(); !status.ok()) return status;
  return directories_.insert(path).second ? Status::OK() : Status::IOError(path, "File exists");
}

Status PowerLossEnv::RemoveDir(const std::string& path) {
  return Status::NotSupported(path, "the store removes no directory");
}

Status PowerLossEnv::GetFileSize(const std::string& path, std::uint64_t* size) {
  const std::lock_guard lock(mutex_);
  FilePtr found;
  if (Status status = open_for_read(path, found); !status.ok()) return status;
  *size = found->bytes.size();
  return Status::OK();
}

Status PowerLossEnv::RenameFile(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (Status status = change(); !status.ok()) return status;
  if (!names_.contains(from)) return Status::NotFound(from);
  changes_.push_back({from, to, names_[from]});
  apply(changes_.back(), names_);
  return Status::OK();
}

Status PowerLossEnv::LockFile(const std::string& path, leveldb::FileLock** lock) {
  const std::lock_guard guard(mutex_);
  if (operations_ > power_until_) return no_power();
  if (!locks_.insert(path).second) return Status::IOError("lock " + path, "already held");
  *lock = new Lock(path);
  return Status::OK();
}

Status PowerLossEnv::UnlockFile(leveldb::FileLock* lock) {
  const std::lock_guard guard(mutex_);
  const std::unique_ptr<Lock> held(static_cast<Lock*>(lock));
  locks_.erase(held->path());
  return Status::OK();
}

Status PowerLossEnv::NewLogger(const std::string&, leveldb::Logger** logger) {
  *logger = new Silent;
  return Status::OK();
}

}  // namespace hubbub
