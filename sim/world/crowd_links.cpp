// The clients' ends of their connections.
#include <algorithm>

#include "core/wire/codec.hpp"
#include "sim/world/credentials.hpp"
#include "sim/world/crowd.hpp"
#include "sim/world/frame_check.hpp"
#include "sim/world/frame_size.hpp"

namespace hubbub::sim {

Duration Crowd::latency(Client& client, std::uint32_t number, NodeId node) const {
  Random random(stage_.seed,
                purpose::client_link ^ mix64(std::uint64_t{number} << 32 | client.attempt),
                std::uint64_t{client.sent++} * 2 + 1);
  const Duration within = draw(latency_, random);
  if (node == nobody) return within;
  return within + stage_.regions.between(region_of(number), fleet_.region_of(node.value), random);
}

void Crowd::carry_out(std::uint32_t number) {
  Client& client = at(number);
  for (const to_server::Frame& frame : edge_.actions.frames)
    if (std::holds_alternative<to_server::History>(frame)) observer_.asks_page(number);
  if (!edge_.actions.frames.empty()) send(client, number);
  if (edge_.actions.close) hang_up(client);
  if (edge_.actions.connect) dial(client, number);
  const Duration soonest = std::min({client.device.deadline(), token_due(client, number),
                                     exchange_due(client, number)});
  const Duration due = std::max(soonest, stage_.now);
  if (due >= client.wakes_at || due >= event_time_end) return;
  client.wakes_at = due;
  stage_.agenda.put(due, Happening::client_wakes, client.source, number);
}

void Crowd::wakes(std::uint32_t number) {
  Client& client = at(number);
  if (client.wakes_at != stage_.now) return;  // an earlier one took its place
  client.wakes_at = never;
  token_turn(number);
  exchange_turn(number);
  edge_.actions.clear();
  client.device.timer(stage_.now, edge_);
  carry_out(number);
}

/// Behind `bytes_`, with its size before it. Gives how long it is, with its text.
std::size_t Crowd::encode_frame(const to_server::Frame& frame) {
  const std::size_t at = bytes_.size();
  bytes_.resize(at + sizeof(std::uint32_t));
  wire::encode(frame, bytes_);
  const auto size = static_cast<std::uint32_t>(bytes_.size() - at - sizeof(std::uint32_t));
  std::memcpy(bytes_.at(at), &size, sizeof size);
  if (++stage_.meters.frames_up % frames_per_json_check == 0) {
    check_json(frame);
    ++stage_.meters.frames_checked_as_json;
  }
  return size + left_out(frame);
}

void Crowd::send(Client& client, std::uint32_t number) {
  if (client.link != Link::open || client.dead) return;
  if (polls(client)) return send_exchanges(client, number);
  bytes_.clear();
  std::size_t longest = 0, whole = 0;
  for (const to_server::Frame& frame : edge_.actions.frames) {
    const std::size_t length = encode_frame(frame);
    whole += length, longest = std::max(longest, length);
  }
  stage_.meters.carried(Transport::websocket, whole + websocket_head_up);
  if (vanishes(number, longest)) return;
  Piece* piece = stage_.slab.hold(bytes_.view());
  piece->a = client.node.value, piece->b = client.connection.slot, piece->c = client.connection.use;
  piece->d = number;
  client.last_up = std::max(client.last_up, stage_.now + latency(client, number));
  stage_.agenda.put(client.last_up, Happening::at_node, client.source, piece);
}

void Crowd::dial(Client& client, std::uint32_t number) {
  ++client.attempt;
  client.sent = 0;
  client.link = Link::dialling;
  client.dead = client.welcomed = client.asks_again = false;
  if (polls(client)) exchanges_[number] = {.numbers = exchanges_[number].numbers};
  if (!waits_for_token(client, number)) go_on_dialling(client, number);
}

void Crowd::go_on_dialling(Client& client, std::uint32_t number) {
  const bool has_slot = !client.device.return_plan().ticket().none();  // there, and nowhere else
  if (fleet_.replicated() && !has_slot) {
    client.node = nobody;
    stage_.agenda.put(stage_.now + latency(client, number, nobody), Happening::at_discovery,
                      client.source, Agenda::pair(number, client.attempt));
    return;
  }
  Random random(stage_.seed, purpose::client_dial, std::uint64_t{number} << 32 | client.attempt);
  if (!has_slot) client.node = NodeId{static_cast<std::uint16_t>(random.below(fleet_.nodes()))};
  client.last_up = stage_.now + latency(client, number);
  stage_.agenda.put(client.last_up, Happening::dial_at_node, client.source,
                    Agenda::pair(number, client.attempt));
}

void Crowd::at_discovery(std::uint32_t number, std::uint32_t attempt) {
  Client& client = at(number);
  if (client.attempt != attempt || client.link != Link::dialling) return;
  Random random(stage_.seed, purpose::discovery, std::uint64_t{number} << 32 | attempt);
  const auto node = fleet_.discovery().choose(region_of(number), random.bits(), client.avoids);
  const Duration told = stage_.now + latency(client, number, nobody);
  if (!node) {
    Piece* piece = dial_answer(client, number, {});
    stage_.agenda.put(told, Happening::dialled, client.source, piece);
    return;
  }
  client.node = NodeId{*node};
  client.last_up = told + latency(client, number);
  stage_.agenda.put(client.last_up, Happening::dial_at_node, client.source,
                    Agenda::pair(number, attempt));
}

void Crowd::hang_up(Client& client) {
  if (client.link == Link::dialling && client.node != nobody) client.avoids = client.node;
  // Who polls has nothing to close: a session that is given up is missed, or replaced.
  const bool unsaid = polls(client) && client.welcomed && !edge_.actions.good_bye;
  if (client.link == Link::open && !client.dead && !unsaid) {
    Piece* piece = stage_.slab.hold({});
    piece->a = client.node.value, piece->b = client.connection.slot;
    piece->c = client.connection.use;
    piece->d = static_cast<std::uint32_t>(edge_.actions.good_bye ? CloseCode::normal : broken);
    stage_.agenda.put(std::max(client.last_up, stage_.now), Happening::hang_up_at_node,
                      client.source, piece);
  }
  client.link = Link::none;
  ++client.attempt;  // whatever still comes on the old one is for nobody
}

/// What a client is told of its attempt: by the server that it dialled, or, if it was told of none,
/// by discovery.
Piece* Crowd::dial_answer(const Client& client, std::uint32_t number, ConnectionId id) {
  Piece* piece =
      stage_.slab.hold({reinterpret_cast<const char*>(&client.node), sizeof client.node});
  piece->a = number, piece->b = client.attempt, piece->c = id.slot, piece->d = id.use;
  return piece;
}

void Crowd::dial_at_node(std::uint32_t number, std::uint32_t attempt) {
  Client& client = at(number);
  if (client.attempt != attempt || client.link != Link::dialling) return;  // given up meanwhile
  const std::uint32_t node = client.node.value;
  if (stage_.regions.apart(region_of(number), fleet_.region_of(node), stage_.now)) return;
  const ReturnPlan& plan = client.device.return_plan();
  const Fleet::Dialled outcome = fleet_.dial(
      node, number, attempt,
      {client.device.user(), plan.resumes(), plan.ticket(),
       tokens_.empty() ? TokenSpan{} : tokens_[number].span(),
       api_key_of(stage_.scenario, stage_.seed, client.device.user())});
  // The server will say; or the device's own timeout will.
  if (outcome != Fleet::Dialled::refused) return;
  Piece* piece = dial_answer(client, number, {});
  stage_.agenda.put(stage_.now + latency(client, number), Happening::dialled, client.source, piece);
}

void Crowd::dialled(Piece* piece) {
  const std::uint32_t number = piece->a;
  Client& client = at(number);
  const bool current = client.attempt == piece->b && client.link == Link::dialling;
  const ConnectionId id{piece->c, piece->d};
  const bool accepted = piece->flag != 0;
  NodeId node;
  std::memcpy(&node, piece->data(), sizeof node);
  stage_.slab.release(piece);
  if (!current && accepted) return reject(client, number, node, id);
  if (!current) return;
  // Cut off while the answer was on its way: the device's own timeout will tell. Discovery is in
  // every region.
  if (node != nobody &&
      stage_.regions.apart(region_of(number), fleet_.region_of(node.value), stage_.now))
    return fleet_.cut(node.value, id);
  edge_.actions.clear();
  if (accepted) {
    client.link = Link::open;
    client.avoids = nobody;
    client.connection = id;
    client.device.connected(stage_.now, edge_);
    if (!polls(client)) cut_by_proxy(client, number);
  } else {
    client.link = Link::none;
    if (node != nobody) client.avoids = node;
    client.device.closed(stage_.now, broken, edge_);
  }
  carry_out(number);
}

/// A connection came too late: the client has given it up. In a tunnel it cannot even say so.
void Crowd::reject(Client& client, std::uint32_t number, NodeId node, ConnectionId id) {
  if (client.in_tunnel) return fleet_.cut(node.value, id);
  Piece* piece = stage_.slab.hold({});
  piece->a = node.value, piece->b = id.slot, piece->c = id.use;
  piece->d = static_cast<std::uint32_t>(broken);
  stage_.agenda.put(stage_.now + latency(client, number, node), Happening::hang_up_at_node,
                    client.source, piece);
}

/// What lasts too long is ended between its ends, which both see that.
void Crowd::cut_by_proxy(Client& client, std::uint32_t number) {
  const Duration cuts = stage_.scenario.network.proxy.cuts;
  if (cuts == Duration{0} || !stage_.safety) return;
  Piece* there = stage_.slab.hold({});
  there->a = client.node.value, there->b = client.connection.slot, there->c = client.connection.use;
  there->d = static_cast<std::uint32_t>(broken);
  Piece* here = stage_.slab.hold({});
  here->a = number, here->b = client.attempt, here->c = static_cast<std::uint32_t>(broken);
  there->flag = here->flag = by_proxy;
  stage_.agenda.put(stage_.now + cuts, Happening::hang_up_at_node, client.source, there);
  stage_.agenda.put(stage_.now + cuts, Happening::hang_up_at_client, client.source, here);
}

void Crowd::at_client(Piece* piece) {
  if (piece->flag == Fleet::piece_exchange) return exchange_at_client(piece);
  const std::uint32_t number = piece->a;
  Client& client = at(number);
  const bool lost = piece->flag == Fleet::piece_dropped || client.attempt != piece->b ||
                    client.dead || vanishes(number, piece->d);
  if (!lost) read_frames(client, number, piece, 0);
  stage_.slab.release(piece);
}

void Crowd::read_frames(Client& client, std::uint32_t number, const Piece* piece, std::size_t from) {
  for (std::size_t at = from; at < piece->size;) {
    if (client.attempt != piece->b || client.link != Link::open) break;
    std::uint32_t size = 0;
    std::memcpy(&size, piece->data() + at, sizeof size);
    at += sizeof size;
    arena_.clear();
    const auto frame = wire::decode<to_client::Frame>(piece->view().substr(at, size), arena_);
    HUBBUB_CHECK(frame.has_value());
    at += size;
    edge_.actions.clear();
    client.device.frame(stage_.now, *frame, edge_);
    carry_out(number);
    if (!client.welcomed && client.device.attached()) {
      begin_presence(client, number);
      ask_for_pushes(client, number);
    }
    ask_again(client, number);
    if (client.creates && client.device.attached()) create_groups(client, number);
  }
  if (!observer_.created.empty()) note_created();
}

void Crowd::hang_up_at_client(Piece* piece) {
  const std::uint32_t number = piece->a;
  Client& client = at(number);
  const bool current = client.attempt == piece->b && client.link != Link::none;
  const auto code = static_cast<CloseCode>(piece->c);
  const bool arrives = !client.dead || piece->flag == own_pings;
  const bool healed = piece->flag == by_proxy && !stage_.safety;
  Advice advice;
  if (piece->size == sizeof advice) std::memcpy(&advice, piece->data(), sizeof advice);
  stage_.slab.release(piece);
  if (!current || !arrives || healed) return;
  if (client.node != nobody) client.avoids = client.node;
  if (code == CloseCode::token_expired && !tokens_.empty()) tokens_[number].refused();
  ended(client, number, code, advice);
}

/// Its connection has ended, and it is told.
void Crowd::ended(Client& client, std::uint32_t number, CloseCode code, const Advice& advice) {
  client.link = Link::none;
  edge_.actions.clear();
  client.device.closed(stage_.now, code, edge_, advice);
  carry_out(number);
}

void Crowd::bounced(Piece* piece) {
  const std::uint32_t number = piece->d;
  Client& client = at(number);
  if (piece->flag == Fleet::piece_exchange) {
    ExchangeHead head;
    std::memcpy(&head, piece->data(), sizeof head);
    exchange_bounced(*piece, head);
    return stage_.slab.release(piece);
  }
  const bool current = client.link == Link::open && !client.dead && client.node.value == piece->a &&
                       client.connection == ConnectionId{piece->b, piece->c};
  // Who closed in words reads on until those have been heard, as a reset might overtake them.
  const bool answers =
      fleet_.reachable(piece->a) && !fleet_.told_of_end(number, client.attempt);
  stage_.slab.release(piece);
  if (!current || !answers) return;
  Piece* reset = stage_.slab.hold({});
  reset->a = number, reset->b = client.attempt, reset->c = static_cast<std::uint32_t>(broken);
  stage_.agenda.put(stage_.now + latency(client, number), Happening::hang_up_at_client,
                    client.source, reset);
}

}  // namespace hubbub::sim
