// Byte containers that keep their memory: what a step fills is cleared, not freed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/check.hpp"

namespace hubbub {

/// A growing run of bytes. Appending may move it: keep offsets, not pointers.
class ByteBuffer {
 public:
  void append(std::string_view bytes) { data_.insert(data_.end(), bytes.begin(), bytes.end()); }
  void clear() { data_.clear(); }
  std::size_t size() const { return data_.size(); }
  bool empty() const { return data_.empty(); }
  std::string_view view() const { return {data_.data(), data_.size()}; }
  std::string_view view(std::size_t from, std::size_t size) const { return view().substr(from, size); }
  char* at(std::size_t offset) { return data_.data() + offset; }
  void resize(std::size_t size) { data_.resize(size); }

 private:
  std::vector<char> data_;
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
    std::erase_if(blocks_, [this](const Block& b) { return b.size > block_bytes_; });
    current_ = 0;
    used_ = 0;
  }

 private:
  struct Block {
    std::unique_ptr<char[]> data;
    std::size_t size;
  };
  void add_block(std::size_t at_least) {
    const std::size_t size = at_least > block_bytes_ ? at_least : block_bytes_;
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
  }

  std::size_t block_bytes_;
  std::vector<Block> blocks_;
  std::size_t current_ = 0;
  std::size_t used_ = 0;
};

}  // namespace hubbub
