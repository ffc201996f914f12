// How clients come in: the host's memory, the node's word, the handshake, the login.
#include <algorithm>
#include <cstring>

#include "sim/check/limit_checks.hpp"
#include "sim/world/fleet.hpp"

namespace hubbub::sim {

/// Sessions a second, from what beginning one costs. Attaching: a `hello` and its answers, messages
/// to the inbox's owner and back, the rows of the device.
AdmissionConfig Fleet::admission_of(std::uint64_t secret) const {
  const Servers& servers = stage_.scenario.servers;
  const ServiceTimes& s = servers.service;
  const Duration attach = s.frame + 2 * s.event + 4 * s.peer + 3 * s.row;
  const Duration session = s.accept + s.handshake + s.login + attach;
  if (session <= Duration{0}) return {};
  const double rate = servers.admission * servers.speed * 1e9 / static_cast<double>(session.count());
  return {.rate = static_cast<std::uint32_t>(std::min(rate, 1e6)), .key = {secret, mix64(secret)}};
}

bool Fleet::fits(std::uint32_t host) const {
  const std::uint32_t per_host = stage_.scenario.servers.nodes;
  std::size_t connections = 1;
  for (std::uint32_t n = host * per_host; n < (host + 1) * per_host; ++n)
    connections += nodes_[n].connections.count();
  const double bytes = static_cast<double>(connections) * stage_.scenario.servers.connection_memory;
  return stage_.now >= hosts_[host].full_until && bytes <= stage_.scenario.servers.memory;
}

Fleet::Dialled Fleet::dial(std::uint32_t node, std::uint32_t client, std::uint32_t attempt,
                           const Visitor& visitor) {
  const Host& host = hosts_[host_of(node)];
  NodeSlot& slot = nodes_[node];
  if (!host.powered) return Dialled::no_answer;
  if (!host.up) return Dialled::refused;
  if (!fits(host_of(node)) || slot.mailbox.size() >= stage_.scenario.servers.queue) {
    ++stage_.meters.refused_memory;
    return Dialled::refused;
  }
  const ConnectionId id = slot.connections.open(client, attempt, stage_.now);
  Connection& c = *slot.connections.find(id);
  Random random(stage_.seed, purpose::client_ping, std::uint64_t{client} << 32 | attempt);
  c.first_ping = pings_.phase(random.bits());
  visitors_[{node, id.slot}] = visitor;
  Mail m;
  m.kind = Mail::Kind::arrived;
  m.connection = id;
  mail(node, m);
  go_on(node);
  return Dialled::at_the_door;
}

/// The client learns that it has a connection, or that it has none.
void Fleet::tell_dialled(std::uint32_t node, Connection& connection, ConnectionId id, bool accepted) {
  const NodeId name{static_cast<std::uint16_t>(node)};
  Piece* piece = stage_.slab.hold({reinterpret_cast<const char*>(&name), sizeof name});
  piece->a = connection.client, piece->b = connection.attempt, piece->c = id.slot, piece->d = id.use;
  piece->flag = accepted ? 1 : 0;
  send_to_client(nodes_[node], connection, piece, Happening::dialled);
}

/// The node's word on who is at the door (R31).
void Fleet::enter(std::uint32_t node, const output::Entry& entry) {
  NodeSlot& slot = nodes_[node];
  Connection* c = slot.connections.find(entry.connection);
  if (c == nullptr) return;  // it did not wait for that
  const bool handshakes = stage_.now >= hosts_[host_of(node)].certificate_back;
  if (!entry.enters || !handshakes) {
    tell_dialled(node, *c, entry.connection, false);
    if (entry.enters) return drop_connection(node, entry.connection, CloseCode::server_error, false);
    stage_.turned_away(c->client);
    visitors_.erase({node, entry.connection.slot});
    slot.connections.close(entry.connection);
    return;
  }
  const Visitor& visitor = visitors_.at({node, entry.connection.slot});
  if (!visitor.resumes && logins_away()) {
    ++stage_.meters.refused_login;
    return drop_connection(node, entry.connection, CloseCode::overloaded, true);
  }
  if (visitor.resumes || stage_.now >= logins_slow_until_) return open(node, entry.connection);
  Piece* piece = stage_.slab.hold({});
  piece->a = node, piece->b = entry.connection.slot, piece->c = entry.connection.use;
  piece->d = hosts_[host_of(node)].life;
  stage_.agenda.put(stage_.now + logins_slow_by_, Happening::login_done, slot.source, piece);
}

void Fleet::login_done(Piece* piece) {
  const std::uint32_t node = piece->a;
  const ConnectionId id{piece->b, piece->c};
  const bool lives = up(node) && hosts_[host_of(node)].life == piece->d;
  stage_.slab.release(piece);
  if (!lives || nodes_[node].connections.find(id) == nullptr) return;
  open(node, id);
  go_on(node);
}

/// It is known whose the connection is: the node's next step hears of it, and the client.
void Fleet::open(std::uint32_t node, ConnectionId id) {
  const auto at = visitors_.find({node, id.slot});
  const Visitor visitor = at->second;
  visitors_.erase(at);
  tell_dialled(node, *nodes_[node].connections.find(id), id, true);
  Mail m;
  m.kind = Mail::Kind::opened;
  m.connection = id;
  m.word = visitor.user.value;
  m.more = visitor.resumes;
  if (!visitor.ticket.none() || visitor.token.ends() || visitor.key.id != 0)
    m.piece = stage_.slab.hold({reinterpret_cast<const char*>(&visitor), sizeof visitor});
  if (visitor.token.ends())
    stage_.checker.tokens().holds(number_of(*nodes_[node].connections.find(id)),
                                  std::chrono::milliseconds(visitor.token.until_ms) - epoch);
  mail(node, m);
}

/// What a server says to its clients goes out one after the other.
Duration Fleet::departs(std::uint32_t host, std::uint64_t bytes) {
  Duration& free = hosts_[host].uplink_free;
  const double takes = static_cast<double>(bytes) * 1e9 / stage_.scenario.servers.bandwidth;
  free = std::max(free, stage_.now) + Duration{static_cast<std::int64_t>(takes)};
  return free;
}

void Fleet::expire_certificate(std::uint32_t host, Duration length) {
  hosts_[host].certificate_back = stage_.now + length;
}

void Fleet::slow_logins(Duration length, Duration by) {
  logins_slow_until_ = stage_.now + length;
  logins_slow_by_ = by;
}

}  // namespace hubbub::sim
