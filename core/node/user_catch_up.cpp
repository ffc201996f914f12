// How a session gets from where it is to the head of its inbox (R15, R16): entry by entry with
// their content, or by ranges when it is far behind.
#include <algorithm>

#include "core/node/users.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {

void Users::pump_later(Slot slot, DeviceNumber device) {
  pumps_.push({slot, c_.users[slot].use, device});
}

void Users::pump(Slot slot, Device& device) {
  SessionStream& s = device.stream();
  using Mode = SessionStream::Mode;
  if (s.busy || s.mode == Mode::detached || s.mode == Mode::live) return;
  if (!c_.alive(s.ref)) {
    c_.users[slot].record.end_range_sync(device.number);
    s = SessionStream{};
    return presences_.ended(slot, false);
  }
  const UserId id = c_.users[slot].key;
  User& user = c_.users[slot].record;
  Partition& p = c_.partition(shard_of(id));
  renumber(p, s);
  const bool by_ranges = c_.config.policy.catch_up == CatchUpPolicy::ranges;
  if (s.mode == Mode::entries && by_ranges && user.head - s.sent > limits::sync_entries) {
    s.mode = Mode::ranges;
    user.range_sync(device.number) = {device.number, user.head, user.head, user.head};
  }
  if (s.mode == Mode::ranges) {
    const RangeSync& sync = user.range_sync(device.number);
    if (sync.reached_acknowledged - sync.reached < limits::unacknowledged_ranges)
      read_inbox(slot, device, s.sent + 1, sync.reached, true);
    return;
  }
  if (s.sent == user.head) {
    s.mode = Mode::live;
    if (!s.told_synced)
      c_.emit(p, s.ref.node, peer::Synced{s.ref, s.attempt, Cursor::at(p.incarnation, s.sent)});
    s.told_synced = true;
    return;
  }
  if (by_ranges && s.unacknowledged >= limits::unacknowledged_entries) return;
  read_inbox(slot, device, s.sent + 1,
             std::min<Sequence>(user.head, s.sent + limits::delivery_entries), false);
}

void Users::read_inbox(Slot slot, Device& device, Sequence from, Sequence to, bool ranges) {
  const UserId id = c_.users[slot].key;
  device.stream().busy = true;
  const std::uint64_t durable = c_.partition(shard_of(id)).durable_batches();
  c_.read(reads::Inbox{slot, c_.users[slot].use, device.number, device.stream().serial, ranges, durable},
          rows::inbox(id, from), rows::inbox(id, to + 1),
          static_cast<std::uint32_t>(ranges ? limits::ranges_chunk : limits::delivery_entries),
          ranges);
}

Device* Users::waiting_device(Slot slot, std::uint32_t use, DeviceNumber number,
                              std::uint32_t serial) {
  if (!c_.users.is(slot, use)) return nullptr;
  Device* device = c_.users[slot].record.device(number);
  if (device == nullptr || !device->stream().busy || device->stream().serial != serial)
    return nullptr;
  return device;
}

void Users::inbox_read(const reads::Inbox& job, std::string_view rows) {
  Device* device = waiting_device(job.slot, job.use, job.device, job.serial);
  if (device == nullptr) return;
  device->stream().busy = false;
  if (rows.empty()) return inbox_not_stored_yet(job);
  if (job.ranges) {
    ranges_read(job.slot, *device, rows);
    return pump_later(job.slot, job.device);
  }
  entries_read(job.slot, *device, rows);
}

/// The entries are in this node's memory, so they are durable already, by a commit that came after
/// the read, or will be: go on then.
void Users::inbox_not_stored_yet(const reads::Inbox& job) {
  const ShardId shard = shard_of(c_.users[job.slot].key);
  const Partition& p = c_.partition(shard);
  if (p.durable_batches() != job.durable) return pump_later(job.slot, job.device);
  if (p.stamp() == 0) c_.alarm("inbox entries that were durable are not in the store");
  after_commit_[partition_of(shard).value].push_back({job.slot, job.use, job.device});
}

void Users::ranges_read(Slot slot, Device& device, std::string_view rows) {
  Partition& p = c_.partition(shard_of(c_.users[slot].key));
  SessionStream& s = device.stream();
  RangeSync& sync = c_.users[slot].record.range_sync(device.number);
  renumber(p, s);
  ranges_.clear();
  BatchReader reader(rows);
  RowWrite row;
  Sequence least = 0;
  while (reader.next(row)) {
    c_.work(1);
    const auto parsed = rows::parse(row.key, row.value, c_.scratch);
    const auto* entry = parsed ? std::get_if<rows::InboxRow>(&parsed->row) : nullptr;
    if (entry == nullptr) return c_.unreadable();
    // The newest entries may not be durable yet: the sync's target is the newest that is.
    if (least == 0 && sync.reached == sync.target) sync.target = sync.reached_acknowledged = parsed->number;
    least = parsed->number;
    ranges_.add(entry->conversation, entry->seq());
  }
  if (least == 0) return;
  sync.reached = least - 1;
  ++c_.counters.ranges_sent;
  c_.emit(p, s.ref.node,
          peer::Ranges{s.ref, s.attempt, s.sent, Cursor::during(p.incarnation, s.sent, sync.target, sync.reached),
                       ranges_.ranges()});
  if (sync.reached > s.sent) return;
  s.sent = sync.target;
  s.unacknowledged = 0;
  s.mode = SessionStream::Mode::entries;
  c_.users[slot].record.end_range_sync(device.number);
}

void Users::entries_read(Slot slot, Device& device, std::string_view rows) {
  CatchUp catch_up{.slot = slot,
                   .use = c_.users[slot].use,
                   .device = device.number,
                   .serial = device.stream().serial};
  BatchReader reader(rows);
  RowWrite row;
  while (catch_up.count < catch_up.entries.size() && reader.next(row)) {
    const auto parsed = rows::decode<rows::InboxRow>(row.value, c_.scratch);
    if (!parsed) return c_.unreadable();
    catch_up.entries[catch_up.count++] = *parsed;
  }
  device.stream().busy = true;
  fetch(catch_up);
}

/// Entries from `next` on that are consecutive in one conversation.
std::uint32_t Users::CatchUp::run_size() const {
  std::uint32_t size = 1;
  while (next + size < count &&
         entries[next + size].conversation == entries[next].conversation &&
         entries[next + size].seq() == entries[next].seq() + size)
    ++size;
  return size;
}

/// Asks for the content of the next run; where that cannot be had now, declares the run (R16).
void Users::fetch(CatchUp& catch_up) {
  const UserId id = c_.users[catch_up.slot].key;
  Device& device = *c_.users[catch_up.slot].record.device(catch_up.device);
  while (catch_up.next < catch_up.count) {
    const rows::InboxRow& first = catch_up.entries[catch_up.next];
    const NodeId owner = c_.owner(shard_of(first.conversation));
    if (c_.up(owner)) {
      // An answer to an earlier life's question must not be taken for one to this life's.
      const std::uint64_t ticket = std::uint64_t{c_.life} << 32 | ++last_ticket_;
      fetching_.emplace(ticket, catch_up);
      fetch_timeouts_.push({ticket, c_.judged + limits::fetch_wait});
      return c_.send(owner, peer::Fetch{c_.self(), ticket, id,
                                        {first.conversation, first.seq(),
                                         first.seq() + catch_up.run_size() - 1}});
    }
    declare(c_.partition(shard_of(id)), device.stream(), catch_up);
  }
  device.stream().busy = false;
  pump_later(catch_up.slot, catch_up.device);
}

void Users::declare(Partition& p, SessionStream& s, CatchUp& catch_up) {
  renumber(p, s);
  const rows::InboxRow& first = catch_up.entries[catch_up.next];
  const std::uint32_t size = catch_up.run_size();
  const Range range{first.conversation, first.seq(), first.seq() + size - 1};
  ++c_.counters.ranges_sent;
  c_.emit(p, s.ref.node,
          peer::Ranges{s.ref, s.attempt, s.sent, Cursor::at(p.incarnation, s.sent + size), {&range, 1}});
  s.send(s.sent + size);
  catch_up.next += size;
}

void Users::on(const peer::Fetched& f) {
  const auto at = fetching_.find(f.ticket);
  if (at == fetching_.end()) return;
  CatchUp catch_up = at->second;
  fetching_.erase(at);
  Device* device =
      waiting_device(catch_up.slot, catch_up.use, catch_up.device, catch_up.serial);
  if (device == nullptr) return;
  Partition& p = c_.partition(shard_of(c_.users[catch_up.slot].key));
  SessionStream& s = device->stream();
  if (f.messages.empty()) declare(p, s, catch_up);
  for (const Message& m : f.messages) {
    if (catch_up.next == catch_up.count) break;
    const rows::InboxRow& entry = catch_up.entries[catch_up.next];
    if (entry.seq() != m.seq) break;
    send_entry(p, s, s.sent + 1, entry.conversation, m);
    ++catch_up.next;
  }
  fetch(catch_up);
}

}  // namespace hubbub
