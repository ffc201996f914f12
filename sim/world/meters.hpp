// What a run measures. Latencies are of messages written after the warm-up.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/base/limits.hpp"
#include "core/base/time.hpp"
#include "sim/clients/device_edge.hpp"
#include "sim/engine/histogram.hpp"
#include "sim/engine/time_series.hpp"
#include "sim/world/availability.hpp"

namespace hubbub::sim {

/// Columns of the time series, one row a second.
enum class SeriesColumn : std::size_t {
  sent,
  repeated,
  acknowledged,
  put_off,
  refused,
  shown,
  attached,
  lost,
  online,
  ack_ms_sum,
  pending_events,
};

/// Things counted by second, of which the busiest matters.
class Peak {
 public:
  void count(Duration now) {
    const std::int64_t second = now / std::chrono::seconds(1);
    if (second != second_) in_second_ = 0;
    second_ = second;
    ++total_;
    most_ = std::max(most_, ++in_second_);
  }
  std::uint64_t total() const { return total_; }
  std::uint64_t most() const { return most_; }

 private:
  std::int64_t second_ = -1;
  std::uint64_t in_second_ = 0, most_ = 0, total_ = 0;
};

struct Meters {
  Histogram ack;                ///< ns from writing to acknowledgement
  Histogram answer;             ///< ns from the last sending to acknowledgement
  Histogram delivery;           ///< ns from writing to shown at another user's device
  Histogram connect;            ///< ns from wanting a connection to the welcome
  Histogram sync;               ///< ns from the welcome to `synced`
  Histogram receipt;            ///< ns from saying that it is read to another user being shown it
  Histogram takeover;           ///< ns from an owner's end, or its last word, to the next takeover
  /// Of each partition, the last time that nobody owned it; and ns from writing to acknowledgement of
  /// what was written meanwhile.
  struct Unowned {
    Duration from = never, to{};
  };
  std::array<Unowned, limits::partitions> unowned{};
  Histogram moved;
  std::uint64_t moves = 0;      ///< takeovers after the warm-up
  std::uint64_t races = 0;      ///< takeovers that are void because another server's came before
  Histogram presence_gone;      ///< ns from being last heard to a watcher being told offline
  Histogram presence_here;      ///< ns from being heard to a watcher being told online
  std::uint64_t presence_shown = 0;
  std::uint64_t heads = 0;      ///< told to clients
  std::uint64_t modes_shown = 0;  ///< entries by which a group became a channel, or a group again
  Histogram pulled;             ///< ns from writing to being pulled by who looks at the channel
  std::uint64_t presence_told_gone = 0;
  Histogram disk_sync;          ///< ns of a synced write
  std::uint64_t written = 0;    ///< messages users meant to send
  std::uint64_t not_taken = 0;  ///< of them, not taken: too many unanswered
  std::uint64_t sent = 0;       ///< first sends
  std::uint64_t renumbered = 0;
  std::uint64_t repeated = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t acknowledged_counted = 0;       ///< after warm-up, in the safety phase
  std::uint64_t acknowledged_before_fault = 0;  ///< after warm-up, before the first fault
  std::uint64_t acknowledged_last_third = 0;    ///< of the safety phase
  std::uint64_t refused = 0;
  std::uint64_t put_off = 0;
  std::uint64_t calls_done = 0, calls_refused = 0;
  std::uint64_t shown = 0;
  std::uint64_t ranges = 0;
  std::uint64_t pages = 0, paged_messages = 0;
  std::uint64_t resets = 0;
  std::uint64_t receipts = 0, typing = 0;  ///< shown, of others
  std::uint64_t attached = 0;
  std::uint64_t attached_again = 0;
  std::uint64_t lost = 0;
  std::uint64_t resyncs = 0;
  std::uint64_t pings = 0;
  std::uint64_t cut_slow = 0;  ///< connections cut because their clients did not read
  std::uint64_t frames_up = 0, frames_down = 0, frames_checked_as_json = 0;
  std::uint64_t peer_messages = 0, peer_bytes = 0;
  std::uint64_t sync_entries_max = 0, sync_bytes_max = 0;
  std::uint64_t online = 0, online_max = 0;
  std::uint64_t units_max = 0;
  std::uint64_t steps = 0;
  std::uint64_t exits = 0;  ///< processes that ended by themselves (status 70)
  std::uint64_t alarms = 0;
  Histogram back;             ///< ns from noticing that a server is lost to the next welcome
  Histogram beside_ack;       ///< of `ack`, and of `delivery`: what no fault has to do with
  Histogram beside_delivery;
  Histogram direct_ack, direct_delivery;  ///< of `ack` and `delivery`: what is said one to one
  std::uint64_t refused_memory = 0, refused_login = 0;
  std::uint64_t refused_client_max = 0;  ///< times that one client was turned away, in a row
  Histogram push;                      ///< ns from writing to taken by a provider
  std::uint64_t pushes = 0, push_items = 0, pushes_again = 0;
  std::uint64_t pushes_owed_max = 0;   ///< users who wait for one, or to be looked at
  Peak tokens_asked;          ///< by clients, after their logins
  std::uint64_t barred = 0;   ///< connections closed with "do not return", by no newer one
  // By transport: whose they are.
  std::array<std::uint64_t, transports> clients{};  ///< that come online
  std::array<std::uint64_t, transports> bytes{};    ///< to and from them, with heads
  std::array<Histogram, transports> delivery_by{};  ///< of `delivery`
  std::array<std::uint64_t, transports> exchanges{};  ///< HTTP requests that arrived
  std::uint64_t exchanges_lost = 0;  ///< without their answers
  std::uint64_t quota_beside = 0;  ///< put off because of a quota, by keys that are not of the first group
  Availability availability;
  TimeSeries series{std::chrono::seconds(1),
                    {{"sent"},
                     {"repeated"},
                     {"acknowledged"},
                     {"put_off"},
                     {"refused"},
                     {"shown"},
                     {"attached"},
                     {"lost"},
                     {"online", TimeSeries::Kind::sampled},
                     {"ack_ms_sum"},
                     {"pending_events", TimeSeries::Kind::sampled}}};

  void carried(Transport transport, std::size_t length) {
    bytes[static_cast<std::size_t>(transport)] += length;
  }
  void count(Duration now, SeriesColumn column, double amount = 1) {
    series.count(now, static_cast<std::size_t>(column), amount);
  }
};

}  // namespace hubbub::sim
