// A queue of byte records with a small head each, in one piece of memory that is kept.
#pragma once

#include <cstring>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"

namespace hubbub {

template <class Head>
class ByteQueue {
 public:
  bool empty() const { return front_ == bytes_.size(); }
  /// Bytes waiting, heads included.
  std::size_t size() const { return bytes_.size() - front_; }

  void push(const Head& head, std::string_view body) {
    compact();
    bytes_.append_number(head);
    bytes_.append_number(static_cast<std::uint32_t>(body.size()));
    bytes_.append(body);
  }

  /// REQUIRES: !empty(). The body stays where it is until the next `push`.
  std::pair<Head, std::string_view> front() const {
    Head head;
    std::uint32_t size = 0;
    std::memcpy(&head, bytes_.view().data() + front_, sizeof head);
    std::memcpy(&size, bytes_.view().data() + front_ + sizeof head, sizeof size);
    return {head, bytes_.view(front_ + sizeof head + sizeof size, size)};
  }

  void pop() {
    HUBBUB_CHECK(!empty());
    front_ += sizeof(Head) + sizeof(std::uint32_t) + front().second.size();
    if (empty()) clear();
  }

  void clear() {
    bytes_.clear();
    front_ = 0;
  }

 private:
  static_assert(std::is_trivially_copyable_v<Head>);

  /// Moves what is left to the front once most of the memory is behind it.
  void compact() {
    if (front_ < 4096 || front_ < bytes_.size() / 2) return;
    const std::size_t left = size();
    std::memmove(bytes_.at(0), bytes_.at(front_), left);
    bytes_.resize(left);
    front_ = 0;
  }

  ByteBuffer bytes_;
  std::size_t front_ = 0;
};

}  // namespace hubbub
