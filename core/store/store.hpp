// The port to ordered rows. Two implementations hold the same contract, checked by one suite
// (tests/core/store): MemoryStore, with exact crash semantics, and LevelStore on a real disk.
//
// - Keys are at most row_key_bytes_max bytes and compare as unsigned bytes.
// - A write is one or more batches (wire/batch.hpp), applied in order, all or nothing, also across
//   a crash. Reads after it see it.
// - `Sync::yes`: when `write` returns well, these batches and all before them survive loss of
//   power. `Sync::no`: they survive the end of the process, not loss of power.
// - A write that fails has ended *unknown* (R7): it may or may not be there after reopening, and
//   the store refuses every further write. "Failed" does not exist.
// - Opening rewrites and syncs what was recovered, so that nothing is served that a loss of power
//   could still take away.
// - One write at a time. A store says itself whether it can be read meanwhile.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/errors.hpp"

namespace hubbub {

enum class Sync : std::uint8_t { no, yes };

/// Rows with `from` <= key < `to`, ascending from `from`, or (`reverse`) descending from `to`; at
/// most `rows` rows and, unless the first alone is longer, `bytes` bytes of keys and values.
struct ReadRange {
  std::string_view from;
  std::string_view to;
  std::uint32_t rows{};
  std::uint32_t bytes{};
  bool reverse{};
  static auto fields(auto& s) { return std::tie(s.from, s.to, s.rows, s.bytes, s.reverse); }
};

class Store {
 public:
  virtual ~Store() = default;

  /// Applies the batches in order as one write.
  virtual Result<void> write(std::span<const std::string_view> batches, Sync sync) = 0;

  /// Appends the rows found to `rows`, as puts of a batch (wire/batch.hpp). The value is true if
  /// rows of the range are left. An error means that the store cannot be trusted: nothing that was
  /// read may be used.
  virtual Result<bool> read(const ReadRange& range, ByteBuffer& rows) = 0;
};

}  // namespace hubbub
