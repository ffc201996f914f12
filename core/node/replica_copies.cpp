// Getting the rows of a partition from another replica, for who cannot have them from the log: it is
// new and the log was trimmed, its disk was put back to an older state, or its rows differ.
//
// The rows are copied slice by slice while they change, from whichever replica is far enough. Row
// writes can be repeated: so the log, applied from where the first slice was read, makes them whole
// once it has passed where the last one was.
#include <algorithm>

#include "core/node/replicas.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {
namespace {

/// Older peers know nothing of copies (form.hpp).
constexpr Form copies_form = 2;

}  // namespace

// --- Who needs them ------------------------------------------------------------------------------------

/// The rows that are here are of no use any more, and are fetched anew: who ends meanwhile begins
/// again. They stay until somebody has offered others, for if nobody does they are the last there are.
/// `at_least`: what is beyond this the log still has.
void Replicas::copy_anew(PartitionId id, Replica& r, LogPosition at_least) {
  HUBBUB_CHECK(!r.applying);
  ++c_.counters.copies;
  if (r.mine != 0) lose(id, r);
  r.record.clear();
  r.ticket = 0;
  r.accepted = 0;
  r.reading = 0;
  r.caught_up = false;
  r.head = r.stored = {};
  r.read_to = r.applied_to = 0;
  r.whole_at = rows::HeadRow::never;
  r.kept = 0;
  r.pass = {};
  r.differs = false;
  r.gifts.clear();
  r.copying = std::make_unique<Copy>();
  r.copying->at_least = at_least;
  r.copying->in_vain_until = c_.now.mono + limits::copy_alarm;
  go_on(id);
}

/// What is next for a replica that is copied. REQUIRES: nothing is being stored.
void Replicas::copy_goes_on(PartitionId id, Replica& r) {
  switch (r.copying->stage) {
    case Copy::Stage::asking:
    case Copy::Stage::fetching: return ask_for_copy(id, r);
    case Copy::Stage::wiping: return wipe(id, r);
    case Copy::Stage::over: return copy_is_over(id, r);
  }
}

void Replicas::wipe(PartitionId id, Replica& r) {
  Copy& copy = *r.copying;
  if (copy.ticket != 0) return;
  copy.ticket = ++last_ticket_;
  if (copy.next.empty()) copy.next = rows::copied_begin(id).view();
  read_slice(reads::Slice::What::wipe, id, copy.next);
}

void Replicas::wipe_read(PartitionId id, Replica& r, const input::ReadDone& i) {
  if (r.copying == nullptr || r.copying->stage != Copy::Stage::wiping) return;
  Copy& copy = *r.copying;
  copy.ticket = 0;
  copy.next = after_slice(id, copy.next, i);
  if (copy.next.empty()) copy.stage = Copy::Stage::fetching;
  BatchWriter batch(r.rows);
  batch.put(rows::head(id), rows::HeadRow{.whole_at = rows::HeadRow::never});
  BatchReader reader(i.rows);
  for (RowWrite row; reader.next(row);) batch.erase(row.key);
  store(id, r);
}

/// The next one after `node` who may have a copy; itself, if it is the only one; or nobody.
NodeId Replicas::next_source(NodeId node) const {
  for (std::uint32_t step = 1; step <= limits::nodes; ++step) {
    const NodeId next{static_cast<std::uint16_t>((node.value + step) % limits::nodes)};
    if (next != c_.self() && c_.up(next) && c_.peers.form(next) >= copies_form) return next;
  }
  return nobody;
}

/// Asks the partition's owner first, then everybody in turn.
void Replicas::ask_for_copy(PartitionId id, Replica& r) {
  Copy& copy = *r.copying;
  if (c_.now.mono < copy.ask_at) return wake_at(copy.ask_at);
  if (copy.source == nobody) {
    const NodeId owner = c_.routes.owner(id);
    const std::uint32_t before = (owner.value + limits::nodes - 1u) % limits::nodes;
    copy.source = next_source(NodeId{static_cast<std::uint16_t>(before)});
  } else if (copy.ticket != 0 || !c_.up(copy.source)) {
    copy.source = next_source(copy.source);
  }
  if (c_.now.mono >= copy.in_vain_until) {
    copy.in_vain_until = never;
    c_.alarm("partition " + std::to_string(id.value) +
             ": the log does not have all of it any more, and nobody who can be reached has a copy. "
             "Which server had one?");
  }
  copy.ask_at = c_.now.mono + limits::copy_wait;
  wake_at(copy.ask_at);
  if (copy.source == nobody) return;
  copy.ticket = ++last_ticket_;
  c_.send(copy.source, peer::CopyWanted{id, copy.ticket, copy.at_least, copy.next});
}

void Replicas::on(const peer::Copied& m, NodeId from) {
  if (m.partition.value >= limits::partitions || replicas_[m.partition.value] == nullptr) return;
  Replica& r = at(m.partition);
  if (r.copying == nullptr || r.copying->ticket != m.ticket || r.copying->source != from) return;
  Copy& copy = *r.copying;
  copy.ticket = 0;
  if (!m.available) {
    copy.source = next_source(from);
    // Once round, and nobody has it: a little later somebody may.
    copy.ask_at = copy.source.value > from.value ? Duration{} : c_.now.mono + limits::log_retry;
    return go_on(m.partition);
  }
  copy.ask_at = {};
  copy.in_vain_until = c_.now.mono + limits::copy_alarm;
  if (copy.stage == Copy::Stage::asking) {
    copy.stage = Copy::Stage::wiping;
    return go_on(m.partition);
  }
  fetched(m, r);
}

void Replicas::fetched(const peer::Copied& m, Replica& r) {
  Copy& copy = *r.copying;
  c_.work(limits::read_rows);
  if (copy.from.position == 0) {
    copy.from = m.head;
    copy.at_least = m.head.position;
  }
  copy.most = std::max(copy.most, m.through);
  copy.next = m.next;
  r.rows.append(m.rows);
  if (copy.next.empty()) {
    copy.stage = Copy::Stage::over;
    BatchWriter(r.rows).put(rows::head(m.partition),
                            rows::HeadRow{.head = copy.from, .whole_at = copy.most});
  }
  store(m.partition, r);
}

void Replicas::copy_is_over(PartitionId id, Replica& r) {
  r.head = r.stored = r.copying->from;
  r.whole_at = r.copying->most;
  r.read_to = r.applied_to = r.head.position;
  r.at_tail = false;
  r.copying.reset();
  go_on(id);
}

// --- Who has them --------------------------------------------------------------------------------------

void Replicas::on(const peer::CopyWanted& m, NodeId from) {
  if (m.partition.value >= limits::partitions || c_.life == 0) return;
  // An earlier life may have had it: who asks, asks again.
  if (replicas_[m.partition.value] == nullptr) look_up(m.partition);
  Replica& r = at(m.partition);
  if (!r.known || !r.whole() || r.stored.position == 0 || r.stored.position < m.at_least)
    return c_.send(from, peer::Copied{.partition = m.partition, .ticket = m.ticket});
  // It asks again only when it has given the last one up.
  std::erase_if(r.gifts, [&](const Gift& gift) { return gift.to == from; });
  const std::string begin{m.from.empty() ? rows::copied_begin(m.partition).view() : m.from};
  r.gifts.push_back({++last_gift_, from, m.ticket, r.stored, begin});
  read_slice(reads::Slice::What::give, m.partition, begin, last_gift_);
}

void Replicas::give(PartitionId id, Replica& r, std::uint64_t number, const input::ReadDone& i) {
  const auto gift = std::find_if(r.gifts.begin(), r.gifts.end(),
                                 [&](const Gift& g) { return g.number == number; });
  if (gift == r.gifts.end()) return;
  const std::string next = after_slice(id, gift->from, i);
  if (r.whole())
    c_.send(gift->to, peer::Copied{.partition = id,
                                   .ticket = gift->ticket,
                                   .available = true,
                                   .head = gift->head,
                                   .through = r.head.position,
                                   .rows = i.rows,
                                   .next = next});
  r.gifts.erase(gift);
}

}  // namespace hubbub
