#include "core/store/level_store.hpp"

#include <fmt/format.h>
#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/write_batch.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "core/store/read_limit.hpp"

namespace hubbub {

namespace {

constexpr std::string_view format_begins = "hubbub store, format ";

leveldb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const leveldb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

tl::unexpected<OpenFailure> unusable(std::string what) {
  return tl::unexpected(OpenFailure{{std::move(what)}, false});
}
tl::unexpected<OpenFailure> wrong_place(std::string what) {
  return tl::unexpected(OpenFailure{{std::move(what)}, true});
}

/// A lock that another process holds, or this one, as LevelDB says it: it keeps no code.
bool is_held(const leveldb::Status& status) {
  const std::string text = status.ToString();
  return text.find("already held") != std::string::npos ||
         text.find(std::strerror(EWOULDBLOCK)) != std::string::npos;
}

}  // namespace

LevelStore::LevelStore(std::string directory, const LevelOptions& options)
    : directory_(std::move(directory)),
      env_(options.env != nullptr ? options.env : leveldb::Env::Default(), options.sync_directory) {
}

LevelStore::~LevelStore() {
  database_.reset();
  if (lock_ != nullptr) env_.UnlockFile(lock_);
}

tl::expected<std::unique_ptr<LevelStore>, OpenFailure> LevelStore::open(
    const std::string& directory, const LevelOptions& options) {
  std::unique_ptr<LevelStore> store(new LevelStore(directory, options));
  const Opening place =
      store->make_directory().and_then([&] { return store->lock(); }).and_then([&] {
        return store->check_format();
      });
  if (!place) return tl::unexpected(place.error());
  auto recovered = recover_directory(store->env_, directory);
  if (!recovered) return unusable(recovered.error().what);
  store->recovery_ = std::move(*recovered);
  if (auto opened = store->open_database(options); !opened) return unusable(opened.error().what);
  return store;
}

LevelStore::Opening LevelStore::make_directory() {
  const auto made = env_.CreateDir(directory_);
  if (!env_.FileExists(directory_))
    return wrong_place(
        fmt::format("cannot make the directory {}: {}. The directory above it must "
                    "exist and be writable.",
                    directory_, made.ToString()));
  if (!made.ok()) return {};
  if (const auto status = env_.sync_directory(directory_of(directory_)); !status.ok())
    return unusable(fmt::format("cannot sync the directory above {}: {}. Check the disk.",
                                directory_, status.ToString()));
  return {};
}

/// LevelDB has a lock of its own, but takes it only when recovery has already looked around.
LevelStore::Opening LevelStore::lock() {
  const auto status = env_.LockFile(directory_ + "/HUBBUB.lock", &lock_);
  if (status.ok()) return {};
  lock_ = nullptr;
  if (!is_held(status))
    return wrong_place(fmt::format("{} cannot be written to: {}", directory_, status.ToString()));
  return wrong_place(
      fmt::format("cannot lock {}: most likely another process is using it. Stop that "
                  "one, or use another directory. (The system says: {})",
                  directory_, status.ToString()));
}

LevelStore::Opening LevelStore::check_format() {
  const std::string path = directory_ + "/HUBBUB";
  std::string text;
  const auto status = leveldb::ReadFileToString(&env_, path, &text);
  if (status.IsNotFound()) {
    if (env_.FileExists(directory_ + "/CURRENT"))
      return wrong_place(
          fmt::format("{} holds a LevelDB database that is not this program's: the file "
                      "HUBBUB is missing. Use another directory.",
                      directory_));
    const std::string current = fmt::format("{}{}\n", format_begins, format);
    leveldb::WritableFile* opened = nullptr;
    // Under another name first: a marker is whole or absent.
    auto made = env_.NewWritableFile(path + ".new", &opened);
    const std::unique_ptr<leveldb::WritableFile> file(opened);
    if (made.ok()) made = file->Append(slice(current));
    if (made.ok()) made = file->Sync();
    if (made.ok()) made = file->Close();
    if (made.ok()) made = env_.RenameFile(path + ".new", path);
    if (made.ok()) return {};
    return unusable(fmt::format("cannot write {}: {}. Check the disk and the permissions.", path,
                                made.ToString()));
  }
  if (!status.ok())
    return unusable(fmt::format("cannot read {}: {}. Check the disk and the permissions.", path,
                                status.ToString()));
  unsigned found = 0;
  const char* end = text.data() + text.size();
  const bool readable =
      text.starts_with(format_begins) && text.ends_with('\n') &&
      std::from_chars(text.data() + format_begins.size(), end, found).ptr == end - 1;
  if (!readable || found == 0)
    return unusable(
        fmt::format("{} does not say which form the store has: it should read "
                    "\"{}{}\". Restore the directory from a backup.",
                    path, format_begins, format));
  if (found > format)
    return wrong_place(
        fmt::format("the store in {} has form {}, and this program knows forms up to "
                    "{}: it was written by a newer version. Start that version.",
                    directory_, found, format));
  return {};
}

Result<void> LevelStore::open_database(const LevelOptions& options) {
  cache_.reset(leveldb::NewLRUCache(options.cache_bytes));
  leveldb::Options level;
  level.env = &env_;
  level.create_if_missing = true;
  level.paranoid_checks = true;
  level.reuse_logs = false;
  level.write_buffer_size = options.write_buffer_bytes;
  level.block_cache = cache_.get();
  leveldb::DB* database = nullptr;
  const auto status = leveldb::DB::Open(level, directory_, &database);
  database_.reset(database);
  if (status.ok()) return {};
  return failure(fmt::format(
      "cannot open the store in {}: {}. If the disk is full or not writable, put that right and "
      "start again. If a file is damaged or missing, restore the directory from a backup; "
      "LevelDB's own repair may drop acknowledged data.",
      directory_, status.ToString()));
}

Result<void> LevelStore::refuse(const std::string& why) {
  refused_because_ = why;
  return failure(fmt::format("the last write to {} ended unknown: {}", directory_, why));
}

Result<void> LevelStore::write(std::span<const std::string_view> batches, Sync sync) {
  if (!refused_because_.empty())
    return failure(
        fmt::format("the store in {} takes no writes until it is opened again: an "
                    "earlier write ended unknown ({})",
                    directory_, refused_because_));
  leveldb::WriteBatch rows;
  for (const std::string_view batch : batches) {
    BatchReader reader(batch);
    RowWrite row;
    while (reader.next(row)) {
      if (row.erase) {
        rows.Delete(slice(row.key));
      } else {
        rows.Put(slice(row.key), slice(row.value));
      }
    }
    HUBBUB_CHECK(reader.ok());
  }
  leveldb::WriteOptions how;
  how.sync = sync == Sync::yes;
  // LevelDB itself would go on after an append that failed half-way, behind a torn record.
  if (const auto status = database_->Write(how, &rows); !status.ok())
    return refuse(status.ToString());
  return {};
}

Result<bool> LevelStore::read(const ReadRange& range, ByteBuffer& rows) {
  const std::size_t before = rows.size();
  leveldb::ReadOptions how;
  how.verify_checksums = true;
  const std::unique_ptr<leveldb::Iterator> at(database_->NewIterator(how));
  LimitedRows limited(range, rows);
  if (range.from >= range.to) {
    // Nothing.
  } else if (!range.reverse) {
    for (at->Seek(slice(range.from)); at->Valid() && view(at->key()) < range.to; at->Next()) {
      if (!limited.take(view(at->key()), view(at->value()))) break;
    }
  } else {
    at->Seek(slice(range.to));
    // At the end or in error: from the last row, which repeats the error if it was one.
    if (at->Valid()) {
      at->Prev();
    } else if (at->status().ok()) {
      at->SeekToLast();
    }
    for (; at->Valid() && view(at->key()) >= range.from; at->Prev()) {
      if (!limited.take(view(at->key()), view(at->value()))) break;
    }
  }
  if (const auto status = at->status(); !status.ok()) {
    rows.resize(before);
    return failure(
        fmt::format("cannot read the store in {}: {}. Look at the disk (dmesg, "
                    "smartctl), then restore the directory from a backup.",
                    directory_, status.ToString()));
  }
  return limited.more();
}

}  // namespace hubbub
