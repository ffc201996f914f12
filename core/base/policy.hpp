// What a study varies, as values. The server offers only the safe ones; the simulator and the
// tests can set all, so that a scenario whose mechanism is switched off can be shown to fail.
#pragma once

#include <cstdint>

namespace hubbub {

/// What an acknowledgement survives (R22).
enum class Durability : std::uint8_t {
  buffered,  ///< nothing
  synced,    ///< process, system and power
};
constexpr Durability last_of(Durability) { return Durability::synced; }

/// When a partition lets go of what depends on a batch (R6).
enum class AcknowledgePolicy : std::uint8_t {
  after_commit,   ///< safe
  before_commit,  ///< unsafe: at once
};

/// What a node does when a commit ended unknown (R7).
enum class UnknownCommitPolicy : std::uint8_t {
  exit,         ///< safe: the process ends and is started again
  assume_done,  ///< unsafe: goes on as if it were durable
};

/// What the store does with a torn record at the end of its log.
enum class TornWritePolicy : std::uint8_t {
  cut,     ///< safe: all of a batch or nothing
  accept,  ///< unsafe: whatever rows can be read
};

/// How a device far behind catches up (R16).
enum class CatchUpPolicy : std::uint8_t {
  ranges,   ///< safe: declares what is to be paged
  entries,  ///< unsafe: sends everything
};

/// Whether a step's work is bounded (R35).
enum class StepPolicy : std::uint8_t { bounded, unbounded };

/// What happens to a request that waited too long (R32).
enum class ExpiredWorkPolicy : std::uint8_t { drop, serve };

/// Whether the sender's own devices find its messages in their inbox (R14).
enum class OwnMessagesPolicy : std::uint8_t { in_inbox, not_in_inbox };

/// How a repeat is recognised (R1).
enum class RepeatPolicy : std::uint8_t {
  remembered,  ///< safe: answered as the first time
  forgotten,   ///< unsafe: taken as new
};

/// Whether an unconfirmed delivery is sent again (R13).
enum class ResendPolicy : std::uint8_t { until_confirmed, once };

struct Policy {
  Durability durability = Durability::synced;
  AcknowledgePolicy acknowledge = AcknowledgePolicy::after_commit;
  UnknownCommitPolicy unknown_commit = UnknownCommitPolicy::exit;
  TornWritePolicy torn_write = TornWritePolicy::cut;
  CatchUpPolicy catch_up = CatchUpPolicy::ranges;
  StepPolicy step = StepPolicy::bounded;
  ExpiredWorkPolicy expired_work = ExpiredWorkPolicy::drop;
  OwnMessagesPolicy own_messages = OwnMessagesPolicy::in_inbox;
  RepeatPolicy repeats = RepeatPolicy::remembered;
  ResendPolicy resend = ResendPolicy::until_confirmed;
  /// Members a group may have; at most limits::group_members_max.
  std::uint32_t group_members = 100;

  bool operator==(const Policy&) const = default;
};

}  // namespace hubbub
