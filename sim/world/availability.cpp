#include "sim/world/availability.hpp"

#include <algorithm>

namespace hubbub::sim {
namespace {

/// What was begun so long before a fault may still have met it.
constexpr Duration before = 1s;
/// What a fault leaves behind: partitions that move, clients that come back, queues that drain.
constexpr Duration after = 5s;

std::size_t second_of(Duration at) {
  return at <= Duration{0} ? 0 : static_cast<std::size_t>(at / Availability::interval);
}

void add(Availability::Span& to, const std::array<Availability::Count, operations.size()>& counts) {
  ++to.seconds;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    to.counts[i].tried += counts[i].tried;
    to.counts[i].in_time += counts[i].in_time;
  }
}

}  // namespace

Availability::Cell& Availability::cell(Operation operation, Duration begun) {
  const std::size_t second = second_of(begun);
  if (second >= seconds_.size()) seconds_.resize(second + 1);
  return seconds_[second][static_cast<std::size_t>(operation)];
}

void Availability::tried(Operation operation, Duration begun) { ++cell(operation, begun).tried; }

void Availability::answered(Operation operation, Duration begun, Duration now) {
  if (now - begun <= in_time(operation)) ++cell(operation, begun).in_time;
}

void Availability::struck(FaultKind kind, Duration from, Duration until) {
  strikes_.push_back({kind, from, until});
}

Availability::Count Availability::at(std::size_t second, Operation operation) const {
  if (second >= seconds_.size()) return {};
  const Cell& cell = seconds_[second][static_cast<std::size_t>(operation)];
  return {cell.tried, cell.in_time};
}

Availability::Table Availability::table(Duration from, Duration until) const {
  const std::size_t first = second_of(from + interval - Duration{1});
  const std::size_t end = std::max(first, second_of(until));
  std::vector<std::bitset<fault_kinds>> touched(end);
  for (const Strike& strike : strikes_) {
    // The seconds that overlap [from - before, until + after).
    const std::size_t last = std::min(end, second_of(strike.until + after + interval - Duration{1}));
    for (std::size_t s = second_of(strike.from - before); s < last; ++s)
      touched[s].set(static_cast<std::size_t>(strike.kind));
  }
  Table table;
  for (std::size_t s = first; s < end; ++s) {
    std::array<Count, operations.size()> counts;
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = at(s, static_cast<Operation>(i));
    add(table.all, counts);
    add(touched[s].none() ? table.calm : table.faulty, counts);
    for (std::size_t kind = 0; kind < fault_kinds; ++kind)
      if (touched[s].test(kind)) add(table.during[kind], counts);
  }
  return table;
}

}  // namespace hubbub::sim
