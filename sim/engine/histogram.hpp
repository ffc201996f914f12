// A histogram of integers (nanoseconds, bytes) with logarithmic buckets, as HdrHistogram has them.
//
// Below 256 every value has its own bucket; above, each power of two is divided into 128, so a
// bucket is at most 1/128 as wide as its values and every percentile is within 0.4% of the exact
// one. Count, sum, least and greatest are exact. Recording is an index and an addition; memory is
// 1 KiB for each power of two reached, 58 KiB at most. Histograms merge without loss.
#pragma once

#include <cstdint>
#include <vector>

namespace hubbub::sim {

class Histogram {
 public:
  /// REQUIRES: value >= 0.
  void record(std::int64_t value, std::uint64_t times = 1);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  /// 0 if empty, as are the next three.
  double mean() const;
  std::int64_t min() const { return count_ == 0 ? 0 : min_; }
  std::int64_t max() const { return max_; }
  /// The value that `percent` of the values do not exceed (nearest rank), in the middle of its
  /// bucket. REQUIRES: 0 <= percent <= 100.
  std::int64_t percentile(double percent) const;

  bool operator==(const Histogram&) const = default;

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  // Two words: the sum of 2^63 ns values would overflow one.
  std::uint64_t sum_low_ = 0;
  std::uint64_t sum_high_ = 0;
  std::int64_t min_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace hubbub::sim
