// What a node keeps in memory for a client that is online and idle: what it has allocated, and not
// freed, between before the clients came and when all is quiet. Its edges and its store are not counted.
//
// Each line adds something to the line before: sessions that only connected, then said hello, then
// watch eight users each.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdlib>
#include <new>

#include "core/base/hash.hpp"
#include "core/node/node.hpp"

// Replacing new and delete by malloc and free looks like a mismatch where only one is inlined.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {
// Bytes that the allocator gave, its own heads among them.
bool counting = false;
std::int64_t allocated = 0;
std::size_t taken(void* memory) { return malloc_usable_size(memory) + sizeof(std::size_t); }
}  // namespace

void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  if (counting) allocated += static_cast<std::int64_t>(taken(memory));
  return memory;
}
void operator delete(void* memory) noexcept {
  if (counting && memory != nullptr) allocated -= static_cast<std::int64_t>(taken(memory));
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace hubbub::test {
namespace {

/// One node, with nothing around it: commits are durable at once, and no row was ever stored.
class Alone {
 public:
  Alone() : node_(NodeConfig{NodeId{0}, static_map(1), {}, 7, false}) { settle(); }

  void give(const Input& input) {
    inputs_.push_back(input);
    settle();
  }
  void wait(Duration time) {
    for (const Duration end = now_ + time; now_ < end;) {
      now_ = std::min(end, std::max(now_, node_.next_deadline()));
      step();
      settle();
    }
  }
  int welcomed() const { return welcomed_; }
  int told() const { return told_; }

 private:
  void settle() {
    while (!inputs_.empty() || node_.next_deadline() <= now_) step();
  }
  void step() {
    std::swap(taking_, inputs_);
    inputs_.clear();
    std::span<const Input> rest = taking_;
    do {
      out_.clear();
      counting = true;
      rest = rest.subspan(node_.step(rest, {now_, now_ + std::chrono::seconds(1'800'000'000)}, out_));
      counting = false;
      HUBBUB_CHECK(out_.fatal.empty());
      for (const auto& f : out_.frames) {
        welcomed_ += std::holds_alternative<to_client::Welcome>(f.frame) ? 1 : 0;
        told_ += std::holds_alternative<to_client::Presence>(f.frame) ? 1 : 0;
      }
      for (const auto& c : out_.commits) inputs_.push_back(input::CommitDurable{c.partition, c.batch});
      for (const auto& r : out_.reads) inputs_.push_back(input::ReadDone{r.ticket, {}, false});
    } while (!rest.empty());
    taking_.clear();
  }

  Node node_;
  Outbox out_;
  std::vector<Input> inputs_, taking_;
  Duration now_{};
  int welcomed_ = 0;
  int told_ = 0;
};

constexpr std::uint32_t watched = 8;
/// Between one client and the next: what waits for a moment of its own should not be all of them.
constexpr Duration pace = std::chrono::milliseconds(2);

void come(Alone& alone, std::uint32_t clients) {
  for (std::uint32_t i = 0; i < clients; ++i)
    alone.give(input::Opened{{i, 1}, UserId{i + 1}});
}
void greet(Alone& alone, std::uint32_t clients) {
  for (std::uint32_t i = 0; i < clients; ++i) {
    alone.give(input::Frame{{i, 1}, 0, to_server::Hello{"phone", false, {}}});
    alone.wait(pace);
  }
}
void look_around(Alone& alone, std::uint32_t clients) {
  std::vector<UserId> users(watched);
  for (std::uint32_t i = 0; i < clients; ++i) {
    for (std::uint32_t j = 0; j < watched; ++j)
      users[j] = UserId{mix64(i * watched + j) % clients + 1};
    alone.give(input::Frame{{i, 1}, 0, to_server::Watch{users, false}});
    alone.wait(pace);
  }
}

/// Some tables double, so how many clients there are matters a little.
void memory_of_who_is_online(benchmark::State& state, int stage) {
  const auto clients = static_cast<std::uint32_t>(state.range(0));
  for (auto _ : state) {
    Alone alone;
    alone.wait(std::chrono::seconds(15));
    allocated = 0;
    come(alone, clients);
    if (stage >= 1) greet(alone, clients);
    if (stage >= 2) look_around(alone, clients);
    alone.wait(std::chrono::minutes(2));
    HUBBUB_CHECK(alone.welcomed() == (stage >= 1 ? static_cast<int>(clients) : 0));
    HUBBUB_CHECK(stage < 2 || alone.told() >= static_cast<int>(clients * watched));
    state.counters["bytes_a_client"] = static_cast<double>(allocated) / clients;
  }
}
void once(benchmark::internal::Benchmark* benchmark) {
  benchmark->Iterations(1)->Unit(benchmark::kMillisecond);
}
BENCHMARK_CAPTURE(memory_of_who_is_online, connected, 0)->Arg(50'000)->Apply(once);
BENCHMARK_CAPTURE(memory_of_who_is_online, said_hello, 1)->Arg(50'000)->Apply(once);
BENCHMARK_CAPTURE(memory_of_who_is_online, watches_eight, 2)
    ->ArgsProduct({{20'000, 50'000, 70'000, 100'000}})
    ->Apply(once);

}  // namespace
}  // namespace hubbub::test
