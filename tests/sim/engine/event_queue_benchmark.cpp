// The hold model: ours beside std::priority_queue. An iteration is one event taken, its record
// touched, and put back. Run with --benchmark_repetitions=5 --benchmark_report_aggregates_only
// and random interleaving, and compare medians of `items_per_second`.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>

#include "sim/engine/hold_model.hpp"

namespace hubbub::sim {
namespace {

template <class Queue>
void hold(benchmark::State& state) {
  const auto pending = static_cast<std::size_t>(state.range(0));
  HoldModel<Queue> model(pending, 1);
  model.run(std::min<std::size_t>(2'000'000, 2 * pending));
  constexpr std::size_t batch = 1'000;
  while (state.KeepRunningBatch(batch)) model.run(batch);
  state.SetItemsProcessed(state.iterations());
  state.counters["bytes_per_event"] = model.bytes_per_event();
  benchmark::DoNotOptimize(model.digest());
}

void sizes(benchmark::internal::Benchmark* b) {
  for (const std::int64_t pending : {100, 1'000, 100'000, 1'000'000, 10'000'000}) b->Arg(pending);
}

BENCHMARK_TEMPLATE(hold, HeldQueue)->Apply(sizes)->Name("event_queue");
BENCHMARK_TEMPLATE(hold, ReferenceQueue)->Apply(sizes)->Name("std_priority_queue");

}  // namespace
}  // namespace hubbub::sim
