// What a node costs: CPU for a 1:1 message through two nodes, from the request to both devices'
// acknowledgements, codec apart. Simulated nodes keep a chain over what they take and give.
#include <benchmark/benchmark.h>

#include "tests/core/node/pair.hpp"

namespace hubbub::test {

void one_to_one_message(benchmark::State& state, bool chained) {
  Pair pair(chained);
  for (int i = 0; i < 1'000; ++i) pair.exchange();
  for (auto _ : state) benchmark::DoNotOptimize(pair.exchange());
}
/// So rarely that each message has receipts of its own, and its share of what a node does with time.
void message_now_and_then(benchmark::State& state, ReceiptPolicy receipts) {
  Policy policy;
  policy.receipts = receipts;
  Pair pair(false, policy);
  for (int i = 0; i < 1'000; ++i) pair.exchange(3s);
  for (auto _ : state) benchmark::DoNotOptimize(pair.exchange(3s));
}
BENCHMARK_CAPTURE(message_now_and_then, without_receipts, ReceiptPolicy::none);
BENCHMARK_CAPTURE(message_now_and_then, with_receipts, ReceiptPolicy::watermarks);
BENCHMARK_CAPTURE(one_to_one_message, served, false);
BENCHMARK_CAPTURE(one_to_one_message, simulated, true);

}  // namespace hubbub::test
