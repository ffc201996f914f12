// A station: jobs, servers, and a line between them.
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

enum class Arrival : std::uint8_t {
  started,  ///< a server was free: draw its service time now
  waiting,  ///< `finish` will hand it out
  refused,  ///< full
};

/// `servers` alike, one line, first come first served. Invariant: while anyone waits, all servers
/// are busy; busy() + waiting() <= capacity.
template <class Job>
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
    if (busy_ + line_.size() >= capacity_) return Arrival::refused;
    line_.push(std::move(job));
    return Arrival::waiting;
  }

  /// A service ended. The job that starts now in its place, if any waits.
  /// REQUIRES: busy() > 0.
  std::optional<Job> finish() {
    HUBBUB_CHECK(busy_ > 0);
    if (line_.empty()) {
      --busy_;
      return std::nullopt;
    }
    return line_.pop();
  }

  /// Everything in it is lost, as in a crash. Its runner must ignore the services it had started.
  void clear() {
    line_.clear();
    busy_ = 0;
  }

  std::size_t busy() const { return busy_; }
  std::size_t waiting() const { return line_.size(); }
  std::size_t servers() const { return servers_; }

 private:
  std::size_t servers_;
  std::size_t capacity_;
  std::size_t busy_ = 0;
  Line<Job> line_;
};

}  // namespace hubbub::sim
