// How nodes step: what arrives becomes inputs, a step takes its time, then its outputs leave.
#include <algorithm>
#include <cstring>

#include "core/wire/batch.hpp"
#include "core/wire/codec.hpp"
#include "sim/check/limit_checks.hpp"
#include "sim/clients/device_edge.hpp"
#include "sim/world/credentials.hpp"
#include "sim/world/fleet.hpp"

namespace hubbub::sim {
namespace {

/// Inputs handed to one step. More wait for the next.
constexpr std::size_t inputs_most = 64;
/// What a step costs beside what it does; it also keeps a node that is due at once, again and
/// again, from standing still in time.
constexpr Duration step_least = 1us;

/// What a client showed, if anything.
Fleet::Visitor visitor_of(const Mail& mail) {
  Fleet::Visitor visitor;
  if (mail.piece != nullptr) std::memcpy(&visitor, mail.piece->data(), sizeof visitor);
  return visitor;
}

}  // namespace

void Fleet::mail(std::uint32_t node, Mail mail) {
  if (!up(node)) {
    if (mail.piece != nullptr) stage_.slab.release(mail.piece);
    return;
  }
  mail.at = stage_.now;
  nodes_[node].mailbox.push(mail);
}

void Fleet::wake_at(std::uint32_t node, Duration at) {
  NodeSlot& slot = nodes_[node];
  at = std::max(at, stage_.now);
  if (at >= slot.wakes_at || at >= event_time_end) return;
  slot.wakes_at = at;
  stage_.agenda.put(at, Happening::node_wakes, slot.source, node);
}

void Fleet::node_wakes(std::uint32_t node) {
  NodeSlot& slot = nodes_[node];
  if (slot.wakes_at != stage_.now) return;  // an earlier wake took its place
  slot.wakes_at = never;
  go_on(node);
}

void Fleet::go_on(std::uint32_t node) {
  NodeSlot& slot = nodes_[node];
  const Host& host = hosts_[host_of(node)];
  if (!host.up || slot.busy) return;
  if (stage_.now < host.paused_until) return wake_at(node, host.paused_until);
  const Duration deadline = host.clock.when(slot.node->next_deadline());
  if (slot.mailbox.empty() && deadline > stage_.now) {
    if (deadline != never) wake_at(node, deadline);
    return;
  }
  step(node);
}

void Fleet::step(std::uint32_t node) {
  NodeSlot& slot = nodes_[node];
  make_inputs(slot);
  const std::uint64_t expired = slot.node->counters().expired;
  const Instant now = clock_of(node);
  slot.stepped = now.mono;
  const std::size_t taken = slot.node->step(inputs_, now, slot.out);
  HUBBUB_CHECK(taken <= inputs_.size());
  ++stage_.meters.steps;
  stage_.meters.units_max = std::max<std::uint64_t>(stage_.meters.units_max, slot.out.units);
  stage_.checker.step(stage_.now, NodeId{static_cast<std::uint16_t>(node)}, slot.out.units);
  const Duration cost = cost_of(slot, taken, slot.node->counters().expired - expired);
  for (std::size_t i = 0; i < taken; ++i) {
    if (stage_.story)
      stage_.story->input(stage_.now, NodeId{static_cast<std::uint16_t>(node)}, inputs_[i]);
    if (Piece* piece = slot.mailbox[0].piece) stage_.slab.release(piece);
    slot.mailbox.pop_front(stage_.now);
  }
  slot.busy = true;
  const std::uint32_t host = host_of(node);
  const Host& h = hosts_[host];
  const double factor =
      (stage_.now < h.slow_until ? h.slow_factor : 1) / stage_.scenario.servers.speed;
  const Duration busy{static_cast<std::int64_t>(static_cast<double>(cost.count()) * factor)};
  stage_.agenda.put(stage_.now + std::max(busy, step_least), Happening::step_done, slot.source,
                    Agenda::pair(node, h.life));
}

void Fleet::step_done(std::uint32_t node, std::uint32_t life) {
  const Host& host = hosts_[host_of(node)];
  NodeSlot& slot = nodes_[node];
  if (!host.up || host.life != life) return;
  if (stage_.now < host.paused_until) {
    stage_.agenda.put(host.paused_until, Happening::step_done, slot.source,
                      Agenda::pair(node, life));
    return;
  }
  slot.busy = false;
  carry_out(node);
  if (host.up && host.life == life) go_on(node);
}

void Fleet::make_inputs(const NodeSlot& slot) {
  inputs_.clear();
  arena_.clear();
  const std::size_t count = std::min(inputs_most, slot.mailbox.size());
  for (std::size_t i = 0; i < count; ++i) inputs_.push_back(input_of(slot, slot.mailbox[i]));
}

Input Fleet::opened(const Mail& mail) const {
  const Visitor shown = visitor_of(mail);
  const input::Opened opened{mail.connection, UserId{mail.word}, mail.more, shown.ticket};
  if (!shown.token.ends() && shown.key.id == 0) return opened;
  return input::OpenedWith{opened, shown.token, shown.key};
}

/// A frame; of a new token, what it is worth.
Input Fleet::said(const NodeSlot& slot, const Mail& mail) {
  const std::string_view bytes = mail.piece->view().substr(mail.word >> 32, mail.word & 0xffffffff);
  const auto frame = wire::decode<to_server::Frame>(bytes, arena_);
  HUBBUB_CHECK(frame.has_value());
  const auto* renewal = std::get_if<to_server::Token>(&*frame);
  if (renewal == nullptr)
    return input::Frame{mail.connection, (stage_.now - mail.at).count(), *frame};
  const auto token = parse_token(renewal->token);
  const Connection* c = slot.connections.find(mail.connection);
  if (token && c != nullptr)
    stage_.checker.tokens().holds(number_of(*c), std::chrono::milliseconds(token->until_ms) - epoch);
  return input::Renewed{mail.connection, renewal->id, token.has_value(), token.value_or(TokenSpan{})};
}

Input Fleet::input_of(const NodeSlot& slot, const Mail& mail) {
  const NodeId peer{mail.number};
  const PartitionId partition{mail.number};
  switch (mail.kind) {
    case Mail::Kind::opened:
      return opened(mail);
    case Mail::Kind::arrived:
      return input::Arrived{mail.connection};
    case Mail::Kind::closed:
      return input::Closed{mail.connection, static_cast<CloseCode>(mail.word) == CloseCode::normal};
    case Mail::Kind::silent:
      return input::Silent{mail.connection};
    case Mail::Kind::frame:
      return said(slot, mail);
    case Mail::Kind::peer_linked:
      return input::PeerLinked{peer};
    case Mail::Kind::peer_lost:
      return input::PeerLost{peer};
    case Mail::Kind::from_peer:
      return input::FromPeer{peer, mail.piece->view()};
    case Mail::Kind::read_done:
      return input::ReadDone{mail.word, mail.piece->view(), mail.more};
    case Mail::Kind::read_failed:
      return input::ReadFailed{mail.word, mail.piece->view()};
    case Mail::Kind::commit_durable:
      return input::CommitDurable{partition, mail.word};
    case Mail::Kind::commit_unknown:
      return input::CommitUnknown{partition, mail.word, mail.piece->view()};
    case Mail::Kind::answer:
      break;
  }
  const auto input = wire::decode<Input>(mail.piece->view(), arena_);
  HUBBUB_CHECK(mail.kind == Mail::Kind::answer && input.has_value());
  return *input;
}

namespace {

std::int64_t rows_in(std::string_view batch) {
  std::int64_t count = 0;
  BatchReader reader(batch);
  for (RowWrite row; reader.next(row);) ++count;
  return count;
}

}  // namespace

Duration Fleet::cost_of(NodeSlot& slot, std::size_t taken, std::uint64_t expired) {
  const ServiceTimes& service = stage_.scenario.servers.service;
  Duration cost{0};
  for (std::size_t i = 0; i < taken; ++i) {
    const Mail& mail = slot.mailbox[i];
    if (mail.kind == Mail::Kind::frame) cost += service.frame;
    if (mail.request != Mail::Request::none) cost += service.request;
    if (mail.request == Mail::Request::fresh) cost += service.accept + service.handshake;
    if (std::holds_alternative<input::Renewed>(inputs_[i])) cost += service.login;
    if (mail.kind == Mail::Kind::arrived) cost += service.accept;
    // A handshake whose client has hung up meanwhile ends at its first read.
    if (mail.kind == Mail::Kind::opened && slot.connections.find(mail.connection) != nullptr)
      cost += service.handshake + service.login;
    if (mail.kind == Mail::Kind::from_peer || mail.kind == Mail::Kind::answer) cost += service.peer;
    if (mail.kind == Mail::Kind::read_done) cost += service.row * rows_in(mail.piece->view());
  }
  // What is dropped when it is dequeued is dropped unread (R32).
  cost -= std::min(cost, service.frame * static_cast<std::int64_t>(expired) * 9 / 10);
  for (const output::Frame& frame : slot.out.frames)
    if (slot.connections.find(frame.connection) != nullptr) cost += service.event;
  cost += service.peer *
          static_cast<std::int64_t>(slot.out.peers.size() + slot.out.appends.size() +
                                    slot.out.log_reads.size() + slot.out.log_trims.size() +
                                    slot.out.register_sets.size() + slot.out.register_reads.size());
  for (const output::Commit& commit : slot.out.commits) cost += service.row * rows_in(commit.rows);
  return cost;
}

// --- What comes back to a node -------------------------------------------------------------------

void Fleet::disk_done(std::uint32_t host, std::uint32_t life) {
  Host& h = hosts_[host];
  if (!h.up || h.life != life) return;
  const HostDisk::Finished finished = h.disk.finish();
  std::uint32_t last = UINT32_MAX;
  for (const PendingCommit& commit : finished.commits) {
    Mail m;
    m.kind = finished.durable ? Mail::Kind::commit_durable : Mail::Kind::commit_unknown;
    m.number = commit.partition.value;
    m.word = commit.batch;
    if (!finished.durable) m.piece = stage_.slab.hold(finished.reason);
    mail(commit.node, m);
  }
  for (const PendingCommit& commit : finished.commits) {
    if (commit.node != last) go_on(commit.node);
    last = commit.node;
  }
  if (h.disk.waiting()) begin_write(host);
}

void Fleet::write_back(std::uint32_t host, std::uint32_t life) {
  Host& h = hosts_[host];
  if (!h.up || h.life != life) return;
  h.disk.write_back();
  stage_.agenda.put(stage_.now + stage_.scenario.servers.disk.writeback, Happening::writeback,
                    h.source, Agenda::pair(host, life));
}

void Fleet::read_done(Piece* piece) {
  const std::uint32_t node = piece->a;
  Host& host = hosts_[host_of(node)];
  if (!host.up || host.life != piece->b) return stage_.slab.release(piece);
  if (piece->flag == read_asked) {
    arena_.clear();
    Piece* asked = std::exchange(
        piece, rows_of(host, *wire::decode<output::Read>(piece->view(), arena_)));
    stage_.slab.release(asked);
  }
  Mail m;
  m.kind = piece->flag == read_failed ? Mail::Kind::read_failed : Mail::Kind::read_done;
  m.word = std::uint64_t{piece->d} << 32 | piece->c;
  m.more = piece->flag == read_more;
  m.piece = piece;
  mail(node, m);
  go_on(node);
}

void Fleet::answer(Piece* piece) {
  const std::uint32_t node = piece->a;
  const Host& host = hosts_[host_of(node)];
  if (!host.up || host.life != piece->b) return stage_.slab.release(piece);
  Mail m;
  m.kind = Mail::Kind::answer;
  m.piece = piece;
  mail(node, m);
  go_on(node);
}

void Fleet::at_peer(Piece* piece) {
  const LinkEnd& end = links_.end(piece->a, piece->b);
  if (end.epoch != piece->c || !up(piece->b)) return stage_.slab.release(piece);
  Mail m;
  m.kind = Mail::Kind::from_peer;
  m.number = static_cast<std::uint16_t>(piece->a);
  m.piece = piece;
  const std::uint32_t to = piece->b;
  mail(to, m);
  go_on(to);
}

}  // namespace hubbub::sim
