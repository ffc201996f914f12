// The records of a node: how they come into memory, what waits for them, and how they go again.
#include "core/node/node_impl.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {

// --- Coming ------------------------------------------------------------------------------------------

void Node::Impl::done(const reads::Record& job, const input::ReadDone& i) {
  switch (job.kind) {
    case reads::Kind::conversation: return loaded(c.conversations, job, i);
    case reads::Kind::sender: return loaded(c.senders, job, i);
    case reads::Kind::user: return loaded(c.users, job, i);
    case reads::Kind::stream: return loaded(c.streams, job, i);
    case reads::Kind::contact: return loaded(c.contacts, job, i);
    case reads::Kind::opaque: return loaded(c.opaques, job, i);
  }
}

template <class Table>
void Node::Impl::loaded(Table& table, const reads::Record& job, const input::ReadDone& i) {
  if (!table.is(job.slot, job.use)) return;  // its partition was lost meanwhile
  auto& entry = table[job.slot];
  BatchReader reader(i.rows);
  RowWrite row;
  std::string last;
  while (reader.next(row)) {
    c.work(1);
    if (!entry.record.restore(row.key, row.value, c.scratch)) return c.unreadable();
    if (i.more) last = row.key;
  }
  if (i.more) {
    last.push_back('\0');
    c.read(job, last, entry.record.bounds(entry.key).to, limits::read_rows);
    return;
  }
  entry.record.restored(entry.key);
  entry.loaded = true;
  --c.loads_under_way;
  if (entry.waited_for && table.parked(job.slot).empty()) table.unpark(job.slot);
  if (entry.waited_for) c.drains.push({job.kind, job.slot, job.use});
  if (job.kind == reads::Kind::conversation) conversations.loaded(job.slot);
  if (job.kind == reads::Kind::contact) contacts.loaded(job.slot);
}

/// Handles the first message that waited for the record. True when none is left.
template <class Table>
bool Node::Impl::drain(Table& table, const Context::Drain& of) {
  if (!table.is(of.slot, of.use)) return true;  // its partition was lost meanwhile
  auto& entry = table[of.slot];
  const Parked next_message = std::move(table.parked(of.slot).front());
  table.parked(of.slot).pop_front();
  c.parked_bytes -= next_message.bytes.size();
  c.work(1);
  c.draining = &entry;
  handle(next_message.from, next_message.bytes, next_message.received);
  c.draining = nullptr;
  if (!table.parked(of.slot).empty()) return false;
  table.unpark(of.slot);
  return true;
}

bool Node::Impl::drain_next() {
  if (c.drains.empty()) return false;
  const Context::Drain d = c.drains.front();
  bool empty = false;
  switch (d.kind) {
    case reads::Kind::conversation: empty = drain(c.conversations, d); break;
    case reads::Kind::sender: empty = drain(c.senders, d); break;
    case reads::Kind::user: empty = drain(c.users, d); break;
    case reads::Kind::stream: empty = drain(c.streams, d); break;
    case reads::Kind::contact: empty = drain(c.contacts, d); break;
    case reads::Kind::opaque: empty = drain(c.opaques, d); break;
  }
  if (empty) c.drains.pop();
  return true;
}

// --- Giving up what is idle ------------------------------------------------------------------------------------

void Node::Impl::evict() {
  evict_at = c.now.mono + 1s;
  evict(c.conversations, [this](const Conversation& r) { return conversations.evictable(r); });
  evict(c.users, [this](User& r) { return users.evictable(r); });
  evict(c.senders, [](const SenderRecord&) { return true; });
  evict(c.streams, [](const ReceivedStream&) { return true; });
  evict(c.opaques, [](const OpaqueRecord&) { return true; });
  evict(c.contacts, [this](const Contact& r) { return contacts.evictable(r); });
}

/// A record goes only when all that was written of it is durable: what is loaded in its place comes
/// from the store. Whoever writes a record touches it, so that its last write is no later than that.
template <class Table, class Evictable>
void Node::Impl::evict(Table& table, Evictable evictable) {
  for (int looked_at = 0; looked_at < 16; ++looked_at) {
    const auto slot = table.oldest();
    if (slot == Table::none || table[slot].touched() + limits::idle > c.now.mono) return;
    c.work(1);
    auto& entry = table[slot];
    const bool stored = entry.touched() < c.partition(home_shard(entry.key)).undurable_since();
    if (entry.ready() && stored && evictable(entry.record)) {
      ++c.counters.evictions;
      table.remove(slot);
    } else {
      table.touch(slot, c.now.mono);
    }
  }
  // More are idle than one look takes: look again at once.
  evict_at = c.now.mono;
}

}  // namespace hubbub
