// The servers' ends of polled sessions: requests come and are answered, each by itself.
#include <cstring>

#include "core/wire/codec.hpp"
#include "sim/world/fleet.hpp"
#include "sim/world/transports.hpp"

namespace hubbub::sim {

HttpSession* Fleet::http(std::uint32_t node, ConnectionId id) {
  const Connection* c = nodes_[node].connections.find(id);
  if (c == nullptr || !c->polled) return nullptr;
  return &http_.at({node, id.slot});
}

/// A request, in its frames, for a session that is there.
void Fleet::exchange_arrives(std::uint32_t node, ConnectionId id, Connection& c, const Piece& piece) {
  ExchangeHead head;
  std::memcpy(&head, piece.data(), sizeof head);
  if (!std::exchange(c.polled, true)) http_[{node, id.slot}] = {};
  HttpSession& session = *http(node, id);
  for (std::size_t at = sizeof head; at < piece.size;) {
    std::uint32_t size = 0;
    std::memcpy(&size, piece.data() + at, sizeof size);
    at += sizeof size;
    arena_.clear();
    const auto frame = wire::decode<to_server::Frame>(piece.view().substr(at, size), arena_);
    HUBBUB_CHECK(frame.has_value());
    session.arrived(head.number, *frame);
    at += size;
  }
  if (head.what == Device::Exchange::request) session.arrived_whole();
  ++stage_.meters.exchanges[static_cast<std::size_t>(transport_of(stage_.scenario, stage_.seed, user_of(c)))];
  answer_exchanges(node, id, ExchangeHead::Outcome::carried);
}

/// What the session's edge has to say leaves. Of that a proxy may lose some.
void Fleet::answer_exchanges(std::uint32_t node, ConnectionId id, ExchangeHead::Outcome outcome) {
  NodeSlot& slot = nodes_[node];
  Connection& c = *slot.connections.find(id);
  const double loses = stage_.safety ? stage_.scenario.network.proxy.loses : 0;
  for (const HttpSession::Answer& answer : http(node, id)->take()) {
    ExchangeHead head{.number = answer.exchange, .what = answer.what, .outcome = outcome};
    Random random(stage_.seed, purpose::proxy, std::uint64_t{c.client} << 32 | c.drawn);
    if (loses > 0 && random.chance(loses)) head.outcome = ExchangeHead::Outcome::lost;
    const bool carried = head.outcome == ExchangeHead::Outcome::carried;
    bytes_.clear();
    bytes_.append({reinterpret_cast<const char*>(&head), sizeof head});
    if (carried) bytes_.append(answer.bytes);
    if (!carried) ++stage_.meters.exchanges_lost;
    const auto whole = answer.length + static_cast<std::size_t>(stage_.scenario.clients.polling.answer_head);
    stage_.meters.carried(transport_of(stage_.scenario, stage_.seed, user_of(c)), whole);
    Piece* piece = stage_.slab.hold(bytes_.view());
    piece->a = c.client, piece->b = c.attempt;
    piece->c = static_cast<std::uint32_t>(whole);
    piece->d = static_cast<std::uint32_t>(carried ? answer.longest : 0);
    piece->flag = piece_exchange;
    send_to_client(slot, c, piece, Happening::at_client);
  }
}

void Fleet::polled(std::uint32_t node, const output::Poll& poll) {
  HttpSession* session = http(node, poll.connection);
  if (session == nullptr) return;
  session->polled(poll);
  answer_exchanges(node, poll.connection, ExchangeHead::Outcome::carried);
}

bool Fleet::break_exchanges(std::uint32_t node, ConnectionId id) {
  HttpSession* session = http(node, id);
  if (session == nullptr || !session->has_open()) return false;
  session->break_all();
  answer_exchanges(node, id, ExchangeHead::Outcome::lost);
  return true;
}

}  // namespace hubbub::sim
