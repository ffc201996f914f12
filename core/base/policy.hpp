// What a study varies, as values. The server offers only the safe ones; the simulator and the
// tests can set all, so that a scenario whose mechanism is switched off can be shown to fail.
#pragma once

#include <cstdint>

#include "core/base/limits.hpp"
#include "core/base/time.hpp"

namespace hubbub {

/// What an acknowledgement survives (R22).
enum class Durability : std::uint8_t {
  buffered,       ///< nothing
  synced,         ///< process, system and power
  quorum_memory,  ///< replicated: any minority of machines, and the end of any process
  quorum_synced,  ///< replicated: these, and power
};
constexpr Durability last_of(Durability) { return Durability::quorum_synced; }
/// Commits land in replicated logs, not on the server's own disk.
constexpr bool replicated(Durability d) { return d >= Durability::quorum_memory; }

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

/// Whether an owner that has not proved itself for a while goes on speaking (R21).
enum class StaleOwnerPolicy : std::uint8_t {
  silent,  ///< safe: until an append shows that it still owns the partition
  speaks,  ///< unsafe
};

/// Which records of a log count (R8).
enum class FencingPolicy : std::uint8_t {
  chained,  ///< safe: those that follow the last that counts, in its epoch
  none,     ///< unsafe: all, whoever wrote them
};

/// What an owner does with an append whose end is unknown (R10).
enum class UnknownAppendPolicy : std::uint8_t {
  append_again,  ///< safe: byte for byte, until one of the copies, or another record, counts
  exit,          ///< safe: the process ends and starts again from the log
  assume_done,   ///< unsafe: lets go of what depends on it at once
};

/// Whether a dead server's partitions go to others (B8).
enum class FailoverPolicy : std::uint8_t { moves, stays };

/// What is made of many registrations that vanish at once (R27).
enum class DiscoveryPolicy : std::uint8_t {
  doubted,   ///< the register is suspected, and nothing moves for a while
  believed,  ///< their partitions go to whoever is left
};

/// What a node does with a partition that was taken over on a newer map than it knows (R9).
enum class OlderMapPolicy : std::uint8_t {
  leaves,  ///< safe: waits until it knows that map, too
  takes,   ///< unsafe: takes it back, and its owner does the same
};

/// How a server that goes down leaves its partitions (R11).
enum class HandOverPolicy : std::uint8_t {
  released,   ///< gives them away first
  abandoned,  ///< ends, and they are missed
};

/// When the beginning of a partition's log is given up (R11).
enum class TrimPolicy : std::uint8_t {
  verified,    ///< safe: below what two servers hold, on disk, and found equal
  unverified,  ///< unsafe: below what its owner holds
};

/// What happens to a partition that kills whoever opens it (R12).
enum class PoisonPolicy : std::uint8_t {
  closed,   ///< after two it stays closed, until a person has looked
  retried,  ///< the next one opens it
};

/// How a server that starts again comes to own what it owned (R9).
enum class TakeoverPolicy : std::uint8_t {
  appended,  ///< safe: by a takeover in the log, as anyone would
  assumed,   ///< unsafe: its disk says that it does
};

/// In which form records are written (R12).
enum class FormPolicy : std::uint8_t {
  agreed,  ///< safe: in one that every server reads
  newest,  ///< unsafe: in the newest that the writer knows
};

/// How nodes talk (peers.hpp).
enum class PeerPolicy : std::uint8_t {
  numbered,  ///< safe: what is lost is sent again, what came before is not taken twice
  trusting,  ///< unsafe: as if the network did neither
};

/// What the time bits of message ids come from (R36).
enum class MessageIdPolicy : std::uint8_t {
  never_back,  ///< safe: the clock, unless an id above it was given out
  clock,       ///< unsafe: the clock
};

/// Who is told who is there in a channel.
enum class GroupPresencePolicy : std::uint8_t {
  asked,   ///< who opens it, of those on the screen
  pushed,  ///< everybody who looks at it, of each change (wasteful)
};

/// When somebody is there, and when that is told (A11).
struct PresencePolicy {
  /// A connection is pinged this often, and is dead when nothing was heard on it for `ttl`.
  Duration heartbeat = limits::ping_interval;
  Duration ttl = limits::ping_interval + limits::ping_grace;
  /// Online is told when it has lasted for `delay`, gone when it has for `grace`.
  Duration delay = limits::presence_delay;
  Duration grace = limits::presence_grace;
  /// A new owner says *unknown* for so long (R25).
  Duration settles = limits::presence_settles;
  GroupPresencePolicy group = GroupPresencePolicy::asked;
  bool operator==(const PresencePolicy&) const = default;
};

/// Whether sessions begin on a schedule (R29 to R31).
enum class AdmissionPolicy : std::uint8_t {
  slots,  ///< who comes early is told when to come, and everybody what to do on a loss
  none,   ///< whoever comes is let in, and nobody is told anything
};

/// When a block is answered (R4).
enum class BlockPolicy : std::uint8_t {
  once_stored,  ///< safe: when the conversation of the two has stored it
  told_once,    ///< unsafe: when the user's own shard has, which tells the conversation once
};

/// What people are told of who has a message, and has read it (R19).
enum class ReceiptPolicy : std::uint8_t {
  watermarks,  ///< how far each has come, gathered for a second; counts in large groups
  each,        ///< every step of everybody, at once, to whoever wrote
  none,        ///< nothing
};

/// What becomes of what a user who is away is to be told of (R20).
enum class PushPolicy : std::uint8_t {
  owed,  ///< safe: it is owed until a provider has taken it, or the user is back
  once,  ///< unsafe: it is pushed when it comes, whatever becomes of that
  none,  ///< there is no provider: nobody can ask for pushes
};

/// By which clock tokens are judged (R34).
enum class TokenClockPolicy : std::uint8_t {
  median,  ///< safe: the median of the servers'; who differs from it by more than the leeway takes nobody
  own,     ///< unsafe: each server's own, however wrong
};

/// Where what a developer's key asks for is counted (R33).
enum class QuotaPolicy : std::uint8_t {
  shared,       ///< at the key's shard, for all gateways
  per_gateway,  ///< by each gateway alone
};

/// What a node does that is behind with its work (R32).
enum class OverloadPolicy : std::uint8_t {
  ordered,  ///< lets what matters least wait or go, then puts reads off, then sends
  fifo,     ///< takes everything as it came
};

/// What becomes of a session when a poll was answered (R37).
enum class PollPolicy : std::uint8_t {
  kept,       ///< it goes on: the next poll finds it
  forgotten,  ///< it is over: whoever polls begins another each time (wasteful)
};

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
  StaleOwnerPolicy stale_owner = StaleOwnerPolicy::silent;
  FencingPolicy fencing = FencingPolicy::chained;
  UnknownAppendPolicy unknown_append = UnknownAppendPolicy::append_again;
  FailoverPolicy failover = FailoverPolicy::moves;
  DiscoveryPolicy discovery = DiscoveryPolicy::doubted;
  OlderMapPolicy older_map = OlderMapPolicy::leaves;
  HandOverPolicy hand_over = HandOverPolicy::released;
  PeerPolicy peers = PeerPolicy::numbered;
  MessageIdPolicy message_ids = MessageIdPolicy::never_back;
  PoisonPolicy poison = PoisonPolicy::closed;
  TakeoverPolicy takeovers = TakeoverPolicy::appended;
  FormPolicy forms = FormPolicy::agreed;
  TrimPolicy trimming = TrimPolicy::verified;
  AdmissionPolicy admission = AdmissionPolicy::slots;
  BlockPolicy blocks = BlockPolicy::once_stored;
  /// Bytes of records that a partition's log keeps before its owner sees to it that it can be
  /// trimmed; and never less than its rows have.
  std::uint64_t log_kept = 16 * 1024 * 1024;
  /// Members a group may have; at most limits::group_members_max.
  std::uint32_t group_members = 100;
  /// Above so many members a group is a channel (R18).
  std::uint32_t push_limit = limits::push_limit;
  PresencePolicy presence;
  ReceiptPolicy receipts = ReceiptPolicy::watermarks;
  PushPolicy push = PushPolicy::owed;
  TokenClockPolicy token_clock = TokenClockPolicy::median;
  QuotaPolicy quota = QuotaPolicy::shared;
  /// The window of quotas.
  Duration quota_window = limits::quota_window;
  OverloadPolicy overload = OverloadPolicy::ordered;
  PollPolicy polls = PollPolicy::kept;

  bool operator==(const Policy&) const = default;
};

}  // namespace hubbub
