// A user in memory: the inbox's head, the devices, and the sessions that want its stream.
#pragma once

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/hash.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits.hpp"
#include "core/chat/node_set.hpp"
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
  Sequence sent = 0;  ///< the last entry that was sent, or declared
  SessionRef ref;
  std::uint32_t attempt = 0;   ///< the attach that began it
  std::uint32_t serial = 0;    ///< tells this stream from an earlier one of the same session
  std::uint16_t unacknowledged = 0;  ///< entries up to `sent`; at most so many are counted
  Mode mode = Mode::detached;
  bool busy : 1 = false;  ///< a read or a fetch is under way
  bool told_synced : 1 = false;
  /// The numbers that it was told are of the incarnation that the partition has since it was found that
  /// the store lost its tail.
  bool after_loss : 1 = false;

  /// The session has the entries up to there. REQUIRES: through <= sent.
  void acknowledge(Sequence through) {
    unacknowledged = static_cast<std::uint16_t>(std::min<Sequence>(unacknowledged, sent - through));
  }
  /// Entries up to there were sent, or declared. REQUIRES: through >= sent.
  void send(Sequence through) {
    unacknowledged =
        static_cast<std::uint16_t>(std::min<Sequence>(unacknowledged + (through - sent), UINT16_MAX));
    sent = through;
  }
};

/// A sync by ranges: of the entries up to `target`, those up to `reached` are still to be declared.
struct RangeSync {
  DeviceNumber device;
  Sequence target = 0;
  Sequence reached = 0;
  Sequence reached_acknowledged = 0;
};

/// Its stream is a base, and not a member, because the end of it has room for what comes first here.
struct Device : private SessionStream {
  Generation generation = 0;
  Sequence acknowledged = 0;   ///< never goes back
  std::uint64_t name = 0;      ///< a hash of it (User::hash_of)
  std::uint32_t issued_s = 0;  ///< when the newest token was given with which it came
  DeviceNumber number;
  bool cursor_dirty = false;
  bool revoked = false;  ///< it is its user's no more

  SessionStream& stream() { return *this; }
  const SessionStream& stream() const { return *this; }
};

/// What a conversation is to be told: the user has it up to here.
struct Unreceipted {
  ConversationId conversation;
  Sequence seq = 0;
};

/// Receipts under way (R19): rounds of them, each about the inbox entries up to a number.
struct ReceiptRound {
  Sequence through = 0;  ///< those up to here will be known to their conversations; 0: there is no round
  std::vector<Unreceipted> unconfirmed;  ///< what conversations have not confirmed of the round
  std::vector<Unreceipted> newest;       ///< the newest entries, the last of them number `head`
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

/// Whom a user has blocked, as far as rows do not tell (contact.hpp).
struct Blocks {
  std::uint32_t last = 0;     ///< the number of the last change of one
  std::uint16_t blocked = 0;  ///< how many there are
  bool operator==(const Blocks&) const = default;
};

/// Online and idle is what most users are most of the time, so what is not needed for that is aside.
struct User {
  static rows::Bounds bounds(UserId id) { return rows::user_record(id); }

  Sequence head = 0;
  NodeSet watching;  ///< gateways that are told of the user
  std::int64_t last_seen_ms : 48 = 0;
  std::uint64_t contacts : 14 = 0;  ///< how many; who they are, rows tell (contact.hpp)
  std::uint64_t only_contacts : 1 = 0;  ///< see whether the user is there
  std::uint64_t shown_online : 1 = 0;   ///< what those who watch were told last
  std::uint32_t mentions = 0;  ///< how many there were; what they are, rows tell (mentions.hpp)
  std::uint32_t unreceipted : 31 = 0;   ///< inbox entries, the newest, that their conversations do not know of (R19)
  static constexpr std::uint32_t unreceipted_most = (std::uint32_t{1} << 31) - 1;
  std::uint32_t receipts_due : 1 = 0;   ///< a round of receipts begins soon
  absl::InlinedVector<Device, 1> devices;  ///< by number, from 1

  /// All of it that is stored in one row. Who is there was last seen now.
  rows::UserRow row(std::int64_t now_ms) const {
    return {.head = head,
            .last_seen_ms = shown_online ? now_ms : last_seen_ms,
            .visible_to = visible_to(),
            .contacts = static_cast<std::uint16_t>(contacts),
            .blocked = blocks().blocked,
            .last_block = blocks().last,
            .receipted = receipted(),
            .mentions = mentions};
  }
  /// The same of a device that was there now.
  rows::DeviceRow row(const Device& device, std::int64_t now_ms) const {
    return {.generation = device.generation,
            .acknowledged = device.acknowledged,
            .seen_ms = now_ms,
            .issued_s = device.issued_s,
            .revoked_s = device.revoked ? revoked_s(device.number) : 0};
  }
  /// Nobody sees whether the user is there who is not looked up first.
  bool hides() const { return blocks().blocked > 0 || only_contacts; }
  VisibleTo visible_to() const { return only_contacts ? VisibleTo::contacts : VisibleTo::everyone; }
  Blocks blocks() const { return aside_ ? aside_->blocks : Blocks{}; }
  Blocks& changed_blocks() { return aside().blocks; }

  // --- Pushes (R20) ----------------------------------------------------------------------------------
  /// nullptr: nobody is pushed to.
  Pushed* pushed() { return aside_ && aside_->pushed ? &*aside_->pushed : nullptr; }
  const Pushed* pushed() const { return aside_ && aside_->pushed ? &*aside_->pushed : nullptr; }
  Pushed& begin_pushes() { return pushed() ? *pushed() : aside().pushed.emplace(); }
  /// The last inbox entry that nobody need be told of by a push. REQUIRES: pushed().
  Sequence known() const {
    Sequence least = head;
    for (const rows::PushedTo& to : pushed()->to) least = std::min(least, to.pushed);
    for (const Device& d : devices) least = std::max(least, d.acknowledged);
    return least;
  }

  // --- Receipts (R19) --------------------------------------------------------------------------------
  /// Inbox entries up to there are known to their conversations. REQUIRES of `through`: <= head.
  Sequence receipted() const { return head - unreceipted; }
  void receipt(Sequence through) {
    unreceipted = static_cast<std::uint32_t>(std::min<Sequence>(head - through, unreceipted_most));
  }
  /// Adds an entry and gives its number. Who has two billion that nobody has told of loses receipts.
  Sequence add() {
    if (unreceipted != unreceipted_most) ++unreceipted;
    return ++head;
  }
  ReceiptRound& round() { return aside().round; }
  bool in_round() const { return aside_ && aside_->round.through != 0; }
  /// An entry was added, as number `head`.
  void note(const ConversationId& conversation, Sequence seq) {
    std::vector<Unreceipted>& newest = round().newest;
    if (newest.size() == limits::unreceipted_entries) newest.clear();
    newest.push_back({conversation, seq});
  }
  /// The highest inbox number that a device has; what a store has lost of its end no longer counts.
  Sequence acknowledged() const {
    Sequence most = 0;
    for (const Device& d : devices) most = std::max(most, d.acknowledged);
    return std::min(most, head);
  }

  // --- Devices ---------------------------------------------------------------------------------------
  Device* device(DeviceNumber number) {
    return number.value == 0 || number.value > devices.size() ? nullptr
                                                              : &devices[number.value - 1u];
  }
  /// The newest of the name: those before it were revoked.
  Device* device(std::string_view name) {
    const std::uint64_t wanted = hash_of(name);
    const auto at = std::find_if(devices.rbegin(), devices.rend(),
                                 [&](const Device& d) { return d.name == wanted; });
    return at == devices.rend() ? nullptr : &*at;
  }
  /// It is the user's no more: nothing that was given up to then lets it in.
  void revoke(Device& device, std::uint32_t through_s) {
    device.revoked = true;
    aside().revoked.emplace_back(device.number, through_s);
  }
  /// REQUIRES: it was revoked.
  std::uint32_t revoked_s(DeviceNumber device) const;
  /// Two names of one user's that share it are one device: who sees to that harms nobody else.
  static std::uint64_t hash_of(std::string_view name) { return hash_bytes(name); }
  /// Changing calls of the user's own, from that device (R4). Most devices never say one.
  Numbers& calls(DeviceNumber device);
  /// Of the device's stream, while it is in the mode `ranges`.
  RangeSync& range_sync(DeviceNumber device);
  void end_range_sync(DeviceNumber device);

  /// Nothing has happened for a while: gives up what would only save a read, if something did.
  void rest();

  /// Takes back one stored row. False: it cannot be read.
  bool restore(std::string_view key, std::string_view value, Arena& arena);
  void restored(UserId) {}

 private:
  struct Aside {
    std::optional<Pushed> pushed;
    Blocks blocks;
    ReceiptRound round;
    std::vector<std::pair<DeviceNumber, Numbers>> calls;
    std::vector<std::pair<DeviceNumber, std::uint32_t>> revoked;
    std::vector<RangeSync> syncs;
  };
  Aside& aside() {
    if (!aside_) aside_ = std::make_unique<Aside>();
    return *aside_;
  }
  Device& restored_device(DeviceNumber number);

  std::unique_ptr<Aside> aside_;
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
