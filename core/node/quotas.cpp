#include "core/node/quotas.hpp"

#include <algorithm>

namespace hubbub {
namespace {

/// Windows looked at in one call, to see whether they are over: each call begins one at most.
constexpr int looks = 4;

}  // namespace

void Quotas::forget_ended() {
  for (int i = 0; i < looks && !endings_.empty(); ++i) {
    const Ending oldest = endings_.front();
    if (oldest.at > c_.now.mono) return;
    endings_.pop();
    const auto at = windows_.find(oldest.key);
    if (at != windows_.end() && at->second.ends <= c_.now.mono) windows_.erase(at);
  }
}

/// The one that goes on; if none does, a new one, or the one of which the gateway knows: then it was
/// another node that began it. Nothing: there are too many keys.
Quotas::Window* Quotas::window_of(const peer::TakeSlice& m, const Partition& partition) {
  forget_ended();
  const auto at = windows_.find(m.key.id);
  if (at != windows_.end() && at->second.ends > c_.now.mono) return &at->second;
  if (at == windows_.end() && windows_.size() >= limits::quota_keys) return nullptr;
  Window& window = windows_[m.key.id];
  const Duration length = c_.config.policy.quota_window;
  const Duration left = std::chrono::milliseconds(m.left_ms);
  // One that began here has ended here; what a gateway still has of it is not of the next one.
  const bool of_another = m.window != 0 && m.window >> 32 != (partition.epoch & UINT32_MAX);
  const bool goes_on = of_another && m.left_ms > 0;
  window = {.number = goes_on ? m.window : (std::uint64_t{partition.epoch} << 32 | (++begun_ & UINT32_MAX)),
            .ends = c_.now.mono + (goes_on ? std::min(left, length) : length)};
  endings_.push({m.key.id, window.ends});
  return &window;
}

Quotas::Had& Quotas::gateway_of(Window& window, NodeId node) {
  const NodeGeneration life = node == c_.self() ? c_.life : c_.peers.life(node);
  for (Had& had : window.gateways)
    if (had.node == node && had.life == life) return had;
  return window.gateways.emplace_back(Had{node, life, 0});
}

void Quotas::on(const peer::TakeSlice& m, NodeId from) {
  const PartitionId id = partition_of(shard_of(m.key));
  Partition& p = c_.partitions[id.value];
  if (p.state != Partition::State::open) return;  // it is asked again when it opens
  Window* window = window_of(m, p);
  if (window == nullptr) return;
  Had& gateway = gateway_of(*window, from);
  const std::uint32_t had = m.window == window->number || m.window == 0 ? m.had : 0;
  if (had > gateway.units) {
    window->given += had - gateway.units;
    gateway.units = had;
  }
  const bool settled = settled_[id.value] <= c_.now.mono;
  if (settled && window->given < m.key.quota) {
    const auto left = static_cast<std::uint32_t>(m.key.quota - window->given);
    const std::uint32_t more = std::min({left, m.wanted, slice_of(m.key.quota)});
    window->given += more;
    gateway.units += more;
  }
  c_.emit(p, from,
          peer::Slice{m.key.id, window->number, gateway.units, window->given >= m.key.quota,
                      static_cast<std::uint32_t>(to_ms(window->ends - c_.now.mono))});
}

}  // namespace hubbub
