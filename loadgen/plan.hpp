// Who writes to whom, and when: fixed by the seed, whatever the server does.
//
// The load is open: a message is meant to be sent at its time, also when earlier ones still wait
// for their answers, and its latency counts from then. A slow server cannot slow its own load down
// and so look better than it is (coordinated omission).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/time.hpp"
#include "loadgen/options.hpp"
#include "sim/engine/random.hpp"

namespace hubbub::loadgen {

class Plan {
 public:
  /// `run`: what tells this run's texts from those of others.
  Plan(const Options& options, std::uint64_t first_user, std::uint64_t run);

  struct Write {
    std::uint64_t index = 0;
    Duration at{};  ///< since the load's beginning
    std::uint32_t from = 0;
    std::uint32_t to = 0;
  };
  /// The next one; none when the duration is over.
  std::optional<Write> next();

  UserId user(std::uint32_t client) const { return UserId{first_user_ + client}; }
  ConversationId conversation(std::uint32_t a, std::uint32_t b) const {
    return ConversationId::direct(user(a), user(b));
  }
  /// Of a conversation of this run: its users' clients.
  std::uint32_t client(UserId user) const {
    return static_cast<std::uint32_t>(user.value - first_user_);
  }

  /// The text of message `index`: its name, filled up to the length asked for.
  std::string text(std::uint64_t index) const;
  /// Which message of this run a text is.
  std::optional<std::uint64_t> index_of(std::string_view text) const;
  /// When it was meant to be sent, since the load's beginning. REQUIRES: `next` gave it.
  Duration intended(std::uint64_t index) const { return intended_[index]; }
  std::uint64_t count() const { return intended_.size(); }

 private:
  std::uint32_t clients_;
  std::uint32_t partners_;
  std::uint32_t length_;
  double mean_gap_ns_;
  Duration duration_;
  Pace pace_;
  std::uint64_t first_user_;
  std::string prefix_;
  sim::Random times_;
  sim::Random choices_;
  double next_at_ns_ = 0;
  std::vector<Duration> intended_;
};

}  // namespace hubbub::loadgen
