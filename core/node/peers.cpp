#include "core/node/peers.hpp"

#include <algorithm>
#include <utility>

namespace hubbub {

// --- The edge's word -------------------------------------------------------------------------------

void Peers::open(NodeGeneration life, Duration now) {
  life_ = life;
  for (std::uint16_t n = 0; n < limits::nodes; ++n)
    if (links_[n] != nullptr && links_[n]->linked) greet(NodeId{n}, *links_[n], now);
}

void Peers::linked(NodeId node, Duration now) {
  auto& link = links_[node.value];
  if (link == nullptr) link = std::make_unique<Link>();
  if (link->linked) unlinked(node, now);
  link->linked = true;
  ++linked_;
  greet(node, *link, now);
}

/// Whoever is there when something stands again may be another life, even one that lost count.
void Peers::unlinked(NodeId node, Duration now) {
  Link* link = links_[node.value].get();
  if (link == nullptr || !link->linked) return;
  goes_down(node, *link, now);
  link->linked = false;
  link->theirs = {};
  --linked_;
}

Peers::Verdict Peers::packet(NodeId from, std::string_view bytes, Duration now, Duration received) {
  Link* link = links_[from.value].get();
  if (link == nullptr || !link->linked || life_ == 0) return Verdict::fine;
  arena_.clear();
  const auto packet = wire::decode<peer::Packet>(bytes, arena_);
  if (!packet) return Verdict::not_a_packet;
  if (const auto* hello = std::get_if<peer::Hello>(&*packet)) return on(from, *link, *hello, now);
  return on(from, *link, std::get<peer::Data>(*packet), now, received);
}

// --- Who is there ----------------------------------------------------------------------------------

Peers::Verdict Peers::on(NodeId from, Link& link, const peer::Hello& hello, Duration now) {
  if (hello.sender < link.theirs) return Verdict::fine;  // of an earlier stream, delayed
  if (hello.newest < oldest_form || hello.oldest > reads_)
    return std::exchange(link.refused, true) ? Verdict::fine : Verdict::other_version;
  if (hello.packet_bytes < limits::packet_bytes_least)
    return std::exchange(link.refused, true) ? Verdict::fine : Verdict::takes_too_little;
  if (hello.sender != link.theirs) {
    if (link.up) goes_down(from, link, now);
    link.theirs = hello.sender;
    link.takes = std::min<std::size_t>(hello.packet_bytes, limits::packet_bytes);
  }
  link.form = std::min(hello.newest, reads_);
  if (hello.receiver != link.mine)
    greet(from, link, now);
  else if (!link.up)
    comes_up(from, link, now);
  // Who goes on greeting does not hear what is said to it: that keeps no link up.
  return Verdict::fine;
}

void Peers::comes_up(NodeId node, Link& link, Duration now) {
  link.up = true;
  link.heard = now;
  link.resend_after = limits::peer_resend;
  changes_.push({node, true});
  greet(node, link, now);  // once more: the other side may be waiting for this
}

/// The stream ends. What was under way is forgotten on both sides, for the other hears of it by the
/// new stream's name.
void Peers::goes_down(NodeId node, Link& link, Duration now) {
  if (link.up) changes_.push({node, false});
  link.up = false;
  ++link.mine.stream;
  link.first_out = link.next_out = link.next_in = 1;
  link.is_early.reset();
  link.untold = 0;
  link.resend_at = link.tell_at = never;
  link.gathering.clear();
  link.begun = 0;
  link.part.clear();
  greet(node, link, now);
}

/// By this end, though the other may live.
void Peers::give_up(NodeId node, Link& link, Duration now) {
  ++counters_.resets;
  goes_down(node, link, now);
}

void Peers::greet(NodeId node, Link& link, Duration now) {
  link.greet_at = now;
  touch(node, link);
}

// --- What arrives ----------------------------------------------------------------------------------

Peers::Verdict Peers::on(NodeId from, Link& link, const peer::Data& data, Duration now,
                         Duration received) {
  if (data.sender < link.theirs) return Verdict::fine;
  if (!link.known(data.sender, data.receiver)) {
    greet(from, link, now);
    return Verdict::fine;
  }
  if (!link.up) comes_up(from, link, now);
  link.heard = now;
  was_taken(link, data.taken, now);
  touch(from, link);
  if (data.number == 0) return Verdict::fine;
  if (policy_ == PeerPolicy::trusting)
    return take(from, link, data.messages, received) ? Verdict::fine : Verdict::not_a_packet;
  const std::size_t slot = data.number % limits::peer_window;
  const bool too_far = data.number >= link.next_in + limits::peer_window;
  if (data.number < link.next_in || too_far || link.is_early.test(slot) ||
      arrived_.size() > limits::arrived_bytes) {
    ++counters_.repeated;
    link.tell_at = now;
    return Verdict::fine;
  }
  if (data.number != link.next_in) {
    link.is_early.set(slot);
    link.early[slot].clear();
    link.early[slot].append(data.messages);
    link.tell_at = now;
    return Verdict::fine;
  }
  bool whole = take(from, link, data.messages, received);
  for (std::size_t next = link.next_in % limits::peer_window; link.is_early.test(next);
       next = link.next_in % limits::peer_window) {
    link.is_early.reset(next);
    whole &= take(from, link, link.early[next].view(), received);
  }
  link.tell_at = link.untold >= limits::peer_window / 4
                     ? now
                     : std::min(link.tell_at, now + limits::peer_tell_delay);
  return whole ? Verdict::fine : Verdict::not_a_packet;
}

bool Peers::take(NodeId from, Link& link, std::string_view messages, Duration received) {
  ++link.next_in;
  ++link.untold;
  const Arrived how{from, received, link.theirs};
  bool fit = true;
  const bool sizes_add_up = peer::for_each_piece(
      messages, [&](const peer::Piece& piece) { fit &= take_piece(link, piece, how); });
  return sizes_add_up && fit;
}

/// False: it is no piece of what came before, or there is no end to it.
bool Peers::take_piece(Link& link, const peer::Piece& piece, const Arrived& how) {
  if (piece.whole() && link.part.empty()) {
    arrived_.push(how, piece.bytes);
    return true;
  }
  if (piece.continues == link.part.empty() ||
      link.part.size() + piece.bytes.size() > limits::arrived_bytes) {
    link.part.clear();
    return false;
  }
  link.part.append(piece.bytes);
  if (piece.goes_on) return true;
  arrived_.push(how, link.part.view());
  link.part.clear();
  return true;
}

void Peers::was_taken(Link& link, std::uint32_t taken, Duration now) {
  if (taken < link.first_out || taken >= link.next_out) return;
  link.first_out = taken + 1;
  link.resend_after = limits::peer_resend;
  link.resend_at = link.first_out == link.next_out ? never : now + link.resend_after;
}

bool Peers::next_change(Change& change) {
  if (changes_.empty()) return false;
  change = changes_.pop();
  return true;
}

bool Peers::next_message(Arrived& how, std::string_view& message) {
  while (!arrived_.empty()) {
    const auto [head, body] = arrived_.front();
    arrived_.pop();
    const Link& link = *links_[head.from.value];
    if (!link.up || link.theirs != head.end) continue;
    how = head;
    message = body;
    return true;
  }
  return false;
}

// --- What leaves -----------------------------------------------------------------------------------

void Peers::touch(NodeId node, Link& link) {
  if (link.touched) return;
  link.touched = true;
  touched_.push_back(node);
}

void Peers::send(NodeId to, std::string_view message, Duration now) {
  Link* link = links_[to.value].get();
  if (link == nullptr || !link->up) return;
  if (link->gathering.size() > limits::peer_backlog_bytes) return give_up(to, *link, now);
  link->gathering.push({}, message);
  touch(to, *link);
}

void Peers::flush(Duration now, Outbox& out) {
  for (const NodeId node : touched_) {
    Link& link = *links_[node.value];
    link.touched = false;
    if (!link.linked || life_ == 0) continue;
    if (link.greet_at <= now) put_hello(node, link, now, out);
    if (link.up) {
      send_gathered(node, link, now, out);
      if (std::min(link.tell_at, link.sent + limits::peer_heartbeat) <= now)
        put_data(node, link, 0, now, out);
    }
    due_ = std::min(due_, deadline_of(link));
  }
  touched_.clear();
}

void Peers::send_gathered(NodeId to, Link& link, Duration now, Outbox& out) {
  if (link.resend_at <= now) {
    for (std::uint32_t number = link.first_out; number != link.next_out; ++number) {
      ++counters_.resent;
      put_data(to, link, number, now, out);
    }
    link.resend_after = std::min<Duration>(link.resend_after * 2, limits::peer_resend_most);
    link.resend_at = now + link.resend_after;
  }
  while (!link.gathering.empty() && link.next_out - link.first_out < limits::peer_window) {
    const std::uint32_t number = link.next_out++;
    ByteBuffer& messages = link.window[number % limits::peer_window];
    messages.clear();
    fill(link, messages);
    if (link.resend_at == never) link.resend_at = now + link.resend_after;
    ++counters_.packets;
    put_data(to, link, number, now, out);
    if (policy_ == PeerPolicy::trusting) was_taken(link, number, now);
  }
}

/// As many messages as fit; of one that is longer than a packet, as much as fits one.
void Peers::fill(Link& link, ByteBuffer& packet) {
  const std::size_t room = link.takes - peer::data_head_bytes;
  while (!link.gathering.empty()) {
    const std::string_view rest = link.gathering.front().second.substr(link.begun);
    const bool continues = link.begun > 0;
    if (packet.size() + peer::piece_head_bytes + rest.size() > room) {
      if (!packet.empty()) return;
      const std::size_t part = room - peer::piece_head_bytes;
      link.begun += part;
      return peer::append({rest.substr(0, part), true, continues}, packet);
    }
    peer::append({rest, false, continues}, packet);
    link.gathering.pop();
    link.begun = 0;
  }
}

void Peers::put_hello(NodeId to, Link& link, Duration now, Outbox& out) {
  link.greet_at = link.up ? never : now + limits::peer_heartbeat;
  link.mine.life = life_;
  put(to,
      peer::Hello{.oldest = oldest_form,
                  .newest = reads_,
                  .packet_bytes = takes_,
                  .sender = link.mine,
                  .receiver = link.theirs},
      out);
}

void Peers::put_data(NodeId to, Link& link, std::uint32_t number, Duration now, Outbox& out) {
  link.sent = now;
  link.untold = 0;
  link.tell_at = never;
  const std::string_view messages =
      number == 0 ? std::string_view{} : link.window[number % limits::peer_window].view();
  put(to, peer::Data{link.mine, link.theirs, number, link.next_in - 1, messages}, out);
}

void Peers::put(NodeId to, const peer::Packet& packet, Outbox& out) {
  scratch_.clear();
  wire::encode(packet, scratch_);
  out.peers.push_back({to, out.arena.copy(scratch_.view())});
}

// --- Time ------------------------------------------------------------------------------------------

Duration Peers::deadline_of(const Link& link) {
  if (!link.linked) return never;
  if (!link.up) return link.greet_at;
  return std::min({link.greet_at, link.resend_at, link.tell_at, link.sent + limits::peer_heartbeat,
                   link.heard + limits::peer_silence});
}

void Peers::was_away(Duration now) {
  for (std::uint16_t n = 0; n < limits::nodes; ++n)
    if (links_[n] != nullptr && links_[n]->up) give_up(NodeId{n}, *links_[n], now);
}

void Peers::timers(Duration now) {
  if (now < due_) return;
  due_ = never;
  for (std::uint16_t n = 0; n < limits::nodes; ++n) {
    Link* link = links_[n].get();
    if (link == nullptr || !link->linked) continue;
    if (link->up && link->heard + limits::peer_silence <= now) give_up(NodeId{n}, *link, now);
    if (deadline_of(*link) <= now)
      touch(NodeId{n}, *link);
    else
      due_ = std::min(due_, deadline_of(*link));
  }
}

}  // namespace hubbub
