// What a client may expect of servers that cannot take everybody at once (R29).
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>

#include "core/base/ids.hpp"
#include "core/base/time.hpp"
#include "sim/check/ledger.hpp"

namespace hubbub::sim {

/// `admitted`: between two sessions a client is turned away at most five times, and five times more
/// for each server that was lost meanwhile.
class AdmissionChecks {
 public:
  static constexpr std::uint32_t refusals_most = 5;

  explicit AdmissionChecks(Ledger& ledger) : ledger_(ledger) {}

  void server_lost() { ++lost_; }
  /// Gives how often it was, since it last had a session.
  std::uint32_t turned_away(Duration now, UserId user, std::uint16_t index) {
    const auto [at, fresh] = waiting_.try_emplace(std::uint64_t{user.value} << 16 | index);
    Waiting& waiting = at->second;
    if (fresh) waiting.lost_before = lost_;
    ++waiting.refusals;
    ledger_.compared(Invariant::admitted);
    const std::uint32_t lost = lost_ - waiting.lost_before;
    if (waiting.refusals > refusals_most * (1 + lost))
      ledger_.violated(Invariant::admitted, now, {}, [&] {
        return fmt::format("{} on its device {} was turned away {} times in a row, while {} servers were lost",
                           hubbub::to_text(user), index, waiting.refusals, lost);
      });
    return waiting.refusals;
  }
  void let_in(UserId user, std::uint16_t index) {
    if (!waiting_.empty()) waiting_.erase(std::uint64_t{user.value} << 16 | index);
  }

  std::size_t memory() const { return waiting_.capacity() * sizeof(decltype(waiting_)::value_type); }

 private:
  struct Waiting {
    std::uint32_t refusals = 0;
    std::uint32_t lost_before = 0;  ///< servers, when the first of them came
  };
  Ledger& ledger_;
  std::uint32_t lost_ = 0;
  absl::flat_hash_map<std::uint64_t, Waiting> waiting_;
};

}  // namespace hubbub::sim
