// A queue in one piece of memory that grows and is kept.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "core/base/check.hpp"

namespace hubbub {

template <class T>
class Ring {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  void push(T item) {
    if (size_ == items_.size()) grow();
    items_[(front_ + size_) & (items_.size() - 1)] = std::move(item);
    ++size_;
  }
  /// REQUIRES: !empty().
  T& front() { return items_[front_]; }
  const T& front() const { return items_[front_]; }
  /// The i-th from the front. REQUIRES: i < size().
  T& operator[](std::size_t i) { return items_[(front_ + i) & (items_.size() - 1)]; }
  T pop() {
    HUBBUB_CHECK(size_ > 0);
    T item = std::move(items_[front_]);
    front_ = (front_ + 1) & (items_.size() - 1);
    --size_;
    return item;
  }

 private:
  void grow() {
    std::vector<T> larger(items_.empty() ? 16 : items_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i)
      larger[i] = std::move(items_[(front_ + i) & (items_.size() - 1)]);
    items_ = std::move(larger);
    front_ = 0;
  }

  std::vector<T> items_;  ///< a power of two
  std::size_t front_ = 0;
  std::size_t size_ = 0;
};

}  // namespace hubbub
