// A sequence that grows at its end and whose elements never move. It grows by pieces, so that at
// most one is not in use: a vector holds up to twice what it needs, and three times while it moves.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace hubbub {

template <class T>
class StableVector {
 public:
  std::size_t size() const { return size_; }
  /// REQUIRES: index < size().
  T& operator[](std::size_t index) { return pieces_[index / piece][index % piece]; }
  const T& operator[](std::size_t index) const { return pieces_[index / piece][index % piece]; }
  void emplace_back() { grow_to(size_ + 1); }
  /// Makes elements up to `size`, if there are fewer.
  void grow_to(std::size_t size) {
    while (pieces_.size() * piece < size) pieces_.push_back(std::make_unique<T[]>(piece));
    if (size_ < size) size_ = size;
  }
  std::size_t memory() const {
    return pieces_.size() * piece * sizeof(T) + pieces_.capacity() * sizeof pieces_[0];
  }

 private:
  static constexpr std::size_t piece = 32;
  std::vector<std::unique_ptr<T[]>> pieces_;
  std::size_t size_ = 0;
};

}  // namespace hubbub
