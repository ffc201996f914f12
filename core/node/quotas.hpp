// What developers' keys ask for, counted where a key's shard is (A17, R33). Gateways spend a little
// ahead and say what they had; the shard says what each of them may have in this window, all in all.
// Totals, not differences: so a word that is lost, or said twice, does no harm.
//
// Nothing of it is stored. A new owner knows nothing: for a moment it gives nothing, and is told by
// every gateway what it had in the window that goes on. So the bound holds over moves, too: no key
// gets more in a window than its quota, and what each gateway may be ahead.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <vector>

#include "core/base/ring.hpp"
#include "core/node/context.hpp"

namespace hubbub {

/// What a gateway may be ahead of what it was given, and the most that it asks for at a time.
constexpr std::uint32_t slice_of(std::uint32_t quota) {
  return std::clamp(quota / limits::quota_slices, std::uint32_t{1}, limits::slice_most);
}

class Quotas {
 public:
  explicit Quotas(Context& context) : c_(context) {}

  void on(const peer::TakeSlice& m, NodeId from);
  /// The partition is open here.
  void opened(PartitionId partition) {
    settled_[partition.value] = c_.now.mono + limits::quota_settles;
  }
  std::size_t keys() const { return windows_.size(); }

 private:
  /// What one gateway, as it lives now, had.
  struct Had {
    NodeId node;
    NodeGeneration life{};
    std::uint32_t units{};
  };
  /// The window of one key.
  struct Window {
    std::uint64_t number{};
    Duration ends{};
    std::uint64_t given{};
    std::vector<Had> gateways;
  };
  struct Ending {
    std::uint32_t key{};
    Duration at{};
  };
  Window* window_of(const peer::TakeSlice& m, const Partition& partition);
  Had& gateway_of(Window& window, NodeId node);
  void forget_ended();

  Context& c_;
  absl::flat_hash_map<std::uint32_t, Window> windows_;  ///< by key
  Ring<Ending> endings_;  ///< of windows, in the order in which they began
  std::array<Duration, limits::partitions> settled_{};
  std::uint64_t begun_ = 0;
};

}  // namespace hubbub
