// The textbook's queue, run on the event queue: customers arrive, wait in one line, are served by
// one of several servers, and leave. Theory says what must come out; the tests hold the engine
// to it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/engine/distributions.hpp"
#include "sim/engine/event_queue.hpp"
#include "sim/engine/random.hpp"
#include "sim/engine/station.hpp"
#include "sim/engine/statistics.hpp"

namespace hubbub::sim {

struct QueueingParameters {
  std::size_t servers = 1;
  std::size_t capacity = Station<Duration>::unlimited;
  Sampler interarrival;  ///< nanoseconds
  Sampler service;       ///< nanoseconds
  std::uint64_t seed = 1;
};

/// What one customer met.
struct Customer {
  Duration arrived{};
  Duration wait{};  ///< before service
  Duration service{};
  bool refused = false;
  Duration sojourn() const { return wait + service; }
};

class QueueingModel {
 public:
  explicit QueueingModel(const QueueingParameters& parameters)
      : station_(parameters.servers, parameters.capacity),
        interarrival_(parameters.interarrival),
        service_(parameters.service),
        arrivals_(parameters.seed, 1, 0),
        services_(parameters.seed, 2, 0) {
    schedule_arrival(Duration{});
  }

  /// Runs until `customers` more have arrived. `visit(Customer)` is called for each as it starts
  /// its service or is refused; its end is then known.
  template <class Visit>
  void run(std::uint64_t customers, Visit&& visit) {
    while (customers > 0) {
      const auto event = queue_.pop();
      if (event.payload == arrival) {
        --customers;
        arrive(event.time(), visit);
        schedule_arrival(event.time());
      } else {
        finish(event.time(), visit);
      }
    }
  }

  /// Lets those who are present leave; no one arrives.
  template <class Visit>
  void drain(Visit&& visit) {
    while (!queue_.empty()) {
      const auto event = queue_.pop();
      if (event.payload != arrival) finish(event.time(), visit);
    }
  }

  Duration now() const { return queue_.now(); }
  std::size_t present() const { return station_.busy() + station_.waiting(); }
  /// How many were present, over time.
  TimeAverage& presence() { return presence_; }

 private:
  static constexpr std::uint32_t arrival = 0;
  static constexpr std::uint32_t departure = 1;

  void schedule_arrival(Duration now) {
    const Duration gap(interarrival_.draw_integer(arrivals_));
    queue_.push({now + gap, 0, arrival, sent_++}, arrival);
  }

  template <class Visit>
  void arrive(Duration now, Visit& visit) {
    switch (station_.arrive(now)) {
      case Arrival::started:
        start(now, now, visit);
        break;
      case Arrival::waiting:
        break;
      case Arrival::refused:
        visit(Customer{now, {}, {}, true});
        return;
    }
    presence_.add(now, 1);
  }

  template <class Visit>
  void finish(Duration now, Visit& visit) {
    presence_.add(now, -1);
    if (const auto next = station_.finish()) start(now, *next, visit);
  }

  template <class Visit>
  void start(Duration now, Duration arrived, Visit& visit) {
    const Duration service(service_.draw_integer(services_));
    queue_.push({now + service, 0, departure, sent_++}, departure);
    visit(Customer{arrived, now - arrived, service, false});
  }

  EventQueue<std::uint32_t> queue_;
  Station<Duration> station_;
  Sampler interarrival_;
  Sampler service_;
  Random arrivals_;
  Random services_;
  std::uint32_t sent_ = 0;
  TimeAverage presence_;
};

}  // namespace hubbub::sim
