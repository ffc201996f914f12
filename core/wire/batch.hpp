// A batch of row writes, as bytes: what a partition commits.
//
//   put:    0x01  key size (u8)  key  value size (u32)  value
//   erase:  0x02  key size (u8)  key
//
// Keys compare as unsigned bytes. A later write to a key wins over an earlier one.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"
#include "core/wire/codec.hpp"

namespace hubbub {

inline constexpr std::size_t row_key_bytes_max = 64;

class BatchWriter {
 public:
  explicit BatchWriter(ByteBuffer& to) : to_(to) {}

  /// REQUIRES: key.size() <= row_key_bytes_max.
  void put(std::string_view key, std::string_view value) {
    head(1, key);
    wire::Writer(to_).write(value);
  }
  /// Puts the byte form of `row`.
  template <wire::HasFields Row>
  void put(std::string_view key, const Row& row) {
    head(1, key);
    wire::Writer(to_).write_sized(row);
  }
  void erase(std::string_view key) { head(2, key); }

 private:
  void head(char kind, std::string_view key) {
    HUBBUB_CHECK(key.size() <= row_key_bytes_max);
    to_.append_number(kind);
    to_.append_number(static_cast<std::uint8_t>(key.size()));
    to_.append(key);
  }
  ByteBuffer& to_;
};

struct RowWrite {
  bool erase{};
  std::string_view key;
  std::string_view value;
};

/// Walks a batch. `next` gives false at the end, or when the bytes are not a batch (`ok` tells).
class BatchReader {
 public:
  explicit BatchReader(std::string_view from) : from_(from) {}

  bool next(RowWrite& row) {
    if (!ok_ || from_.empty()) return false;
    const char kind = from_.front();
    from_.remove_prefix(1);
    std::uint8_t key_size = 0;
    if ((kind != 1 && kind != 2) || !number(key_size) || key_size > row_key_bytes_max ||
        !take(key_size, row.key))
      return ok_ = false;
    row.erase = kind == 2;
    row.value = {};
    std::uint32_t value_size = 0;
    if (!row.erase && (!number(value_size) || !take(value_size, row.value))) return ok_ = false;
    return true;
  }
  bool ok() const { return ok_; }

 private:
  template <class N>
  bool number(N& value) {
    std::string_view bytes;
    if (!take(sizeof value, bytes)) return false;
    std::memcpy(&value, bytes.data(), sizeof value);
    return true;
  }
  bool take(std::size_t size, std::string_view& bytes) {
    if (size > from_.size()) return false;
    bytes = from_.substr(0, size);
    from_.remove_prefix(size);
    return true;
  }

  std::string_view from_;
  bool ok_ = true;
};

}  // namespace hubbub
