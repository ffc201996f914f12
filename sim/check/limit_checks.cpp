#include "sim/check/limit_checks.hpp"

#include <algorithm>

namespace hubbub::sim {

using std::chrono::seconds;

void QuotaChecks::served(Duration asked, std::uint32_t key) {
  const auto at = keys_.find(key);
  if (at == keys_.end()) return;
  const auto second = static_cast<std::size_t>(asked / seconds(1));
  std::vector<std::uint32_t>& served = at->second.served;
  if (served.size() <= second) served.resize(second + 1);
  ++served[second];
}

void QuotaChecks::finish(Duration now) {
  std::vector<std::uint32_t> keys;
  for (const auto& [key, of] : keys_) keys.push_back(key);
  std::ranges::sort(keys);
  for (const std::uint32_t key : keys)
    for (const std::uint64_t windows : {1, 4}) judge(now, key, keys_.at(key), windows);
}

void QuotaChecks::judge(Duration now, std::uint32_t key, const Key& of, std::uint64_t windows) {
  const auto length = static_cast<std::size_t>(of.terms.window * windows / seconds(1));
  const std::uint64_t most = of.terms.allowed * (windows + 1);
  std::uint64_t within = 0;
  for (std::size_t second = 0; second < of.served.size(); ++second) {
    within += of.served[second];
    if (second >= length) within -= of.served[second - length];
    ledger_.compared(Invariant::quota);
    if (within <= most) continue;
    return ledger_.violated(Invariant::quota, now, {}, [&] {
      return fmt::format("key {} was served {} times in the {} s before {} s; at most {} are allowed",
                         key, within, length, second + 1, most);
    });
  }
}

std::size_t QuotaChecks::memory() const {
  std::size_t sum = keys_.capacity() * sizeof(decltype(keys_)::value_type);
  for (const auto& [key, of] : keys_) sum += of.served.capacity() * sizeof(std::uint32_t);
  return sum;
}

}  // namespace hubbub::sim
