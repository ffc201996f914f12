// What nodes say to each other, and what a node's gateway and partitions say to each other even
// on one node. The byte form is that of codec.hpp; between nodes they travel in packets (packet.hpp).
#pragma once

#include <span>
#include <string_view>
#include <variant>

#include "core/base/errors.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/credentials.hpp"
#include "core/wire/cursor.hpp"
#include "core/wire/frames.hpp"
#include "core/wire/log_record.hpp"
#include "core/wire/message.hpp"

namespace hubbub::peer {

// --- Gateway to user shard ---------------------------------------------------------------------

/// A session wants its stream. `generation` 0: a new session, to be given the next one.
struct Attach {
  SessionRef session;
  UserId user;
  std::string_view device;
  DeviceNumber number;
  Generation generation{};
  bool has_cursor{};
  Cursor cursor;
  std::uint32_t attempt{};  ///< comes back with the answer: a session may ask anew before it
  std::uint32_t issued_s{};  ///< when its token was given, rounded down; 0: nobody knows
  static auto fields(auto& s) {
    return std::tie(s.session, s.user, s.device, s.number, s.generation, s.has_cursor, s.cursor,
                    s.attempt, s.issued_s);
  }
};

/// `left`: by the device's own wish, not lost.
struct Detach {
  SessionRef session;
  DeviceId device;
  bool left{};
  static auto fields(auto& s) { return std::tie(s.session, s.device, s.left); }
};

struct Acknowledged {
  SessionRef session;
  DeviceId device;
  Cursor cursor;
  static auto fields(auto& s) { return std::tie(s.session, s.device, s.cursor); }
};

// --- User shard to gateway ---------------------------------------------------------------------

/// `position`: the stream's next entry names it as its predecessor.
struct Attached {
  SessionRef session;
  DeviceId device;
  Generation generation{};
  Incarnation incarnation{};
  Sequence position{};
  bool fresh{};  ///< a new session, to be welcomed; else one that attached again
  std::uint32_t attempt{};
  static auto fields(auto& s) {
    return std::tie(s.session, s.device, s.generation, s.incarnation, s.position, s.fresh,
                    s.attempt);
  }
};

struct AttachRefused {
  SessionRef session;
  ErrorCode code{};
  bool retry{};
  std::uint32_t retry_after_ms{};
  std::uint32_t attempt{};
  static auto fields(auto& s) {
    return std::tie(s.session, s.code, s.retry, s.retry_after_ms, s.attempt);
  }
};

/// A newer session of the same device has taken over (R3).
struct Replaced {
  SessionRef session;
  static auto fields(auto& s) { return std::tie(s.session); }
};

/// The session's device is its user's no more.
struct Revoked {
  SessionRef session;
  static auto fields(auto& s) { return std::tie(s.session); }
};

// What follows is of one stream: the one that the attach named `stream` began. A session has one at
// a time, and takes nothing of another: who had it before may still be speaking (R15, R21).

/// One piece of a session's stream; `previous` is the inbox number before it.
struct Entry {
  SessionRef session;
  std::uint32_t stream{};
  Sequence previous{};
  Sequence number{};
  Incarnation incarnation{};
  ConversationId conversation;
  hubbub::Message message;
  static auto fields(auto& s) {
    return std::tie(s.session, s.stream, s.previous, s.number, s.incarnation, s.conversation,
                    s.message);
  }
};

/// Entries that are declared, not sent. In a sync `cursor` says how far it is; the last frame of a
/// sync, and a range in place of entries that cannot be read now, move the position to
/// cursor.target.
struct Ranges {
  SessionRef session;
  std::uint32_t stream{};
  Sequence previous{};
  Cursor cursor;
  std::span<const Range> ranges;
  static auto fields(auto& s) { return std::tie(s.session, s.stream, s.previous, s.cursor, s.ranges); }
};

struct Synced {
  SessionRef session;
  std::uint32_t stream{};
  Cursor cursor;
  static auto fields(auto& s) { return std::tie(s.session, s.stream, s.cursor); }
};

struct Reset {
  SessionRef session;
  std::uint32_t stream{};
  Cursor cursor;
  static auto fields(auto& s) { return std::tie(s.session, s.stream, s.cursor); }
};

// --- Requests ----------------------------------------------------------------------------------

using Call = std::variant<to_server::Send, to_server::Create, to_server::Change,
                          to_server::History, to_server::List, to_server::ContactChange,
                          to_server::Contacts, to_server::Members,
                          to_server::Receipts, to_server::Push, to_server::AddMembers,
                          to_server::Channels, to_server::Get, to_server::Mentions,
                          to_server::Devices, to_server::Revoke>;

/// To the owner of the conversation; of the user, and naming none, for what is the user's own. `age_ms`: how long it has already waited.
struct Request {
  SessionRef session;
  DeviceId from;
  Generation generation{};
  std::uint32_t age_ms{};
  ConversationId conversation;
  Call call;
  static auto fields(auto& s) {
    return std::tie(s.session, s.from, s.generation, s.age_ms, s.conversation, s.call);
  }
};

using Reply = std::variant<to_client::Ok, to_client::Error, to_client::HistoryPage,
                           to_client::ListPage, to_client::ContactsPage,
                           to_client::MembersPage, to_client::Receipt, to_client::Found,
                           to_client::MentionsPage, to_client::DevicesPage>;

struct Answer {
  SessionRef session;
  Reply reply;
  static auto fields(auto& s) { return std::tie(s.session, s.reply); }
};

/// User shard to conversations, all of the shard that the message's id names: the request for it, to be
/// answered from the one of these that has it. All of the reader's there are among them.
struct Find {
  SessionRef session;
  RequestId request{};
  UserId reader;
  MessageId message;
  std::span<const ConversationId> conversations;
  static auto fields(auto& s) {
    return std::tie(s.session, s.request, s.reader, s.message, s.conversations);
  }
};

// --- Delivery: conversation to user shard, and back (R13) --------------------------------------

/// Entries of consecutive sequences that are due to the same users of one shard. `previous`: the
/// last sequence before them that was due to that shard.
struct Deliver {
  ConversationId conversation;
  Incarnation incarnation{};
  ShardId shard;
  Sequence previous{};
  std::span<const UserId> recipients;
  std::span<const hubbub::Message> messages;
  static auto fields(auto& s) {
    return std::tie(s.conversation, s.incarnation, s.shard, s.previous, s.recipients, s.messages);
  }
};

/// The same, of what is pushed to nobody but these (R18): who joined a channel, or left it, or is mentioned
/// there.
struct ChannelDeliver {
  Deliver deliver;
  static auto fields(auto& s) { return std::tie(s.deliver); }
};

/// Durable in the inboxes up to `through`.
struct Confirm {
  ConversationId conversation;
  ShardId shard;
  Incarnation incarnation{};
  Sequence through{};
  static auto fields(auto& s) {
    return std::tie(s.conversation, s.shard, s.incarnation, s.through);
  }
};

/// The shard lacks the predecessor: it has `have`. Or it is `busy`: later.
struct DeliverRefused {
  ConversationId conversation;
  ShardId shard;
  Incarnation incarnation{};
  Sequence have{};
  bool busy{};
  static auto fields(auto& s) {
    return std::tie(s.conversation, s.shard, s.incarnation, s.have, s.busy);
  }
};

// --- Presence (R24, R25) ------------------------------------------------------------------------

/// Gateway to user shard: the session wants to be told of `user`, whenever it changes, or once.
/// `unasked`: the session has not asked now, and must not learn from an answer that something changed.
struct Watch {
  SessionRef session;
  UserId viewer;
  UserId user;
  bool once{};
  bool unasked{};
  static auto fields(auto& s) { return std::tie(s.session, s.viewer, s.user, s.once, s.unasked); }
};

/// The gateway that says so has no session any more that watches the user.
struct Unwatch {
  UserId user;
  static auto fields(auto& s) { return std::tie(s.user); }
};

// User shard to gateway. What an earlier owner says is ignored.

/// The answer to a Watch. `changes`: the session is to be told of changes, too.
struct Presence {
  PartitionEpoch epoch{};
  PresenceOf of;
  SessionRef session;
  bool changes{};
  static auto fields(auto& s) { return std::tie(s.epoch, s.of, s.session, s.changes); }
};

/// For all sessions of the gateway that are told of the user's changes.
struct PresenceChanged {
  PartitionEpoch epoch{};
  PresenceOf of;
  static auto fields(auto& s) { return std::tie(s.epoch, s.of); }
};

/// The user hides from `viewer`, whose sessions are told of no change any more; and that the user is
/// offline, if they are shown something else.
struct PresenceHidden {
  PartitionEpoch epoch{};
  UserId user;
  UserId viewer;
  bool shown_online{};
  static auto fields(auto& s) { return std::tie(s.epoch, s.user, s.viewer, s.shown_online); }
};

/// Whom the user hides from has changed: nobody is told of changes who has not asked anew.
struct WatchAgain {
  PartitionEpoch epoch{};
  UserId user;
  static auto fields(auto& s) { return std::tie(s.epoch, s.user); }
};

// --- Channels (R18) -----------------------------------------------------------------------------

/// Gateway to conversation: the session wants to be told of its head, whenever it grows, or once. The
/// gateway is told of all that it grows from then on, for all of its sessions.
struct Look {
  SessionRef session;
  UserId viewer;
  ConversationId conversation;
  bool once{};
  static auto fields(auto& s) { return std::tie(s.session, s.viewer, s.conversation, s.once); }
};

/// And back: ask again, a little later.
struct LookPutOff {
  Look look;
  static auto fields(auto& s) { return std::tie(s.look); }
};

/// No session of the sender's looks at it any more.
struct Unlook {
  ConversationId conversation;
  static auto fields(auto& s) { return std::tie(s.conversation); }
};

/// Conversation to gateway: how far it is, for who asked; for everybody who looks, if `to` is empty.
/// What an earlier owner says is ignored.
struct Head {
  PartitionEpoch epoch{};
  HeadOf of;
  std::span<const ConnectionId> to;
  static auto fields(auto& s) { return std::tie(s.epoch, s.of, s.to); }
};

/// Conversation to gateway: this user is no member any more.
struct LookEnded {
  ConversationId conversation;
  UserId user;
  static auto fields(auto& s) { return std::tie(s.conversation, s.user); }
};

/// Where it is pushed who is there in a channel: user shard to the channel, and on to gateways.
struct GroupPresence {
  ConversationId conversation;
  PresenceOf of;
  static auto fields(auto& s) { return std::tie(s.conversation, s.of); }
};
struct GroupPresenceTold {
  ConversationId conversation;
  PresenceOf of;
  static auto fields(auto& s) { return std::tie(s.conversation, s.of); }
};

// --- Blocks (R4) --------------------------------------------------------------------------------

/// User shard to the owner of the direct conversation of `user` and `other`: the first has blocked
/// the second, or does not any more. `number` grows with each such change of the user's; an older
/// one than the conversation has heard says nothing.
struct SetBlock {
  UserId user;
  UserId other;
  std::uint64_t number{};
  bool blocked{};
  static auto fields(auto& s) { return std::tie(s.user, s.other, s.number, s.blocked); }
};

/// The newest that the conversation has heard of that is durable there.
struct BlockStored {
  UserId user;
  UserId other;
  std::uint64_t number{};
  static auto fields(auto& s) { return std::tie(s.user, s.other, s.number); }
};

// --- Receipts and typing (R19) ------------------------------------------------------------------

/// User shard to conversation: some device of the user has it up to here. `again`: this was said
/// before, and not confirmed; what came of it may not have been told either.
struct Delivered {
  ConversationId conversation;
  UserId user;
  Sequence through{};
  bool again{};
  static auto fields(auto& s) { return std::tie(s.conversation, s.user, s.through, s.again); }
};

/// And back: that is durable.
struct Receipted {
  ConversationId conversation;
  UserId user;
  Sequence through{};
  static auto fields(auto& s) { return std::tie(s.conversation, s.user, s.through); }
};

/// Gateway to conversation.
struct Read {
  ConversationId conversation;
  UserId user;
  Sequence seq{};
  static auto fields(auto& s) { return std::tie(s.conversation, s.user, s.seq); }
};
struct Typing {
  ConversationId conversation;
  UserId user;
  static auto fields(auto& s) { return std::tie(s.conversation, s.user); }
};

/// What sessions are told that live now, and nobody else.
using Ephemeral = std::variant<to_client::Receipt, to_client::Typing>;

/// Conversation to user shard: for all sessions of the user.
struct Relay {
  UserId user;
  Ephemeral what;
  static auto fields(auto& s) { return std::tie(s.user, s.what); }
};

/// And on to a gateway.
struct Relayed {
  SessionRef session;
  Ephemeral what;
  static auto fields(auto& s) { return std::tie(s.session, s.what); }
};

// --- Ownership -----------------------------------------------------------------------------------

/// A partition that the sender has opened: in which epoch (embedded: its life), on which map.
struct Tenure {
  PartitionId partition;
  PartitionEpoch epoch{};
  std::uint64_t map_version{};
  static auto fields(auto& s) { return std::tie(s.partition, s.epoch, s.map_version); }
};

/// To everyone when partitions open, and to whoever comes up. What was under way to them before is
/// to be asked anew.
struct Owns {
  std::span<const Tenure> partitions;
  static auto fields(auto& s) { return std::tie(s.partitions); }
};

// --- Content for a session that catches up -----------------------------------------------------

/// `ticket` tells the asking partition which of its requests this is.
struct Fetch {
  NodeId asker;
  std::uint64_t ticket{};
  UserId reader;
  Range range;
  static auto fields(auto& s) { return std::tie(s.asker, s.ticket, s.reader, s.range); }
};

/// A prefix of the range asked for; empty: not readable (now).
struct Fetched {
  UserId reader;
  std::uint64_t ticket{};
  std::span<const hubbub::Message> messages;
  static auto fields(auto& s) { return std::tie(s.reader, s.ticket, s.messages); }
};

// --- Copies of partitions (form 2) ---------------------------------------------------------------

/// Rows of a partition are wanted, from a key on (empty: from the beginning), by who cannot have
/// them from its log.
struct CopyWanted {
  PartitionId partition;
  std::uint64_t ticket{};
  LogPosition at_least{};  ///< the copy that is asked must be so far
  std::string_view from;
  static auto fields(auto& s) { return std::tie(s.partition, s.ticket, s.at_least, s.from); }
};

/// Some of them, as puts of a batch, in the order of their keys.
struct Copied {
  PartitionId partition;
  std::uint64_t ticket{};
  bool available{};       ///< else: ask somebody else
  LogHead head;           ///< what the log says up to here is in the rows
  LogPosition through{};  ///< nothing of what it says beyond this is
  std::string_view rows;
  std::string_view next;  ///< the key to ask for next; empty: there is nothing more
  static auto fields(auto& s) {
    return std::tie(s.partition, s.ticket, s.available, s.head, s.through, s.rows, s.next);
  }
};

/// To a partition's owner: its rows lie here, too, were found equal in a whole pass of checkpoints,
/// and survive a loss of power.
struct Verified {
  PartitionId partition;
  LogPosition pass{};
  static auto fields(auto& s) { return std::tie(s.partition, s.pass); }
};

// --- Admission (R30) -----------------------------------------------------------------------------

/// To every peer, when it has changed: what the sender carries, and what it could take on. An
/// estimate, from which plans are made.
struct Capacity {
  std::uint32_t connections{};
  std::uint32_t accept_rate{};  ///< sessions a second
  std::uint32_t spare_rate{};   ///< of these, not used by those who come anyway
  bool draining{};
  bool operator==(const Capacity&) const = default;
  static auto fields(auto& s) {
    return std::tie(s.connections, s.accept_rate, s.spare_rate, s.draining);
  }
};

// --- Pushes (R20), from a node to itself -----------------------------------------------------------

/// It is the user's turn.
struct PushDue {
  std::uint64_t round{};
  UserId user;
  static auto fields(auto& s) { return std::tie(s.round, s.user); }
};

/// What is to be pushed is durable in the inbox, up to `through`. `more`: and not all of it is named.
struct PushReady {
  std::uint64_t round{};
  Sequence through{};
  bool more{};
  std::span<const PushItem> items;
  static auto fields(auto& s) { return std::tie(s.round, s.through, s.more, s.items); }
};

// --- Clocks (R34) --------------------------------------------------------------------------------

/// To every peer, again and again, where sessions come with tokens: what the sender's wall clock shows.
struct Clock {
  std::int64_t wall_ms{};
  static auto fields(auto& s) { return std::tie(s.wall_ms); }
};

// --- Quotas (R33) --------------------------------------------------------------------------------

/// Gateway to the shard of a developer's key: so much was had here in this window (0: a new one, or
/// none is known), of what was given and beyond it; and so much more is wanted.
struct TakeSlice {
  ApiKey key;
  std::uint64_t window{};
  std::uint32_t had{};
  std::uint32_t wanted{};
  std::uint32_t left_ms{};  ///< of the window, as the gateway knows it
  static auto fields(auto& s) { return std::tie(s.key, s.window, s.had, s.wanted, s.left_ms); }
};

/// Back to it: what it may have in this window, all in all. `spent`: there is no more for anybody.
struct Slice {
  std::uint32_t key{};
  std::uint64_t window{};
  std::uint32_t allowed{};
  bool spent{};
  std::uint32_t left_ms{};
  static auto fields(auto& s) { return std::tie(s.key, s.window, s.allowed, s.spent, s.left_ms); }
};

using Message = std::variant<Attach, Detach, Acknowledged, Attached, AttachRefused, Replaced,
                             Entry, Ranges, Synced, Reset, Request, Answer, Deliver, Confirm,
                             DeliverRefused, Owns, Fetch, Fetched, CopyWanted, Copied, Verified,
                             Watch, Unwatch, Presence, Capacity, SetBlock, BlockStored,
                             Delivered, Receipted, Read, Typing, Relay, Relayed, PushDue, PushReady,
                             ChannelDeliver, Look, LookPutOff, Unlook, Head, LookEnded, GroupPresence,
                             GroupPresenceTold, Clock, TakeSlice, Slice, PresenceChanged,
                             PresenceHidden, WatchAgain, Revoked, Find>;

template <class T, class... All>
constexpr std::uint8_t index_in(const std::variant<All...>*) {
  std::uint8_t index = 0;
  (void)((std::is_same_v<T, All> || (++index, false)) || ...);
  return index;
}

/// Appends the byte form of Message{message}, without making the variant.
template <class T>
void encode(const T& message, ByteBuffer& to) {
  wire::Writer writer(to);
  writer.write(index_in<T>(static_cast<const Message*>(nullptr)));
  writer.write(message);
}

}  // namespace hubbub::peer
