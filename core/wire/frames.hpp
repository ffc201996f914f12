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

/// What a device says.
namespace to_server {

/// First frame of a connection. Without a cursor the device holds nothing.
struct Hello {
  std::string_view device;
  bool has_cursor{};
  Cursor cursor;
  static auto fields(auto& s) { return std::tie(s.device, s.has_cursor, s.cursor); }
};

/// `number`: the device's own count in this conversation, from 1 (R1).
struct Send {
  RequestId id{};
  ConversationId conversation;
  std::uint64_t number{};
  std::uint64_t key{};
  Content content;
  static auto fields(auto& s) { return std::tie(s.id, s.conversation, s.number, s.key, s.content); }
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
  static auto fields(auto& s) {
    return std::tie(s.id, s.number, s.key, s.group, s.members, s.name);
  }
};

/// Add, remove, leave (`user` is the caller), rename.
struct Change {
  enum class What : std::uint8_t { add, remove, leave, rename };
  RequestId id{};
  std::uint64_t number{};
  std::uint64_t key{};
  What what{};
  ConversationId conversation;
  UserId user;
  std::string_view name;
  static auto fields(auto& s) {
    return std::tie(s.id, s.number, s.key, s.what, s.conversation, s.user, s.name);
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

using Frame = std::variant<Hello, Send, Acknowledge, Sync, History, Create, Change, List, Watch, Unwatch>;

constexpr History::Direction last_of(History::Direction) { return History::Direction::around; }
constexpr Change::What last_of(Change::What) { return Change::What::rename; }

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
/// `create` changes nothing and has no `seq`.
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

using Frame = std::variant<Welcome, Ok, Error, Event, Ranges, Synced, Reset, HistoryPage, ListPage,
                           Presence, Advise>;

}  // namespace to_client
}  // namespace hubbub
