#include "core/node/replicas.hpp"

#include <algorithm>

#include "core/wire/batch.hpp"

namespace hubbub {

// --- What the map wants ----------------------------------------------------------------------------

void Replicas::follow_map() {
  if (c_.life == 0) return;
  for (std::uint16_t p = 0; p < limits::partitions; ++p) {
    const Place& place = c_.map.places[p];
    const Wanted wanted = place.owner == c_.self()     ? Wanted::own
                          : place.standby == c_.self() ? Wanted::follow
                                                       : Wanted::nothing;
    if (replicas_[p] == nullptr && wanted == Wanted::nothing) continue;
    want(PartitionId{p}, wanted, replicas_[p] == nullptr ? nobody : replicas_[p]->head.owner);
  }
}

/// Finds out what the store has of it.
void Replicas::look_up(PartitionId id) {
  replicas_[id.value] = std::make_unique<Replica>();
  c_.read(reads::Head{id}, rows::only(rows::head(id)));
}

void Replicas::want(PartitionId id, Wanted wanted, NodeId before) {
  auto& replica = replicas_[id.value];
  if (replica == nullptr) look_up(id);
  if (replica->wanted == wanted) return;
  replica->wanted = wanted;
  waits_anew(*replica, before);
  go_on(id);
}

/// Before it is taken (again) the register is told (R12), and while the last owner can be heard it
/// is given the time to end what it began.
void Replicas::waits_anew(Replica& r, NodeId before) {
  r.announced = false;
  r.announce_by = {};
  r.patient_until = c_.up(before) ? c_.judged + limits::hand_over : Duration{};
}

void Replicas::head_read(PartitionId id, std::string_view rows) {
  Replica& r = at(id);
  BatchReader reader(rows);
  RowWrite row;
  if (reader.next(row)) {
    const auto stored = rows::decode<rows::HeadRow>(row.value, c_.scratch);
    if (!stored) return c_.unreadable();
    r.head = r.stored = stored->head;
    r.whole_at = stored->whole_at;
    r.kept = stored->kept;
  }
  r.read_to = r.applied_to = r.head.position;
  r.known = true;
  if (r.whole_at == rows::HeadRow::never) return copy_anew(id, r);
  go_on(id);
}

/// Decides what is next for a replica, from what it is and what is wanted. Every event ends here.
void Replicas::go_on(PartitionId id) {
  Replica& r = at(id);
  if (!r.known || r.applying || r.pass.reading) return;
  if (r.copying != nullptr) {
    if (r.wanted != Wanted::nothing) copy_goes_on(id, r);
    return;
  }
  if (r.pass.due) return pass_goes_on(id, r);
  if (r.writing()) {
    if (r.accepted != 0) return read(id, r, {});
    if (r.ticket == 0) append(id, r);
    return;
  }
  if (r.owns()) {
    if (r.wanted == Wanted::own) return check(id, r);
    if (may_release(id)) begin(id, r, RecordKind::released);
    return;
  }
  if (r.wanted == Wanted::nothing) return;
  if (must_wait(id)) return wake_at(c_.now.mono + limits::log_retry);
  if (r.wanted == Wanted::follow) return read(id, r, r.at_tail ? limits::log_wait : Duration{});
  if (assumes(r)) return assume(id, r);
  if (!r.at_tail) return read(id, r, {});
  if (!may_take(r)) return read(id, r, limits::log_retry);
  if (!is_announced(r)) return wake_at(r.announce_by);
  begin(id, r, RecordKind::takeover);
}

/// Unsafe: takes its own disk's word for owning the partition (R9).
bool Replicas::assumes(const Replica& r) const {
  return c_.config.policy.takeovers == TakeoverPolicy::assumed && r.head.owner == c_.self() &&
         !r.head.released && r.mine == 0;
}

void Replicas::assume(PartitionId id, Replica& r) {
  r.mine = r.head.epoch;
  changes_.push({id, Change::What::taken});
}

/// R12: what killed somebody who opened it is opened alone, so that nothing else is blamed with it.
bool Replicas::must_wait(PartitionId id) const {
  if (!suspect(id)) return false;
  for (std::uint16_t p = 0; p < limits::partitions; ++p) {
    const auto& other = replicas_[p];
    const bool opening = other != nullptr && other->wanted == Wanted::own && !other->owns() &&
                         other->copying == nullptr;
    const bool before = !suspect(PartitionId{p}) || p < id.value;
    if (opening && before && p != id.value) return true;
  }
  return false;
}

/// R12: who dies of opening a partition must be known to have been at it. A register that is away is
/// not waited for: nobody counts while it is.
bool Replicas::is_announced(Replica& r) {
  if (r.announced || (r.announce_by != Duration{} && c_.now.mono >= r.announce_by)) return true;
  if (r.announce_by == Duration{}) r.announce_by = c_.now.mono + limits::announce_wait;
  unannounced_ = true;
  return false;
}

void Replicas::announced(const Partitions& opening) {
  unannounced_ = false;
  for (std::uint16_t p = 0; p < limits::partitions; ++p) {
    if (replicas_[p] == nullptr || replicas_[p]->announce_by == Duration{}) continue;
    replicas_[p]->announced |= opening.test(p);
    go_on(PartitionId{p});
  }
}

bool Replicas::suspect(PartitionId id) const {
  const Place& place = c_.map.places[id.value];
  return place.owner == c_.self() && place.vanished > 0;
}

/// A log that was last taken over on a newer map than this node knows is not for it to take; and an
/// owner that can be heard is given the time to say its last word.
bool Replicas::may_take(const Replica& r) const {
  const bool older = r.head.map_version > c_.map.version;
  if (older && c_.config.policy.older_map == OlderMapPolicy::leaves) return false;
  return r.head.released || r.head.epoch == 0 || r.head.owner == c_.self() ||
         c_.judged >= r.patient_until || !c_.up(r.head.owner);
}

/// Nothing gathers, nothing waits for a batch: the owner can end (R11).
bool Replicas::may_release(PartitionId id) const {
  const Partition& p = c_.partitions[id.value];
  return p.stamp() == 0 && p.held_bytes() == 0;
}

std::optional<Holding::State> Replicas::state(PartitionId id, Partition::State state) const {
  const auto& r = replicas_[id.value];
  if (state == Partition::State::open || state == Partition::State::ending) return Holding::State::open;
  if (r == nullptr || r->wanted == Wanted::nothing || r->copying != nullptr) return {};
  if (r->wanted == Wanted::follow) {
    if (!r->caught_up || !r->whole()) return {};
    return Holding::State::following;
  }
  // One that waits for others to be opened before it cannot be to blame yet.
  if (must_wait(id)) return {};
  return Holding::State::opening;
}

// --- Writing ---------------------------------------------------------------------------------------

void Replicas::write(PartitionId id) {
  Replica& r = at(id);
  std::string_view rows;
  c_.partitions[id.value].commit(rows);
  begin(id, r, rows.empty() ? RecordKind::settle : RecordKind::batch, rows);
}

void Replicas::begin(PartitionId id, Replica& r, RecordKind kind, std::string_view rows) {
  HUBBUB_CHECK(!r.writing() && !r.applying);
  r.kind = kind;
  wire::encode(LogRecord{.form = form_of(kind),
                         .kind = kind,
                         .partition = id,
                         .epoch = r.head.epoch + (kind == RecordKind::takeover ? 1 : 0),
                         .previous = r.head.position,
                         .previous_hash = r.head.hash,
                         .author = c_.self(),
                         .map_version = c_.map.version,
                         .rows = rows},
               r.record);
  r.record_hash = hash_bytes(r.record.view());
  r.first_sent = c_.now.mono;
  r.append_at = {};
  r.patience = limits::log_retry;
  append(id, r);
}

void Replicas::append(PartitionId id, Replica& r) {
  if (r.append_at > c_.now.mono) return wake_at(r.append_at);
  r.ticket = ++last_ticket_;
  c_.out->appends.push_back({id, r.ticket, c_.out->arena.copy(r.record.view())});
}

void Replicas::on(const input::Appended& i) {
  if (replicas_[i.partition.value] == nullptr) return;
  Replica& r = at(i.partition);
  if (!r.writing() || r.ticket != i.ticket) return;
  if (i.outcome != AppendOutcome::accepted) {
    if (i.outcome == AppendOutcome::unknown && r.kind == RecordKind::batch) end_unknown(i.partition);
    r.ticket = 0;
    r.append_at = c_.now.mono + r.patience;
    r.patience = std::min<Duration>(r.patience * 2, limits::log_retry_most);
    wake_at(r.append_at);
    return;
  }
  r.accepted = i.position;
  // R8: right behind the record that it follows there was no room for another.
  if (i.position == r.head.position + 1 && r.rests()) {
    const LogEntry entry{i.position, r.record.view()};
    absorb(i.partition, r, {&entry, 1});
    return;
  }
  go_on(i.partition);
}

void Replicas::end_unknown(PartitionId id) {
  switch (c_.config.policy.unknown_append) {
    case UnknownAppendPolicy::append_again: return;
    case UnknownAppendPolicy::exit:
      c_.out->fatal = "an append to the log ended unknown";
      return;
    case UnknownAppendPolicy::assume_done: c_.partitions[id.value].assume_durable(); c_.releasing.push(id.value);
  }
}

// --- Reading ---------------------------------------------------------------------------------------

void Replicas::read(PartitionId id, Replica& r, Duration wait) {
  if (r.reading != 0) return;
  if (r.read_at > c_.now.mono) return wake_at(r.read_at);
  r.reading = ++last_ticket_;
  c_.out->log_reads.push_back({id, r.reading, r.read_to, wait});
}

void Replicas::on(const input::LogRead& i) {
  if (replicas_[i.partition.value] == nullptr) return;
  Replica& r = at(i.partition);
  if (r.reading != i.ticket) return;
  r.reading = 0;
  if (!i.page.available) {
    r.read_at = c_.now.mono + limits::log_retry;
    return go_on(i.partition);
  }
  r.at_tail = !i.page.more;
  // A stale reader has not come to what was accepted: it is asked again, a little later.
  if (r.accepted > i.page.through) r.read_at = c_.now.mono + limits::log_reread;
  if (!r.rests()) return;  // what it found is read again
  if (i.page.first > r.read_to + 1) return copy_anew(i.partition, r, i.page.first - 1);
  if (absorb(i.partition, r, i.page.entries)) {
    r.read_to = std::max(r.read_to, i.page.through);
    r.caught_up |= !i.page.more;
  }
  if (!r.applying) go_on(i.partition);
}

/// Judges records, and gives the store what those that count say. False: it stopped at a checkpoint.
bool Replicas::absorb(PartitionId id, Replica& r, std::span<const LogEntry> entries) {
  for (const LogEntry& entry : entries) {
    if (entry.position <= r.read_to) continue;
    c_.work(1);
    r.read_to = entry.position;
    arena_.clear();
    const auto record = decode_record(entry.bytes, arena_);
    switch (judge(r.head, entry, record)) {
      case Standing::counts:
        r.kept += entry.bytes.size();
        count(id, r, *record);
        break;
      case Standing::not_counted: break;
      case Standing::unreadable: c_.unreadable("a record of a log"); return false;
    }
    if (r.pass.due) break;
  }
  apply(id, r);
  return !r.pass.due;
}

Standing Replicas::judge(LogHead& head, const LogEntry& entry,
                         const std::optional<LogRecord>& record) const {
  const Standing standing = follow(head, entry.position, entry.bytes, record, c_.config.reads);
  if (standing != Standing::not_counted || !record ||
      c_.config.policy.fencing == FencingPolicy::chained)
    return standing;
  head.position = entry.position;
  head.hash = hash_bytes(entry.bytes);
  head.epoch = std::max(head.epoch, record->epoch);
  return Standing::counts;
}

void Replicas::count(PartitionId id, Replica& r, const LogRecord& record) {
  ++c_.counters.records;
  r.rows.append(writes(record));
  r.at_tail = false;
  const bool own = r.writing() && r.head.hash == r.record_hash;
  if (own) {
    r.counted = true;
    c_.partitions[id.value].proved = r.first_sent;
  }
  // Another record has the place: what was under way can never count (R10).
  r.record.clear();
  r.ticket = 0;
  r.accepted = 0;
  if (record.kind == RecordKind::checkpoint) return checkpoint_counts(r, r.head.position, record, own);
  if (record.kind != RecordKind::takeover) return;
  r.pass = {};
  if (r.mine != 0) lose(id, r);
  if (own) r.mine = record.epoch;
}

/// One batch for the store: all rows that count, and how far they are. Not synced: what a crash
/// takes is read from the log again.
void Replicas::apply(PartitionId id, Replica& r) {
  if (r.applying || r.head.position == r.applied_to) return;
  r.applied_to = r.head.position;
  BatchWriter(r.rows).put(rows::head(id),
                          rows::HeadRow{.head = r.head, .whole_at = r.whole_at, .kept = r.kept});
  r.sync = r.pass.due && r.pass.over;
  store(id, r);
}

void Replicas::store(PartitionId id, Replica& r) {
  r.applying = true;
  c_.out->commits.push_back({id, 0, c_.out->arena.copy(r.rows.view()), std::exchange(r.sync, false)});
  r.rows.clear();
}

void Replicas::applied(PartitionId id) {
  Replica& r = at(id);
  r.applying = false;
  r.stored = r.head;
  if (std::exchange(r.counted, false)) {
    switch (r.kind) {
      case RecordKind::takeover:
        if (r.owns()) changes_.push({id, Change::What::taken});
        break;
      case RecordKind::released: lose(id, r); break;
      case RecordKind::checkpoint: break;
      case RecordKind::batch:
      case RecordKind::settle:
        if (r.mine != 0) changes_.push({id, Change::What::durable});
        break;
    }
  }
  go_on(id);
}

void Replicas::lose(PartitionId id, Replica& r) {
  r.mine = 0;
  waits_anew(r, r.head.owner);
  changes_.push({id, Change::What::lost});
}

bool Replicas::next_change(Change& change) {
  if (changes_.empty()) return false;
  change = changes_.pop();
  return true;
}

void Replicas::timers() {
  if (c_.now.mono < due_) return;
  due_ = never;
  for (std::uint16_t p = 0; p < limits::partitions; ++p)
    if (replicas_[p] != nullptr) go_on(PartitionId{p});
}

}  // namespace hubbub
