// What sessions may not: outlive their tokens, and ask for more than the quota of their key.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <vector>

#include "core/base/time.hpp"
#include "sim/check/ledger.hpp"

namespace hubbub::sim {

/// `token-bound`: nothing is said to a session later than its token's end and 5 minutes; and at the
/// end of a run none stands that is over.
class TokenChecks {
 public:
  static constexpr Duration leeway = std::chrono::minutes(5);

  explicit TokenChecks(Ledger& ledger) : ledger_(ledger) {}

  /// The session on this connection has a token that is good until then, in the run's time.
  /// `connection`: any number that no other one has.
  void holds(std::uint64_t connection, Duration until) {
    Duration& known = until_[connection];
    known = std::max(known, until);
  }
  void ended(std::uint64_t connection) {
    if (!until_.empty()) until_.erase(connection);
  }
  /// Something was said to it.
  void served(Duration now, std::uint64_t connection) {
    if (until_.empty()) return;
    if (const auto at = until_.find(connection); at != until_.end()) judge(now, at->second, "was served");
  }
  void finish(Duration now) {
    for (const auto& [connection, until] : until_) judge(now, until, "stands");
  }
  std::size_t memory() const { return until_.capacity() * sizeof(decltype(until_)::value_type); }

 private:
  void judge(Duration now, Duration until, std::string_view what) {
    ledger_.compared(Invariant::token_bound);
    if (now <= until + leeway) return;
    ledger_.violated(Invariant::token_bound, now, {}, [&] {
      return fmt::format("a session {} {:.3f} s after its token had ended", what,
                         static_cast<double>((now - until).count()) / 1e9);
    });
  }

  Ledger& ledger_;
  absl::flat_hash_map<std::uint64_t, Duration> until_;
};

/// `quota`: within any time as long as n windows, a key is served at most what n + 1 windows allow,
/// for those touch it: of each, its quota and what the gateways may be ahead. Judged at the end, for
/// one window and for four, from when things were asked for.
class QuotaChecks {
 public:
  explicit QuotaChecks(Ledger& ledger) : ledger_(ledger) {}

  struct Terms {
    std::uint64_t allowed = 0;  ///< in a window: the quota, and all that gateways may be ahead
    Duration window{};
  };
  void may(std::uint32_t key, const Terms& terms) { keys_[key].terms = terms; }
  /// One thing that was asked for then was done. Who has no terms has no quota.
  void served(Duration asked, std::uint32_t key);
  void finish(Duration now);
  std::size_t memory() const;

 private:
  struct Key {
    Terms terms;
    std::vector<std::uint32_t> served;  ///< by second
  };
  void judge(Duration now, std::uint32_t key, const Key& of, std::uint64_t windows);

  Ledger& ledger_;
  absl::flat_hash_map<std::uint32_t, Key> keys_;
};

}  // namespace hubbub::sim
