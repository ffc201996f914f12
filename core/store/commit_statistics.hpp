// What a commit thread has done so far, in numbers that only grow.
#pragma once

#include <array>
#include <cstdint>

namespace hubbub {

/// Counts of values, in buckets no wider than an eighth of the value.
class ValueCounts {
 public:
  void add(std::uint64_t value);

  std::uint64_t count() const { return count_; }
  std::uint64_t sum() const { return sum_; }
  std::uint64_t max() const { return max_; }
  double mean() const { return count_ == 0 ? 0 : static_cast<double>(sum_) / count_; }
  /// The least bound below or at which `share` (0 to 1) of the values lie; 0 if there are none.
  std::uint64_t quantile(double share) const;

 private:
  static constexpr unsigned steps = 8;  ///< per power of two
  static unsigned bucket_of(std::uint64_t value);
  static std::uint64_t upper_bound(unsigned bucket);

  std::array<std::uint64_t, 62 * steps> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t max_ = 0;
};

struct CommitStatistics {
  ValueCounts batches_per_write;
  ValueCounts write_us;  ///< how long a write took, sync included
  ValueCounts read_us;
  std::uint64_t bytes = 0;  ///< of batches
  std::uint64_t synced_writes = 0;
  std::uint64_t unknown = 0;  ///< batches that ended unknown
};

}  // namespace hubbub
