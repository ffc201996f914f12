// A station: jobs, servers, and a line between them (or another order of who is next).
//
// It decides who is served and who waits; it keeps no time. Whoever runs it draws how long a
// service takes and comes back with `finish` when it is over, usually by an event in the queue. So
// the same station is a host's cores, a disk, or a textbook's M/M/c.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/check.hpp"

namespace hubbub::sim {

// Who is next: what a station keeps its waiting jobs in. Each has `push`, `pop`, `size`,
// `empty` and `clear`.

/// First in, first out. Its memory is the longest line there was.
template <class Job>
class Line {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  void push(Job job) {
    if (size_ == ring_.size()) grow();
    ring_[(head_ + size_++) & (ring_.size() - 1)] = std::move(job);
  }

  /// REQUIRES: !empty().
  Job pop() {
    HUBBUB_CHECK(size_ > 0);
    Job job = std::move(ring_[head_]);
    head_ = (head_ + 1) & (ring_.size() - 1);
    --size_;
    return job;
  }

  void clear() { head_ = size_ = 0; }

 private:
  void grow() {
    std::vector<Job> larger(ring_.empty() ? 8 : 2 * ring_.size());
    for (std::size_t i = 0; i < size_; ++i) {
      larger[i] = std::move(ring_[(head_ + i) & (ring_.size() - 1)]);
    }
    ring_ = std::move(larger);
    head_ = 0;
  }

  std::vector<Job> ring_;  ///< its size is a power of two
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

/// Last in, first out: in an overload the newest are served in time, and the oldest hardly ever.
template <class Job>
class Stack {
 public:
  bool empty() const { return jobs_.empty(); }
  std::size_t size() const { return jobs_.size(); }
  void push(Job job) { jobs_.push_back(std::move(job)); }
  /// REQUIRES: !empty().
  Job pop() {
    HUBBUB_CHECK(!jobs_.empty());
    Job job = std::move(jobs_.back());
    jobs_.pop_back();
    return job;
  }
  void clear() { jobs_.clear(); }

 private:
  std::vector<Job> jobs_;
};

/// By `job.priority`, an 8-bit number: 0 first, and first in, first out among equals. A service that
/// began is not interrupted.
template <class Job>
class PriorityLines {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  void push(Job job) {
    const std::uint8_t priority{job.priority};
    if (lines_.size() <= priority) lines_.resize(priority + std::size_t{1});
    lines_[priority].push(std::move(job));
    ++size_;
  }

  /// REQUIRES: !empty().
  Job pop() {
    HUBBUB_CHECK(size_ > 0);
    --size_;
    std::size_t first = 0;
    while (lines_[first].empty()) ++first;
    return lines_[first].pop();
  }

  void clear() {
    for (Line<Job>& line : lines_) line.clear();
    size_ = 0;
  }

 private:
  std::vector<Line<Job>> lines_;  ///< by priority
  std::size_t size_ = 0;
};

enum class Arrival : std::uint8_t {
  started,  ///< a server was free: draw its service time now
  waiting,  ///< `finish` will hand it out
  refused,  ///< full
};

/// `servers` alike, and one place to wait: a line, first come first served, unless another order is
/// asked for. Invariant: while anyone waits, all servers are busy; busy() + waiting() <= capacity.
template <class Job, class Waiting = Line<Job>>
class Station {
 public:
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  /// `capacity`: jobs present, in service or waiting; `servers` of it makes a loss system.
  /// REQUIRES: 0 < servers <= capacity.
  explicit Station(std::size_t servers, std::size_t capacity = unlimited)
      : servers_(servers), capacity_(capacity) {
    HUBBUB_CHECK(servers > 0 && servers <= capacity);
  }

  Arrival arrive(Job job) {
    if (busy_ < servers_) {
      ++busy_;
      return Arrival::started;
    }
    if (busy_ + waiting_.size() >= capacity_) return Arrival::refused;
    waiting_.push(std::move(job));
    return Arrival::waiting;
  }

  /// A service ended. The job that starts now in its place, if any waits.
  /// REQUIRES: busy() > 0.
  std::optional<Job> finish() {
    HUBBUB_CHECK(busy_ > 0);
    if (waiting_.empty()) {
      --busy_;
      return std::nullopt;
    }
    return waiting_.pop();
  }

  /// Everything in it is lost, as in a crash. Its runner must ignore the services it had started.
  void clear() {
    waiting_.clear();
    busy_ = 0;
  }

  std::size_t busy() const { return busy_; }
  std::size_t waiting() const { return waiting_.size(); }
  std::size_t servers() const { return servers_; }

 private:
  std::size_t servers_;
  std::size_t capacity_;
  std::size_t busy_ = 0;
  Waiting waiting_;
};

}  // namespace hubbub::sim
