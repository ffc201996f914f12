// One thread that commits for all nodes of a process, and one that reads for them.
//
// While one write is under way, everything submitted gathers, and becomes the next one write: the
// longer a sync takes, the more batches share the next. Reads do not wait behind syncs.
//
// Bounds: a partition has one batch in flight (R5), which is checked, so what gathers is at most a
// batch a partition and node. Reads beyond `reads_queued_max` make their caller wait.
//
// After a write that ended unknown, every batch then waiting or submitted later ends unknown too;
// the process is to end (R7).
#pragma once

#include <absl/container/flat_hash_set.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/ids.hpp"
#include "core/store/commit_statistics.hpp"
#include "core/store/store.hpp"

namespace hubbub {

/// A batch of a partition of a node of this process.
struct CommitId {
  NodeId node;
  PartitionId partition;
  std::uint64_t batch{};
  auto operator<=>(const CommitId&) const = default;
};

/// A read that a node asked for.
struct ReadId {
  NodeId node;
  std::uint64_t ticket{};
  auto operator<=>(const ReadId&) const = default;
};

/// Told how things ended: of batches on the commit thread, in the order they were submitted; of
/// reads on the reader thread. It must not wait for long, for everything waits for it. Views are
/// valid during the call. It may submit, but not stop the thread.
class CommitListener {
 public:
  virtual ~CommitListener() = default;
  virtual void durable(const CommitId& id) = 0;
  virtual void unknown(const CommitId& id, std::string_view reason) = 0;
  /// Rows as puts of a batch; `more`: the range holds further ones.
  virtual void rows(const ReadId& id, std::string_view rows, bool more) = 0;
  virtual void read_failed(const ReadId& id, std::string_view reason) = 0;
};

class CommitThread {
 public:
  /// Reads of one process that may wait: some 64 KiB of keys and as many tickets.
  static constexpr std::size_t reads_queued_max = 1 << 16;

  /// REQUIRES: `store` can be read from one thread while another writes, nobody else writes to it,
  /// and both outlive this.
  CommitThread(Store& store, CommitListener& listener);
  /// Stops.
  ~CommitThread();
  CommitThread(const CommitThread&) = delete;
  CommitThread& operator=(const CommitThread&) = delete;

  /// Takes a copy of `rows` and returns at once. From any thread. REQUIRES: no other batch of this
  /// partition of this node is in flight; not stopped.
  void commit(const CommitId& id, std::string_view rows, Sync sync);

  /// Takes a copy of `range` and returns, at once while fewer than reads_queued_max wait. From any
  /// thread. REQUIRES: not stopped.
  void read(const ReadId& id, const ReadRange& range);

  /// Ends both threads when everything submitted has been answered.
  void stop();

  CommitStatistics statistics() const;

 private:
  struct Batch {
    CommitId id;
    std::size_t at;
    std::size_t size;
  };
  struct Gathered {
    std::vector<Batch> batches;
    ByteBuffer bytes;
    Sync sync = Sync::no;
    void clear() {
      batches.clear();
      bytes.clear();
      sync = Sync::no;
    }
  };
  struct QueuedRead {
    ReadId id;
    std::string from;
    std::string to;
    ReadRange range;  ///< its keys are the two above
  };

  void commit_loop();
  void write(const Gathered& gathered);
  void answer(const Gathered& gathered, const Result<void>& written);
  void read_loop();
  void read_one(const QueuedRead& read, ByteBuffer& rows);

  Store& store_;
  CommitListener& listener_;

  mutable std::mutex commit_mutex_;  ///< guards the five below
  std::condition_variable gathered_;
  Gathered gathering_;
  absl::flat_hash_set<std::pair<NodeId, PartitionId>> in_flight_;
  CommitStatistics statistics_;  ///< but for read_us
  bool commits_stop_ = false;

  mutable std::mutex read_mutex_;  ///< guards the five below
  std::condition_variable read_queued_;
  std::condition_variable read_taken_;
  std::deque<QueuedRead> reads_;
  ValueCounts read_us_;
  bool reads_stop_ = false;

  std::vector<std::string_view> views_;  ///< the commit thread's
  std::thread committer_;
  std::thread reader_;
};

}  // namespace hubbub
