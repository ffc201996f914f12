#include "core/store/commit_statistics.hpp"

#include <algorithm>
#include <bit>

namespace hubbub {

// Values below 8 have a bucket each; above, the three bits after the leading one choose.
unsigned ValueCounts::bucket_of(std::uint64_t value) {
  if (value < steps) return static_cast<unsigned>(value);
  const auto exponent = static_cast<unsigned>(std::bit_width(value)) - 1;
  return (exponent - 2) * steps + static_cast<unsigned>((value >> (exponent - 3)) % steps);
}

std::uint64_t ValueCounts::upper_bound(unsigned bucket) {
  if (bucket < steps) return bucket;
  const unsigned exponent = bucket / steps + 2;
  const std::uint64_t step = std::uint64_t{1} << (exponent - 3);
  return (steps + bucket % steps) * step + (step - 1);
}

void ValueCounts::add(std::uint64_t value) {
  ++buckets_[bucket_of(value)];
  ++count_;
  sum_ += value;
  max_ = std::max(max_, value);
}

std::uint64_t ValueCounts::quantile(double share) const {
  const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
  std::uint64_t seen = 0;
  for (unsigned bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen > 0 && seen >= wanted) return std::min(upper_bound(bucket), max_);
  }
  return max_;
}

}  // namespace hubbub
