// Puts a second into LevelDB on the disk of HUBBUB_BENCH_DIR (default: the current directory), by
// rows a write, synced and not; and memory a row in MemoryStore.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdlib>
#include <filesystem>

#include "core/base/hash.hpp"
#include "core/store/level_store.hpp"
#include "core/store/memory_store.hpp"
#include "core/wire/rows.hpp"

namespace hubbub {
namespace {

std::string batch_of(std::uint64_t first, std::uint64_t rows, std::size_t value_bytes) {
  ByteBuffer bytes;
  BatchWriter writer(bytes);
  std::string value(value_bytes, 'v');
  for (std::uint64_t i = first; i < first + rows; ++i) {
    // Bytes that do not compress, as little text does.
    for (std::size_t at = 0; at + 8 <= value.size(); at += 8) {
      const std::uint64_t random = mix64(i * 1000 + at);
      std::memcpy(value.data() + at, &random, 8);
    }
    const ConversationId conversation =
        ConversationId::direct(UserId{1 + mix64(i) % 1000}, UserId{2000 + mix64(i) % 7});
    writer.put(rows::message(conversation, i + 1), value);
  }
  return std::string(bytes.view());
}

void level_put(benchmark::State& state) {
  const auto rows = static_cast<std::uint64_t>(state.range(0));
  const Sync sync = state.range(1) != 0 ? Sync::yes : Sync::no;
  const char* at = std::getenv("HUBBUB_BENCH_DIR");
  const std::string directory = std::string(at != nullptr ? at : ".") + "/store_benchmark_data";
  std::filesystem::remove_all(directory);
  {
    auto store = LevelStore::open(directory);
    if (!store) return state.SkipWithError(store.error().what.c_str());
    std::uint64_t written = 0;
    for (auto _ : state) {
      state.PauseTiming();
      const std::string bytes = batch_of(written, rows, 100);
      state.ResumeTiming();
      const std::string_view batch = bytes;
      if (!(*store)->write({&batch, 1}, sync)) return state.SkipWithError("a write failed");
      written += rows;
    }
    state.counters["puts"] =
        benchmark::Counter(static_cast<double>(written), benchmark::Counter::kIsRate);
  }
  std::filesystem::remove_all(directory);
}
BENCHMARK(level_put)
    ->ArgNames({"rows", "sync"})
    ->ArgsProduct({{1, 10, 100, 1000}, {1, 0}})
    ->MinTime(1)
    ->UseRealTime();

/// `key_of(i)` for rows in the order in which they come to be; reports bytes a row.
template <class KeyOf>
void memory_put(benchmark::State& state, std::size_t value_bytes, KeyOf key_of) {
  const std::string value(value_bytes, 'v');
  constexpr std::uint64_t rows = 500'000;
  for (auto _ : state) {
    const auto before = mallinfo2();
    MemoryStore store;
    ByteBuffer bytes;
    std::size_t key_bytes = 0;
    for (std::uint64_t i = 0; i < rows; ++i) {
      bytes.clear();
      const rows::Key key = key_of(i);
      key_bytes = key.view().size();
      BatchWriter(bytes).put(key, value);
      const std::string_view batch = bytes.view();
      if (!store.write({&batch, 1}, Sync::yes)) return state.SkipWithError("a write failed");
    }
    const auto after = mallinfo2();
    state.counters["key"] = static_cast<double>(key_bytes);
    state.counters["value"] = static_cast<double>(value_bytes);
    state.counters["counted_per_row"] = static_cast<double>(store.bytes()) / rows;
    state.counters["heap_per_row"] = static_cast<double>(after.uordblks - before.uordblks) / rows;
    state.counters["puts"] = benchmark::Counter(rows, benchmark::Counter::kIsRate);
  }
}

// 2,000 conversations and users, in each of which numbers run on; which is next is random.
constexpr std::uint64_t entities = 2000;

void memory_messages(benchmark::State& state) {
  std::vector<std::uint64_t> next(entities);
  memory_put(state, 80, [&](std::uint64_t i) {
    const std::uint64_t c = mix64(i) % entities;
    return rows::message(ConversationId::direct(UserId{1 + c}, UserId{5000 + mix64(c) % entities}),
                         ++next[c]);
  });
}
BENCHMARK(memory_messages)->Iterations(1)->Unit(benchmark::kMillisecond);

void memory_inbox(benchmark::State& state) {
  std::vector<std::uint64_t> next(entities);
  memory_put(state, 17, [&](std::uint64_t i) {
    const std::uint64_t user = 1 + mix64(i) % entities;
    return rows::inbox(UserId{user}, ++next[user - 1]);
  });
}
BENCHMARK(memory_inbox)->Iterations(1)->Unit(benchmark::kMillisecond);

void memory_read(benchmark::State& state) {
  MemoryStore store;
  for (std::uint64_t i = 0; i < 200'000; i += 100) {
    const std::string bytes = batch_of(i, 100, 80);
    const std::string_view batch = bytes;
    if (!store.write({&batch, 1}, Sync::yes)) return state.SkipWithError("a write failed");
  }
  ByteBuffer found;
  std::uint64_t i = 0;
  for (auto _ : state) {
    found.clear();
    ++i;
    const ConversationId conversation =
        ConversationId::direct(UserId{1 + mix64(i) % 1000}, UserId{2000 + mix64(i) % 7});
    const rows::Key from = rows::message(conversation, 0);
    const rows::Key to = rows::message(conversation, UINT64_MAX);
    benchmark::DoNotOptimize(store.read({from, to, 15, 64 * 1024, state.range(0) != 0}, found));
  }
}
BENCHMARK(memory_read)->ArgName("reverse")->Arg(0)->Arg(1);

}  // namespace
}  // namespace hubbub
