// What arrived at a node and waits for its next step, in order.
#pragma once

#include <vector>

#include "core/base/ids.hpp"
#include "core/base/time.hpp"
#include "sim/world/slab.hpp"

namespace hubbub::sim {

struct Mail {
  enum class Kind : std::uint8_t {
    opened,
    closed,
    silent,
    frame,
    peer_linked,
    peer_lost,
    from_peer,
    read_done,
    read_failed,
    commit_durable,
    commit_unknown,
    answer,  ///< of a service: the input itself, in its byte form
    arrived,
  };
  /// Whether a frame is the first of an HTTP request, and on what connection that came.
  enum class Request : std::uint8_t { none, kept, fresh };
  Kind kind{};
  Request request{};
  bool more = false;         ///< read_done; opened: it resumes
  std::uint16_t number = 0;  ///< a node; a partition
  ConnectionId connection;
  std::uint64_t word = 0;  ///< opened: user; read: ticket; commit: batch; frame: where in the piece
  Piece* piece = nullptr;  ///< released once taken; opened: of what it showed, if anything
  Duration at{};           ///< when it arrived
};

/// A queue that knows how long things waited. By Little's law the sum of all waits is the area
/// under its length over time; both are kept, in whole nanoseconds, and must be equal.
class Mailbox {
 public:
  void push(const Mail& mail) {
    grow(mail.at);
    mails_.push_back(mail);
  }
  std::size_t size() const { return mails_.size() - head_; }
  bool empty() const { return size() == 0; }
  const Mail& operator[](std::size_t i) const { return mails_[head_ + i]; }

  void pop_front(Duration now) {
    grow(now);
    waited_ += now - mails_[head_].at;
    ++taken_;
    if (++head_ == mails_.size() || head_ >= spent_most) {
      mails_.erase(mails_.begin(), mails_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
  }

  std::uint64_t taken() const { return taken_; }
  std::size_t longest() const { return longest_; }
  Duration waited() const { return waited_; }
  /// What Little's law says of everything taken so far. REQUIRES: empty.
  Duration area() const { return area_; }
  std::size_t reserved_bytes() const { return mails_.capacity() * sizeof(Mail); }

 private:
  static constexpr std::size_t spent_most = 1024;

  void grow(Duration now) {
    area_ += static_cast<std::int64_t>(size()) * (now - changed_);
    changed_ = now;
    if (size() + 1 > longest_) longest_ = size() + 1;
  }

  std::vector<Mail> mails_;
  std::size_t head_ = 0;
  std::size_t longest_ = 0;
  std::uint64_t taken_ = 0;
  Duration waited_{};
  Duration area_{};
  Duration changed_{};
};

}  // namespace hubbub::sim
