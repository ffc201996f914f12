// One entry of a conversation: what somebody said, or a change of the conversation itself.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>

#include "core/base/ids.hpp"
#include "core/wire/people.hpp"

namespace hubbub {

/// What was said. The core counts, compares and carries it and never looks inside: `body` is the
/// text on a real server, and on a simulated one whatever its edges make of it.
struct Content {
  std::uint32_t length{};  ///< bytes of the text, for limits and accounting
  std::uint64_t digest{};  ///< hash_bytes of the text
  std::string_view body;
  static auto fields(auto& s) { return std::tie(s.length, s.digest, s.body); }
};

enum class EntryKind : std::uint8_t {
  text, created, joined, left, renamed, promoted, demoted, handed_over, settings,
  channel,  ///< the last entry that is pushed to all members: the group is a channel from here on (R18)
  group,    ///< the first that is pushed again
};
constexpr EntryKind last_of(EntryKind) { return EntryKind::group; }

/// `number` and `key` are the device's own for this conversation (R1) when `kind` is text, and its
/// call number and key (R4) otherwise; of a text under an opaque client_id, 0 and a hash of that.
/// `content`: the text, or a conversation's name (created, renamed). `users`: whom a text mentions, each a
/// member there; first members (created), who joined, whose role changed (promoted, demoted,
/// handed_over), who left and, if that was the owner and others stay, who is it from then on.
/// `settings`: the group's (created, settings). That a group becomes a channel, or a group again, nobody
/// asks for: `from` is who brought it about, `number` and `key` are 0.
struct Message {
  Sequence seq{};
  MessageId id;
  std::int64_t sent_at_ms{};  ///< wall clock of the conversation's owner
  EntryKind kind{};
  UserId from;
  DeviceNumber device;
  std::uint64_t number{};
  std::uint64_t key{};
  Content content;
  std::span<const UserId> users;
  GroupSettings settings;
  static auto fields(auto& s) {
    return std::tie(s.seq, s.id, s.sent_at_ms, s.kind, s.from, s.device, s.number, s.key, s.content,
                    s.users, s.settings);
  }
};

/// A conversation's sequences [from, to].
struct Range {
  ConversationId conversation;
  Sequence from{};
  Sequence to{};
  auto operator<=>(const Range&) const = default;
  static auto fields(auto& s) { return std::tie(s.conversation, s.from, s.to); }
};

}  // namespace hubbub
