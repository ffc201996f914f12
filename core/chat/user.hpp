// A user in memory: the inbox's head, the devices, and the sessions that want its stream.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/limits.hpp"
#include "core/chat/numbers.hpp"
#include "core/wire/cursor.hpp"
#include "core/wire/rows.hpp"

namespace hubbub {

/// One attached session's place in the inbox (R15, R16).
struct SessionStream {
  enum class Mode : std::uint8_t {
    detached,
    live,     ///< at the head: new entries are pushed as they come
    entries,  ///< catching up, entry by entry
    ranges,   ///< far behind: declaring what is to be paged, newest first
  };
  Mode mode = Mode::detached;
  bool busy = false;         ///< a read or a fetch is under way
  bool told_synced = false;
  std::uint32_t serial = 0;  ///< tells this stream from an earlier one of the same session
  SessionRef ref;
  std::uint32_t attempt = 0;  ///< the attach that began it
  Incarnation incarnation = 0;  ///< of the numbers it was told so far
  Sequence sent = 0;         ///< the last entry that was sent, or declared
  Sequence acknowledged = 0; ///< by this session
  Sequence target = 0;       ///< of a sync by ranges: (sent, reached] is still to be declared
  Sequence reached = 0;
  Sequence reached_acknowledged = 0;
};

struct Device {
  DeviceNumber number;
  bool cursor_dirty = false;
  Generation generation = 0;
  Sequence acknowledged = 0;  ///< never goes back
  std::int64_t seen_ms = 0;     ///< as stored: it came, or acknowledged something
  std::uint32_t issued_s = 0;   ///< when the newest token was given with which it came
  std::uint32_t revoked_s = 0;  ///< 0: it is its user's
  std::string name;
  SessionStream stream;

  bool revoked() const { return revoked_s != 0; }
  rows::DeviceRow row() const {
    return {.name = name, .generation = generation, .acknowledged = acknowledged, .seen_ms = seen_ms,
            .issued_s = issued_s, .revoked_s = revoked_s};
  }

  /// Changing calls of the user's own (R4). Most devices never say one.
  Numbers& calls() {
    if (calls_ == nullptr) calls_ = std::make_unique<Numbers>(limits::call_window);
    return *calls_;
  }

 private:
  std::unique_ptr<Numbers> calls_;
};

/// What a conversation is to be told: the user has it up to here.
struct Unreceipted {
  ConversationId conversation;
  Sequence seq = 0;
};

/// Whom a user's pushes go to, and how far they are (R20). Most users have none.
struct Pushed {
  std::vector<rows::PushedTo> to;
  // The mark of who may be owed a push: in the store, for sure; not there, for sure.
  bool marked = false;
  bool unmarked = false;
  bool waits = false;      ///< to be looked at
  bool tidies = false;     ///< likewise, as all may have been acknowledged
  bool under_way = false;
  std::uint8_t put_off = 0;  ///< times in a row
};

/// A session that is told of a user.
struct Watcher {
  SessionRef session;
  UserId viewer;
};

struct User {
  static rows::Bounds bounds(UserId id) { return rows::user_record(id); }

  Sequence head = 0;
  std::int64_t last_seen_ms = 0;
  bool shown_online = false;    ///< what the watchers were told last
  std::vector<Device> devices;  ///< by number, from 1
  std::vector<Watcher> watchers;
  VisibleTo visible_to{};
  std::uint32_t contacts = 0;  ///< how many; who they are, rows tell (contact.hpp)
  std::uint32_t blocked = 0;
  std::uint64_t last_block = 0;  ///< the number of the last change of a block
  std::uint64_t mentions = 0;    ///< how many there were; what they are, rows tell (mentions.hpp)
  std::unique_ptr<Pushed> pushed;

  /// All of it that is stored in one row. Who is there was last seen now.
  rows::UserRow row(std::int64_t now_ms) const {
    return {.head = head,
            .last_seen_ms = shown_online ? now_ms : last_seen_ms,
            .visible_to = visible_to,
            .contacts = contacts,
            .blocked = blocked,
            .last_block = last_block,
            .receipted = receipted,
            .mentions = mentions};
  }
  /// The last inbox entry that nobody need be told of by a push. REQUIRES: pushed.
  Sequence known() const {
    Sequence least = head;
    for (const rows::PushedTo& to : pushed->to) least = std::min(least, to.pushed);
    for (const Device& d : devices) least = std::max(least, d.acknowledged);
    return least;
  }
  /// Nobody sees whether the user is there who is not looked up first.
  bool hides() const { return blocked > 0 || visible_to == VisibleTo::contacts; }

  // Receipts (R19): rounds of them, each about the inbox entries up to a number.
  Sequence receipted = 0;           ///< those up to here are known to their conversations
  Sequence round = 0;               ///< those up to here will be, by this round; 0: there is none
  bool receipts_due = false;        ///< a round begins soon
  std::vector<Unreceipted> unconfirmed;  ///< what conversations have not confirmed of the round
  std::vector<Unreceipted> newest;  ///< the newest entries, the last of them number `head`
  /// An entry was added, as number `head`.
  void note(const ConversationId& conversation, Sequence seq) {
    if (newest.size() == limits::unreceipted_entries) newest.clear();
    newest.push_back({conversation, seq});
  }
  /// The highest inbox number that a device has; what a store has lost of its end no longer counts.
  Sequence acknowledged() const {
    Sequence most = 0;
    for (const Device& d : devices) most = std::max(most, d.acknowledged);
    return std::min(most, head);
  }
  Device* device(DeviceNumber number) {
    return number.value == 0 || number.value > devices.size() ? nullptr
                                                              : &devices[number.value - 1u];
  }
  /// The newest of the name: those before it were revoked.
  Device* device(std::string_view name) {
    const auto at = std::find_if(devices.rbegin(), devices.rend(),
                                 [&](const Device& d) { return d.name == name; });
    return at == devices.rend() ? nullptr : &*at;
  }

  /// Takes back one stored row. False: it cannot be read.
  bool restore(std::string_view key, std::string_view value, Arena& arena);
  void restored(UserId) {}

 private:
  Device& restored_device(DeviceNumber number);
};

/// What one user shard has of one conversation: the receiving side of R13.
struct StreamKey {
  ShardId shard;
  ConversationId conversation;
  bool operator==(const StreamKey&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const StreamKey& k) {
    return H::combine(std::move(h), k.shard, k.conversation);
  }
};
/// The shard whose partition stores a record.
inline ShardId home_shard(UserId user) { return shard_of(user); }
inline ShardId home_shard(const StreamKey& k) { return k.shard; }

struct ReceivedStream {
  static rows::Bounds bounds(const StreamKey& k) {
    return rows::only(rows::stream(k.shard, k.conversation));
  }
  Incarnation incarnation = 0;
  Sequence have = 0;

  /// Takes back one stored row. False: it cannot be read.
  bool restore(std::string_view key, std::string_view value, Arena& arena);
  void restored(const StreamKey&) {}
};

/// Gathers inbox entries, given in descending order, into ranges of conversations (R16): one range
/// a run of consecutive sequences, newest first, so that nothing between two memberships is named.
class RangeBuilder {
 public:
  void add(const ConversationId& conversation, Sequence seq) {
    for (Range& r : ranges_) {
      if (r.conversation == conversation && r.from == seq + 1) {
        r.from = seq;
        return;
      }
    }
    ranges_.push_back({conversation, seq, seq});
  }
  std::span<const Range> ranges() const { return ranges_; }
  void clear() { ranges_.clear(); }

 private:
  std::vector<Range> ranges_;
};

}  // namespace hubbub
