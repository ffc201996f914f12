// The judge: a history goes in, a verdict comes out. It trusts nobody: what clients were told is
// held against what they were told elsewhere, and at the end against the rows that are stored.
//
// All of it is linear in the history, per conversation, inbox or device, and keeps counts and
// digests, not messages.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/policy.hpp"
#include "core/base/time.hpp"
#include "core/wire/cursor.hpp"
#include "core/wire/message.hpp"

namespace hubbub::sim {

/// One broken invariant.
struct Violation {
  std::string invariant;  ///< "acked-kept"
  Duration at{};
  std::string what;       ///< entities and figures, a sentence
};

struct InvariantResult {
  std::string name;
  bool safety = true;
  std::uint64_t compared = 0;
  std::uint64_t violated = 0;
};

class Checker {
 public:
  Checker();
  ~Checker();

  // --- What devices did and were told, as it happens. `now`: virtual or real time of the run. -----
  /// A message's first sending, or one with a new number after renumbering.
  void sent(Duration now, DeviceId device, ConversationId conversation, std::uint64_t number, std::uint64_t key, std::uint64_t digest);
  void acknowledged(Duration now, DeviceId device, ConversationId conversation, std::uint64_t number, std::uint64_t key, Sequence seq, MessageId id);
  void refused(Duration now, DeviceId device, ConversationId conversation, std::uint64_t number, std::uint64_t key);
  /// An event of the stream reached a device.
  void shown(Duration now, DeviceId device, Cursor cursor, ConversationId conversation, const Message& message);
  /// Ranges of the stream reached a device.
  void declared(Duration now, DeviceId device, Cursor cursor, std::span<const Range> ranges);
  /// A device was told to start again from this cursor.
  void reset(Duration now, DeviceId device, Cursor cursor);
  /// The device's stream was said to be at its head.
  void synced(Duration now, DeviceId device, Cursor cursor);
  /// A page of history: `asked_seen` is the `seen` of the request.
  void paged(Duration now, DeviceId device, ConversationId conversation, Sequence asked_seen, Sequence head, std::span<const Message> messages);

  // --- What a node did, seen by its edges -------------------------------------------------------
  /// A node's frames, peer messages left it although its partition's batch `stamp` was not durable.
  /// Called by the simulated edge for every effect it can attribute: an `ok` or an event that names
  /// a message whose row is not durable in any store.
  void effect(Duration now, bool durable, std::string_view what);
  /// One step's units of work (R35) and the lengths of what is bounded.
  void step(Duration now, NodeId node, std::uint32_t units);
  void bound(Duration now, std::string_view what, std::uint64_t size, std::uint64_t limit);

  // --- The end: what is stored, row by row, then the verdict ------------------------------------
  void stored_message(ConversationId conversation, const Message& message);
  void stored_member(ConversationId conversation, UserId user, Sequence from, Sequence to);  ///< (from, to]
  void stored_inbox(UserId user, Sequence number, ConversationId conversation, Sequence seq);
  /// A device at the end of the liveness phase: connected or wanting to be, its cursor, sends that
  /// have no answer, ranges not yet paged.
  void device_at_end(DeviceId device, bool wants_connection, bool connected, Cursor cursor, std::uint64_t pending, std::uint64_t unpaged);
  void node_at_end(NodeId node, std::uint64_t owed, std::uint64_t queued);

  struct Final {
    bool stores_seen = true;   ///< false for a load generator that cannot see the rows
    bool liveness_reached = true;
  };
  /// Judges what can only be judged at the end. Call once.
  void finish(Duration now, Final final);

  std::vector<InvariantResult> results() const;
  /// The first violations of each invariant, at most a few.
  const std::vector<Violation>& violations() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hubbub::sim
