// What a step wants done. The caller owns it, carries it out in any order that keeps each list's
// own, and clears it before the next step; nothing else leaves a node.
//
// Views point into the outbox's arena and are valid until `clear`.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/errors.hpp"
#include "core/base/ids.hpp"
#include "core/place/register.hpp"
#include "core/store/store.hpp"
#include "core/wire/frames.hpp"

namespace hubbub {

namespace output {

/// Frames to one connection keep their order; a close of it comes after them.
struct Frame {
  ConnectionId connection;
  to_client::Frame frame;
  static auto fields(auto& s) { return std::tie(s.connection, s.frame); }
};

struct Close {
  ConnectionId connection;
  CloseCode code{};
  Advice advice;  ///< becomes the close frame's reason, if it says anything
  static auto fields(auto& s) { return std::tie(s.connection, s.code, s.advice); }
};

/// The answer to input::Arrived: handshake with it, or close it without a word.
struct Entry {
  ConnectionId connection;
  bool enters{};
  static auto fields(auto& s) { return std::tie(s.connection, s.enters); }
};

/// A peer::Packet in its byte form. Never to the node itself.
struct ToPeer {
  NodeId node;
  std::string_view bytes;
  static auto fields(auto& s) { return std::tie(s.node, s.bytes); }
};

/// One batch of a partition; the next comes only after this one's CommitDurable. `sync`: always,
/// whatever the durability of the rest (R5).
struct Commit {
  PartitionId partition;
  std::uint64_t batch{};
  std::string_view rows;
  bool sync{};
  static auto fields(auto& s) { return std::tie(s.partition, s.batch, s.rows, s.sync); }
};

struct Read {
  std::uint64_t ticket{};
  ReadRange range;
  static auto fields(auto& s) { return std::tie(s.ticket, s.range); }
};

// Replicated only.

/// One record for a partition's log. A record may be given again, byte for byte, under a new ticket.
struct Append {
  PartitionId partition;
  std::uint64_t ticket{};
  std::string_view record;
  static auto fields(auto& s) { return std::tie(s.partition, s.ticket, s.record); }
};

struct LogRead {
  PartitionId partition;
  std::uint64_t ticket{};
  LogPosition after{};
  Duration wait{};
  static auto fields(auto& s) { return std::tie(s.partition, s.ticket, s.after, s.wait); }
};

/// Nobody needs what lies in the log below this.
struct LogTrim {
  PartitionId partition;
  LogPosition below{};
  static auto fields(auto& s) { return std::tie(s.partition, s.below); }
};

struct RegisterSet {
  std::uint64_t ticket{};
  hubbub::RegisterSet set;
  static auto fields(auto& s) { return std::tie(s.ticket, s.set); }
};

struct RegisterRead {
  std::uint64_t ticket{};
  std::uint64_t revision{};
  Duration wait{};
  static auto fields(auto& s) { return std::tie(s.ticket, s.revision, s.wait); }
};

/// For a device's provider: its user is away, and this is new to them. A repeat may come under another
/// ticket, and replaces what the device was told before. Answered by an input::PushDone. `through`: the
/// last inbox number it is about; `more`: not all that is new is named.
struct Push {
  std::uint64_t ticket{};
  DeviceId device;
  Sequence through{};
  bool more{};
  std::span<const PushItem> items;  ///< newest first
  static auto fields(auto& s) {
    return std::tie(s.ticket, s.device, s.through, s.more, s.items);
  }
};

/// What becomes of the polls of a polled session (R37), and of what waits for them at its edge: all
/// frames but answers to requests and to its `hello`. In turn with `frames`, of which `after` come
/// before this; a close of the session comes last, and ends a poll that is held.
struct Poll {
  enum class What : std::uint8_t {
    answer,  ///< ends poll `id`, with all that waits
    empty,   ///< ends it with nothing; what waits, waits on
    forget,  ///< what waits of the stream (Event, Ranges, Synced, Reset) is dropped: it comes again
  };
  ConnectionId connection;
  RequestId id{};  ///< 0: of `forget`
  What what{};
  std::uint32_t after{};
  static auto fields(auto& s) { return std::tie(s.connection, s.id, s.what, s.after); }
};
constexpr Poll::What last_of(Poll::What) { return Poll::What::forget; }

}  // namespace output

/// A node's own row of counters, ever growing.
struct NodeCounters {
  std::uint64_t accepted = 0;         ///< messages given a sequence
  std::uint64_t repeats = 0;          ///< answered as the first time
  std::uint64_t refused = 0;          ///< finally
  std::uint64_t asked_to_retry = 0;   ///< refused for now
  std::uint64_t expired = 0;          ///< dropped when dequeued (R32)
  std::uint64_t inbox_entries = 0;
  std::uint64_t entries_sent = 0;     ///< to sessions
  std::uint64_t ranges_sent = 0;
  std::uint64_t resent = 0;           ///< deliveries sent again
  std::uint64_t recent_hits = 0;      ///< pages and fetches served from memory (B11)
  std::uint64_t recent_misses = 0;
  std::uint64_t loads = 0;            ///< records brought into memory
  std::uint64_t evictions = 0;
  std::uint64_t pauses = 0;           ///< found by R28
  std::uint64_t alarms = 0;           ///< what a person must know
  std::uint64_t records = 0;          ///< of logs, that count
  std::uint64_t takeovers = 0;        ///< partitions opened
  std::uint64_t copies = 0;           ///< of partitions, fetched whole from other servers
  std::uint64_t trims = 0;            ///< of logs
  std::uint64_t receipts = 0;         ///< told to a user (R19)
  std::uint64_t losses = 0;           ///< partitions that went elsewhere
  std::uint64_t entered = 0;          ///< sessions that were let in
  std::uint64_t dropped = 0;          ///< connections closed at the door, without a word (R31)
  std::uint64_t turned_away = 0;      ///< connections refused behind it: all of these
  std::uint64_t slots_given = 0;      ///< of them, with a slot
  std::uint64_t slots_claimed = 0;    ///< that were come for in time
  std::uint64_t pushes = 0;           ///< given to providers
  std::uint64_t pushes_put_off = 0;   ///< of them, not taken: offered again later
  std::uint64_t shared_reads = 0;     ///< of recent_misses, those that waited for another's read
  std::uint64_t mentions = 0;         ///< written for those whom they are of
  std::uint64_t devices_revoked = 0;
  std::uint64_t heads_told = 0;       ///< of channels, to gateways
  std::uint64_t presence_turns = 0;   ///< users who came or went, as it was told
  std::uint64_t tokens_renewed = 0;   ///< in place
  std::uint64_t tokens_ended = 0;     ///< sessions that ended with their tokens, or came with old ones
  std::uint64_t clock_refused = 0;    ///< sessions turned away because this node's clock is wrong
  std::uint64_t quota_refused = 0;    ///< requests put off because their key's quota is spent
  std::uint64_t quota_unknown = 0;    ///< because nobody could say whether it is
  std::uint64_t shed_typing = 0;      ///< dropped under load (R32)
  std::uint64_t shed_presence = 0;    ///< moments of telling that were passed over
  std::uint64_t shed_receipts = 0;    ///< likewise, of receipts
  std::uint64_t delayed_reads = 0;    ///< reads that waited
  std::uint64_t refused_sends = 0;    ///< sends and changes put off
  std::uint64_t polls = 0;            ///< taken
  std::uint64_t polls_empty = 0;      ///< of them, that ended with nothing new
  std::uint64_t poll_losses = 0;      ///< of them, that showed that an answer was lost
  std::uint64_t poll_silences = 0;    ///< polled sessions whose devices came no more
};

struct Outbox {
  std::vector<output::Frame> frames;
  std::vector<output::Close> closes;
  std::vector<output::ToPeer> peers;
  std::vector<output::Commit> commits;
  std::vector<output::Read> reads;
  std::vector<output::Append> appends;
  std::vector<output::LogRead> log_reads;
  std::vector<output::LogTrim> log_trims;
  std::vector<output::RegisterSet> register_sets;
  std::vector<output::RegisterRead> register_reads;
  std::vector<output::Entry> entries;
  std::vector<output::Push> pushes;
  std::vector<output::Poll> polls;
  /// Not empty: the process must say so and end with status 70, to be started again (R7).
  std::string_view fatal;
  /// Not empty: something a person must know, such as a store that lost its tail.
  std::string_view alarm;
  /// Units of work this step did (R35).
  std::uint32_t units = 0;
  Arena arena;

  void clear() {
    frames.clear();
    closes.clear();
    peers.clear();
    commits.clear();
    reads.clear();
    appends.clear();
    log_reads.clear();
    log_trims.clear();
    register_sets.clear();
    register_reads.clear();
    entries.clear();
    pushes.clear();
    polls.clear();
    fatal = alarm = {};
    units = 0;
    arena.clear();
  }
};

}  // namespace hubbub
