// What a node costs: CPU for a 1:1 message through two nodes, from the request to both devices'
// acknowledgements, codec apart.
#include <benchmark/benchmark.h>

#include "tests/core/node/pair.hpp"

namespace hubbub::test {

void one_to_one_message(benchmark::State& state) {
  Pair pair;
  for (int i = 0; i < 1'000; ++i) pair.exchange();
  for (auto _ : state) benchmark::DoNotOptimize(pair.exchange());
}
BENCHMARK(one_to_one_message);

}  // namespace hubbub::test
