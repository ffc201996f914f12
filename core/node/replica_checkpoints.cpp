// Comparing the copies of a partition, and giving up the beginning of its log (R11).
//
// When its log has grown long enough, a partition's owner appends checkpoints, one after the other
// until they have gone over all rows. Each names a slice: whoever applies it reads that slice before
// it goes on, so that all read it as it is at one position. The next one carries the digest of what
// the owner read. Who read the same all the way syncs its store and says so to the owner; the owner
// then lets go of the log up to the pass's beginning.
#include <algorithm>

#include "core/node/replicas.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {

// --- The owner ---------------------------------------------------------------------------------------

bool Replicas::may_begin_pass(PartitionId id, const Replica& r) const {
  constexpr Form form = form_of(RecordKind::checkpoint);
  const NodeId standby = c_.map.places[id.value].standby;
  const bool heard = standby != nobody && c_.up(standby) && c_.peers.form(standby) >= form;
  const bool alone = c_.config.policy.trimming == TrimPolicy::unverified;
  return c_.form() >= form && (heard || alone) &&
         r.kept >= std::max(c_.config.policy.log_kept, r.pass_bytes);
}

/// Appends the next checkpoint, if it is time for one. REQUIRES: it owns, and nothing is under way.
void Replicas::check(PartitionId id, Replica& r) {
  const bool under_way = r.pass.start != 0 && !r.pass.over;
  if (!under_way && !may_begin_pass(id, r)) return;
  if (c_.now.mono < r.pass.at) return wake_at(r.pass.at);
  const rows::Key begin_key = rows::copied_begin(id);
  payload_.clear();
  wire::encode(under_way ? Checkpoint{r.pass.start, r.pass.digest, r.pass.next}
                         : Checkpoint{0, 0, begin_key.view()},
               payload_);
  begin(id, r, RecordKind::checkpoint, payload_.view());
}

void Replicas::on(const peer::Verified& m, NodeId from) {
  if (m.partition.value >= limits::partitions || replicas_[m.partition.value] == nullptr) return;
  Replica& r = at(m.partition);
  if (!r.owns() || r.pass.start != m.pass || from == c_.self()) return;
  r.pass.verified = true;
  trim(m.partition, r);
}

void Replicas::trim(PartitionId id, Replica& r) {
  const bool alone = c_.config.policy.trimming == TrimPolicy::unverified;
  if (!r.pass.synced || (!r.pass.verified && !alone)) return;
  ++c_.counters.trims;
  c_.out->log_trims.push_back({id, r.pass.start});
  r.kept -= r.pass.kept;
  r.pass = {};
}

// --- Every replica -------------------------------------------------------------------------------------

void Replicas::checkpoint_counts(Replica& r, LogPosition position, const LogRecord& record, bool own) {
  const auto checkpoint = wire::decode<Checkpoint>(record.rows, arena_);
  if (!checkpoint) return c_.unreadable();
  if (checkpoint->pass == 0) {
    r.pass = {.start = position, .equal = r.whole()};
    r.pass.kept = r.kept;
  } else if (checkpoint->pass != r.pass.start) {
    r.pass = {.start = checkpoint->pass};  // its beginning was not seen here
  } else if (!own && r.pass.equal && r.pass.digest != checkpoint->digest) {
    r.differs = c_.config.policy.trimming == TrimPolicy::verified;
    r.pass.equal = false;
  }
  r.pass.due = true;
  r.pass.from = checkpoint->from;
  r.pass.over = checkpoint->from.empty();
}

/// The checkpoint is applied, and nothing after it.
void Replicas::pass_goes_on(PartitionId id, Replica& r) {
  r.pass.due = false;
  if (r.differs) {
    c_.alarm("partition " + std::to_string(id.value) +
             ": the rows here are not those of its owner, and are copied anew. Is the disk to be "
             "trusted?");
    return copy_anew(id, r);
  }
  if (r.pass.over) return pass_is_over(id, r);
  if (!r.pass.equal) {
    if (r.owns()) r.pass = {.at = c_.now.mono + limits::pass_wait};
    return go_on(id);
  }
  r.pass.reading = true;
  read_slice(reads::Slice::What::compare, id, r.pass.from);
}

void Replicas::compare_read(PartitionId id, Replica& r, const input::ReadDone& i) {
  if (!r.pass.reading) return;
  r.pass.reading = false;
  // Whether there is more belongs to it: a copy that is as long as whole slices may lack the rest.
  r.pass.digest = hash_bytes(i.rows) + (i.more ? 1 : 0);
  r.pass.bytes += i.rows.size();
  r.pass.next = after_slice(id, r.pass.from, i);
  r.pass.at = c_.now.mono + limits::checkpoint_interval;
  go_on(id);
}

void Replicas::pass_is_over(PartitionId id, Replica& r) {
  r.pass_bytes = r.pass.bytes;
  r.pass.synced = r.pass.equal;
  r.pass.at = c_.now.mono + limits::pass_wait;
  const NodeId owner = r.head.owner;
  if (r.owns()) {
    trim(id, r);
  } else if (r.pass.equal) {
    r.kept -= r.pass.kept;  // the owner trims now
    if (c_.up(owner) && owner != c_.self()) c_.send(owner, peer::Verified{id, r.pass.start});
  }
  go_on(id);
}

// --- Slices ----------------------------------------------------------------------------------------------

void Replicas::read_slice(reads::Slice::What what, PartitionId id, std::string_view from,
                          std::uint64_t gift) {
  c_.read(reads::Slice{what, id, gift}, from, rows::copied_end(id, from), limits::read_rows);
}

void Replicas::slice_read(const reads::Slice& job, const input::ReadDone& i) {
  Replica& r = at(job.partition);
  switch (job.what) {
    case reads::Slice::What::compare: return compare_read(job.partition, r, i);
    case reads::Slice::What::give: return give(job.partition, r, job.gift, i);
    case reads::Slice::What::wipe: return wipe_read(job.partition, r, i);
  }
}

/// Where to go on after a slice; empty: that was the last.
std::string Replicas::after_slice(PartitionId id, std::string_view from, const input::ReadDone& i) {
  BatchReader reader(i.rows);
  std::string_view last;
  for (RowWrite row; reader.next(row); c_.work(1)) last = row.key;
  return rows::copied_next(id, from, last, i.more);
}

}  // namespace hubbub
