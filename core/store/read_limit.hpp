// How much one read returns; the same for every store.
#pragma once

#include "core/base/bytes.hpp"
#include "core/store/store.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {

/// Takes the rows of a range one by one until the range's limits are reached.
class LimitedRows {
 public:
  LimitedRows(const ReadRange& range, ByteBuffer& to) : range_(range), writer_(to) {}

  /// False: this row is beyond the limits, was not taken, and is left for the next read.
  bool take(std::string_view key, std::string_view value) {
    const std::uint64_t size = key.size() + value.size();
    if (rows_ == range_.rows || (rows_ > 0 && bytes_ + size > range_.bytes)) {
      more_ = true;
      return false;
    }
    writer_.put(key, value);
    ++rows_;
    bytes_ += size;
    return true;
  }
  bool more() const { return more_; }

 private:
  const ReadRange& range_;
  BatchWriter writer_;
  std::uint32_t rows_ = 0;
  std::uint64_t bytes_ = 0;
  bool more_ = false;
};

}  // namespace hubbub
