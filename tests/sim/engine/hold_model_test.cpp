#include "sim/engine/hold_model.hpp"

#include <gtest/gtest.h>

namespace hubbub::sim {
namespace {

TEST(HoldModel, TurnsOverTheSameEventsInEveryQueue) {
  for (const std::size_t pending : {1, 10, 100, 1'000, 50'000}) {
    HoldModel<HeldQueue> held(pending, 1);
    HoldModel<ReferenceQueue> reference(pending, 1);
    held.run(200'000);
    reference.run(200'000);
    EXPECT_EQ(held.digest(), reference.digest()) << pending << " pending";
  }
}

TEST(HoldModel, MeasuresBothQueues) {
  const EventQueueRates rates = measure_event_queue(1'000, 10'000);
  EXPECT_GT(rates.events_per_second, 0);
  EXPECT_GT(rates.reference_events_per_second, 0);
  EXPECT_GT(rates.ratio(), 0);
  EXPECT_GE(rates.bytes_per_event, 24);
}

}  // namespace
}  // namespace hubbub::sim
