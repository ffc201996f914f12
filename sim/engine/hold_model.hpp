// The hold model: how fast a queue of pending events turns over (Jones, CACM 29(4), 1986).
//
// With a fixed number of events pending, the next one is taken, the record it is about is touched
// (64 bytes, at random in memory, as a simulated client's would be), and it is put back an
// exponential time later. Any queue with `push`, `pop`, `reserved_bytes` and a way to prefetch
// can be held; `ReferenceQueue` is the standard library's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <queue>
#include <vector>

#include "sim/engine/distributions.hpp"
#include "sim/engine/event_queue.hpp"

namespace hubbub::sim {

/// What a held event touches: one cache line.
struct alignas(64) HoldRecord {
  std::uint32_t counter = 0;
  std::uint64_t sums[6] = {};
};

struct HoldPayload {
  std::uint32_t record;
  std::uint32_t kind;
};

struct HoldPrefetch {
  const HoldRecord* records = nullptr;
  void operator()(const HoldPayload& payload) const {
    __builtin_prefetch(records + payload.record, 1);
  }
};

using HeldQueue = EventQueue<HoldPayload, HoldPrefetch>;

/// std::priority_queue over the same events in the same order.
class ReferenceQueue {
 public:
  explicit ReferenceQueue(TieRule ties = {}, HoldPrefetch = {}) : ties_(ties) {}
  void push(const EventKey& key, const HoldPayload& payload) {
    const auto ticks = static_cast<std::uint64_t>(key.time.count());
    queue_.push({ticks << 8 | key.order_class, ties_.tie(key), payload});
  }
  Event<HoldPayload> pop() {
    const Event<HoldPayload> event = queue_.top();
    queue_.pop();
    return event;
  }
  /// The events alone; the vector's growth may hold up to twice that.
  std::size_t reserved_bytes() const { return queue_.size() * sizeof(Event<HoldPayload>); }

 private:
  struct Later {
    bool operator()(const Event<HoldPayload>& a, const Event<HoldPayload>& b) const {
      return b < a;
    }
  };
  TieRule ties_;
  std::priority_queue<Event<HoldPayload>, std::vector<Event<HoldPayload>>, Later> queue_;
};

/// `count` records in memory offered as huge pages, so that what is compared is the queues and not
/// the translation of the records' addresses.
struct HoldRecordsDeleter {
  void operator()(HoldRecord* records) const;
};
using HoldRecords = std::unique_ptr<HoldRecord[], HoldRecordsDeleter>;
HoldRecords make_hold_records(std::size_t count);

template <class Queue>
class HoldModel {
 public:
  /// REQUIRES: 0 < pending < 2^32.
  HoldModel(std::size_t pending, std::uint64_t seed)
      : records_(make_hold_records(pending)),
        queue_(TieRule{}, HoldPrefetch{records_.get()}),
        random_(seed, 0, 0),
        pending_(pending),
        mean_ns_(1000.0 * static_cast<double>(pending)) {
    for (std::size_t i = 0; i < pending; ++i) {
      push(Duration{}, static_cast<std::uint32_t>(i));
    }
  }

  /// Takes and puts back `events` events.
  void run(std::size_t events) {
    for (std::size_t i = 0; i < events; ++i) {
      const Event<HoldPayload> event = queue_.pop();
      HoldRecord& record = records_[event.payload.record];
      for (std::uint64_t& sum : record.sums) sum += event.when;
      digest_ = mix64(digest_ ^ event.when ^ event.tie);
      push(event.time(), event.payload.record);
    }
  }

  /// Of the keys in the order they came out: equal for any two correct queues.
  std::uint64_t digest() const { return digest_; }
  double bytes_per_event() const {
    return static_cast<double>(queue_.reserved_bytes()) / static_cast<double>(pending_);
  }

 private:
  void push(Duration now, std::uint32_t record) {
    // One event a microsecond of virtual time, whatever is pending.
    const auto delay = static_cast<std::int64_t>(mean_ns_ * draw_exponential(random_));
    const EventKey key{now + Duration(delay), 0, record, records_[record].counter++};
    queue_.push(key, {record, 0});
  }

  HoldRecords records_;
  Queue queue_;
  Random random_;
  std::size_t pending_;
  double mean_ns_;
  std::uint64_t digest_ = 0;
};

/// Events a second of CPU time, as medians of several alternating measurements.
struct EventQueueRates {
  double events_per_second = 0;
  double reference_events_per_second = 0;  ///< std::priority_queue
  double bytes_per_event = 0;
  double ratio() const { return events_per_second / reference_events_per_second; }
};

/// Holds `pending` events in both queues. Each measurement turns over at least `events`; there
/// are `rounds` of them for each queue. 10^7 pending take about half
/// a minute and 1.8 GB.
EventQueueRates measure_event_queue(std::size_t pending, std::size_t events = 2'000'000,
                                    int rounds = 3, std::uint64_t seed = 1);

}  // namespace hubbub::sim
