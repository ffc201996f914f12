// The judge: a history goes in, a verdict comes out. It trusts nobody: what clients were told is
// held against what they were told elsewhere, and at the end against the rows that are stored.
//
// All of it is linear in the history and keeps, per conversation, inbox or device, runs of
// sequences and one word for each message, never the messages. README.md says what each invariant
// compares.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/time.hpp"
#include "core/wire/cursor.hpp"
#include "core/wire/frames.hpp"
#include "core/wire/log_record.hpp"
#include "core/wire/message.hpp"

namespace hubbub::sim {

class MentionChecks;
class PresenceChecks;
class PushChecks;
class QuotaChecks;
class RevocationChecks;
class TokenChecks;

/// One broken invariant.
struct Violation {
  std::string invariant;  ///< "acked-kept"
  Duration at{};
  std::string what;                 ///< entities and figures, a sentence
  std::vector<std::string> before;  ///< the last events that touched the entities, oldest first
};

struct InvariantResult {
  std::string name;
  bool safety = true;
  std::uint64_t compared = 0;
  std::uint64_t violated = 0;
};

class Checker {
 public:
  struct Options {
    /// False if conversations may hold messages from before the first call, as on a real server
    /// that was used before: a message that was never sent here may then be one of those.
    bool saw_the_beginning = true;
    /// Devices look at receipts. Of others' nothing is kept.
    bool receipts = false;
  };

  Checker();
  explicit Checker(Options options);
  ~Checker();

  // --- What devices did and were told, as it happens. `now`: virtual or real time of the run. ---
  /// A message's first sending, or one with a new number after renumbering.
  void sent(Duration now, DeviceId device, ConversationId conversation, std::uint64_t number,
            std::uint64_t key, std::uint64_t digest);
  /// `number`: the one it was accepted under.
  void acknowledged(Duration now, DeviceId device, ConversationId conversation,
                    std::uint64_t number, std::uint64_t key, Sequence seq, MessageId id);
  /// Finally: it will not be sent again under this key.
  void refused(Duration now, DeviceId device, ConversationId conversation, std::uint64_t number,
               std::uint64_t key);
  /// The device forgets a send that was never answered; it may be in the conversation or not.
  void abandoned(Duration now, DeviceId device, ConversationId conversation, std::uint64_t key);
  /// A changing call (create a group, add, remove, leave, rename) was done, as entry `seq`.
  void changed(Duration now, DeviceId device, ConversationId conversation, std::uint64_t number,
               std::uint64_t key, Sequence seq, MessageId id);

  /// A user asks to block another, or for the end of that (the call's first sending); and the final
  /// answer: it is `done`, or was refused. `key`: the call's.
  void block_asked(UserId user, UserId other, bool blocked, std::uint64_t key);
  void block_answered(Duration now, UserId user, UserId other, bool blocked, std::uint64_t key,
                      bool done);

  /// A device was welcomed, having said that it holds everything up to this cursor; `Cursor{}`: it
  /// holds nothing. What it is sent next must follow on from there.
  void attached(Duration now, DeviceId device, Cursor resumed_from);
  /// An event of the stream reached a device.
  void shown(Duration now, DeviceId device, Cursor cursor, ConversationId conversation,
             const Message& message);
  /// Ranges of the stream reached a device.
  void declared(Duration now, DeviceId device, Cursor cursor, std::span<const Range> ranges);
  /// A device was told to start again from this cursor.
  void reset(Duration now, DeviceId device, Cursor cursor);
  /// The device's stream was said to be at its head.
  void synced(Duration now, DeviceId device, Cursor cursor);
  /// A page of history, as `asked` for. Where the page says that nothing comes after it (it was
  /// to be of the newest messages, or has no more of those after the anchor), it ends at its head.
  void paged(Duration now, DeviceId device, const to_server::History& asked,
             const to_client::HistoryPage& page);

  /// A device asked for a message by its id, and got it; or was told that there is none for it, though it
  /// had been shown it.
  void found(Duration now, DeviceId device, ConversationId conversation, const Message& message);
  void not_found(Duration now, DeviceId device, ConversationId conversation, Sequence seq);

  // --- Channels ---------------------------------------------------------------------------------------
  /// Above so many members a group is a channel.
  void set_push_limit(std::uint32_t limit);
  /// A device looks at a channel, and pulls what is said there; until it loses its connection.
  void looks(DeviceId device, ConversationId conversation);
  /// A device was told of a channel's head; 0: that it is told nothing, being no member's.
  void head_told(Duration now, DeviceId device, const HeadOf& of);
  /// A device has lost its connection.
  void lost(DeviceId device);
  /// A device says that it has everything up to this cursor: by `ack`, or in its `hello`.
  void holds(Duration now, DeviceId device, const Cursor& cursor);
  /// A device says that its user has read the conversation up to here.
  void read(Duration now, DeviceId device, ConversationId conversation, Sequence seq);
  /// A device was shown receipts, unasked or as an answer.
  void receipt(Duration now, DeviceId device, const to_client::Receipt& receipt);

  // --- What a node did, seen by its edges -------------------------------------------------------
  /// Something that tells of rows left a node: an acknowledgement, event, page, welcome, or what
  /// nodes say to each other; `durable`: every row it tells of was, in the store. `what` names its
  /// kind; it is read only if `durable` is false.
  void effect(Duration now, bool durable, std::string_view what);
  /// One step's units of work (R35).
  void step(Duration now, NodeId node, std::uint32_t units);
  /// The length of something bounded.
  void bound(Duration now, std::string_view what, std::uint64_t size, std::uint64_t limit);

  // --- Who is let in ------------------------------------------------------------------------------
  /// A server is down: its clients, and others, may have to come more often.
  void server_lost();
  /// A client, the user's device of this index, came to a server that lives, and was turned away.
  /// Gives how often it was in a row.
  std::uint32_t turned_away(Duration now, UserId user, std::uint16_t index);
  /// It has a session.
  void let_in(UserId user, std::uint16_t index);

  // --- Replicated logs, and who acts on them -----------------------------------------------------
  /// A record landed in a partition's log, whether it counts or not. `said`: what the log itself now
  /// says that its records come to. Gives whose partition it was, if another took it over with this.
  NodeId landed(Duration now, PartitionId partition, LogPosition position, std::string_view record,
                const LogHead& said);
  /// The log's own machines lost all of it that lay after `last`.
  void lost_after(PartitionId partition, LogPosition last);
  /// A node gave its store what a partition's log comes to, in its view.
  void followed(Duration now, NodeId node, PartitionId partition, const LogHead& head);
  /// A node told another that it owns a partition.
  void owns(Duration now, NodeId node, PartitionId partition, PartitionEpoch epoch);
  /// `owner` was replaced (see `landed`) when its monotonic clock showed this.
  void replaced(PartitionId partition, NodeId owner, Duration clock);
  /// A node went to another for what its clients want of a partition.
  void asked(NodeId node, PartitionId partition, NodeId whom);
  /// Something that speaks for a partition left a node, in a step begun at this time of its
  /// monotonic clock: to another node, or `to_client`, where it may be another node's word.
  void spoke(Duration now, NodeId node, PartitionId partition, Duration clock, bool to_client,
             std::string_view what);

  /// Who is there, and who was told of it (presence_checks.hpp). To be finished before `finish`.
  PresenceChecks& presence();
  /// Who is pushed what (push_checks.hpp). To be finished before `finish`.
  PushChecks& pushes();
  /// Who is mentioned (mention_checks.hpp), and which devices are revoked (revocation_checks.hpp).
  MentionChecks& mentions();
  RevocationChecks& revocations();
  /// What sessions may not (limit_checks.hpp). To be finished before `finish`.
  TokenChecks& tokens();
  QuotaChecks& quotas();

  // --- The end: what is stored, row by row; `finish`; then devices and nodes --------------------
  /// Conversation by conversation, each in the order of its sequences. Of groups, only where stores
  /// are seen.
  void stored_message(ConversationId conversation, const Message& message);
  /// What a row says of a group's member: (from, to]; `to` is 0, or the greatest Sequence, while
  /// the membership lasts. It is believed only as far as the group's own entries say the same.
  /// Comes together with the group's messages, before or after them; inboxes may come at any time.
  void stored_member(ConversationId conversation, UserId user, Sequence from, Sequence to);
  /// Inbox by inbox, each in the order of its numbers.
  void stored_inbox(UserId user, Sequence number, ConversationId conversation, Sequence seq);
  /// How far a member has a conversation, and has read it, by the rows.
  void stored_mark(ConversationId conversation, UserId user, Sequence delivered, Sequence read);
  struct Final {
    bool stores_seen = true;       ///< false for a load generator that cannot see the rows
    bool liveness_reached = true;  ///< false if the run was cut short: liveness is not judged
    /// Although stores were not seen, every conversation that was written to was read whole and
    /// given to `stored_message`, as a load generator can by paging.
    bool messages_seen = false;
  };
  /// Judges what can only be judged once everything was told. Call once, after all of the above.
  void finish(Duration now, Final final);
  /// A device at the end of the liveness phase: connected or wanting to be, its cursor, sends that
  /// have no answer, ranges not yet paged.
  /// `unsent`: what its user wrote and it has not sent once. Judged at once: there may be millions.
  void device_at_end(DeviceId device, bool wants_connection, bool connected, Cursor cursor,
                     std::uint64_t pending, std::uint64_t unpaged, std::uint64_t unsent = 0);
  /// The highest that a device was shown of a conversation that its user wrote to.
  struct ReceiptsShown {
    std::span<const MarkOf> marks;
    Sequence seq{};  ///< of the user's newest message, in a large group; 0: not told
    std::uint32_t delivered{};
    std::uint32_t read{};
  };
  void receipts_at_end(DeviceId device, ConversationId conversation, const ReceiptsShown& shown);
  /// Deliveries a node still owes, and inputs that wait for it.
  void node_at_end(NodeId node, std::uint64_t owed, std::uint64_t queued);

  /// One for each of names.hpp, in its order.
  std::vector<InvariantResult> results() const;
  /// The first violations of each invariant, at most 5 each; of effects that left too early, the
  /// first of each kind.
  const std::vector<Violation>& violations() const;
  /// Bytes in use, without those of the allocator.
  std::size_t memory() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hubbub::sim
