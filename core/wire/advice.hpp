// What a server tells a client about when to come, or to come back (R29 to R31).
//
// A client that is turned away is told so in the close frame's reason, as JSON:
//
//   {"delay_ms":1200,"ticket":"0000000000003e81-91c2b0e1d2f3a4b5"}    at that time, there, with this
//   {"delay_ms":0,"jitter_ms":8000}                                  at some moment within this
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace hubbub {

/// A slot of one node's schedule, and the seal by which that node knows that it gave it away.
struct Ticket {
  std::uint64_t slot{};
  std::uint64_t seal{};
  bool none() const { return slot == 0 && seal == 0; }
  bool operator==(const Ticket&) const = default;
  static auto fields(auto& s) { return std::tie(s.slot, s.seal); }
};

/// When to come back: `delay_ms` from now, and any moment of the `jitter_ms` after that; with the
/// ticket, if there is one, to the server that gave it. All 0: nothing was said.
struct Advice {
  std::uint32_t delay_ms{};
  std::uint32_t jitter_ms{};
  Ticket ticket;
  bool none() const { return *this == Advice{}; }
  bool operator==(const Advice&) const = default;
  static auto fields(auto& s) { return std::tie(s.delay_ms, s.jitter_ms, s.ticket); }
};

/// What to do when the connection is lost without a word (R30). All 0: nothing is known.
struct OnLoss {
  std::uint32_t spread_ms{};        ///< the first attempt: at any moment within this
  std::uint32_t fleet_spread_ms{};  ///< the next: within this, and within twice as much each time
  std::uint16_t servers{};          ///< there are, this one among them
  bool none() const { return spread_ms == 0; }
  bool operator==(const OnLoss&) const = default;
  static auto fields(auto& s) { return std::tie(s.spread_ms, s.fleet_spread_ms, s.servers); }
};

/// "0000000000003e81-91c2b0e1d2f3a4b5": 33 characters that need no escaping in a URL.
std::string to_text(const Ticket& ticket);
std::optional<Ticket> parse_ticket(std::string_view text);

/// The reason of a close frame; at most the 123 bytes that there are (RFC 6455, 5.5).
std::string to_close_reason(const Advice& advice);
/// None if the reason says nothing of that.
Advice parse_close_reason(std::string_view reason);

}  // namespace hubbub
