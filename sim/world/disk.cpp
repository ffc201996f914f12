#include "sim/world/disk.hpp"

#include <algorithm>

#include "core/wire/batch.hpp"

namespace hubbub::sim {

HostDisk::HostDisk(const Disk& settings, const Policy& policy, std::uint64_t seed,
                   std::uint32_t host, Slab& slab)
    : store_(policy.unknown_commit),
      slab_(slab),
      read_(sampler(settings.read)),
      write_(sampler(settings.write)),
      sync_(sampler(settings.sync)),
      random_(seed, purpose::disk, host),
      synced_(policy.durability == Durability::synced),
      torn_policy_(policy.torn_write) {}

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
  begun_ = true;
  if (underway_synced_) {
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
      ++counts_.sync_errors;
    }
  }
  for (PendingCommit& commit : underway_) {
    slab_.release(commit.rows);
    commit.rows = nullptr;
  }
  return finished;
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
  store_.reopen();
  ByteBuffer batch;
  BatchWriter writer(batch);
  store_.for_each([&](std::string_view key, std::string_view) { writer.erase(key); });
  batch.append(rows);
  const std::string_view all = batch.view();
  HUBBUB_CHECK(store_.write({&all, 1}, Sync::yes).has_value());
  store_.power_loss();
}

}  // namespace hubbub::sim
