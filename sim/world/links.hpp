// The links between nodes. While both ends live a link is a stream: what is sent arrives, in
// order. A crash breaks it; what is inside is lost; the living end learns of it a little later.
// When both ends live again they are linked anew, and each is told so.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/wire/packet.hpp"

namespace hubbub::sim {

/// One direction of a link: from a sender to a receiver.
struct LinkEnd {
  bool stands = false;      ///< what is sent now will arrive
  bool known = false;       ///< the receiver was told that it stands
  std::uint32_t epoch = 0;  ///< of the stream; pieces of an older one are dropped
  Duration last{};          ///< when the last piece arrives: later ones come after it
  std::uint32_t drawn = 0;  ///< latencies so far
  /// The stream of packets on it, and the highest of them that was sent.
  peer::End sender, receiver;
  std::uint32_t sent = 0;
  std::string part;  ///< of a message whose end was not sent yet
};

class Links {
 public:
  explicit Links(std::uint32_t nodes) : nodes_(nodes), ends_(std::size_t{nodes} * nodes) {}

  LinkEnd& end(std::uint32_t from, std::uint32_t to) {
    return ends_[std::size_t{from} * nodes_ + to];
  }

  /// When something sent now, with this latency, arrives.
  static Duration arrival(LinkEnd& end, Duration now, Duration latency) {
    end.last = std::max(end.last, now + latency);
    return end.last;
  }
  /// Calls `visit(message, is_new)` for each message that ends in this packet. Of packets that are
  /// sent again, only for those that are whole in it. False: its sizes do not add up.
  template <class Visit>
  static bool for_each_message(LinkEnd& end, const peer::Data& data, Visit&& visit) {
    const bool is_new = follow(end, data);
    return peer::for_each_piece(data.messages, [&](const peer::Piece& piece) {
      if (piece.whole()) return visit(piece.bytes, is_new);
      if (!is_new) return;
      if (!piece.continues) end.part.clear();
      end.part.append(piece.bytes);
      if (!piece.goes_on) visit(end.part, true);
    });
  }
  /// Both directions begin a new stream.
  void connect(std::uint32_t a, std::uint32_t b, Duration now) {
    for (LinkEnd* e : {&end(a, b), &end(b, a)}) {
      e->stands = e->known = true;
      ++e->epoch;
      e->last = now;
    }
  }
  /// Nothing that is in this direction arrives any more.
  void cut(std::uint32_t from, std::uint32_t to) {
    LinkEnd& e = end(from, to);
    e.stands = false;
    ++e.epoch;
  }
  std::uint32_t nodes() const { return nodes_; }

 private:
  /// Whether this packet leaves for the first time.
  static bool follow(LinkEnd& end, const peer::Data& data) {
    if (data.sender != end.sender || data.receiver != end.receiver)
      end.sender = data.sender, end.receiver = data.receiver, end.sent = 0;
    if (data.number <= end.sent) return false;
    end.sent = data.number;
    return true;
  }

  std::uint32_t nodes_;
  std::vector<LinkEnd> ends_;
};

}  // namespace hubbub::sim
