// What is to happen in the world, in order. An event is a kind and one value of 56 bits: an index,
// two of them, or the address of a piece of bytes.
#pragma once

#include <cstdint>

#include "core/base/check.hpp"
#include "sim/engine/event_queue.hpp"

namespace hubbub::sim {

/// Also the order of events of one moment: what breaks comes first, then what machines do, then
/// what arrives at them, then clients.
enum class Happening : std::uint8_t {
  phase,        ///< the end of warm-up, of the safety phase, of the run; a window of the hash
  fault,        ///< begins; value: which
  power_fails,  ///< in the middle of a write; value: host, life
  host_starts,  ///< value: host, life
  drained,      ///< a process ends on purpose; value: host, life
  backup_back,  ///< value: host
  clock_right,  ///< a wall clock is set; value: host
  link_up,      ///< value: two nodes
  link_down,
  disk_done,        ///< value: host, life
  writeback,        ///< value: host, life
  read_done,        ///< value: piece
  log_append,       ///< lands; value: piece
  log_read,         ///< arrives; value: piece
  log_trim,         ///< arrives; value: piece
  log_waited,       ///< long enough; value: piece
  register_set,     ///< arrives; value: piece
  register_read,    ///< arrives; value: piece
  register_wakes,   ///< a key vanishes, a wait ends
  answer,           ///< of a service, at a node; value: piece
  step_done,        ///< value: node, life
  node_wakes,       ///< value: node
  at_node,          ///< frames of a client; value: piece
  at_peer,          ///< a peer message; value: piece
  at_discovery,     ///< a client asks for a server; value: client, attempt
  dial_at_node,     ///< a client wants a connection; value: client, attempt
  login_done,       ///< a node's edge knows whose a connection is; value: piece
  hang_up_at_node,  ///< value: piece
  silence,          ///< a node's edge gives a connection up; value: piece
  dialled,          ///< back at the client; value: client, attempt
  at_client,        ///< frames; value: piece
  hang_up_at_client,
  client_wakes,  ///< value: client
  client_acts,
  client_leaves,  ///< a tunnel, or an absence, begins or ends
  at_pushed,      ///< a push reaches its device; value: user, device
};

/// Who sends events: its number and its count of them (see engine/event.hpp).
struct Source {
  std::uint32_t number = 0;
  std::uint32_t sent = 0;
};

class Agenda {
 public:
  explicit Agenda(TieRule ties = {}) : queue_(ties) {}

  struct Entry {
    std::uint64_t bits = 0;  ///< kind << 56 | value
  };

  void put(Duration at, Happening kind, Source& source, std::uint64_t value) {
    HUBBUB_CHECK(value >> 56 == 0);
    queue_.push({at, static_cast<std::uint8_t>(kind), source.number, source.sent++},
                Entry{static_cast<std::uint64_t>(kind) << 56 | value});
  }
  void put(Duration at, Happening kind, Source& source, const void* piece) {
    put(at, kind, source, reinterpret_cast<std::uint64_t>(piece));
  }
  static std::uint64_t pair(std::uint32_t high, std::uint32_t low) {
    return static_cast<std::uint64_t>(high & 0xffffff) << 32 | low;
  }

  struct Next {
    Duration at;
    Happening kind;
    std::uint64_t value;
    std::uint32_t high() const { return static_cast<std::uint32_t>(value >> 32); }
    std::uint32_t low() const { return static_cast<std::uint32_t>(value); }
    template <class T>
    T* piece() const {
      return reinterpret_cast<T*>(value);
    }
  };
  bool empty() const { return queue_.empty(); }
  Duration next_at() { return queue_.top().time(); }
  Next take() {
    const auto event = queue_.pop();
    return {event.time(), static_cast<Happening>(event.payload.bits >> 56),
            event.payload.bits & ((std::uint64_t{1} << 56) - 1)};
  }
  std::size_t size() const { return queue_.size(); }
  std::size_t reserved_bytes() const { return queue_.reserved_bytes(); }

 private:
  EventQueue<Entry> queue_;
};

}  // namespace hubbub::sim
