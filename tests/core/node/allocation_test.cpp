// In the steady state a node allocates nothing: every buffer it fills is cleared, not freed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "tests/core/node/pair.hpp"

// Replacing new and delete by malloc and free looks like a mismatch where only one is inlined.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {
std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace hubbub::test {

TEST(Node, AllocatesNothingInTheSteadyState) {
  Pair pair;
  // Windows fill (64 messages), queues reach their size, idle sweeps and cursor writes come round.
  for (int i = 0; i < 40'000; ++i) pair.exchange();
  const std::size_t before = allocations;
  int told = 0;
  for (int i = 0; i < 10'000; ++i) told += pair.exchange();
  EXPECT_EQ(told, 30'000) << "an ok and two events for each message";
  EXPECT_EQ(allocations - before, 0u);
}

TEST(Node, AllocatesNothingForPolls) {
  Pair pair(false, {}, /*polled=*/true);
  for (int i = 0; i < 40'000; ++i) pair.exchange();
  const std::size_t before = allocations;
  int told = 0;
  for (int i = 0; i < 10'000; ++i) told += pair.exchange();
  EXPECT_EQ(told, 30'000) << "an ok and two events for each message, each in a poll's answer";
  EXPECT_EQ(allocations - before, 0u);
}

TEST(Node, AllocatesNothingForReceipts) {
  Pair pair;
  for (int i = 0; i < 5'000; ++i) pair.exchange(3s);
  const std::size_t before = allocations;
  int told = 0;
  for (int i = 0; i < 1'000; ++i) told += pair.exchange(3s);
  EXPECT_GE(told, 5'000) << "an ok and two events for each message, and receipts to both";
  EXPECT_EQ(allocations - before, 0u);
}

}  // namespace hubbub::test
