// The frames between a device and the server, as structures. Their JSON is in frame_json.hpp.
//
// Text and lists are views: into the bytes a frame was parsed from, or into the arena that was
// handed to the parser.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "core/base/errors.hpp"
#include "core/base/policy.hpp"
#include "core/base/time.hpp"
#include "core/wire/advice.hpp"
#include "core/wire/cursor.hpp"
#include "core/wire/message.hpp"
#include "core/wire/people.hpp"

namespace hubbub {

/// A client's own number for a request; the answer carries it.
using RequestId = std::uint64_t;

/// Whether somebody is there, as far as is known (A11).
enum class PresenceState : std::uint8_t {
  offline,
  online,
  unknown,  ///< nobody who could know can be heard, or knows yet
};
constexpr PresenceState last_of(PresenceState) { return PresenceState::unknown; }

/// `last_seen_ms`: of who is offline, since the Unix epoch; 0: not known.
struct PresenceOf {
  UserId user;
  PresenceState state{};
  std::int64_t last_seen_ms{};
  bool operator==(const PresenceOf&) const = default;
  static auto fields(auto& s) { return std::tie(s.user, s.state, s.last_seen_ms); }
};

/// Somebody as a user knows them: a contact, under the user's own name for them, blocked, or both.
struct ContactOf {
  UserId user;
  bool contact{};
  bool blocked{};
  std::string_view name;
  static auto fields(auto& s) { return std::tie(s.user, s.contact, s.blocked, s.name); }
};

struct MemberOf {
  UserId user;
  Role role{};
  static auto fields(auto& s) { return std::tie(s.user, s.role); }
};

/// How far a channel is; `head` 0: the asker is no member of it, and is told nothing.
struct HeadOf {
  ConversationId conversation;
  Sequence head{};
  bool operator==(const HeadOf&) const = default;
  static auto fields(auto& s) { return std::tie(s.conversation, s.head); }
};

/// How far a member of a conversation has it on some device, and has read it (R19).
struct MarkOf {
  UserId user;
  Sequence delivered{};
  Sequence read{};
  bool operator==(const MarkOf&) const = default;
  static auto fields(auto& s) { return std::tie(s.user, s.delivered, s.read); }
};

/// What a push says of one conversation: the newest that is new in it, and how much there is of that.
struct PushItem {
  ConversationId conversation;
  Sequence seq{};
  std::uint32_t count{};
  bool operator==(const PushItem&) const = default;
  static auto fields(auto& s) { return std::tie(s.conversation, s.seq, s.count); }
};

/// A message that mentions a user; `number`: the user's own count of these.
struct MentionOf {
  std::uint64_t number{};
  ConversationId conversation;
  Sequence seq{};
  MessageId message;
  UserId from;
  bool operator==(const MentionOf&) const = default;
  static auto fields(auto& s) { return std::tie(s.number, s.conversation, s.seq, s.message, s.from); }
};

/// One of a user's own devices. `last_seen_ms`: of one that is not online, since the Unix epoch.
struct DeviceOf {
  DeviceNumber device;
  std::string_view name;
  bool online{};
  std::int64_t last_seen_ms{};
  static auto fields(auto& s) { return std::tie(s.device, s.name, s.online, s.last_seen_ms); }
};

/// What a device says.
namespace to_server {

/// First frame of a connection. Without a cursor the device holds nothing. `polled`: it holds no
/// connection; what it is told waits until it polls (R37).
struct Hello {
  std::string_view device;
  bool has_cursor{};
  Cursor cursor;
  bool polled{};
  static auto fields(auto& s) { return std::tie(s.device, s.has_cursor, s.cursor, s.polled); }
};

/// `number`: the device's own count in this conversation, from 1 (R1); 0 if it does not count, and names
/// the message by `client_id`. `mentions`: those who are no members there are left out.
struct Send {
  RequestId id{};
  ConversationId conversation;
  std::uint64_t number{};
  std::uint64_t key{};
  Content content;
  std::span<const UserId> mentions;
  std::string_view client_id;
  static auto fields(auto& s) {
    return std::tie(s.id, s.conversation, s.number, s.key, s.content, s.mentions, s.client_id);
  }
};

/// Everything up to this cursor arrived. Not answered.
struct Acknowledge {
  Cursor cursor;
  static auto fields(auto& s) { return std::tie(s.cursor); }
};

/// Starts the stream again from this cursor. Answered by the stream itself.
struct Sync {
  Cursor cursor;
  static auto fields(auto& s) { return std::tie(s.cursor); }
};

/// A page of a conversation, ascending: up to `limit` messages before `anchor`, after it, or on both sides of it
/// (`around`). `before` 0 is the newest. `seen`: the highest sequence this device was told of (R21).
struct History {
  enum class Direction : std::uint8_t { before, after, around };
  RequestId id{};
  ConversationId conversation;
  Direction direction{};
  Sequence anchor{};
  std::uint32_t limit{};
  Sequence seen{};
  static auto fields(auto& s) {
    return std::tie(s.id, s.conversation, s.direction, s.anchor, s.limit, s.seen);
  }
};

/// Changing calls are numbered per device, apart from messages (R4); a device sends one at a time.
struct Create {
  RequestId id{};
  std::uint64_t number{};
  std::uint64_t key{};
  bool group{};                      ///< false: a direct conversation with the one member
  std::span<const UserId> members;  ///< without the creator
  std::string_view name;
  GroupSettings settings;  ///< of a group
  static auto fields(auto& s) {
    return std::tie(s.id, s.number, s.key, s.group, s.members, s.name, s.settings);
  }
};

/// Of a group: who is in it (leave: `user` is the caller), its name, a member's role, its owner
/// (hand_over: to `user`), its settings.
struct Change {
  enum class What : std::uint8_t { add, remove, leave, rename, promote, demote, hand_over, settings };
  RequestId id{};
  std::uint64_t number{};
  std::uint64_t key{};
  What what{};
  ConversationId conversation;
  UserId user;
  std::string_view name;
  GroupSettings settings;
  static auto fields(auto& s) {
    return std::tie(s.id, s.number, s.key, s.what, s.conversation, s.user, s.name, s.settings);
  }
};

/// My conversations, in the order of their ids, beyond `after`.
struct List {
  RequestId id{};
  bool has_after{};
  ConversationId after;
  std::uint32_t limit{};
  static auto fields(auto& s) { return std::tie(s.id, s.has_after, s.after, s.limit); }
};

/// Tells of these users, now and whenever it changes; of who is only asked for (`once`), now.
/// Not answered but by what is told: what is lost with a connection is asked for on the next one.
struct Watch {
  std::span<const UserId> users;
  bool once{};
  static auto fields(auto& s) { return std::tie(s.users, s.once); }
};

struct Unwatch {
  std::span<const UserId> users;
  static auto fields(auto& s) { return std::tie(s.users); }
};

/// Of one's own contacts, of whom one has blocked, or (`visible`) of who sees that one is there. A
/// changing call like others (R4). Both are as they are to be from then on, however they were before.
struct ContactChange {
  enum class What : std::uint8_t { contact, uncontact, block, unblock, visible };
  RequestId id{};
  std::uint64_t number{};
  std::uint64_t key{};
  What what{};
  UserId user;             ///< not of `visible`
  std::string_view name;   ///< contact: one's own name for them, or none
  VisibleTo visible_to{};  ///< visible
  static auto fields(auto& s) {
    return std::tie(s.id, s.number, s.key, s.what, s.user, s.name, s.visible_to);
  }
};

/// My contacts and those whom I have blocked, in the order of their ids, beyond `after` (0: all).
struct Contacts {
  RequestId id{};
  UserId after;
  std::uint32_t limit{};
  static auto fields(auto& s) { return std::tie(s.id, s.after, s.limit); }
};

/// A conversation that I am in, and its members in the order of their joining, from where the page
/// before this said (0: from the beginning).
struct Members {
  RequestId id{};
  ConversationId conversation;
  std::uint32_t after{};
  static auto fields(auto& s) { return std::tie(s.id, s.conversation, s.after); }
};

/// Its user has read the conversation up to here. Answered by the `receipt` that shows it, if by
/// anything: said again until then, it does no harm.
struct Read {
  ConversationId conversation;
  Sequence seq{};
  static auto fields(auto& s) { return std::tie(s.conversation, s.seq); }
};

/// Its user is writing, now. Never answered, stored or repeated.
struct Typing {
  ConversationId conversation;
  static auto fields(auto& s) { return std::tie(s.conversation); }
};

/// What the conversation's receipts say now.
struct Receipts {
  RequestId id{};
  ConversationId conversation;
  static auto fields(auto& s) { return std::tie(s.id, s.conversation); }
};

/// Whether this device is pushed to while its user has no session (R20). What is said last holds, and
/// may be said again. Where its provider finds it, its edge knows.
struct Push {
  RequestId id{};
  bool on{};
  static auto fields(auto& s) { return std::tie(s.id, s.on); }
};

/// Puts several users into a group by one entry. Who is a member already is left out.
struct AddMembers {
  RequestId id{};
  std::uint64_t number{};
  std::uint64_t key{};
  ConversationId conversation;
  std::span<const UserId> users;
  static auto fields(auto& s) { return std::tie(s.id, s.number, s.key, s.conversation, s.users); }
};

/// Those of my conversations that are channels, in the order of their ids, beyond `after`.
struct Channels {
  RequestId id{};
  bool has_after{};
  ConversationId after;
  std::uint32_t limit{};
  static auto fields(auto& s) { return std::tie(s.id, s.has_after, s.after, s.limit); }
};

/// Tells of the heads of these channels, now and when they grow; of what is only asked for (`once`),
/// now. Not answered but by what is told: what is lost with a connection is asked for on the next one.
struct Look {
  std::span<const ConversationId> conversations;
  bool once{};
  static auto fields(auto& s) { return std::tie(s.conversations, s.once); }
};

struct Unlook {
  std::span<const ConversationId> conversations;
  static auto fields(auto& s) { return std::tie(s.conversations); }
};

/// A new token, before the one that the session began with ends; it goes on with this one. Whoever
/// verifies tokens takes it off the way and says what it is worth (input::Renewed). Answered by an
/// `ok` without a conversation.
struct Token {
  RequestId id{};
  std::string_view token;
  static auto fields(auto& s) { return std::tie(s.id, s.token); }
};

/// A message by its id, wherever it is, if the asker may read it. One that there is not, and one that is
/// not for the asker, are the same.
struct Get {
  RequestId id{};
  MessageId message;
  static auto fields(auto& s) { return std::tie(s.id, s.message); }
};

/// What mentions me, newest first, below number `before` (0: the newest).
struct Mentions {
  RequestId id{};
  std::uint64_t before{};
  std::uint32_t limit{};
  static auto fields(auto& s) { return std::tie(s.id, s.before, s.limit); }
};

/// My devices, but for those that were revoked.
struct Devices {
  RequestId id{};
  DeviceNumber after;  ///< those with higher numbers
  static auto fields(auto& s) { return std::tie(s.id, s.after); }
};

/// One of my devices is mine no more: its session ends, and it comes in with no token that was given before.
/// A changing call (R4).
struct Revoke {
  RequestId id{};
  std::uint64_t number{};
  std::uint64_t key{};
  DeviceNumber device;
  std::uint32_t at_s{};  ///< when, since the Unix epoch, by the clock of the gateway: no client says that
  static auto fields(auto& s) { return std::tie(s.id, s.number, s.key, s.device, s.at_s); }
};

/// Of a polled session: everything up to `cursor` arrived (without one, nothing did); what is new?
/// Answered, with all that waits, as soon as there is something, or after `wait_ms` with nothing.
/// `id`: above that of the poll before it. `sync`: the stream begins again from there, as an answer to
/// an earlier poll did not arrive; where the cursor shows that, it does so anyway.
struct Poll {
  RequestId id{};
  bool has_cursor{};
  Cursor cursor;
  std::uint32_t wait_ms{};
  bool sync{};
  static auto fields(auto& s) { return std::tie(s.id, s.has_cursor, s.cursor, s.wait_ms, s.sync); }
};

using Frame = std::variant<Hello, Send, Acknowledge, Sync, History, Create, Change, List, Watch, Unwatch,
                           ContactChange, Contacts, Members, Read, Typing, Receipts, Push, AddMembers,
                           Channels, Look, Unlook, Token, Get, Mentions, Devices, Revoke, Poll>;

constexpr History::Direction last_of(History::Direction) { return History::Direction::around; }
constexpr Change::What last_of(Change::What) { return Change::What::settings; }
constexpr ContactChange::What last_of(ContactChange::What) { return ContactChange::What::visible; }

}  // namespace to_server

/// What the server says.
namespace to_client {

struct Welcome {
  SessionRef session;
  UserId user;
  DeviceNumber device;
  Generation generation{};
  Durability durability{};
  Incarnation incarnation{};
  OnLoss on_loss;
  static auto fields(auto& s) {
    return std::tie(s.session, s.user, s.device, s.generation, s.durability, s.incarnation,
                    s.on_loss);
  }
};

/// A send or a changing call was done (now or the first time). `number`: the one it was accepted
/// under; `next`: the device's next number in this conversation (or call number). A direct
/// `create` changes nothing and has no `seq`; a ContactChange has no `conversation` either.
struct Ok {
  RequestId id{};
  ConversationId conversation;
  Sequence seq{};
  MessageId message;
  std::int64_t sent_at_ms{};
  std::uint64_t number{};
  std::uint64_t next{};
  static auto fields(auto& s) {
    return std::tie(s.id, s.conversation, s.seq, s.message, s.sent_at_ms, s.number, s.next);
  }
};

/// `id` 0: about no request. `expected`: with `conflict`, the number the device must go on with,
/// else 0. `retry_after_ms` only with `retry`.
struct Error {
  RequestId id{};
  ErrorCode code{};
  bool retry{};
  std::uint32_t retry_after_ms{};
  std::uint64_t expected{};
  std::string_view detail;
  static auto fields(auto& s) {
    return std::tie(s.id, s.code, s.retry, s.retry_after_ms, s.expected, s.detail);
  }
};

/// An inbox entry: a message, or a change of a conversation (by `message.kind`).
struct Event {
  ConversationId conversation;
  Message message;
  Cursor cursor;
  static auto fields(auto& s) { return std::tie(s.conversation, s.message, s.cursor); }
};

/// What a device that was far behind must page (R16).
struct Ranges {
  std::span<const Range> ranges;
  Cursor cursor;
  static auto fields(auto& s) { return std::tie(s.ranges, s.cursor); }
};

/// The device holds everything there was.
struct Synced {
  Cursor cursor;
  static auto fields(auto& s) { return std::tie(s.cursor); }
};

/// The device's cursor means nothing here any more: drop it, go on from this one.
struct Reset {
  Cursor cursor;
  static auto fields(auto& s) { return std::tie(s.cursor); }
};

struct HistoryPage {
  RequestId id{};
  ConversationId conversation;
  std::span<const Message> messages;  ///< ascending
  bool has_more{};                    ///< further in the direction asked
  Sequence head{};                    ///< the last sequence the reader may read
  static auto fields(auto& s) {
    return std::tie(s.id, s.conversation, s.messages, s.has_more, s.head);
  }
};

struct ListPage {
  RequestId id{};
  std::span<const ConversationId> conversations;
  bool has_more{};
  static auto fields(auto& s) { return std::tie(s.id, s.conversations, s.has_more); }
};

/// Of users that are watched, or were asked for. Never repeated: what is said last holds.
struct Presence {
  std::span<const PresenceOf> users;
  static auto fields(auto& s) { return std::tie(s.users); }
};

/// Unasked: what to do when the connection is lost (`plan`), in place of what was said before; or
/// when to come back, since the server is about to close (`draining`).
struct Advise {
  enum class Reason : std::uint8_t { plan, draining };
  Reason reason{};
  Advice advice;   ///< draining; without a ticket
  OnLoss on_loss;  ///< plan
  static auto fields(auto& s) { return std::tie(s.reason, s.advice, s.on_loss); }
};
constexpr Advise::Reason last_of(Advise::Reason) { return Advise::Reason::draining; }

struct ContactsPage {
  RequestId id{};
  VisibleTo visible_to{};
  std::span<const ContactOf> contacts;  ///< ascending by user
  bool has_more{};
  static auto fields(auto& s) { return std::tie(s.id, s.visible_to, s.contacts, s.has_more); }
};

/// `role`: the reader's. `next`: what to ask for as `after`; 0: these were all.
struct MembersPage {
  RequestId id{};
  ConversationId conversation;
  std::string_view name;
  GroupSettings settings;
  Role role{};
  std::span<const MemberOf> members;
  std::uint32_t next{};
  static auto fields(auto& s) {
    return std::tie(s.id, s.conversation, s.name, s.settings, s.role, s.members, s.next);
  }
};

/// How far members are: of all who went further, or, asked for (`id`), of all. A conversation of more
/// than limits::receipt_members tells of oneself, and, to who wrote lately, how many of the others
/// have their newest message `seq`, and have read it. Of two that say different things of the same,
/// the higher one holds.
struct Receipt {
  RequestId id{};  ///< 0: an event
  ConversationId conversation;
  std::span<const MarkOf> marks;
  Sequence seq{};  ///< 0: no counts
  std::uint32_t delivered{};
  std::uint32_t read{};
  static auto fields(auto& s) {
    return std::tie(s.id, s.conversation, s.marks, s.seq, s.delivered, s.read);
  }
};

/// Holds for a few seconds.
struct Typing {
  ConversationId conversation;
  UserId user;
  static auto fields(auto& s) { return std::tie(s.conversation, s.user); }
};

/// Of channels that are looked at, or were asked for (R18). What was said is there to be read.
struct Heads {
  std::span<const HeadOf> heads;
  static auto fields(auto& s) { return std::tie(s.heads); }
};

/// The message that was asked for by its id.
struct Found {
  RequestId id{};
  ConversationId conversation;
  Message message;
  static auto fields(auto& s) { return std::tie(s.id, s.conversation, s.message); }
};

struct MentionsPage {
  RequestId id{};
  std::span<const MentionOf> mentions;  ///< descending by number
  bool has_more{};
  static auto fields(auto& s) { return std::tie(s.id, s.mentions, s.has_more); }
};

struct DevicesPage {
  RequestId id{};
  std::span<const DeviceOf> devices;  ///< ascending by number
  bool has_more{};
  static auto fields(auto& s) { return std::tie(s.id, s.devices, s.has_more); }
};

using Frame = std::variant<Welcome, Ok, Error, Event, Ranges, Synced, Reset, HistoryPage, ListPage,
                           Presence, Advise, ContactsPage, MembersPage, Receipt, Typing, Heads, Found,
                           MentionsPage, DevicesPage>;

}  // namespace to_client
}  // namespace hubbub
