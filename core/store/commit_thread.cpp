#include "core/store/commit_thread.hpp"

#include <chrono>

#include "core/base/check.hpp"

namespace hubbub {

namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t us_since(Clock::time_point begin) {
  const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
  return static_cast<std::uint64_t>(passed.count());
}

}  // namespace

CommitThread::CommitThread(Store& store, CommitListener& listener)
    : store_(store),
      listener_(listener),
      committer_([this] { commit_loop(); }),
      reader_([this] { read_loop(); }) {}

CommitThread::~CommitThread() { stop(); }

void CommitThread::stop() {
  {
    const std::scoped_lock lock(commit_mutex_, read_mutex_);
    commits_stop_ = reads_stop_ = true;
  }
  gathered_.notify_all();
  read_queued_.notify_all();
  if (committer_.joinable()) committer_.join();
  if (reader_.joinable()) reader_.join();
}

// --- Commits -----------------------------------------------------------------------------------

void CommitThread::commit(const CommitId& id, std::string_view rows, Sync sync) {
  {
    const std::lock_guard lock(commit_mutex_);
    HUBBUB_CHECK(!commits_stop_);
    const bool first_in_flight = in_flight_.insert({id.node, id.partition}).second;
    HUBBUB_CHECK(first_in_flight);
    gathering_.batches.push_back({id, gathering_.bytes.size(), rows.size()});
    gathering_.bytes.append(rows);
    if (sync == Sync::yes) gathering_.sync = Sync::yes;
  }
  gathered_.notify_one();
}

void CommitThread::commit_loop() {
  Gathered taken;
  for (;;) {
    {
      std::unique_lock lock(commit_mutex_);
      gathered_.wait(lock, [this] { return commits_stop_ || !gathering_.batches.empty(); });
      if (gathering_.batches.empty()) return;
      std::swap(gathering_, taken);
    }
    write(taken);
    taken.clear();
  }
}

void CommitThread::write(const Gathered& gathered) {
  views_.clear();
  for (const Batch& batch : gathered.batches)
    views_.push_back(gathered.bytes.view(batch.at, batch.size));
  const auto begin = Clock::now();
  const Result<void> written = store_.write(views_, gathered.sync);
  const std::uint64_t took_us = us_since(begin);
  {
    const std::lock_guard lock(commit_mutex_);
    // Before the listener hears of it, for then the next batch may come at once.
    for (const Batch& batch : gathered.batches)
      in_flight_.erase({batch.id.node, batch.id.partition});
    statistics_.batches_per_write.add(gathered.batches.size());
    statistics_.write_us.add(took_us);
    statistics_.bytes += gathered.bytes.size();
    if (gathered.sync == Sync::yes) ++statistics_.synced_writes;
    if (!written) statistics_.unknown += gathered.batches.size();
  }
  answer(gathered, written);
}

void CommitThread::answer(const Gathered& gathered, const Result<void>& written) {
  for (const Batch& batch : gathered.batches) {
    if (written) {
      listener_.durable(batch.id);
    } else {
      listener_.unknown(batch.id, written.error().what);
    }
  }
}

// --- Reads -------------------------------------------------------------------------------------

void CommitThread::read(const ReadId& id, const ReadRange& range) {
  {
    std::unique_lock lock(read_mutex_);
    read_taken_.wait(lock, [this] { return reads_.size() < reads_queued_max; });
    HUBBUB_CHECK(!reads_stop_);
    reads_.push_back({id, std::string(range.from), std::string(range.to), range});
  }
  read_queued_.notify_one();
}

void CommitThread::read_loop() {
  ByteBuffer rows;
  for (;;) {
    QueuedRead read;
    {
      std::unique_lock lock(read_mutex_);
      read_queued_.wait(lock, [this] { return reads_stop_ || !reads_.empty(); });
      if (reads_.empty()) return;
      read = std::move(reads_.front());
      reads_.pop_front();
    }
    read_taken_.notify_one();
    read_one(read, rows);
  }
}

void CommitThread::read_one(const QueuedRead& read, ByteBuffer& rows) {
  rows.clear();
  ReadRange range = read.range;
  range.from = read.from;
  range.to = read.to;
  const auto begin = Clock::now();
  const Result<bool> more = store_.read(range, rows);
  const std::uint64_t took_us = us_since(begin);
  {
    const std::lock_guard lock(read_mutex_);
    read_us_.add(took_us);
  }
  if (more) {
    listener_.rows(read.id, rows.view(), *more);
  } else {
    listener_.read_failed(read.id, more.error().what);
  }
}

CommitStatistics CommitThread::statistics() const {
  const std::scoped_lock lock(commit_mutex_, read_mutex_);
  CommitStatistics statistics = statistics_;
  statistics.read_us = read_us_;
  return statistics;
}

}  // namespace hubbub
