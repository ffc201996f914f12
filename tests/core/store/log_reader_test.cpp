#include "core/store/log_reader.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "core/base/hash.hpp"

namespace hubbub {
namespace {

constexpr std::size_t block_bytes = 32 * 1024;

/// Writes LevelDB's log format, as its documentation has it.
class LogText {
 public:
  void record(std::string_view data) {
    bool first = true;
    do {
      const std::size_t left = block_bytes - bytes_.size() % block_bytes;
      if (left < 7) {
        bytes_.append(left, '\0');
        continue;
      }
      const std::size_t size = std::min(left - 7, data.size());
      const bool last = size == data.size();
      const char type = static_cast<char>(first ? (last ? 1 : 2) : (last ? 4 : 3));
      const std::string checked = type + std::string(data.substr(0, size));
      const std::uint32_t crc = masked_crc32c(checked);
      const auto size16 = static_cast<std::uint16_t>(size);
      bytes_.append(reinterpret_cast<const char*>(&crc), 4)
          .append(reinterpret_cast<const char*>(&size16), 2)
          .append(checked);
      data.remove_prefix(size);
      first = false;
      done_ = last;
    } while (!done_);
  }
  /// A record with a batch of `count` rows, `padding` bytes long beside its head.
  void batch(std::uint32_t count, std::size_t padding) {
    std::string data(12, '\0');
    std::memcpy(data.data(), &sequence_, 8);
    std::memcpy(data.data() + 8, &count, 4);
    for (std::size_t i = 0; i < padding; ++i) data.push_back(static_cast<char>(mix64(i) | 1));
    record(data);
    sequence_ += count;
  }
  void skip_sequence() { ++sequence_; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::uint64_t sequence_ = 100;
  bool done_ = false;
};

TEST(MaskedCrc32c, IsThatOfTheStandardTestVectors) {
  const auto unmasked = [](std::string_view bytes) {
    const std::uint32_t rotated = masked_crc32c(bytes) - 0xa282ead8;
    return (rotated >> 17) | (rotated << 15);
  };
  // RFC 3720, B.4.
  EXPECT_EQ(unmasked(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(unmasked(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(unmasked("123456789"), 0xe3069283u);
}

TEST(LogReader, GivesBackRecordsOfEverySizeAcrossBlocks) {
  LogText log;
  std::vector<std::string> written;
  for (const std::size_t size : {0ul, 1ul, 100ul, block_bytes - 7 - 7, block_bytes, 3 * block_bytes,
                                 block_bytes - 20, 5ul, 40'000ul, 7ul}) {
    written.emplace_back(size, static_cast<char>('a' + written.size()));
    log.record(written.back());
  }
  LogReader reader(log.bytes());
  std::string record;
  for (const std::string& expected : written) {
    ASSERT_TRUE(reader.next(record));
    EXPECT_EQ(record, expected);
  }
  EXPECT_FALSE(reader.next(record));
  EXPECT_TRUE(reader.whole());
}

TEST(LogScan, AnEmptyLogIsWhole) {
  const LogScan scan = scan_log("");
  EXPECT_EQ(scan.state, LogState::whole);
  EXPECT_EQ(scan.records, 0u);
}

TEST(LogScan, CountsRecordsAndTheirSequences) {
  LogText log;
  log.batch(3, 50);
  log.batch(1, 70'000);
  const LogScan scan = scan_log(log.bytes());
  EXPECT_EQ(scan.state, LogState::whole);
  EXPECT_EQ(scan.records, 2u);
  EXPECT_EQ(scan.first_sequence, 100u);
  EXPECT_EQ(scan.next_sequence, 104u);
  EXPECT_EQ(scan.valid_bytes, log.bytes().size());
}

TEST(LogScan, ALogCutAnywhereInItsLastRecordIsTornThere) {
  for (const std::size_t last_size : {40ul, 40'000ul}) {
    LogText log;
    log.batch(2, 300);
    log.batch(2, 32'000);
    const std::size_t valid = log.bytes().size();
    log.batch(2, last_size);
    const std::size_t step = last_size > 1000 ? 97 : 1;
    for (std::size_t size = valid + 1; size < log.bytes().size(); size += step) {
      const LogScan scan = scan_log(std::string_view(log.bytes()).substr(0, size));
      ASSERT_EQ(scan.state, LogState::torn) << size;
      ASSERT_EQ(scan.valid_bytes, valid);
      ASSERT_EQ(scan.records, 2u);
    }
  }
}

TEST(LogScan, AnyByteOfTheLastRecordChangedIsTorn) {
  LogText log;
  log.batch(2, 300);
  const std::size_t valid = log.bytes().size();
  log.batch(2, 200);
  for (std::size_t at = valid; at < log.bytes().size(); ++at) {
    std::string bytes = log.bytes();
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    const LogScan scan = scan_log(bytes);
    ASSERT_EQ(scan.state, LogState::torn) << at;
    ASSERT_EQ(scan.valid_bytes, valid);
  }
}

TEST(LogScan, AnyByteChangedThatHasRecordsBehindItIsDamage) {
  LogText log;
  log.batch(2, 60);
  const std::size_t from = log.bytes().size();
  log.batch(2, 100);
  const std::size_t to = log.bytes().size();
  log.batch(1, 5);
  for (std::size_t at = from; at < to; ++at) {
    for (const int flip : {0x01, 0x80}) {
      std::string bytes = log.bytes();
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      ASSERT_EQ(scan_log(bytes).state, LogState::damaged) << at;
    }
  }
}

TEST(LogScan, DamageIsFoundAlsoWhenTheNextRecordIsBlocksAway) {
  LogText log;
  log.batch(2, 60);
  const std::size_t at = log.bytes().size() + 20;
  log.batch(2, 100'000);
  log.batch(1, 5);
  std::string bytes = log.bytes();
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  EXPECT_EQ(scan_log(bytes).state, LogState::damaged);
}

TEST(LogScan, TheFirstRecordDamagedIsFoundToo) {
  LogText log;
  log.batch(2, 60);
  log.batch(2, 60);
  std::string bytes = log.bytes();
  bytes[30] = static_cast<char>(bytes[30] ^ 1);
  EXPECT_EQ(scan_log(bytes).state, LogState::damaged);
}

// LevelDB's own reader passes over this without a word.
TEST(LogScan, ASectorOfZerosInTheMiddleIsDamage) {
  LogText log;
  for (int i = 0; i < 100; ++i) log.batch(1, 100);
  std::string bytes = log.bytes();
  std::fill(bytes.begin() + 4096, bytes.begin() + 4608, '\0');
  EXPECT_EQ(scan_log(bytes).state, LogState::damaged);
}

TEST(LogScan, ZerosAndOtherBytesBehindTheLastRecordAreTorn) {
  LogText log;
  log.batch(2, 300);
  const std::size_t valid = log.bytes().size();
  for (const std::size_t size : {1ul, 6ul, 7ul, 512ul, 70'000ul}) {
    const LogScan zeros = scan_log(log.bytes() + std::string(size, '\0'));
    EXPECT_EQ(zeros.state, LogState::torn);
    EXPECT_EQ(zeros.valid_bytes, valid);
    std::string other(size, '\0');
    for (std::size_t i = 0; i < size; ++i) other[i] = static_cast<char>(mix64(i));
    EXPECT_EQ(scan_log(log.bytes() + other).state, LogState::torn);
  }
}

// The end of the same large write: with one write under way at a time, no record begins in it.
TEST(LogScan, LaterPartsOfTheTornRecordDoNotMakeItDamage) {
  LogText log;
  log.batch(2, 300);
  const std::size_t valid = log.bytes().size();
  log.batch(2, 100'000);
  std::string bytes = log.bytes();
  std::fill(bytes.begin() + 1024, bytes.begin() + 1536, '\0');
  const LogScan scan = scan_log(bytes);
  EXPECT_EQ(scan.state, LogState::torn);
  EXPECT_EQ(scan.valid_bytes, valid);
}

TEST(LogScan, TextThatLooksLikeARecordDoesNotMakeATornWriteDamage) {
  LogText forged;
  forged.batch(1, 30);  // its sequence is below what is expected
  LogText log;
  log.batch(2, 300);
  log.batch(1, 1);
  log.record(std::string(12, '\xf0') + forged.bytes() + std::string(50, 'x'));
  const std::string_view cut = std::string_view(log.bytes()).substr(0, log.bytes().size() - 1);
  EXPECT_EQ(scan_log(cut).state, LogState::torn);
}

TEST(LogScan, AMissingRecordIsDamage) {
  LogText log;
  log.batch(2, 300);
  log.skip_sequence();
  log.batch(2, 300);
  EXPECT_EQ(scan_log(log.bytes()).state, LogState::damaged);
}

}  // namespace
}  // namespace hubbub
