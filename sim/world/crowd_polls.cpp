// Clients that poll. Their session is a link like any other, but what goes over it are requests, each
// for itself: their poll, and beside it one at a time with all that they want to say.
#include <algorithm>
#include <cstring>

#include "core/wire/codec.hpp"
#include "sim/check/presence_checks.hpp"
#include "sim/world/crowd.hpp"
#include "sim/world/frame_size.hpp"
#include "sim/world/transports.hpp"

namespace hubbub::sim {
namespace {

/// Ways between a client and a server before a request on a new connection leaves: TCP's two, TLS's two.
constexpr int handshake_ways = 4;

}  // namespace

void Crowd::send_exchanges(Client& client, std::uint32_t number) {
  Exchanges& e = exchanges_[number];
  for (const to_server::Frame& frame : edge_.actions.frames) {
    const bool is_poll = std::holds_alternative<to_server::Poll>(frame);
    std::string& out = is_poll ? e.poll.waiting : e.request.waiting;
    bytes_.clear();
    encode_frame(frame);
    out.append(bytes_.view());
    (is_poll ? e.poll : e.request).length += bytes_.size() - sizeof(std::uint32_t) + left_out(frame);
  }
  if (!e.poll.waiting.empty()) send_exchange(client, number, Device::Exchange::poll);
  if (!e.request.waiting.empty() && e.request.number == 0)
    send_exchange(client, number, Device::Exchange::request);
}

void Crowd::send_exchange(Client& client, std::uint32_t number, Device::Exchange what) {
  const Clients& settings = stage_.scenario.clients;
  const bool is_poll = what == Device::Exchange::poll;
  Exchanges& all = exchanges_[number];
  Exchange& e = is_poll ? all.poll : all.request;
  Random random(stage_.seed, purpose::exchange, std::uint64_t{number} << 32 | ++all.numbers);
  const ExchangeHead head{
      .number = all.numbers, .what = what, .fresh = random.chance(settings.polling.fresh)};
  const bool held = is_poll && client.device.transport() == Transport::long_poll;
  const Duration timeout = settings.answer_timeout + (held ? settings.polling.wait : Duration{0});
  const Duration cuts = stage_.safety ? stage_.scenario.network.proxy.cuts : Duration{0};
  e.number = head.number;
  e.cut = cuts > Duration{0} && cuts < timeout;
  e.ends = stage_.now + (e.cut ? cuts : timeout);
  e.sent_at = stage_.now;
  bytes_.clear();
  bytes_.append({reinterpret_cast<const char*>(&head), sizeof head});
  bytes_.append(e.waiting);
  e.waiting.clear();
  stage_.meters.carried(client.device.transport(),
                        std::exchange(e.length, 0) + static_cast<std::size_t>(settings.polling.request_head));
  if (stage_.regions.apart(region_of(number), fleet_.region_of(client.node.value), stage_.now)) return;
  Piece* piece = stage_.slab.hold(bytes_.view());
  piece->a = client.node.value, piece->b = client.connection.slot, piece->c = client.connection.use;
  piece->d = number;
  piece->flag = Fleet::piece_exchange;
  Duration way = latency(client, number);
  for (int i = 0; head.fresh && i < handshake_ways; ++i) way += latency(client, number);
  stage_.agenda.put(stage_.now + way, Happening::at_node, client.source, piece);
}

void Crowd::exchange_at_client(Piece* piece) {
  const std::uint32_t number = piece->a;
  Client& client = at(number);
  ExchangeHead head;
  std::memcpy(&head, piece->data(), sizeof head);
  Exchanges& all = exchanges_[number];
  Exchange& e = head.what == Device::Exchange::poll ? all.poll : all.request;
  const bool current = client.attempt == piece->b && client.link == Link::open && e.number == head.number;
  if (!current ||
      stage_.regions.apart(region_of(number), fleet_.region_of(client.node.value), stage_.now))
    return stage_.slab.release(piece);
  e.number = 0;
  if (head.outcome == ExchangeHead::Outcome::gone) {
    if (head.code == broken) client.avoids = client.node;
    ended(client, number, head.code);
  } else if (head.outcome == ExchangeHead::Outcome::lost) {
    lose_exchange(client, number, head.what);
  } else {
    read_frames(client, number, piece, sizeof head);
    if (client.attempt == piece->b && client.link == Link::open) {
      edge_.actions.clear();
      client.device.exchanged(stage_.now, head.what, edge_);
      carry_out(number);
      // What was said meanwhile had to wait for this one.
      edge_.actions.clear();
      if (client.link == Link::open) send_exchanges(client, number);
    }
  }
  stage_.slab.release(piece);
}

/// It ended without its answer, and the client sees that. What it was told of others by it may be lost.
void Crowd::lose_exchange(Client& client, std::uint32_t number, Device::Exchange what) {
  edge_.actions.clear();
  client.device.exchange_lost(stage_.now, what, edge_);
  carry_out(number);
  // Not before its next poll: until that is there, the server answers into the one that was lost.
  client.asks_again = true;
  ask_again(client, number);
  edge_.actions.clear();
  if (client.link == Link::open) send_exchanges(client, number);
}

void Crowd::ask_again(Client& client, std::uint32_t number) {
  if (client.asks_again && client.device.attached() && client.device.at_head())
    begin_presence(client, number);
}

/// An exchange of the client has ended without the server: cut off, or never answered.
void Crowd::exchange_turn(std::uint32_t number) {
  Client& client = at(number);
  if (exchange_due(client, number) > stage_.now) return;
  Exchanges& all = exchanges_[number];
  for (Exchange* e : {&all.request, &all.poll}) {
    if (client.link != Link::open || e->number == 0 || e->ends > stage_.now) continue;
    e->number = 0;
    const auto what = e == &all.poll ? Device::Exchange::poll : Device::Exchange::request;
    if (e->cut) {
      ++stage_.meters.exchanges_lost;
      lose_exchange(client, number, what);
      continue;
    }
    edge_.actions.clear();
    client.device.exchange_overdue(stage_.now, edge_);
    carry_out(number);
  }
}

Duration Crowd::exchange_due(const Client& client, std::uint32_t number) const {
  if (exchanges_.empty() || client.link != Link::open) return never;
  const Exchanges& all = exchanges_[number];
  return std::min(all.request.number != 0 ? all.request.ends : never,
                  all.poll.number != 0 ? all.poll.ends : never);
}

/// A request reached nobody who knows its session: it is told so.
void Crowd::exchange_bounced(const Piece& piece, ExchangeHead head) {
  const std::uint32_t number = piece.d;
  Client& client = at(number);
  if (client.link != Link::open || !fleet_.reachable(piece.a) || client.node.value != piece.a) return;
  head.outcome = ExchangeHead::Outcome::gone;
  head.code = fleet_.runs(piece.a) ? CloseCode::position_lost : broken;
  Piece* back = stage_.slab.hold({reinterpret_cast<const char*>(&head), sizeof head});
  back->a = number, back->b = client.attempt, back->flag = Fleet::piece_exchange;
  stage_.agenda.put(stage_.now + latency(client, number), Happening::at_client, client.source, back);
}

/// What breaks connections breaks the requests that are under way on them; the session goes on.
bool Crowd::strike_exchanges(const Fault& fault, std::uint32_t number) {
  Client& client = at(number);
  Exchanges& all = exchanges_[number];
  bool any = false;
  for (Exchange* e : {&all.request, &all.poll}) {
    if (e->number == 0) continue;
    const auto what = e == &all.poll ? Device::Exchange::poll : Device::Exchange::request;
    switch (fault.kind) {
      case FaultKind::nat_forgets:
        if (e->sent_at + fault.by > stage_.now) break;
        [[fallthrough]];
      case FaultKind::half_open:
        e->number = ++all.numbers;  // which nobody answers
        // What it shows until it notices is its own mistake.
        if (e == &all.poll) stage_.checker.presence().lost(stage_.now, client.device.id());
        any = true;
        break;
      case FaultKind::changed_addresses:
        e->number = 0;
        lose_exchange(client, number, what);
        any = true;
        break;
      default:
        break;
    }
  }
  return any;
}

}  // namespace hubbub::sim
