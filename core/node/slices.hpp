// What this gateway may still ask for by each developer's key (R33): it spends what the key's shard
// gave it, and one slice beyond that, so that nobody waits for the shard's word.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <vector>

#include "core/base/ring.hpp"
#include "core/node/context.hpp"

namespace hubbub {

class Slices {
 public:
  explicit Slices(Context& context) : c_(context) {}

  // --- From the gateway ------------------------------------------------------------------------------
  void began(std::uint32_t slot, const ApiKey& key);
  void ended(std::uint32_t slot);
  enum class Verdict : std::uint8_t {
    taken,    ///< one unit
    over,     ///< the quota is spent
    unknown,  ///< nobody has said so far whether it is
  };
  /// May the session in this slot ask for one thing more? `wait`: what is left until it may again.
  Verdict take(std::uint32_t slot, Duration& wait);

  // --- From the keys' shards ---------------------------------------------------------------------------
  void on(const peer::Slice& m);
  /// Partitions have opened: their owners are told what was had.
  void opened(const Partitions& partitions) { sweeps_.push({partitions}); }
  void work();
  bool has_work() const { return !sweeps_.empty(); }
  std::size_t keys() const { return keys_.size(); }

 private:
  struct Key {
    ApiKey key;
    std::uint32_t sessions = 0;
    std::uint32_t allowed = 0;  ///< by the shard
    std::uint32_t had = 0;
    std::uint64_t window = 0;  ///< 0: the shard has not named it yet
    Duration began{}, ends{};
    Duration asked_at{};
    bool waits = false;  ///< for an answer
    bool spent = false;  ///< the shard says that there is no more
  };
  /// Going over the keys, in the order of `order_`, for those of some partitions.
  struct Sweep {
    Partitions partitions;
    std::size_t next = 0;
  };
  void begin_window(Key& key);
  void ask(Key& key);
  void forget_idle();
  bool sweep(Sweep& sweep);

  Context& c_;
  absl::flat_hash_map<std::uint32_t, Key> keys_;
  Ring<std::uint32_t> order_;        ///< the keys, each once
  std::vector<std::uint32_t> of_;    ///< the key of the session in each slot; 0: none
  Ring<Sweep> sweeps_;
};

}  // namespace hubbub
