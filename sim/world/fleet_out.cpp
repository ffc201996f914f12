// What a step wants done, done: frames, closes, peer messages, commits, reads. And the judge's look
// at what leaves: nothing may tell of a row that is not durable.
#include <algorithm>

#include "core/wire/batch.hpp"
#include "core/wire/packet.hpp"
#include "core/wire/peer.hpp"
#include "core/wire/rows.hpp"
#include "sim/check/limit_checks.hpp"
#include "sim/clients/behaviour.hpp"
#include "sim/world/fleet.hpp"
#include "sim/world/frame_check.hpp"
#include "sim/world/frame_size.hpp"

namespace hubbub::sim {

void Fleet::carry_out(std::uint32_t node) {
  NodeSlot& slot = nodes_[node];
  const Outbox& out = slot.out;
  if (!out.alarm.empty()) ++stage_.meters.alarms;
  if (!out.fatal.empty()) return end_by_itself(node);
  if (const auto partition = opens_poison(out)) {
    note_poison(*partition);
    return end_by_itself(node);
  }
  send_frames(node, out);
  for (const output::Close& c : out.closes) close(node, c);
  for (const output::Entry& entry : out.entries) enter(node, entry);
  for (const output::ToPeer& message : out.peers) send_to_peer(node, message);
  for (const output::Commit& commit : out.commits) submit(node, commit);
  for (const output::Read& r : out.reads) read(node, r);
  ask_services(node, out);
  slot.out.clear();
}

/// Does the network carry this packet? Between nodes of one process it always does.
bool Fleet::carries(std::uint32_t from, std::uint32_t to) {
  if (host_of(from) == host_of(to)) return true;
  if (stage_.regions.apart(region_of(from), region_of(to), stage_.now)) return false;
  if (stage_.now < hosts_[host_of(from)].mute_until || stage_.now < hosts_[host_of(to)].deaf_until)
    return false;
  return stage_.now >= weather_.lossy_until || !weather_.random.chance(weather_.lost);
}

void Fleet::ask_services(std::uint32_t node, const Outbox& out) {
  const Asker asker{node, hosts_[host_of(node)].life};
  const Host& host = hosts_[host_of(node)];
  // Log and register have their majorities where nothing is cut off.
  const bool heard =
      stage_.now >= host.alone_until && !stage_.regions.is_cut_off(region_of(node), stage_.now);
  for (const output::Append& append : out.appends) log_.append(asker, append, heard);
  for (const output::LogRead& read : out.log_reads) log_.read(asker, read, heard);
  for (const output::LogTrim& trim : out.log_trims) log_.trim(asker, trim, heard);
  for (const output::RegisterSet& set : out.register_sets) register_.set(asker, set, heard);
  for (const output::RegisterRead& read : out.register_reads) register_.read(asker, read, heard);
  for (const output::Push& p : out.pushes) push(node, p, heard);
}

/// Who asks for this row is about to open the partition.
std::optional<PartitionId> Fleet::opens_poison(const Outbox& out) const {
  for (const output::Read& read : out.reads)
    for (std::uint16_t p = 0; p < limits::partitions; ++p)
      if (stage_.now < poisoned_until_[p] &&
          read.range.from == rows::partition(PartitionId{p}).view())
        return PartitionId{p};
  return {};
}

/// A node that cannot go on says nothing more, and its process is started again (R7).
void Fleet::end_by_itself(std::uint32_t node) {
  nodes_[node].out.clear();
  ++stage_.meters.exits;
  Host& host = hosts_[host_of(node)];
  const bool damaged = host.disk.found_damaged();
  end_process(host_of(node), Crash::process,
              damaged ? host.replaced_after : stage_.scenario.servers.restart);
  if (damaged) replace_damaged_disk(host);
}

/// Where the rows live in logs, too, any disk will do. Where they do not, somebody must find the
/// damaged ones elsewhere, such as on the other disk of a mirror: nothing else could keep what was
/// acknowledged, and until then the server stays down.
void Fleet::replace_damaged_disk(Host& host) {
  if (replicated())
    host.disk.replace({});
  else
    host.disk.mend();
}

void Fleet::send_frames(std::uint32_t node, const Outbox& out) {
  NodeSlot& slot = nodes_[node];
  std::size_t next_poll = 0;
  for (std::size_t i = 0;;) {
    // Polls are answered between the frames where they stand.
    while (next_poll < out.polls.size() && out.polls[next_poll].after <= i)
      polled(node, out.polls[next_poll++]);
    if (i == out.frames.size()) break;
    const std::size_t end = next_poll < out.polls.size() ? out.polls[next_poll].after : out.frames.size();
    const ConnectionId id = out.frames[i].connection;
    Connection* c = slot.connections.find(id);
    bytes_.clear();
    std::uint32_t count = 0;
    std::size_t whole = 0, longest = 0;
    for (; i < end && out.frames[i].connection == id; ++i) {
      const to_client::Frame& frame = out.frames[i].frame;
      judge_frame(frame, node, c);
      if (c == nullptr) continue;
      stage_.checker.tokens().served(stage_.now, number_of(*c));
      if (std::holds_alternative<to_client::Welcome>(frame)) hears(*c);
      const std::size_t at = bytes_.size();
      bytes_.resize(at + sizeof(std::uint32_t));
      wire::encode(frame, bytes_);
      const auto size = static_cast<std::uint32_t>(bytes_.size() - at - sizeof(std::uint32_t));
      std::memcpy(bytes_.at(at), &size, sizeof size);
      ++count;
      const std::size_t length = size + left_out(frame);
      whole += length, longest = std::max(longest, length);
      if (++stage_.meters.frames_down % frames_per_json_check == 0) {
        check_json(frame);
        ++stage_.meters.frames_checked_as_json;
      }
      if (c->polled) http(node, id)->told(frame, bytes_.view().substr(at + sizeof(std::uint32_t)), length);
    }
    if (count == 0) continue;
    if (c->polled) {
      answer_exchanges(node, id, ExchangeHead::Outcome::carried);
      const std::size_t waiting = http(node, id)->waiting_bytes();
      if (static_cast<double>(waiting) <= stage_.scenario.servers.outbound) continue;
      ++stage_.meters.cut_slow;
      drop_connection(node, id, CloseCode::too_slow, true);
      continue;
    }
    stage_.meters.carried(Transport::websocket, whole + websocket_head_down);
    Piece* piece = stage_.slab.hold(bytes_.view());
    piece->a = c->client, piece->b = c->attempt;
    piece->c = static_cast<std::uint32_t>(whole), piece->d = static_cast<std::uint32_t>(longest);
    send_to_client(slot, *c, piece, Happening::at_client);
    if (!unread_.empty()) wait_unread(node, id, piece);
  }
}

void Fleet::send_to_client(NodeSlot& slot, Connection& c, Piece* piece, Happening kind) {
  Random random(stage_.seed,
                purpose::client_link ^ mix64(std::uint64_t{c.client} << 32 | c.attempt),
                std::uint64_t{c.drawn++} * 2);
  const std::uint32_t user = c.client / stage_.scenario.clients.devices;
  const Duration within = draw(client_latency_, random);
  const Duration latency = within + stage_.regions.between(stage_.regions.of_user(user),
                                                           region_of(slot.source.number), random);
  const std::uint64_t bytes = kind == Happening::at_client ? piece->c : 0;
  c.last_down = std::max(c.last_down, departs(host_of(slot.source.number), bytes) + latency);
  stage_.agenda.put(c.last_down, kind, slot.source, piece);
}

void Fleet::close(std::uint32_t node, const output::Close& close) {
  const Connection* c = nodes_[node].connections.find(close.connection);
  if (c == nullptr) return;
  if (close.code == CloseCode::position_lost) ++stage_.meters.resyncs;
  if (!close.advice.none()) stage_.turned_away(c->client);
  drop_connection(node, close.connection, close.code, true, close.advice);
}

void Fleet::send_to_peer(std::uint32_t node, const output::ToPeer& message) {
  const std::uint32_t to = message.node.value;
  judge_packet(message.bytes, node, to);
  HUBBUB_CHECK(message.bytes.size() <= longest_packet(to));
  LinkEnd& end = links_.end(node, to);
  if (!end.stands) return;
  ++stage_.meters.peer_messages;
  stage_.meters.peer_bytes += message.bytes.size();
  if (!carries(node, to)) return;
  Random& random = weather_.random;
  const bool twice = stage_.now < weather_.repeats_until && random.chance(weather_.repeated);
  for (int copy = 0; copy < (twice ? 2 : 1); ++copy) {
    Piece* piece = stage_.slab.hold(message.bytes);
    piece->a = node, piece->b = to, piece->c = end.epoch;
    Duration at = Links::arrival(end, stage_.now, peer_latency(node, to));
    if (stage_.now < weather_.reorders_until)
      at += Duration{static_cast<std::int64_t>(
          random.below(static_cast<std::uint64_t>(weather_.reorder.count()) + 1))};
    stage_.agenda.put(at, Happening::at_peer, nodes_[node].source, piece);
  }
}

void Fleet::submit(std::uint32_t node, const output::Commit& commit) {
  judge_commit(commit, node);
  const std::uint32_t host = host_of(node);
  PendingCommit pending;
  pending.node = static_cast<std::uint16_t>(node);
  pending.partition = commit.partition;
  pending.batch = commit.batch;
  pending.sync = commit.sync;
  pending.rows = stage_.slab.hold(commit.rows);
  if (hosts_[host].disk.submit(pending) && !hosts_[host].disk.busy()) begin_write(host);
}

void Fleet::begin_write(std::uint32_t host) {
  Host& h = hosts_[host];
  if (h.fail_sync) h.disk.store().fail_next_sync();
  h.fail_sync = false;
  const Duration time = h.disk.begin(stage_.now);
  stage_.meters.disk_sync.record(time.count());
  stage_.agenda.put(stage_.now + time, Happening::disk_done, h.source, Agenda::pair(host, h.life));
  if (h.tear_down_for)
    stage_.agenda.put(stage_.now + time / 2, Happening::power_fails, h.source,
                      Agenda::pair(host, h.life));
}

/// A read sees the store as it is at some time between being asked and being answered: here at
/// either end, so that commits come before it and after it.
void Fleet::read(std::uint32_t node, const output::Read& read) {
  Host& host = hosts_[host_of(node)];
  Piece* piece = nullptr;
  if (host.disk.reads_at_once()) {
    piece = rows_of(host, read);
  } else {
    bytes_.clear();
    wire::encode(read, bytes_);
    piece = stage_.slab.hold(bytes_.view());
    piece->flag = read_asked;
  }
  piece->a = node, piece->b = host.life;
  stage_.agenda.put(stage_.now + host.disk.read_time(), Happening::read_done, host.source, piece);
}

Piece* Fleet::rows_of(Host& host, const output::Read& read) {
  rows_.clear();
  const auto more = host.disk.read(read.range, rows_);
  Piece* piece = stage_.slab.hold(more ? rows_.view() : std::string_view(more.error().what));
  piece->flag = !more ? read_failed : *more ? read_more : read_all;
  piece->c = static_cast<std::uint32_t>(read.ticket);
  piece->d = static_cast<std::uint32_t>(read.ticket >> 32);
  return piece;
}

// --- The judge's look ----------------------------------------------------------------------------
// Embedded, only at the host on whose own disk a row must be: elsewhere that disk may have been lost
// since. Replicated, at what the records of the log that count come to.

std::optional<std::string_view> Fleet::durable(std::uint32_t node, const rows::Key& key) {
  const rows::Bounds only = rows::only(key);
  rows_.clear();
  RowWrite row;
  const auto read = durable_rows(node).read({only.from, only.to, 1, 1, false}, rows_);
  if (!read || !BatchReader(rows_.view()).next(row)) return {};
  return row.value;
}

template <class Row>
std::optional<Row> Fleet::durable_row(std::uint32_t node, const rows::Key& key) {
  const auto bytes = durable(node, key);
  return bytes ? rows::decode<Row>(*bytes, arena_) : std::nullopt;
}

void Fleet::judge_message(const ConversationId& conversation, Sequence seq, std::uint32_t node,
                          std::string_view what) {
  if (seq == 0 || !on_own_disk(shard_of(conversation), node)) return;
  const bool kept = durable(node, rows::message(conversation, seq)).has_value();
  stage_.checker.effect(stage_.now, kept, what);
}

void Fleet::judge_inbox(const Connection* connection, Sequence number, std::uint32_t node,
                        std::string_view what) {
  if (connection == nullptr) return;  // it is gone, and with it who it was
  const UserId user = user_of(connection);
  if (!on_own_disk(shard_of(user), node)) return;
  stage_.checker.effect(stage_.now, durable(node, rows::inbox(user, number)).has_value(), what);
}

void Fleet::judge_device(DeviceId device, Generation generation, std::uint32_t node,
                         std::string_view what) {
  if (!on_own_disk(shard_of(device.user), node)) return;
  const auto row = durable_row<rows::DeviceRow>(node, rows::device(device));
  stage_.checker.effect(stage_.now, row && row->generation >= generation, what);
}

void Fleet::judge_stream(const ConversationId& conversation, ShardId shard, Incarnation incarnation,
                         Sequence have, std::uint32_t node, std::string_view what) {
  if (have == 0 || !on_own_disk(shard, node)) return;
  const auto row = durable_row<rows::StreamRow>(node, rows::stream(shard, conversation));
  // A conversation that lost its tail has begun anew since: what was received of it before is moot.
  const bool kept = row && (row->incarnation != incarnation || row->have >= have);
  stage_.checker.effect(stage_.now, kept, what);
}

void Fleet::judge_frame(const to_client::Frame& frame, std::uint32_t node,
                        const Connection* connection) {
  if (replicated()) judge_speech(frame, node, connection);
  if (const auto* event = std::get_if<to_client::Event>(&frame)) {
    judge_message(event->conversation, event->message.seq, node, "an event");
    judge_inbox(connection, event->cursor.held, node, "an event's number");
  } else if (const auto* ok = std::get_if<to_client::Ok>(&frame)) {
    judge_message(ok->conversation, ok->seq, node, "an ok");
  } else if (const auto* welcome = std::get_if<to_client::Welcome>(&frame)) {
    judge_device({welcome->user, welcome->device}, welcome->generation, node, "a welcome");
  } else if (const auto* page = std::get_if<to_client::HistoryPage>(&frame)) {
    judge_message(page->conversation, page->head, node, "a page");
  } else if (const auto* found = std::get_if<to_client::Found>(&frame)) {
    judge_message(found->conversation, found->message.seq, node, "a message by its id");
  } else if (const auto* heads = std::get_if<to_client::Heads>(&frame)) {
    for (const HeadOf& of : heads->heads) judge_message(of.conversation, of.head, node, "a head");
  }
}

namespace {

/// Whether a message says something that is judged, or, where partitions move, who says it.
bool to_be_judged(std::string_view bytes, bool replicated) {
  constexpr const peer::Message* type = nullptr;
  if (bytes.empty()) return false;
  switch (static_cast<std::uint8_t>(bytes.front())) {
    case peer::index_in<peer::Answer>(type):
    case peer::index_in<peer::Deliver>(type):
    case peer::index_in<peer::Entry>(type):
    case peer::index_in<peer::Confirm>(type):
    case peer::index_in<peer::DeliverRefused>(type):
    case peer::index_in<peer::Attached>(type):
    case peer::index_in<peer::SetBlock>(type):
    case peer::index_in<peer::BlockStored>(type):
    case peer::index_in<peer::ChannelDeliver>(type):
    case peer::index_in<peer::Head>(type):
      return true;
    case peer::index_in<peer::Attach>(type):
    case peer::index_in<peer::Look>(type):
    case peer::index_in<peer::Request>(type):
    case peer::index_in<peer::Ranges>(type):
    case peer::index_in<peer::Synced>(type):
    case peer::index_in<peer::Reset>(type):
    case peer::index_in<peer::Owns>(type):
      return replicated;
    default:
      return false;
  }
}

}  // namespace

void Fleet::judge_packet(std::string_view bytes, std::uint32_t node, std::uint32_t to) {
  arena_.clear();
  const auto packet = wire::decode<peer::Packet>(bytes, arena_);
  HUBBUB_CHECK(packet.has_value());
  const auto* data = std::get_if<peer::Data>(&*packet);
  if (data == nullptr) return;
  // What is sent again was said when it was first sent.
  const auto judge = [&](std::string_view bytes_of_one, bool is_new) {
    if (!to_be_judged(bytes_of_one, replicated())) return;
    arena_.clear();
    const auto message = wire::decode<peer::Message>(bytes_of_one, arena_);
    HUBBUB_CHECK(message.has_value());
    if (replicated() && is_new) judge_speech(*message, node, to);
    judge_message_to_peer(*message, node);
  };
  HUBBUB_CHECK(Links::for_each_message(links_.end(node, to), *data, judge));
}

void Fleet::judge_delivery(const peer::Deliver& delivery, std::uint32_t node) {
  if (!delivery.messages.empty())
    judge_message(delivery.conversation, delivery.messages.back().seq, node, "a delivery");
}

void Fleet::judge_message_to_peer(const peer::Message& message, std::uint32_t node) {
  if (const auto* entry = std::get_if<peer::Entry>(&message)) {
    const Connections& there = nodes_[entry->session.node.value].connections;
    judge_inbox(there.find(entry->session.connection), entry->number, node, "an entry");
  } else if (const auto* answer = std::get_if<peer::Answer>(&message)) {
    if (const auto* ok = std::get_if<to_client::Ok>(&answer->reply))
      judge_message(ok->conversation, ok->seq, node, "an answer to a gateway");
    else if (const auto* page = std::get_if<to_client::HistoryPage>(&answer->reply))
      judge_message(page->conversation, page->head, node, "a page for a gateway");
    else if (const auto* found = std::get_if<to_client::Found>(&answer->reply))
      judge_message(found->conversation, found->message.seq, node, "a message for a gateway");
  } else if (const auto* deliver = std::get_if<peer::Deliver>(&message)) {
    judge_delivery(*deliver, node);
  } else if (const auto* own = std::get_if<peer::ChannelDeliver>(&message)) {
    judge_delivery(own->deliver, node);
  } else if (const auto* head = std::get_if<peer::Head>(&message)) {
    judge_message(head->of.conversation, head->of.head, node, "a head for a gateway");
  } else if (const auto* confirm = std::get_if<peer::Confirm>(&message)) {
    judge_stream(confirm->conversation, confirm->shard, confirm->incarnation, confirm->through,
                 node, "a confirmation");
  } else if (const auto* refused = std::get_if<peer::DeliverRefused>(&message)) {
    if (!refused->busy)
      judge_stream(refused->conversation, refused->shard, refused->incarnation, refused->have, node,
                   "a refused delivery");
  } else if (const auto* attached = std::get_if<peer::Attached>(&message)) {
    if (attached->fresh)
      judge_device(attached->device, attached->generation, node, "an attachment");
  } else if (const auto* block = std::get_if<peer::SetBlock>(&message)) {
    if (!on_own_disk(shard_of(block->user), node)) return;
    const auto row = durable_row<rows::UserRow>(node, rows::user(block->user));
    stage_.checker.effect(stage_.now, row && row->last_block >= block->number, "a block");
  } else if (const auto* stored = std::get_if<peer::BlockStored>(&message)) {
    const ConversationId id = ConversationId::direct(stored->user, stored->other);
    if (!on_own_disk(shard_of(id), node)) return;
    const auto row = durable_row<rows::BlocksRow>(node, rows::blocks(id));
    const bool kept = row && (stored->user == id.first() ? row->by_first : row->by_second).number >=
                                 stored->number;
    stage_.checker.effect(stage_.now, kept, "a stored block");
  }
}

}  // namespace hubbub::sim
