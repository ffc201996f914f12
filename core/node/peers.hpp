// The streams between this node and its peers: whatever the network loses, repeats or reorders,
// what is sent arrives once and in order, or the peer counts as lost and begins anew.
//
// Messages of one step travel as one packet, or as several, if they are longer than the peer takes.
// A receiver takes packets in their order, and keeps what came before its turn; the sender keeps
// what was not taken yet, and sends it again. Each end has a name, its life and its stream; a packet
// that does not name both ends as they are now is answered with a hello and otherwise ignored. A
// peer that was not heard for a while is lost: its stream ends, what was under way is forgotten, and
// whoever depends on it hears so, as when it crashed (R13, R24).
//
// Times are on the judging clock (R28): a node that stood still blames nobody for it.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/byte_queue.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits.hpp"
#include "core/base/policy.hpp"
#include "core/base/ring.hpp"
#include "core/base/time.hpp"
#include "core/node/outbox.hpp"
#include "core/wire/packet.hpp"

namespace hubbub {

class Peers {
 public:
  Peers() = default;
  /// `takes`: bytes of the longest packet that this node takes, at least limits::packet_bytes_least;
  /// `reads`: the newest form.
  Peers(PeerPolicy policy, std::uint32_t takes, Form reads = newest_form)
      : policy_(policy), takes_(takes), reads_(reads) {}

  // --- From the edge -------------------------------------------------------------------------------
  /// This node has its life: from here on it greets and is greeted.
  void open(NodeGeneration life, Duration now);
  /// Something stands between the two that may carry packets; it is gone.
  void linked(NodeId node, Duration now);
  void unlinked(NodeId node, Duration now);
  enum class Verdict : std::uint8_t { fine, not_a_packet, other_version, takes_too_little };
  /// A packet has come; `received`: when, on the monotonic clock.
  Verdict packet(NodeId from, std::string_view bytes, Duration now, Duration received);

  // --- To the peers ----------------------------------------------------------------------------------
  bool up(NodeId node) const { return links_[node.value] != nullptr && links_[node.value]->up; }
  /// The newest form that both ends read. REQUIRES: it is up.
  Form form(NodeId node) const { return links_[node.value]->form; }
  /// 0: not known.
  NodeGeneration life(NodeId node) const {
    return links_[node.value] == nullptr ? 0 : links_[node.value]->theirs.life;
  }
  /// Puts a message into the stream. To a peer that is not up nothing is sent: what is owed to it
  /// is sent again when it is back.
  void send(NodeId to, std::string_view message, Duration now);
  /// The step ends: what was gathered leaves.
  void flush(Duration now, Outbox& out);

  /// This node stood still for longer than its peers wait for anyone: they have lost it. What it was
  /// about to say to them is old, and is not said.
  void was_away(Duration now);
  void timers(Duration now);
  /// On the judging clock.
  Duration next_deadline() const { return due_; }
  bool judging() const { return linked_ > 0; }

  // --- What came of it -------------------------------------------------------------------------------
  struct Change {
    NodeId node;
    bool up{};
  };
  bool next_change(Change& change);
  struct Arrived {
    NodeId from;
    Duration received{};
    peer::End end;  ///< the stream on which it came
  };
  /// The oldest message that was not handled yet and whose sender was not lost since. It stays
  /// where it is until the next `packet`.
  bool next_message(Arrived& how, std::string_view& message);
  bool waiting() const { return !arrived_.empty() || !changes_.empty(); }

  struct Counters {
    std::uint64_t packets = 0;   ///< with messages, sent for the first time
    std::uint64_t resent = 0;
    std::uint64_t repeated = 0;  ///< came again, or out of order
    std::uint64_t resets = 0;    ///< streams that ended though both ends lived
  };
  const Counters& counters() const { return counters_; }

 private:
  struct Link {
    bool linked = false;
    bool up = false;
    bool touched = false;  ///< is in `touched_`
    bool refused = false;  ///< cannot be spoken to, and a person was told
    Form form = oldest_form;
    peer::End mine{0, 1};
    peer::End theirs;
    std::size_t takes = limits::packet_bytes;  ///< the longest packet
    Duration heard{};
    Duration sent{};
    Duration greet_at = never;
    // Out: packets [first_out, next_out) were sent and not taken yet.
    std::uint32_t first_out = 1;
    std::uint32_t next_out = 1;
    Duration resend_at = never;
    Duration resend_after{};
    ByteQueue<std::monostate> gathering;
    std::size_t begun = 0;  ///< bytes of the first of these that were sent already
    std::array<ByteBuffer, limits::peer_window> window;
    // In. What came before its turn is kept until what is missing has come.
    std::uint32_t next_in = 1;
    ByteBuffer part;  ///< of a message of which more is to come
    std::array<ByteBuffer, limits::peer_window> early;
    std::bitset<limits::peer_window> is_early;
    std::uint32_t untold = 0;  ///< taken since the peer was last told
    Duration tell_at = never;
    bool known(const peer::End& sender, const peer::End& receiver) const {
      return sender == theirs && receiver == mine;
    }
  };

  Verdict on(NodeId from, Link& link, const peer::Hello& hello, Duration now);
  Verdict on(NodeId from, Link& link, const peer::Data& data, Duration now, Duration received);
  void comes_up(NodeId node, Link& link, Duration now);
  void goes_down(NodeId node, Link& link, Duration now);
  void give_up(NodeId node, Link& link, Duration now);
  void greet(NodeId node, Link& link, Duration now);
  void touch(NodeId node, Link& link);
  bool take(NodeId from, Link& link, std::string_view messages, Duration received);
  bool take_piece(Link& link, const peer::Piece& piece, const Arrived& how);
  void was_taken(Link& link, std::uint32_t taken, Duration now);
  static void fill(Link& link, ByteBuffer& packet);
  void send_gathered(NodeId to, Link& link, Duration now, Outbox& out);
  void put_hello(NodeId to, Link& link, Duration now, Outbox& out);
  void put_data(NodeId to, Link& link, std::uint32_t number, Duration now, Outbox& out);
  void put(NodeId to, const peer::Packet& packet, Outbox& out);
  static Duration deadline_of(const Link& link);

  PeerPolicy policy_ = PeerPolicy::numbered;
  std::uint32_t takes_ = limits::packet_bytes;
  Form reads_ = newest_form;
  NodeGeneration life_ = 0;
  std::array<std::unique_ptr<Link>, limits::nodes> links_;
  std::uint32_t linked_ = 0;
  std::vector<NodeId> touched_;  ///< may have something to send in this step
  Duration due_ = never;         ///< no link has anything to do before
  Ring<Change> changes_;
  ByteQueue<Arrived> arrived_;
  ByteBuffer scratch_;
  Arena arena_;
  Counters counters_;
};

}  // namespace hubbub
