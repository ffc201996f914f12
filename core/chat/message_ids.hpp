// 64-bit message ids: unique, time-sortable, and nothing's order depends on them (B4).
//
//   41 bits  milliseconds since 2024-01-01 (69 years)
//   10 bits  the conversation's shard
//   12 bits  count within that millisecond
//
// They never go back within a shard, whatever its partition's clock does: when the clock stands or steps
// back, the last id's time goes on counting. So that this holds across a restart, the time bits are
// reserved ahead in a row: ids beyond the reservation need a new one in the same batch.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/check.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits.hpp"
#include "core/base/time.hpp"

namespace hubbub {

class MessageIds {
 public:
  static constexpr unsigned count_bits = 12;
  static constexpr std::int64_t origin_ms = 1'704'067'200'000;  // 2024-01-01T00:00:00Z
  static constexpr std::int64_t latest_ms = (std::int64_t{1} << 41) - 1;  ///< after it

  MessageIds() = default;
  /// Goes on above everything that may have been given out before.
  explicit MessageIds(std::uint64_t reserved_ms) : time_ms_(reserved_ms), reserved_ms_(reserved_ms) {}

  MessageId next(ShardId shard, Duration wall) {
    const std::int64_t since = to_ms(wall) - origin_ms;
    // A clock that shows what no id can say knows nothing of the time.
    const std::uint64_t now_ms =
        since > 0 && since <= latest_ms ? static_cast<std::uint64_t>(since) : 0;
    if (now_ms > time_ms_) {
      time_ms_ = now_ms;
      count_ = 0;
    } else if (++count_ == (1u << count_bits)) {
      ++time_ms_;
      count_ = 0;
    }
    return MessageId{(time_ms_ << limits::message_id_shard_bits | shard.value) << count_bits |
                     count_};
  }

  /// Unsafe: goes back with the clock.
  void follow(Duration wall) {
    const std::int64_t since = to_ms(wall) - origin_ms;
    time_ms_ = std::min(time_ms_, static_cast<std::uint64_t>(std::max<std::int64_t>(since, 1)) - 1);
  }

  /// True when the last id lies beyond the reservation; then the new bound must be stored in the
  /// batch that stores the id.
  bool reserve() {
    if (time_ms_ < reserved_ms_) return false;
    reserved_ms_ = time_ms_ + static_cast<std::uint64_t>(to_ms(limits::message_id_reservation));
    return true;
  }
  std::uint64_t reserved_ms() const { return reserved_ms_; }

  static ShardId shard_of(MessageId id) {
    return ShardId{static_cast<std::uint16_t>(id.value >> count_bits & (limits::shards - 1))};
  }

 private:
  std::uint64_t time_ms_ = 0;
  std::uint32_t count_ = 0;
  std::uint64_t reserved_ms_ = 0;
};

}  // namespace hubbub
