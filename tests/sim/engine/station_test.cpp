#include "sim/engine/station.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "sim/engine/queueing_model.hpp"
#include "sim/engine/random.hpp"

namespace hubbub::sim {
namespace {

TEST(Station, ServesInTheOrderOfArrival) {
  Station<int> station(2);
  EXPECT_EQ(station.arrive(1), Arrival::started);
  EXPECT_EQ(station.arrive(2), Arrival::started);
  for (int job = 3; job < 40; ++job) EXPECT_EQ(station.arrive(job), Arrival::waiting);
  for (int job = 3; job < 40; ++job) EXPECT_EQ(station.finish(), job);
  EXPECT_EQ(station.finish(), std::nullopt);
  EXPECT_EQ(station.busy(), 1u);
}

TEST(Station, RefusesWhatIsBeyondItsCapacity) {
  Station<int> station(1, 2);
  EXPECT_EQ(station.arrive(1), Arrival::started);
  EXPECT_EQ(station.arrive(2), Arrival::waiting);
  EXPECT_EQ(station.arrive(3), Arrival::refused);
  EXPECT_EQ(station.finish(), 2);
  EXPECT_EQ(station.arrive(4), Arrival::waiting);
}

TEST(Station, ForgetsEverythingWhenCleared) {
  Station<int> station(1);
  station.arrive(1);
  station.arrive(2);
  station.clear();
  EXPECT_EQ(station.busy() + station.waiting(), 0u);
  EXPECT_EQ(station.arrive(3), Arrival::started);
  EXPECT_EQ(station.finish(), std::nullopt);
}

TEST(Station, WithAStackServesTheNewestFirst) {
  Station<int, Stack<int>> station(1, 5);
  EXPECT_EQ(station.arrive(1), Arrival::started);
  for (int job = 2; job <= 5; ++job) EXPECT_EQ(station.arrive(job), Arrival::waiting);
  EXPECT_EQ(station.arrive(6), Arrival::refused);
  EXPECT_EQ(station.finish(), 5);
  EXPECT_EQ(station.arrive(7), Arrival::waiting);
  EXPECT_EQ(station.finish(), 7);
  EXPECT_EQ(station.waiting(), 3u);
  station.clear();
  EXPECT_EQ(station.busy() + station.waiting(), 0u);
}

struct Ranked {
  std::uint8_t priority = 0;
  int number = 0;
  bool operator==(const Ranked&) const = default;
};

TEST(Station, WithPrioritiesInterruptsNoneAndServesTheFirstInRankNext) {
  Station<Ranked, PriorityLines<Ranked>> station(1);
  EXPECT_EQ(station.arrive({255, 1}), Arrival::started);
  for (const Ranked job : {Ranked{1, 2}, Ranked{255, 3}, Ranked{0, 4}, Ranked{1, 5}, Ranked{0, 6}})
    EXPECT_EQ(station.arrive(job), Arrival::waiting);
  EXPECT_EQ(station.waiting(), 5u);
  EXPECT_EQ(station.finish(), (Ranked{0, 4}));
  EXPECT_EQ(station.finish(), (Ranked{0, 6}));
  EXPECT_EQ(station.finish(), (Ranked{1, 2}));
  EXPECT_EQ(station.arrive({0, 7}), Arrival::waiting);
  EXPECT_EQ(station.finish(), (Ranked{0, 7}));
  EXPECT_EQ(station.finish(), (Ranked{1, 5}));
  station.clear();
  EXPECT_EQ(station.busy() + station.waiting(), 0u);
  EXPECT_EQ(station.arrive({3, 8}), Arrival::started);
  EXPECT_EQ(station.finish(), std::nullopt);
}

/// Of jobs numbered as they came, sorting by priority alone, equals left in order, is the reference.
RC_GTEST_PROP(PriorityLines, AreAStableSort, (const std::vector<std::uint8_t>& steps)) {
  PriorityLines<Ranked> lines;
  std::vector<Ranked> reference;
  int next = 0;
  for (const std::uint8_t step : steps) {
    if (step % 3 != 0) {
      const Ranked job{static_cast<std::uint8_t>(step % 5), next++};
      lines.push(job);
      reference.push_back(job);
    } else if (!reference.empty()) {
      const auto first = std::ranges::min_element(reference, {}, &Ranked::priority);
      RC_ASSERT(lines.pop() == *first);
      reference.erase(first);
    }
    RC_ASSERT(lines.size() == reference.size());
    RC_ASSERT(lines.empty() == reference.empty());
  }
}

RC_GTEST_PROP(Line, IsADeque, (const std::vector<bool>& pushes)) {
  Line<int> line;
  std::deque<int> reference;
  int next = 0;
  for (const bool push : pushes) {
    if (push) {
      line.push(next);
      reference.push_back(next++);
    } else if (!reference.empty()) {
      RC_ASSERT(line.pop() == reference.front());
      reference.pop_front();
    }
    RC_ASSERT(line.size() == reference.size());
  }
}

TEST(QueueingModel, TellsWhatEachCustomerMet) {
  // Arrivals at 2, 4, 6 … s, services of 3.5 s: each waits 1.5 s longer than the one before.
  QueueingModel model(
      {.interarrival = Sampler::constant(2e9), .service = Sampler::constant(3.5e9), .seed = 1});
  std::vector<Duration> waits;
  const auto note = [&](const Customer& customer) {
    EXPECT_EQ(customer.service, 3500ms);
    EXPECT_EQ(customer.arrived, 2s * (static_cast<int>(waits.size()) + 1));
    waits.push_back(customer.wait);
  };
  model.run(4, note);
  EXPECT_EQ(model.present(), 3u);
  model.drain(note);
  EXPECT_THAT(waits, testing::ElementsAre(0s, 1500ms, 3s, 4500ms));
  EXPECT_EQ(model.present(), 0u);
  EXPECT_EQ(model.now(), 16s);
}

}  // namespace
}  // namespace hubbub::sim
