// A store under test, and what can happen to the machine it runs on. The suite is
// conformance_test.cpp; a new store joins it by one more StoreWorld.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/store/store.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {

class StoreWorld {
 public:
  virtual ~StoreWorld() = default;
  virtual Store& store() = 0;
  /// The process ends and is started again; the system runs on.
  virtual void restart_process() = 0;
  /// Power fails, nothing is torn, and the process is started again.
  virtual void lose_power() = 0;
  /// The next synced write gives an error.
  virtual void fail_next_sync() = 0;
};

std::unique_ptr<StoreWorld> memory_world();
std::unique_ptr<StoreWorld> level_world();

using Rows = std::vector<std::pair<std::string, std::string>>;

/// A batch as bytes. A row without a value erases its key.
struct RowChange {
  std::string key;
  bool erase = false;
  std::string value;
};
inline std::string batch_of(const std::vector<RowChange>& changes) {
  ByteBuffer bytes;
  BatchWriter writer(bytes);
  for (const RowChange& change : changes) {
    if (change.erase) {
      writer.erase(change.key);
    } else {
      writer.put(change.key, change.value);
    }
  }
  return std::string(bytes.view());
}
inline RowChange put(std::string key, std::string value) {
  return {std::move(key), false, std::move(value)};
}
inline RowChange erase(std::string key) { return {std::move(key), true, ""}; }

inline Result<void> write(Store& store, const std::vector<RowChange>& changes, Sync sync) {
  const std::string bytes = batch_of(changes);
  const std::string_view batch = bytes;
  return store.write({&batch, 1}, sync);
}

inline Rows rows_of(std::string_view batch) {
  Rows rows;
  BatchReader reader(batch);
  RowWrite row;
  while (reader.next(row)) rows.emplace_back(row.key, row.value);
  HUBBUB_CHECK(reader.ok());
  return rows;
}

/// The rows of one read; it must succeed.
inline Rows read(Store& store, const ReadRange& range) {
  ByteBuffer bytes;
  HUBBUB_CHECK(store.read(range, bytes).has_value());
  return rows_of(bytes.view());
}

/// Everything in the store, read in small pieces.
inline std::map<std::string, std::string> everything(Store& store) {
  std::map<std::string, std::string> rows;
  const std::string last(row_key_bytes_max + 1, '\xff');
  std::string from;
  for (bool more = true; more;) {
    ByteBuffer bytes;
    const auto read = store.read({from, last, 64, 1 << 20, false}, bytes);
    HUBBUB_CHECK(read.has_value());
    more = *read;
    for (auto& [key, value] : rows_of(bytes.view())) {
      from = key + '\0';
      rows.emplace(key, value);
    }
  }
  return rows;
}

}  // namespace hubbub
