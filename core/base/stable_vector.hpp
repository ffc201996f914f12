// A sequence that grows at its end and whose elements never move: in pieces of a power of two.
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
  void emplace_back() {
    if (size_ == pieces_.size() * piece) pieces_.push_back(std::make_unique<T[]>(piece));
    ++size_;
  }

 private:
  static constexpr std::size_t piece = 16;
  std::vector<std::unique_ptr<T[]>> pieces_;
  std::size_t size_ = 0;
};

}  // namespace hubbub
