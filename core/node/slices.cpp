#include "core/node/slices.hpp"

#include <algorithm>

#include "core/node/quotas.hpp"

namespace hubbub {
namespace {

/// Keys looked at in one call, to see whether anybody uses them: each call adds one at most.
constexpr int looks = 4;

}  // namespace

void Slices::began(std::uint32_t slot, const ApiKey& key) {
  if (key.id == 0) return;
  if (slot >= of_.size()) of_.resize(slot + 1, 0);
  of_[slot] = key.id;
  forget_idle();
  const bool is_new = !keys_.contains(key.id);
  if (is_new && keys_.size() >= limits::quota_keys) return;
  Key& k = keys_[key.id];
  if (is_new) {
    order_.push(key.id);
    begin_window(k);
  }
  k.key = key;
  ++k.sessions;
}

void Slices::ended(std::uint32_t slot) {
  if (slot >= of_.size() || of_[slot] == 0) return;
  const auto at = keys_.find(std::exchange(of_[slot], 0));
  if (at != keys_.end() && at->second.sessions > 0) --at->second.sessions;
}

/// A key that nobody uses stays until its window is over: who comes back begins no other.
void Slices::forget_idle() {
  for (int i = 0; i < looks && !order_.empty(); ++i) {
    const std::uint32_t id = order_.pop();
    const Key& key = keys_.at(id);
    if (key.sessions == 0 && key.ends <= c_.now.mono)
      keys_.erase(id);
    else
      order_.push(id);
  }
}

void Slices::begin_window(Key& key) {
  key.allowed = key.had = 0;
  key.window = 0;
  key.waits = key.spent = false;
  key.began = c_.now.mono;
  key.ends = c_.now.mono + c_.config.policy.quota_window;
}

Slices::Verdict Slices::take(std::uint32_t slot, Duration& wait) {
  if (slot >= of_.size() || of_[slot] == 0) return Verdict::taken;
  wait = limits::retry_unavailable;
  const auto at = keys_.find(of_[slot]);
  if (at == keys_.end()) return Verdict::unknown;
  Key& key = at->second;
  if (key.ends <= c_.now.mono) begin_window(key);
  if (c_.config.policy.quota == QuotaPolicy::per_gateway) {
    key.allowed = key.key.quota;
    key.spent = true;
  }
  if (key.had >= key.allowed && key.spent) {
    wait = key.ends - c_.now.mono;
    return Verdict::over;
  }
  const std::uint32_t slice = slice_of(key.key.quota);
  const bool ahead = key.had >= key.allowed + slice;
  if (!ahead) ++key.had;
  if (key.had + std::max(1u, slice / 2) > key.allowed) ask(key);
  if (!ahead) return Verdict::taken;
  // It is a matter of milliseconds, unless the shard is away.
  if (c_.up(c_.owner(shard_of(key.key)))) wait = limits::slice_retry;
  return Verdict::unknown;
}

/// As much ahead as is asked for in a second, and a slice at the most.
void Slices::ask(Key& key) {
  if (key.spent || (key.waits && c_.now.mono < key.asked_at + limits::slice_retry)) return;
  const NodeId owner = c_.owner(shard_of(key.key));
  if (!c_.up(owner)) return;
  const std::uint32_t slice = slice_of(key.key.quota);
  const auto seconds = static_cast<std::uint32_t>((c_.now.mono - key.began) / 1s) + 1;
  const std::uint32_t ahead = std::clamp(key.had / seconds, 1u, slice);
  key.waits = true;
  key.asked_at = c_.now.mono;
  c_.send(owner, peer::TakeSlice{.key = key.key,
                                 .window = key.window,
                                 .had = std::max(key.had, key.allowed),
                                 .wanted = ahead,
                                 .left_ms = static_cast<std::uint32_t>(to_ms(key.ends - c_.now.mono))});
}

void Slices::on(const peer::Slice& m) {
  const auto at = keys_.find(m.key);
  if (at == keys_.end()) return;
  Key& key = at->second;
  // The shard is in a later window than this gateway was: what was had before was of the other.
  if (key.window != 0 && key.window != m.window) {
    key.had = 0;
    key.began = c_.now.mono;
  }
  // Nothing was given, though there may be more: it is not asked at every turn.
  key.waits = key.window == m.window && m.allowed <= key.allowed && !m.spent;
  key.window = m.window;
  key.allowed = m.allowed;
  key.spent = m.spent;
  key.ends = c_.now.mono + std::chrono::milliseconds(m.left_ms);
}

void Slices::work() {
  while (!sweeps_.empty() && !c_.exhausted())
    if (sweep(sweeps_.front())) sweeps_.pop();
}

/// Whoever counts a key now hears of what was had in the window that goes on.
bool Slices::sweep(Sweep& sweep) {
  for (; sweep.next < order_.size() && !c_.exhausted(); ++sweep.next) {
    c_.work(1);
    Key& key = keys_.at(order_[sweep.next]);
    const PartitionId partition = partition_of(shard_of(key.key));
    if (!sweep.partitions.test(partition.value) || key.had == 0 || key.ends <= c_.now.mono) continue;
    key.waits = key.spent = false;
    ask(key);
  }
  return sweep.next >= order_.size();
}

}  // namespace hubbub
