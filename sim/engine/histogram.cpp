#include "sim/engine/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/base/check.hpp"

namespace hubbub::sim {
namespace {

constexpr unsigned sub_bits = 7;
constexpr std::uint64_t sub_buckets = 1 << sub_bits;

// Values of one power of two are told apart by the 7 bits after their leading one. Row 0 and row 1
// are the values below 128 and below 256; row r > 1 those whose last r - 1 bits do not count.
std::size_t bucket_of(std::uint64_t value) {
  if (value < sub_buckets) return value;
  const unsigned dropped = static_cast<unsigned>(std::bit_width(value)) - sub_bits - 1;
  return dropped * sub_buckets + (value >> dropped);
}

std::uint64_t middle_of(std::size_t bucket) {
  if (bucket < 2 * sub_buckets) return bucket;
  const auto dropped = static_cast<unsigned>(bucket / sub_buckets - 1);
  const std::uint64_t least = (bucket - dropped * sub_buckets) << dropped;
  return least + ((std::uint64_t{1} << dropped) - 1) / 2;
}

}  // namespace

void Histogram::record(std::int64_t value, std::uint64_t times) {
  HUBBUB_CHECK(value >= 0);
  if (times == 0) return;
  const std::size_t bucket = bucket_of(static_cast<std::uint64_t>(value));
  if (bucket >= buckets_.size()) {
    buckets_.resize((bucket / sub_buckets + 1) * sub_buckets);
  }
  buckets_[bucket] += times;
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = std::max(max_, value);
  count_ += times;
  __extension__ typedef unsigned __int128 Wide;
  const Wide sum = (static_cast<Wide>(sum_high_) << 64 | sum_low_) +
                   static_cast<Wide>(static_cast<std::uint64_t>(value)) * times;
  sum_low_ = static_cast<std::uint64_t>(sum);
  sum_high_ = static_cast<std::uint64_t>(sum >> 64);
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  if (buckets_.size() < other.buckets_.size()) buckets_.resize(other.buckets_.size());
  for (std::size_t i = 0; i < other.buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  count_ += other.count_;
  const std::uint64_t low = sum_low_ + other.sum_low_;
  sum_high_ += other.sum_high_ + (low < sum_low_ ? 1 : 0);
  sum_low_ = low;
}

double Histogram::mean() const {
  if (count_ == 0) return 0;
  const double sum = static_cast<double>(sum_high_) * 0x1.0p64 + static_cast<double>(sum_low_);
  return sum / static_cast<double>(count_);
}

std::int64_t Histogram::percentile(double percent) const {
  HUBBUB_CHECK(percent >= 0 && percent <= 100);
  if (count_ == 0) return 0;
  // 99.99% of 10^4 must be rank 9,999, not 10,000 for a rounding error in the product.
  const double exact_rank = percent / 100 * static_cast<double>(count_);
  const double rounded = std::floor(exact_rank * (1 - 1e-12));
  const auto rank = std::min(static_cast<std::uint64_t>(rounded) + 1, count_);
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= rank) {
      return std::clamp(static_cast<std::int64_t>(middle_of(bucket)), min_, max_);
    }
  }
  return max_;
}

}  // namespace hubbub::sim
