#include "sim/engine/block_pool.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>

#include "core/base/check.hpp"

namespace hubbub::sim {
namespace {

constexpr std::size_t small_slab_bytes = 32 * 1024;
constexpr std::size_t huge_page_bytes = 2 * 1024 * 1024;

}  // namespace

BlockPool::~BlockPool() {
  for (void* slab : slabs_) std::free(slab);
}

void BlockPool::add_slab() {
  // Doubling up to a huge page keeps both small pools small and slabs few.
  const std::size_t bytes = std::clamp(reserved_, small_slab_bytes, huge_page_bytes);
  const std::size_t alignment = bytes == huge_page_bytes ? huge_page_bytes : block_bytes;
  void* slab = std::aligned_alloc(alignment, bytes);
  HUBBUB_CHECK(slab != nullptr);
  // Advice: a kernel without huge pages serves the same memory in small ones.
  if (bytes == huge_page_bytes) ::madvise(slab, bytes, MADV_HUGEPAGE);
  slabs_.push_back(slab);
  reserved_ += bytes;
  fresh_ = static_cast<std::byte*>(slab);
  fresh_end_ = fresh_ + bytes;
}

}  // namespace hubbub::sim
