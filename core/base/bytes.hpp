// Byte containers that keep their memory: what a step fills is cleared, not freed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/check.hpp"

namespace hubbub {

/// A growing run of bytes. Appending may move it: keep offsets, not pointers.
class ByteBuffer {
 public:
  ByteBuffer() = default;
  ByteBuffer(const ByteBuffer& other) { append(other.view()); }
  ByteBuffer(ByteBuffer&& other) noexcept { swap(other); }
  ByteBuffer& operator=(ByteBuffer other) noexcept {
    swap(other);
    return *this;
  }

  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
  }
  /// A number as it lies in memory. Inline down to one store: byte forms are made of these.
  template <class Number>
  void append_number(Number number) {
    std::memcpy(extend(sizeof number), &number, sizeof number);
  }
  /// Room for `more` bytes at the end, counted as used; whoever asks fills it.
  [[gnu::always_inline]] char* extend(std::size_t more) {
    if (capacity_ - size_ < more) [[unlikely]] reallocate(size_ + more);
    char* at = data_.get() + size_;
    size_ += more;
    return at;
  }
  void clear() { size_ = 0; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {data_.get(), size_}; }
  std::string_view view(std::size_t from, std::size_t size) const { return view().substr(from, size); }
  char* at(std::size_t offset) { return data_.get() + offset; }
  void resize(std::size_t size) {
    if (size > size_) std::memset(extend(size - size_), 0, size - size_);
    size_ = size;
  }

 private:
  void swap(ByteBuffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }
  [[gnu::noinline]] void reallocate(std::size_t at_least) {
    capacity_ = std::max({at_least, capacity_ * 2, std::size_t{64}});
    auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
    if (size_ > 0) std::memcpy(larger.get(), data_.get(), size_);
    data_ = std::move(larger);
  }

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Memory for what lives until the end of a step. Addresses stay valid until `clear`.
class Arena {
 public:
  explicit Arena(std::size_t block_bytes = 64 * 1024) : block_bytes_(block_bytes) {}

  void* allocate(std::size_t size, std::size_t alignment) {
    for (;; ++current_) {
      if (current_ == blocks_.size()) add_block(size + alignment);
      Block& block = blocks_[current_];
      const std::size_t start = (used_ + alignment - 1) & ~(alignment - 1);
      if (start + size <= block.size) {
        used_ = start + size;
        return block.data.get() + start;
      }
      used_ = 0;
    }
  }

  template <class T>
  std::span<T> array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    T* data = static_cast<T*>(allocate(count * sizeof(T), alignof(T)));
    for (std::size_t i = 0; i < count; ++i) new (data + i) T{};
    return {data, count};
  }

  std::string_view copy(std::string_view bytes) {
    if (bytes.empty()) return {};
    char* to = static_cast<char*>(allocate(bytes.size(), 1));
    std::memcpy(to, bytes.data(), bytes.size());
    return {to, bytes.size()};
  }

  /// Forgets everything handed out; keeps the memory, except blocks made for one large piece.
  void clear() {
    if (large_) std::erase_if(blocks_, [this](const Block& b) { return b.size > block_bytes_; });
    large_ = false;
    current_ = 0;
    used_ = 0;
  }

 private:
  struct Block {
    std::unique_ptr<char[]> data;
    std::size_t size;
  };
  void add_block(std::size_t at_least) {
    large_ |= at_least > block_bytes_;
    const std::size_t size = at_least > block_bytes_ ? at_least : block_bytes_;
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
  }

  std::size_t block_bytes_;
  std::vector<Block> blocks_;
  std::size_t current_ = 0;
  std::size_t used_ = 0;
  bool large_ = false;
};

}  // namespace hubbub
