// The event queue: pending events, given out in exact order of their keys (see event.hpp).
//
// A ladder queue (Tang, Goh and Thng, ACM TOMACS 15(3), 2005) that is exact and adapts its widths
// by powers of two. From the near to the far:
//
//   run_     sorted events before `frontier_`
//   late_    a small heap: what was pushed before `frontier_` while the run was too long to
//            insert it
//   rungs_   buckets of equal width, each rung finer than the one before and covering
//            the one bucket of it that was reached last; unsorted
//   rung 0   one bucket for everything beyond
//
// A bucket that is reached is sorted into the run if it holds few events; otherwise it is spread
// over a new rung with about a dozen events a bucket. An event is so moved two or three times,
// always between places that are in the cache, whether ten events wait or ten million. If too
// many land in the sorted part, it is spread as well.
//
// Invariants: every event in run_ and late_ is before `frontier_`, every other at or after it.
// Rung k + 1 ends no later than the first unreached bucket of rung k begins, and `frontier_` is
// where the first unreached bucket of the last rung begins.
//
// What an event will touch can be fetched before its turn: `Prefetch` is called with the payload
// of each event some events ahead of time. It is a hint; it must change nothing, and it may be
// called for events that others then overtake.
//
// Events are cancelled by their owner: the payload carries a generation, and a stale one is
// ignored when it comes out.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "sim/engine/block_pool.hpp"
#include "sim/engine/event.hpp"

namespace hubbub::sim {

struct NoPrefetch {
  void operator()(const auto&) const {}
};

template <class Payload, class Prefetch = NoPrefetch>
class EventQueue {
 public:
  using Event = sim::Event<Payload>;

  explicit EventQueue(TieRule ties = {}, Prefetch prefetch = {})
      : ties_(ties), prefetch_(std::move(prefetch)) {
    Rung& far = rungs_[0];
    far.end = ~std::uint64_t{0};
    far.shift = 63;
    far.size = 1;
    far.buckets.resize(1);
  }
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  bool empty() const { return size() == 0; }
  std::size_t size() const { return in_rungs_ + late_.size() + (run_.size() - head_); }

  /// The time of the event popped last; 0 before the first.
  Duration now() const { return Duration(static_cast<std::int64_t>(now_)); }

  /// REQUIRES: now() <= key.time < event_time_end, and no pending event has this key. An event at
  /// now() is the next one out if its key is the least, whatever came out before it.
  void push(const EventKey& key, const Payload& payload) {
    const auto ticks = static_cast<std::uint64_t>(key.time.count());
    HUBBUB_CHECK(ticks - now_ < static_cast<std::uint64_t>(event_time_end.count()) - now_);
    const Event event{ticks << 8 | key.order_class, ties_.tie(key), payload};
    if (ticks >= frontier_ && in_rungs_ == 0 && size() < insert_limit) {
      depth_ = 0;  // nothing is beyond the frontier, so it may lie anywhere
      frontier_ = ticks + 1;
    }
    if (ticks < frontier_) {
      push_sorted(event);
    } else {
      place(event);
    }
  }

  /// The next event. REQUIRES: !empty().
  const Event& top() {
    look_ahead();
    return late_first() ? late_.front() : run_[head_];
  }

  /// REQUIRES: !empty().
  Event pop() {
    look_ahead();
    Event event;
    if (late_first()) {
      std::pop_heap(late_.begin(), late_.end(), later);
      event = late_.back();
      late_.pop_back();
    } else {
      event = run_[head_++];
    }
    now_ = event.ticks();
    return event;
  }

  /// Everything the queue holds from the system.
  std::size_t reserved_bytes() const {
    std::size_t bytes = sizeof(*this) + pool_.reserved_bytes() +
                        (run_.capacity() + late_.capacity()) * sizeof(Event);
    for (const Rung& rung : rungs_) bytes += rung.buckets.capacity() * sizeof(Bucket);
    return bytes;
  }

 private:
  struct Block {
    Block* previous;
    static constexpr std::size_t capacity =
        (BlockPool::block_bytes - sizeof(Block*)) / sizeof(Event);
    std::array<Event, capacity> events;
  };
  static_assert(sizeof(Block) <= BlockPool::block_bytes && Block::capacity >= 4);

  /// A stack of blocks, all full but the top one.
  struct Bucket {
    Block* top = nullptr;
    std::uint32_t count = 0;
  };

  struct Rung {
    std::uint64_t start = 0;
    std::uint64_t end = 0;  ///< beyond its last bucket, or where the parent goes on
    unsigned shift = 0;     ///< a bucket is 2^shift ns wide
    std::uint32_t size = 0;
    std::uint32_t current = 0;  ///< first bucket that was not reached
    std::vector<Bucket> buckets;
  };

  // Below this a bucket is sorted at once; spreading so few costs more than sorting them.
  static constexpr std::uint32_t sort_limit = 48;
  // Buckets of a new rung: 8 to 16 events each, and at most 1024, whose open blocks still lie
  // in the second-level cache.
  static constexpr unsigned least_rung_bits = 3;
  static constexpr unsigned greatest_rung_bits = 10;
  // Spread the sorted part when this many came late to it.
  static constexpr std::size_t late_limit = 128;
  // A run shorter than this takes late events in their place, which is faster than a heap. A queue
  // of so few events is nothing but that run.
  static constexpr std::size_t insert_limit = 32;
  // At least this many events are prefetched ahead, if the queue is too large for a cache.
  static constexpr std::size_t ahead = 16;
  static constexpr std::size_t cached_events = 4096;
  // Spent events in front of the run before the rest moves up.
  static constexpr std::size_t spent_limit = 256;
  // Rungs get finer by 2^3 or more as a rule; where they do not, buckets are sorted as they are.
  static constexpr std::size_t greatest_depth = 32;

  static bool later(const Event& a, const Event& b) { return b < a; }

  bool late_first() const {
    return !late_.empty() && (head_ == run_.size() || late_.front() < run_[head_]);
  }

  /// REQUIRES: the event is before `frontier_`.
  void push_sorted(const Event& event) {
    prefetch_(event.payload);
    if (run_.size() - head_ < insert_limit) {
      insert_into_run(event);
      return;
    }
    late_.push_back(event);
    std::push_heap(late_.begin(), late_.end(), later);
    if (late_.size() >= late_limit && frontier_ - now_ > 1 && depth_ + 1 < greatest_depth) {
      spread_run();
    }
  }

  void insert_into_run(const Event& event) {
    drop_spent();
    run_.push_back(event);
    std::size_t at = run_.size() - 1;
    for (; at > head_ && event < run_[at - 1]; --at) run_[at] = run_[at - 1];
    run_[at] = event;
    if (at <= prefetched_) ++prefetched_;
  }

  void drop_spent() {
    if (head_ < spent_limit && head_ < run_.size()) return;
    run_.erase(run_.begin(), run_.begin() + static_cast<std::ptrdiff_t>(head_));
    prefetched_ -= head_;
    head_ = 0;
  }

  /// REQUIRES: the event is at or after `frontier_`.
  void place(const Event& event) {
    const std::uint64_t ticks = event.ticks();
    std::size_t depth = depth_;
    while (ticks >= rungs_[depth].end) --depth;
    if (depth == 0) {
      far_first_ = std::min(far_first_, ticks);
      far_last_ = std::max(far_last_, ticks);
    }
    append(rungs_[depth], event);
    ++in_rungs_;
  }

  void append(Rung& rung, const Event& event) {
    Bucket& bucket = rung.buckets[(event.ticks() - rung.start) >> rung.shift];
    const std::uint32_t slot = bucket.count % Block::capacity;
    if (slot == 0) {
      auto* block = static_cast<Block*>(pool_.allocate());
      block->previous = bucket.top;
      bucket.top = block;
    }
    bucket.top->events[slot] = event;
    ++bucket.count;
  }

  /// Hands out the bucket's blocks as (first event, count) and frees them.
  template <class Visit>
  void consume(const Bucket& bucket, Visit&& visit) {
    std::uint32_t left = bucket.count;
    for (Block* block = bucket.top; left > 0;) {
      const std::uint32_t count = (left - 1) % Block::capacity + 1;
      Block* previous = block->previous;
      left -= count;
      if (left > 0) prefetch_block(previous);
      visit(block->events.data(), count);
      pool_.release(block);
      block = previous;
    }
  }

  static void prefetch_block(const Block* block) {
    for (std::size_t at = 0; at < BlockPool::block_bytes; at += 64) {
      __builtin_prefetch(reinterpret_cast<const std::byte*>(block) + at);
    }
  }

  void look_ahead() {
    const std::size_t wanted = in_rungs_ > cached_events ? ahead : 1;
    if (run_.size() - head_ < wanted && in_rungs_ > 0) refill();
    const std::size_t end = std::min(head_ + ahead, run_.size());
    for (; prefetched_ < end; ++prefetched_) prefetch_(run_[prefetched_].payload);
  }

  /// Sorts the next bucket with events behind the run. REQUIRES: in_rungs_ > 0.
  void refill() {
    for (;;) {
      Rung& rung = rungs_[depth_];
      while (rung.current < rung.size && rung.buckets[rung.current].count == 0) ++rung.current;
      if (rung.current == rung.size) {
        --depth_;  // never rung 0: it holds what the others do not
        continue;
      }
      const Bucket bucket = std::exchange(rung.buckets[rung.current], Bucket{});
      auto [start, end] = reach(rung);
      if (bucket.count <= sort_limit || end - start == 1 || depth_ + 1 == greatest_depth) {
        frontier_ = end;
        append_sorted(bucket);
        return;
      }
      add_rung(start, end, bucket.count);
      consume(bucket, [this](const Event* events, std::uint32_t count) {
        for (std::uint32_t i = 0; i < count; ++i) append(rungs_[depth_], events[i]);
      });
    }
  }

  /// The span of the rung's current bucket, which counts as reached from here on.
  std::pair<std::uint64_t, std::uint64_t> reach(Rung& rung) {
    if (depth_ == 0) {
      const std::pair span{far_first_, far_last_ + 1};
      far_first_ = ~std::uint64_t{0};
      far_last_ = 0;
      return span;
    }
    const std::uint64_t start =
        rung.start + (static_cast<std::uint64_t>(rung.current++) << rung.shift);
    return {start, std::min(rung.end, start + (std::uint64_t{1} << rung.shift))};
  }

  void add_rung(std::uint64_t start, std::uint64_t end, std::size_t count) {
    const auto bits = std::clamp(static_cast<unsigned>(std::bit_width(count / 16)), least_rung_bits,
                                 greatest_rung_bits);
    const auto width_bits = static_cast<unsigned>(std::bit_width(end - start - 1));
    Rung& rung = rungs_[++depth_];
    rung.start = start;
    rung.end = end;
    rung.shift = width_bits > bits ? width_bits - bits : 0;
    rung.size = static_cast<std::uint32_t>(((end - start - 1) >> rung.shift) + 1);
    rung.current = 0;
    rung.buckets.resize(std::max<std::size_t>(rung.buckets.size(), rung.size));
  }

  void append_sorted(const Bucket& bucket) {
    drop_spent();
    const auto before = static_cast<std::ptrdiff_t>(run_.size());
    consume(bucket, [this](const Event* events, std::uint32_t count) {
      run_.insert(run_.end(), events, events + count);
    });
    std::sort(run_.begin() + before, run_.end());
    in_rungs_ -= bucket.count;
  }

  /// Turns the sorted part back into buckets, because it covers too much time.
  void spread_run() {
    while (depth_ > 0 && rungs_[depth_].current == rungs_[depth_].size) --depth_;
    add_rung(now_, frontier_, late_.size() + run_.size() - head_);
    frontier_ = now_;
    Rung& rung = rungs_[depth_];
    for (const Event& event : late_) append(rung, event);
    for (std::size_t i = head_; i < run_.size(); ++i) append(rung, run_[i]);
    in_rungs_ += late_.size() + run_.size() - head_;
    late_.clear();
    run_.clear();
    head_ = prefetched_ = 0;
  }

  std::uint64_t now_ = 0;
  std::uint64_t frontier_ = 0;
  std::vector<Event> run_;  ///< sorted from `head_` on
  std::size_t head_ = 0;
  std::size_t prefetched_ = 0;  ///< run_[head_ .. prefetched_) was announced
  std::vector<Event> late_;     ///< a heap, least first
  std::size_t depth_ = 0;       ///< index of the last rung
  std::size_t in_rungs_ = 0;
  std::uint64_t far_first_ = ~std::uint64_t{0};  ///< least time in rung 0
  std::uint64_t far_last_ = 0;                   ///< greatest
  std::array<Rung, greatest_depth> rungs_;
  BlockPool pool_;
  TieRule ties_;
  [[no_unique_address]] Prefetch prefetch_;
};

}  // namespace hubbub::sim
