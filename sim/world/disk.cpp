#include "sim/world/disk.hpp"

#include <algorithm>

#include "core/wire/batch.hpp"

namespace hubbub::sim {

HostDisk::HostDisk(const Disk& settings, const Policy& policy, std::uint64_t seed,
                   std::uint32_t host, Slab& slab, std::function<void(FaultKind)> struck)
    : store_(policy.unknown_commit),
      slab_(slab),
      struck_(std::move(struck)),
      read_(sampler(settings.read)),
      write_(sampler(settings.write)),
      sync_(sampler(settings.sync)),
      random_(seed, purpose::disk, host),
      synced_(policy.durability == Durability::synced),
      torn_policy_(policy.torn_write),
      goes_on_(policy.unknown_commit == UnknownCommitPolicy::assume_done) {}

bool HostDisk::submit(const PendingCommit& commit) {
  gathering_.push_back(commit);
  return !busy_;
}

Duration HostDisk::begin(Duration now) {
  HUBBUB_CHECK(!busy_ && !gathering_.empty());
  busy_ = true;
  underway_.swap(gathering_);
  gathering_.clear();
  batches_.clear();
  underway_synced_ = synced_;
  for (const PendingCommit& commit : underway_) {
    batches_.push_back(commit.rows->view());
    underway_synced_ |= commit.sync;
    counts_.bytes += commit.rows->size;
  }
  ++counts_.writes;
  counts_.commits += underway_.size();
  begun_ = !refused(now);
  if (begun_ && underway_synced_) {
    auto result = store_.begin_write(batches_);
    begun_ = result.has_value();
    if (!begun_) refusal_ = result.error().what;
  }
  Duration time = draw(write_, random_);
  if (underway_synced_) {
    const double slow = now < slow_until_ ? slow_factor_ : 1;
    time += Duration{
        static_cast<std::int64_t>(static_cast<double>(draw(sync_, random_).count()) * slow)};
  }
  counts_.busy += time;
  return time;
}

/// As a real store: a log that got only a part of a write takes no other behind it.
bool HostDisk::refused(Duration now) {
  if (full(now)) {
    struck_(FaultKind::disk_full);
    refuses_ = !goes_on_;
    refusal_ = "the disk has no room: whether a part of the last write is kept is unknown";
    return true;
  }
  return refuses_;
}

HostDisk::Finished HostDisk::finish() {
  HUBBUB_CHECK(busy_);
  busy_ = false;
  Finished finished;
  finished.commits = underway_;
  if (!begun_) {
    finished.durable = false;
    finished.reason = refusal_;
  } else {
    const auto result = underway_synced_ ? store_.finish_write() : store_.write(batches_, Sync::no);
    finished.durable = result.has_value();
    if (!result) {
      finished.reason = result.error().what;
      struck_(FaultKind::sync_error);
    }
  }
  for (PendingCommit& commit : underway_) {
    slab_.release(commit.rows);
    commit.rows = nullptr;
  }
  return finished;
}

Result<bool> HostDisk::read(const ReadRange& range, ByteBuffer& rows) {
  if (std::exchange(read_fails_, false)) {
    struck_(FaultKind::read_error);
    return failure("the disk could not be read: look at it, then start again");
  }
  const std::size_t before = rows.size();
  auto more = store_.read(range, rows);
  if (!more || rows.size() == before || damage_ == Damage::none) return more;
  // Every row that is read is checked: what is damaged is not given to anyone.
  if (damage_ == Damage::to_be_found) struck_(FaultKind::corrupted_block);
  damage_ = Damage::found;
  rows.resize(before);
  return failure("rows are damaged, their checksum is not right: replace the disk");
}

bool HostDisk::damage() {
  if (damage_ != Damage::none) return false;
  damage_ = Damage::to_be_found;
  return true;
}

void HostDisk::heal() {
  slow_down(Duration{0}, 1);
  fill(Duration{0});
  read_fails_ = false;
  mend();
}

void HostDisk::reopen() {
  store_.reopen();
  refuses_ = false;
}

void HostDisk::write_back() {
  if (!store_.writing()) (void)store_.sync();
}

void HostDisk::slow_down(Duration until, double factor) {
  slow_until_ = until;
  slow_factor_ = factor;
}

void HostDisk::drop_everything() {
  for (std::vector<PendingCommit>* list : {&gathering_, &underway_}) {
    for (PendingCommit& commit : *list)
      if (commit.rows != nullptr) slab_.release(commit.rows);
    list->clear();
  }
  busy_ = false;
}

void HostDisk::process_crash() {
  drop_everything();
  store_.process_crash((random_.bits() & 1) != 0 ? Unfinished::found : Unfinished::lost);
}

void HostDisk::power_loss(bool torn) {
  drop_everything();
  if (torn)
    store_.power_loss_torn(random_.bits(), torn_policy_);
  else
    store_.power_loss();
}

void HostDisk::replace(std::string_view rows) {
  reopen();
  mend();
  ByteBuffer batch;
  BatchWriter writer(batch);
  store_.for_each([&](std::string_view key, std::string_view) { writer.erase(key); });
  batch.append(rows);
  const std::string_view all = batch.view();
  HUBBUB_CHECK(store_.write({&all, 1}, Sync::yes).has_value());
  store_.power_loss();
}

}  // namespace hubbub::sim
