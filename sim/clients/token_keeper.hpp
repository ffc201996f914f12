// When a client gets itself a new token: well before the one that it has ends, at a moment that
// others do not choose, too; or when a server says that it must. The rules are written down in this
// folder's README.
#pragma once

#include <cstdint>
#include <utility>

#include "core/base/time.hpp"
#include "core/wire/credentials.hpp"
#include "sim/engine/random.hpp"

namespace hubbub::sim {

class TokenKeeper {
 public:
  // --- What happened ------------------------------------------------------------------------------
  /// It was given a token at `now`, good for `lifetime`. `early`: the next one is got in the last
  /// tenth of that; else when a server asks for it.
  void got(Duration now, Duration lifetime, bool early, const TokenSpan& span, Random& random) {
    span_ = span;
    ends_ = now + lifetime;
    const double part = 0.9 + 0.1 * random.unit();
    refresh_at_ = early ? now + Duration{static_cast<std::int64_t>(static_cast<double>(lifetime.count()) * part)}
                        : never;
    answer_at_ = never;
    refused_ = false;
  }
  /// A server closed with 4402.
  void refused() { refused_ = true; }
  /// Its connection number `attempt` is not begun before it has one.
  void holds_up(std::uint32_t attempt) { held_up_ = attempt; }
  /// It asks for one now, and hears at `answer_at` whether it gets it.
  void asks(Duration answer_at) { answer_at_ = answer_at; }
  /// It got none: it asks again after a while, with many others. There is no hurry: beyond its end a
  /// token is good for minutes.
  void failed(Duration now, Random& random) {
    answer_at_ = never;
    refresh_at_ = now + Duration{static_cast<std::int64_t>(5e9 + 30e9 * random.unit())};
  }

  // --- What it is ---------------------------------------------------------------------------------
  const TokenSpan& span() const { return span_; }
  bool has() const { return span_.ends(); }
  /// No server would take what it has.
  bool needs(Duration now) const { return refused_ || now >= ends_; }
  /// The connection that waited for the answer; 0: none did.
  std::uint32_t take_held_up() { return std::exchange(held_up_, 0); }
  bool asking() const { return answer_at_ != never; }
  Duration answer_at() const { return answer_at_; }
  Duration refresh_at() const { return refresh_at_; }

 private:
  TokenSpan span_;
  Duration ends_{};
  Duration refresh_at_ = never;  ///< in place, while it is connected
  Duration answer_at_ = never;
  std::uint32_t held_up_ = 0;
  bool refused_ = false;
};

}  // namespace hubbub::sim
