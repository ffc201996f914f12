// A host's disk and the store on it: group commit, and everything that goes wrong with disks.
//
// While one write is under way everything that is to be committed gathers, from all nodes of the
// host, and becomes the next write. With synced durability a commit is done when its sync is;
// buffered, when the page cache has it, and the system syncs by itself now and then.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/policy.hpp"
#include "core/store/memory_store.hpp"
#include "sim/world/agenda.hpp"
#include "sim/world/draws.hpp"
#include "sim/world/slab.hpp"

namespace hubbub::sim {

/// A batch on its way to the disk.
struct PendingCommit {
  std::uint16_t node = 0;  ///< whose
  PartitionId partition;
  std::uint64_t batch = 0;
  bool sync = false;
  Piece* rows = nullptr;
};

class HostDisk {
 public:
  /// `struck` is told of each fault that meets something: a sync, a write, a read.
  HostDisk(const Disk& settings, const Policy& policy, std::uint64_t seed, std::uint32_t host,
           Slab& slab, std::function<void(FaultKind)> struck);

  MemoryStore& store() { return store_; }
  const MemoryStore& store() const { return store_; }

  /// Takes a batch. True: the disk was idle, and `begin` is to be called.
  bool submit(const PendingCommit& commit);
  /// Starts a write of all that gathered; returns how long it takes. REQUIRES: idle, and `waiting`.
  Duration begin(Duration now);
  bool waiting() const { return !gathering_.empty(); }
  bool busy() const { return busy_; }

  struct Finished {
    std::span<const PendingCommit> commits;
    bool durable = true;  ///< false: ended unknown
    std::string reason;   ///< why
  };
  /// The write is done. The commits are valid until `begin`; their rows are released.
  Finished finish();

  /// As the store's, unless the disk is at fault.
  Result<bool> read(const ReadRange& range, ByteBuffer& rows);
  Duration read_time() { return draw(read_, random_); }
  /// Whether the next read sees the store when it is asked, or when it is answered.
  bool reads_at_once() { return random_.chance(0.5); }
  /// What the system does by itself, if no write is under way.
  void write_back();

  // --- Faults -----------------------------------------------------------------------------------
  void slow_down(Duration until, double factor);
  /// There is no room for what is written.
  void fill(Duration until) { full_until_ = until; }
  bool full(Duration now) const { return now < full_until_; }
  Duration full_until() const { return full_until_; }
  /// The next read fails. False: it was to fail already.
  bool fail_next_read() { return !std::exchange(read_fails_, true); }
  /// Rows are damaged: those that are read next. False: some are already.
  bool damage();
  /// Damaged rows were read: none are given until the disk is replaced.
  bool found_damaged() const { return damage_ == Damage::found; }
  /// Another disk, with all that is whole.
  void mend() { damage_ = Damage::none; }
  /// Nothing more goes wrong that has not yet.
  void heal();
  /// The process ended: nothing that was submitted will be answered.
  void process_crash();
  /// The power is gone. `torn`: a part of what was not synced reached the disk.
  void power_loss(bool torn);
  void reopen();
  /// Holds these rows, a batch of puts, and no others. REQUIRES: the power is gone.
  void replace(std::string_view rows);

  struct Counts {
    std::uint64_t writes = 0, commits = 0, rows = 0, bytes = 0;
    Duration busy{};
  };
  const Counts& counts() const { return counts_; }

 private:
  enum class Damage : std::uint8_t { none, to_be_found, found };

  void drop_everything();
  bool refused(Duration now);

  MemoryStore store_;
  Slab& slab_;
  std::function<void(FaultKind)> struck_;
  Sampler read_, write_, sync_;
  Random random_;
  bool synced_;
  TornWritePolicy torn_policy_;
  std::vector<PendingCommit> gathering_, underway_;
  std::vector<std::string_view> batches_;
  bool busy_ = false;
  bool underway_synced_ = false;
  bool begun_ = false;  ///< the store took the write that is under way
  std::string refusal_;
  bool refuses_ = false;  ///< until it is opened again: a write found no room
  bool goes_on_;          ///< unsafe: it takes writes all the same
  Duration slow_until_{};
  double slow_factor_ = 1;
  Duration full_until_{};
  bool read_fails_ = false;
  Damage damage_ = Damage::none;
  Counts counts_;
};

}  // namespace hubbub::sim
