#include "tests/core/node/watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "core/place/keys.hpp"
#include "core/place/registration.hpp"

namespace hubbub::test {
namespace {

PartitionId home(UserId user) { return partition_of(shard_of(user)); }

std::string name(NodeId node) { return node == nobody ? "nobody" : fmt::format("node {}", node.value); }

std::string_view name(RecordKind kind) {
  switch (kind) {
    case RecordKind::takeover: return "takeover";
    case RecordKind::batch: return "batch";
    case RecordKind::settle: return "settle";
    case RecordKind::released: return "released";
    case RecordKind::checkpoint: return "checkpoint";
  }
  return "?";
}

/// `whole`: also what it follows, and by which map it acts.
std::string text_of(const LogRecord& record, bool whole) {
  std::string text(name(record.kind));
  if (record.kind == RecordKind::takeover) text += fmt::format(", epoch {}", record.epoch);
  if (record.kind == RecordKind::takeover && whole) text += fmt::format(", map {}", record.map_version);
  if (record.kind == RecordKind::checkpoint) {
    Arena arena;
    const auto checkpoint = wire::decode<Checkpoint>(record.rows, arena);
    HUBBUB_CHECK(checkpoint.has_value());
    text += checkpoint->pass == 0          ? ", the first slice"
            : checkpoint->from.empty()     ? ", that was the last slice"
                                           : ", the next slice";
  }
  if (!whole) return text;
  return text + (record.previous == 0 ? ", the first" : fmt::format(", follows @{}", record.previous));
}

}  // namespace

void Watch::messages(const std::string& kind) {
  static constexpr std::string_view all[] = {"owns",  "request",  "answer", "attach",
                                             "attached", "attaches", "entry",  "copies"};
  if (std::find(std::begin(all), std::end(all), kind) == std::end(all))
    throw std::runtime_error("no kind of message is called " + kind + ": see README.md");
  kinds_.insert(kind);
}

void Watch::step(NodeId node, std::span<const Input> inputs, const Outbox& out) {
  for (const Input& input : inputs)
    std::visit([&](const auto& i) { take(node, i); }, input);
  for (const auto& a : out.appends) append(node, a);
  for (const auto& t : out.log_trims)
    if (watched(t.partition))
      line(fmt::format("{} > log {}: give up what is below @{}", name(node), t.partition.value, t.below));
  for (const auto& r : out.register_sets)
    if (r.set.key == keys::node(node)) registers(node, r.set.value);
  for (const auto& p : out.peers) packet(node, p.node, p.bytes);
}

void Watch::line(const std::string& text) {
  flush();
  show_(text, cluster_.now().mono);
}

void Watch::flush() {
  if (attaches_.sessions == 0) return;
  show_(fmt::format("{} > {}: attach, {} sessions", name(attaches_.from), name(attaches_.to),
                    attaches_.sessions),
        attaches_.at);
  attaches_ = {};
}

// --- The log -----------------------------------------------------------------------------------------

void Watch::append(NodeId node, const output::Append& a) {
  if (!watched(a.partition)) return;
  std::string& last = appended_[{node, a.partition}];
  Arena arena;
  const auto record = decode_record(a.record, arena);
  HUBBUB_CHECK(record.has_value());
  const bool again = last == a.record;
  last = a.record;
  line(fmt::format("{} > log {}: {}", name(node), a.partition.value,
                   again ? fmt::format("the same {}, byte for byte", name(record->kind))
                         : text_of(*record, true)));
}

void Watch::take(NodeId node, const input::Appended& i) {
  if (!watched(i.partition)) return;
  const std::string how = i.outcome == AppendOutcome::accepted  ? fmt::format("kept at @{}", i.position)
                          : i.outcome == AppendOutcome::refused ? "refused"
                                                                : "kept or not, nobody knows";
  line(fmt::format("log {} > {}: {}", i.partition.value, name(node), how));
}

void Watch::take(NodeId node, const input::LogRead& i) {
  if (!watched(i.partition) || !i.page.available || i.page.entries.empty()) return;
  std::string text = fmt::format("log {} > {}:", i.partition.value, name(node));
  for (const LogEntry& entry : i.page.entries) {
    Arena arena;
    const auto record = decode_record(entry.bytes, arena);
    HUBBUB_CHECK(record.has_value());
    const auto& kept = cluster_.services().entries(i.partition)[entry.position - 1];
    const bool counts = kept.standing == Standing::counts;
    text += fmt::format("{} @{} {}{}", &entry == i.page.entries.data() ? "" : ";", entry.position,
                        text_of(*record, false), counts ? "" : " (void)");
    if (record->kind == RecordKind::takeover) text += fmt::format(", by {}", name(record->author));
  }
  line(text);
}

// --- The register ------------------------------------------------------------------------------------

void Watch::take(NodeId, const input::RegisterRead& i) {
  if (i.page.away || i.page.revision <= revision_) return;
  revision_ = i.page.revision;
  for (const RegisterEntry& entry : i.page.entries) changed(entry);
}

/// What a node says of itself is shown when it is about to open a partition (R12).
void Watch::registers(NodeId node, std::string_view value) {
  Arena arena;
  const auto registration = decode_registration(value, arena);
  HUBBUB_CHECK(registration.has_value());
  std::set<PartitionId> now;
  for (const Holding& holding : registration->holdings)
    if (watched(holding.partition) && holding.state == Holding::State::opening) now.insert(holding.partition);
  const std::set<PartitionId> before = std::exchange(opening_[node], now);
  for (const PartitionId p : now)
    if (!before.contains(p)) line(fmt::format("{} > register: it is about to open {}", name(node), p.value));
}

void Watch::changed(const RegisterEntry& entry) {
  if (entry.key == keys::map)
    if (const auto map = decode_map(entry.value)) return map_changed(*map);
  const auto node = keys::parse_node(entry.key);
  if (!node) return;
  Arena arena;
  const auto registration = decode_registration(entry.value, arena);
  const std::string now = entry.version == 0                          ? "is gone"
                          : registration && registration->draining ? "drains"
                                                                   : "is there";
  const std::string before = std::exchange(fleet_.try_emplace(*node, "is there").first->second, now);
  if (before != now) line(fmt::format("register: {} {}", name(*node), now));
}

void Watch::map_changed(const ShardMap& map) {
  for (const PartitionId p : partitions_) {
    const Place& place = map.places[p.value];
    if (place == map_.places[p.value]) continue;
    line(fmt::format("register: {} is {}'s, {} follows (map {})", p.value, name(place.owner),
                     name(place.standby), map.version));
  }
  map_ = map;
}

// --- Between nodes -----------------------------------------------------------------------------------

void Watch::packet(NodeId from, NodeId to, std::string_view bytes) {
  Arena arena;
  const auto packet = wire::decode<peer::Packet>(bytes, arena);
  HUBBUB_CHECK(packet.has_value());
  const auto* data = std::get_if<peer::Data>(&*packet);
  if (data == nullptr || data->number == 0) return;
  // What is sent again was shown.
  auto& seen = seen_[{from, to}];
  if (seen >= std::pair(data->sender, data->number)) return;
  seen = {data->sender, data->number};
  peer::for_each_piece(data->messages, [&](const peer::Piece& piece) {
    HUBBUB_CHECK(piece.whole());
    const auto decoded = wire::decode<peer::Message>(piece.bytes, arena);
    HUBBUB_CHECK(decoded.has_value());
    if (std::holds_alternative<peer::Attach>(*decoded) && kinds_.contains("attaches"))
      return count_attach(from, to);
    const Said what = std::visit([this](const auto& m) { return said(m); }, *decoded);
    if (kinds_.contains(what.kind) && what.partition && watched(*what.partition))
      line(fmt::format("{} > {}: {}", name(from), name(to), what.words));
  });
}

/// They are shown together with those that follow at the same time.
void Watch::count_attach(NodeId from, NodeId to) {
  if (attaches_.from != from || attaches_.to != to || attaches_.at != cluster_.now().mono) flush();
  attaches_ = {from, to, cluster_.now().mono, attaches_.sessions + 1};
}

Watch::Said Watch::said(const peer::Owns& m) const {
  Said said{"owns", {}, {}};
  for (const peer::Tenure& t : m.partitions) {
    if (!watched(t.partition)) continue;
    said.partition = t.partition;
    said.words += fmt::format("{}owns {}, epoch {}, map {}", said.words.empty() ? "" : "; ",
                              t.partition.value, t.epoch, t.map_version);
  }
  return said;
}

Watch::Said Watch::said(const peer::Attach& m) const {
  const std::string from = m.has_cursor ? fmt::format(" at @{}", m.cursor.held) : "";
  return {"attach", home(m.user), fmt::format("attach {}{}", to_text(m.user), from)};
}

Watch::Said Watch::said(const peer::Attached& m) {
  sessions_[m.session.connection] = home(m.device.user);
  return {"attached", home(m.device.user),
          fmt::format("attached {} at @{}", to_text(m.device.user), m.position)};
}

Watch::Said Watch::said(const peer::Entry& m) {
  return {"entry", sessions_[m.session.connection],
          fmt::format("entry @{} after @{}", m.number, m.previous)};
}

Watch::Said Watch::said(const peer::Request& m) const {
  const auto* send = std::get_if<to_server::Send>(&m.call);
  const std::string what =
      send != nullptr ? fmt::format("to take number {}", send->number) : "for what it has";
  return {"request", partition_of(shard_of(m.conversation)),
          fmt::format("{} asks {} {}", to_text(m.from.user), to_text(m.conversation), what)};
}

/// An answer names a session alone: those of all partitions are shown.
Watch::Said Watch::said(const peer::Answer& m) const {
  if (partitions_.empty()) return {};
  std::string what = "a page";
  if (const auto* ok = std::get_if<to_client::Ok>(&m.reply)) what = fmt::format("ok, #{}", ok->seq);
  if (const auto* error = std::get_if<to_client::Error>(&m.reply)) what = to_text(error->code);
  return {"answer", *partitions_.begin(), "answer: " + what};
}

Watch::Said Watch::said(const peer::CopyWanted& m) const {
  return {"copies", m.partition,
          fmt::format("the {} rows of {} are wanted, as at @{} or later", m.from.empty() ? "first" : "next",
                      m.partition.value, m.at_least)};
}

Watch::Said Watch::said(const peer::Copied& m) const {
  const std::string what =
      m.available ? fmt::format("as at @{}{}", m.head.position, m.next.empty() ? ", the last" : "")
                  : "are not to be had here";
  return {"copies", m.partition, fmt::format("rows of {} {}", m.partition.value, what)};
}

Watch::Said Watch::said(const peer::Verified& m) const {
  return {"copies", m.partition,
          fmt::format("all rows of {} are on disk here and equal, in the pass of @{}", m.partition.value,
                      m.pass)};
}

}  // namespace hubbub::test
