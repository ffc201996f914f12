// Reads LevelDB's log files strictly: every byte is accounted for.
//
// LevelDB's own reader is lenient where we must not be. It takes a record that runs beyond the end
// of the file for the end of the file, whichever file it is, and passes over a block whose bytes
// have become zeros without a word, even with paranoid checks. So a log is read here first.
//
// The format (LevelDB, doc/log_format.md): blocks of 32 KiB; in each, fragments of
//   masked crc32c of type and data (u32)  size (u16)  type (u8: full, first, middle, last)  data
// and, where fewer than 7 bytes are left of a block, filling. A record is one `full` fragment, or
// a `first`, any number of `middle`, and a `last`. A log of rows (not a manifest) has one write
// batch a record: sequence (u64), count (u32), rows; sequences run on without gaps, also from one
// log to the next.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hubbub {

/// The checksum of a fragment as it is stored, over its type byte and its data.
std::uint32_t masked_crc32c(std::string_view type_and_data);

class LogReader {
 public:
  explicit LogReader(std::string_view file) : file_(file) {}

  /// The next whole record. False at the end of the file, or at the first byte that is not right.
  bool next(std::string& record);

  /// Where the last whole record ends.
  std::uint64_t valid_bytes() const { return valid_bytes_; }
  /// Once `next` gave false: is the file right to its last byte?
  bool whole() const { return valid_bytes_ == file_.size(); }

 private:
  std::string_view file_;
  std::uint64_t valid_bytes_ = 0;
};

enum class LogState : std::uint8_t {
  whole,
  torn,     ///< the last record is bad, and nothing was written after it
  damaged,  ///< something bad has valid records behind it, or a record is missing
};

struct LogScan {
  LogState state{};
  std::uint64_t valid_bytes = 0;  ///< up to the end of the last record that is whole
  std::uint64_t records = 0;
  std::uint64_t first_sequence = 0;  ///< if there are records
  std::uint64_t next_sequence = 0;   ///< the one after the last record's; if there are records
};

/// Reads a log of rows.
///
/// A bad record is `torn` if no record begins behind it. One that begins behind it tells that the
/// bad one had been complete: with synced writes only one is ever under way. What lies behind is
/// searched byte by byte, because a bad record does not tell where the next one is; a record must
/// have a right checksum and a sequence near the expected one to count, so that text that looks
/// like a record does not.
LogScan scan_log(std::string_view file);

}  // namespace hubbub
