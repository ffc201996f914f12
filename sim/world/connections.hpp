// The server's ends of client connections: slots, dense because nodes find sessions by them.
#pragma once

#include <vector>

#include "core/base/check.hpp"
#include "core/base/ids.hpp"
#include "core/base/time.hpp"

namespace hubbub::sim {

struct Connection {
  std::uint32_t use = 0;
  bool open = false;
  std::uint32_t client = 0;
  std::uint32_t attempt = 0;  ///< which of the client's connections: what it calls this one
  Duration opened{};
  Duration first_ping{};    ///< after `opened`
  Duration heard{};         ///< the last frame's arrival
  bool heard_of = false;    ///< its user counts as heard
  bool polled = false;      ///< its client polls: there is no connection, and no ping
  bool dead = false;        ///< nothing will arrive on it any more
  Duration last_down{};     ///< when the last thing sent arrives at the client
  std::uint32_t drawn = 0;  ///< latencies so far
};

class Connections {
 public:
  ConnectionId open(std::uint32_t client, std::uint32_t attempt, Duration now) {
    std::uint32_t slot = 0;
    if (free_.empty()) {
      slot = static_cast<std::uint32_t>(slots_.size());
      if (slots_.size() == slots_.capacity()) slots_.reserve(slots_.size() + 8 + slots_.size() / 4);
      slots_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    Connection& c = slots_[slot];
    c = Connection{.use = c.use + 1,
                   .open = true,
                   .client = client,
                   .attempt = attempt,
                   .opened = now,
                   .heard = now,
                   .last_down = now};
    ++count_;
    return {slot, c.use};
  }
  /// Nothing if it is not open any more.
  Connection* find(ConnectionId id) {
    if (id.slot >= slots_.size()) return nullptr;
    Connection& c = slots_[id.slot];
    return c.open && c.use == id.use ? &c : nullptr;
  }
  const Connection* find(ConnectionId id) const { return const_cast<Connections*>(this)->find(id); }
  void close(ConnectionId id) {
    Connection* c = find(id);
    HUBBUB_CHECK(c != nullptr);
    c->open = false;
    free_.push_back(id.slot);
    --count_;
  }
  template <class Visit>
  void for_each(Visit&& visit) {
    for (std::uint32_t slot = 0; slot < slots_.size(); ++slot)
      if (slots_[slot].open) visit(ConnectionId{slot, slots_[slot].use}, slots_[slot]);
  }
  std::size_t count() const { return count_; }
  std::size_t reserved_bytes() const {
    return slots_.capacity() * sizeof(Connection) + free_.capacity() * sizeof(std::uint32_t);
  }

 private:
  std::vector<Connection> slots_;
  std::vector<std::uint32_t> free_;
  std::size_t count_ = 0;
};

}  // namespace hubbub::sim
