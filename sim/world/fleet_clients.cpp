// The servers' ends of client connections: how they open, what arrives on them, how they end.
#include <algorithm>

#include "sim/check/limit_checks.hpp"
#include "sim/check/presence_checks.hpp"
#include "sim/clients/behaviour.hpp"
#include "sim/clients/device_edge.hpp"
#include "sim/world/fleet.hpp"

namespace hubbub::sim {

bool Fleet::frames_arrive(Piece* piece) {
  const std::uint32_t node = piece->a;
  const ConnectionId id{piece->b, piece->c};
  NodeSlot& slot = nodes_[node];
  Connection* c = slot.connections.find(id);
  if (c == nullptr) return false;
  c->heard = stage_.now;
  const bool exchange = piece->flag == piece_exchange;
  const bool full = slot.mailbox.size() >= stage_.scenario.servers.queue;
  if (full) {
    drop_connection(node, id, CloseCode::overloaded, true);
    stage_.slab.release(piece);
    go_on(node);
    return true;
  }
  ExchangeHead head;
  if (exchange) {
    std::memcpy(&head, piece->data(), sizeof head);
    exchange_arrives(node, id, *c, *piece);
  }
  std::size_t at = exchange ? sizeof head : 0;
  for (bool first = true; at < piece->size; first = false) {
    std::uint32_t size = 0;
    std::memcpy(&size, piece->data() + at, sizeof size);
    at += sizeof size;
    Mail m;
    m.kind = Mail::Kind::frame;
    m.connection = id;
    m.word = static_cast<std::uint64_t>(at) << 32 | size;
    m.piece = piece;
    if (!first) ++piece->holders;
    if (first && exchange) m.request = head.fresh ? Mail::Request::fresh : Mail::Request::kept;
    mail(node, m);
    at += size;
  }
  go_on(node);
  return true;
}

UserId Fleet::user_of(const Connection& c) const {
  return Population::id_of(c.client / stage_.scenario.clients.devices);
}

void Fleet::hears(Connection& c) {
  if (!std::exchange(c.heard_of, true))
    stage_.checker.presence().heard(stage_.now, user_of(c));
  if (c.dead) hears_no_more(c, false);
}

void Fleet::hears_no_more(Connection& c, bool left) {
  if (std::exchange(c.heard_of, false))
    stage_.checker.presence().unheard(stage_.now, user_of(c), left);
}

void Fleet::hang_up(std::uint32_t node, ConnectionId id, CloseCode code) {
  if (nodes_[node].connections.find(id) == nullptr) return;
  drop_connection(node, id, code, false);
  go_on(node);
}

void Fleet::count_pings() {
  for (NodeSlot& slot : nodes_)
    slot.connections.for_each([this](ConnectionId, const Connection& c) {
      if (!c.polled) stage_.meters.pings += pings_.count(c.opened, c.first_ping, stage_.now);
    });
}

// --- Silence -------------------------------------------------------------------------------------

void Fleet::cut(std::uint32_t node, ConnectionId id) { expect_silence(node, id, never); }

void Fleet::expect_silence(std::uint32_t node, ConnectionId id, Duration until) {
  Connection* c = nodes_[node].connections.find(id);
  if (c == nullptr) return;
  c->dead |= until == never;
  if (c->dead)
    hears_no_more(*c, false);
  else if (c->heard_of)
    stage_.checker.presence().unclear(user_of(*c));
  if (c->polled) return;  // the node judges those itself
  const Duration given_up = pings_.gives_up(c->opened, c->first_ping, c->heard, stage_.now);
  put_silence(node, id, given_up, until);
}

void Fleet::put_silence(std::uint32_t node, ConnectionId id, Duration at, Duration hears_again) {
  if (at >= hears_again) return;
  Piece* piece =
      stage_.slab.hold({reinterpret_cast<const char*>(&hears_again), sizeof hears_again});
  piece->a = node, piece->b = id.slot, piece->c = id.use;
  stage_.agenda.put(at, Happening::silence, nodes_[node].source, piece);
}

void Fleet::silence(std::uint32_t node, ConnectionId id, Duration hears_again) {
  const Connection* c = nodes_[node].connections.find(id);
  if (c == nullptr) return;
  const Duration given_up = c->heard + pings_.interval + pings_.grace;
  if (hears_again != never && given_up > stage_.now)
    return put_silence(node, id, given_up, hears_again);
  Mail m;
  m.kind = Mail::Kind::silent;
  m.connection = id;
  mail(node, m);
  go_on(node);
}

std::optional<Duration> Fleet::used_at(std::uint32_t node, ConnectionId id) const {
  const Connection* c = nodes_[node].connections.find(id);
  if (c == nullptr) return {};
  const Duration ping = pings_.last_before(c->opened, c->first_ping, stage_.now);
  return std::max({ping, c->heard, std::min(c->last_down, stage_.now)});
}

Duration Fleet::missed_at(std::uint32_t node, ConnectionId id) const {
  const Connection* c = nodes_[node].connections.find(id);
  if (c == nullptr) return stage_.now + pings_.interval + pings_.grace;
  return pings_.gives_up(c->opened, c->first_ping, c->last_down, stage_.now);
}

// --- Clients that do not read --------------------------------------------------------------------

bool Fleet::stop_reading(std::uint32_t node, ConnectionId id, Duration until) {
  Connection* c = nodes_[node].connections.find(id);
  if (c == nullptr) return false;
  Unread& unread = unread_[{node, id.slot}];
  // What waits since an earlier time is on its way for that time's end; what waited is no more.
  if (stage_.now < unread.until) return false;
  unread = {until, 0, {}};
  c->last_down = std::max(c->last_down, until);
  expect_silence(node, id, until);  // nor does it answer pings
  return true;
}

/// What was just sent waits if its client does not read: behind the bound, all that waits is dropped
/// and the connection with it.
void Fleet::wait_unread(std::uint32_t node, ConnectionId id, Piece* piece) {
  const auto at = unread_.find({node, id.slot});
  if (at == unread_.end()) return;
  Unread& unread = at->second;
  if (stage_.now >= unread.until) {
    unread_.erase(at);
    return;
  }
  unread.bytes += piece->c;
  unread.pieces.push_back(piece);
  if (static_cast<double>(unread.bytes) <= stage_.scenario.servers.outbound) return;
  for (Piece* dropped : unread.pieces) dropped->flag = piece_dropped;
  ++stage_.meters.cut_slow;
  drop_connection(node, id, CloseCode::too_slow, true);
}

void Fleet::drop_connection(std::uint32_t node, ConnectionId id, CloseCode code, bool tell_client,
                            const Advice& advice) {
  NodeSlot& slot = nodes_[node];
  Connection& c = *slot.connections.find(id);
  if (!c.polled) stage_.meters.pings += pings_.count(c.opened, c.first_ping, stage_.now);
  // Without a request under way nothing can be said: the next one will find that the session is gone.
  const bool unheard = c.polled && (!http(node, id)->has_open() || !hosts_[host_of(node)].powered);
  if (unheard) tell_client = false;
  const std::string_view said{reinterpret_cast<const char*>(&advice), sizeof advice};
  Piece* piece = stage_.slab.hold(advice.none() ? std::string_view{} : said);
  piece->a = c.client, piece->b = c.attempt, piece->c = static_cast<std::uint32_t>(code);
  if (tell_client) {
    if (!c.polled) told_[c.client] = c.attempt;
    send_to_client(slot, c, piece, Happening::hang_up_at_client);
  } else if (!hosts_[host_of(node)].powered && !unheard) {
    // Nobody says anything: the client's own pings find out.
    stage_.agenda.put(pings_.gives_up(c.opened, c.first_ping, c.last_down, stage_.now),
                      Happening::hang_up_at_client, slot.source, piece);
  } else {
    stage_.slab.release(piece);
  }
  stage_.checker.tokens().ended(number_of(c));
  hears_no_more(c, code == CloseCode::normal);
  if (c.polled) http_.erase({node, id.slot});
  slot.connections.close(id);
  if (!unread_.empty()) unread_.erase({node, id.slot});
  if (!visitors_.empty()) visitors_.erase({node, id.slot});
  Mail m;
  m.kind = Mail::Kind::closed;
  m.connection = id;
  m.word = static_cast<std::uint64_t>(code);
  mail(node, m);
}

}  // namespace hubbub::sim
