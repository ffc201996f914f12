// The schedule by which a node lets sessions begin (R29, R31): exact, and its own alone.
//
// Time is cut into slots, `rate` of them a second; each lets one session begin. Who comes when a
// slot is free takes it. Who comes early gets the next one that nobody has, as a delay and a ticket
// that only this life of this node can make, and finds it free until `slot_held` after its time. A
// slot that nobody came for goes to whoever is there, if somebody is there within `slot_burst`.
//
// Slots ahead are given to logins and resumes from shares of their own (one in `slots_per_login`
// to logins), so that neither can take the future of the other; a slot whose time has come is
// anybody's.
//
// Invariants: of the slots whose time has come, each lets in one at most; no slot is given twice.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/ids.hpp"
#include "core/base/ring.hpp"
#include "core/base/time.hpp"
#include "core/node/node.hpp"
#include "core/wire/advice.hpp"

namespace hubbub {

class Admission {
 public:
  Admission(const AdmissionConfig& config, NodeId self);

  /// There is a schedule at all.
  bool scheduled() const { return interval_ > Duration{0}; }
  std::uint32_t rate() const { return rate_; }

  struct Visitor {
    UserId user;
    bool resumes = false;
    Ticket ticket;
  };
  struct Answer {
    bool enters = false;
    bool claims = false;  ///< a slot that was its own
    Advice advice;        ///< when to come, with a ticket; none: no slot is left within the horizon
  };
  /// May a session begin now? `life`: of the node; `now`: on its monotonic clock, never back.
  /// REQUIRES: scheduled().
  Answer judge(const Visitor& visitor, NodeGeneration life, Duration now);

  /// Handshakes that may be under way at a time.
  std::uint32_t handshakes_most() const { return handshakes_most_; }
  /// Slots that were given and whose holders may still come.
  std::size_t held() const { return lanes_[0].held.size() + lanes_[1].held.size(); }

 private:
  /// A slot by its number: its time is the number times the interval.
  using Slot = std::uint64_t;
  struct Held {
    Slot slot{};
    bool claimed = false;
  };
  /// The slots of logins, or of resumes, each with numbers of their own: its first is 0.
  struct Lane {
    bool logins = false;
    std::uint64_t next = 0;   ///< given out are those below
    std::uint64_t first = 0;  ///< and, of what lies ahead, those from here on
    Ring<Held> held;
    Slot slot(std::uint64_t index) const;
    /// How many of its slots have numbers up to this one.
    std::uint64_t up_to(Slot slot) const;
  };

  Duration time_of(Slot slot) const { return interval_ * static_cast<std::int64_t>(slot); }
  void pass(Duration now);
  Held* find(Slot slot);
  Answer give(Lane& lane, const Visitor& visitor, NodeGeneration life, Duration now);
  Advice advice(Slot slot, UserId user, NodeGeneration life, Duration now) const;
  std::uint64_t seal(Slot slot, UserId user, NodeGeneration life) const;
  void free(std::uint64_t slots) { free_ = std::min(free_ + slots, free_most_); }

  HashKey key_;
  NodeId self_;
  std::uint32_t rate_ = 0;
  std::uint32_t handshakes_most_ = 0;
  Duration interval_{};
  std::optional<Slot> passed_;    ///< its time, and that of all before it, has come
  std::uint64_t free_ = 0;        ///< of these, still to be had
  std::uint64_t free_most_ = 0;
  std::array<Lane, 2> lanes_;     ///< logins, resumes
};

}  // namespace hubbub
