// Blocks of 512 bytes from slabs that are never given back before the pool dies.
//
// Freed blocks are reused last in, first out, while they are still in the cache. Slabs start at
// 32 KiB and become 2 MiB, aligned and offered to the kernel as huge pages: at ten million events
// the translation misses would otherwise cost more than the events.
#pragma once

#include <cstddef>
#include <vector>

namespace hubbub::sim {

class BlockPool {
 public:
  static constexpr std::size_t block_bytes = 512;

  BlockPool() = default;
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool();

  /// A block, aligned to its size, its contents unspecified.
  void* allocate() {
    if (free_ != nullptr) {
      FreeBlock* block = free_;
      free_ = block->next;
      return block;
    }
    if (fresh_ == fresh_end_) add_slab();
    void* block = fresh_;
    fresh_ += block_bytes;
    return block;
  }

  /// REQUIRES: `block` is from this pool and not free.
  void release(void* block) {
    auto* freed = static_cast<FreeBlock*>(block);
    freed->next = free_;
    free_ = freed;
  }

  /// Bytes taken from the system: the peak of what was in use, rounded up to slabs.
  std::size_t reserved_bytes() const { return reserved_; }

 private:
  struct FreeBlock {
    FreeBlock* next;
  };

  void add_slab();

  FreeBlock* free_ = nullptr;
  std::byte* fresh_ = nullptr;
  std::byte* fresh_end_ = nullptr;
  std::size_t reserved_ = 0;
  std::vector<void*> slabs_;
};

}  // namespace hubbub::sim
