// The invariants that are judged here, by their names: in scenario files, reports and exit
// statuses. What each says is in README.md.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hubbub::sim {

/// Nothing false may ever be said, whatever is broken.
inline constexpr std::array<std::string_view, 30> safety_invariants{
    "acked-kept",     "effects-durable", "refused-never",   "one-binding",
    "no-gaps",        "exactly-once",    "sender-order",    "stream-order",
    "delivered-only", "inbox-agrees",    "monotonic-reads", "members-only",
    "no-forgery",     "id-unique",       "bounded",         "accounted",
    "one-writer",     "stale-bound",     "presence-online", "presence-offline",
    "presence-private", "admitted",      "by-right",        "blocked-out",
    "watermarks",     "pushed-only",     "quota",
    "token-bound",    "mentions-only",   "revoked-out"};

/// What must come true once everything is healed.
inline constexpr std::array<std::string_view, 9> liveness_invariants{
    "delivered-all", "caught-up", "reconnected", "settled", "presence-settled",
    "receipts-shown", "pushed", "channel-heads", "mentioned"};

/// The same, as numbers: first the safety invariants, then the liveness ones, in the order above.
enum class Invariant : std::uint8_t {
  acked_kept,
  effects_durable,
  refused_never,
  one_binding,
  no_gaps,
  exactly_once,
  sender_order,
  stream_order,
  delivered_only,
  inbox_agrees,
  monotonic_reads,
  members_only,
  no_forgery,
  id_unique,
  bounded,
  accounted,
  one_writer,
  stale_bound,
  presence_online,
  presence_offline,
  presence_private,
  admitted,
  by_right,
  blocked_out,
  watermarks,
  pushed_only,
  quota,
  token_bound,
  mentions_only,
  revoked_out,
  delivered_all,
  caught_up,
  reconnected,
  settled,
  presence_settled,
  receipts_shown,
  pushed,
  channel_heads,
  mentioned,
};

inline constexpr std::size_t invariant_count =
    safety_invariants.size() + liveness_invariants.size();
static_assert(static_cast<std::size_t>(Invariant::mentioned) + 1 == invariant_count);

constexpr bool is_safety(Invariant invariant) {
  return static_cast<std::size_t>(invariant) < safety_invariants.size();
}

constexpr std::string_view name_of(Invariant invariant) {
  const auto index = static_cast<std::size_t>(invariant);
  return is_safety(invariant) ? safety_invariants[index]
                              : liveness_invariants[index - safety_invariants.size()];
}

constexpr bool is_invariant(std::string_view name) {
  return std::ranges::find(safety_invariants, name) != safety_invariants.end() ||
         std::ranges::find(liveness_invariants, name) != liveness_invariants.end();
}

}  // namespace hubbub::sim
