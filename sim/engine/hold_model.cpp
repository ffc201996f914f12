#include "sim/engine/hold_model.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <memory>

#include "core/base/check.hpp"

namespace hubbub::sim {
namespace {

constexpr std::size_t huge_page_bytes = 2 * 1024 * 1024;

/// Of CPU time, so that a busy machine does not count against the queue.
template <class Queue>
double events_per_second(HoldModel<Queue>& model, std::size_t events) {
  const std::clock_t start = std::clock();
  model.run(events);
  const std::clock_t taken = std::max<std::clock_t>(std::clock() - start, 1);
  return static_cast<double>(events) * CLOCKS_PER_SEC / static_cast<double>(taken);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void HoldRecordsDeleter::operator()(HoldRecord* records) const { std::free(records); }

HoldRecords make_hold_records(std::size_t count) {
  const std::size_t bytes = count * sizeof(HoldRecord);
  const std::size_t rounded = (bytes + huge_page_bytes - 1) / huge_page_bytes * huge_page_bytes;
  auto* records = static_cast<HoldRecord*>(std::aligned_alloc(huge_page_bytes, rounded));
  HUBBUB_CHECK(records != nullptr);
  ::madvise(records, rounded, MADV_HUGEPAGE);
  std::uninitialized_value_construct_n(records, count);
  return HoldRecords(records);
}

EventQueueRates measure_event_queue(std::size_t pending, std::size_t events, int rounds,
                                    std::uint64_t seed) {
  HUBBUB_CHECK(pending > 0 && events > 0 && rounds > 0);
  HoldModel<HeldQueue> held(pending, seed);
  HoldModel<ReferenceQueue> reference(pending, seed);
  const std::size_t warm_up = std::min(events, 2 * pending);
  held.run(warm_up);
  reference.run(warm_up);
  std::vector<double> rates;
  std::vector<double> reference_rates;
  for (int i = 0; i < rounds; ++i) {
    rates.push_back(events_per_second(held, events));
    reference_rates.push_back(events_per_second(reference, events));
  }
  HUBBUB_CHECK(held.digest() == reference.digest());
  return {median(rates), median(reference_rates), held.bytes_per_event()};
}

}  // namespace hubbub::sim
