#include "core/store/log_reader.hpp"

#include <boost/crc.hpp>
#include <cstring>
#include <optional>

namespace hubbub {

namespace {

constexpr std::uint64_t block_bytes = 32 * 1024;
constexpr std::uint64_t head_bytes = 7;
constexpr std::uint64_t batch_head_bytes = 12;
/// Rows that one lost record may have had: far above what fits a log, far below chance.
constexpr std::uint64_t sequence_window = std::uint64_t{1} << 28;

enum FragmentType : std::uint8_t { full = 1, first = 2, middle = 3, last = 4 };

struct Fragment {
  std::uint8_t type;
  std::string_view data;
};

template <class N>
N little_endian(std::string_view bytes) {
  N value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::uint64_t left_in_block(std::uint64_t at) { return block_bytes - at % block_bytes; }

/// The fragment at `at`, if its head makes sense; its checksum is not looked at.
std::optional<Fragment> fragment_at(std::string_view file, std::uint64_t at) {
  if (left_in_block(at) < head_bytes || file.size() - at < head_bytes) return {};
  const std::uint64_t size = little_endian<std::uint16_t>(file.substr(at + 4));
  const auto type = static_cast<std::uint8_t>(file[at + 6]);
  if (type < full || type > last || head_bytes + size > left_in_block(at) ||
      head_bytes + size > file.size() - at)
    return {};
  return Fragment{type, file.substr(at + head_bytes, size)};
}

bool checksum_right(std::string_view file, std::uint64_t at, const Fragment& fragment) {
  return little_endian<std::uint32_t>(file.substr(at)) ==
         masked_crc32c(file.substr(at + 6, 1 + fragment.data.size()));
}

/// Does a record begin anywhere behind `from`, with a sequence in [expected, expected + window]?
bool record_begins_behind(std::string_view file, std::uint64_t from, std::uint64_t expected) {
  for (std::uint64_t at = from + 1; at + head_bytes <= file.size(); ++at) {
    const auto fragment = fragment_at(file, at);
    if (!fragment || (fragment->type != full && fragment->type != first)) continue;
    if (fragment->data.size() >= batch_head_bytes) {
      const auto sequence = little_endian<std::uint64_t>(fragment->data);
      if (sequence < expected || sequence - expected > sequence_window) continue;
    } else if (fragment->type == full) {
      continue;  // too small for a batch
    }
    if (checksum_right(file, at, *fragment)) return true;
  }
  return false;
}

}  // namespace

std::uint32_t masked_crc32c(std::string_view type_and_data) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(type_and_data.data(), type_and_data.size());
  const std::uint32_t plain = crc.checksum();
  return ((plain >> 15) | (plain << 17)) + 0xa282ead8;
}

bool LogReader::next(std::string& record) {
  record.clear();
  bool begun = false;
  for (std::uint64_t at = valid_bytes_; at < file_.size();) {
    if (left_in_block(at) < head_bytes) {
      at += left_in_block(at);
      continue;
    }
    const auto fragment = fragment_at(file_, at);
    if (!fragment || !checksum_right(file_, at, *fragment)) return false;
    const bool begins = fragment->type == full || fragment->type == first;
    if (begins == begun) return false;
    begun = true;
    record.append(fragment->data);
    at += head_bytes + fragment->data.size();
    if (fragment->type == full || fragment->type == last) {
      valid_bytes_ = at;
      return true;
    }
  }
  return false;
}

LogScan scan_log(std::string_view file) {
  LogScan scan;
  LogReader reader(file);
  std::string record;
  while (reader.next(record)) {
    const bool batch = record.size() >= batch_head_bytes;
    const std::uint64_t sequence = batch ? little_endian<std::uint64_t>(record) : 0;
    if (!batch || (scan.records > 0 && sequence != scan.next_sequence)) {
      scan.state = LogState::damaged;
      return scan;
    }
    if (scan.records == 0) scan.first_sequence = sequence;
    scan.next_sequence =
        sequence + little_endian<std::uint32_t>(std::string_view(record).substr(8));
    ++scan.records;
    scan.valid_bytes = reader.valid_bytes();
  }
  if (reader.whole()) return scan;
  // Without a record before it nothing tells which sequence is expected.
  const std::uint64_t expected = scan.next_sequence;
  const bool more = scan.records > 0 ? record_begins_behind(file, scan.valid_bytes, expected)
                                     : record_begins_behind(file, 0, 0);
  scan.state = more ? LogState::damaged : LogState::torn;
  return scan;
}

}  // namespace hubbub
