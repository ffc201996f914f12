// How available the system was (B16): of what people tried, how much was answered in time, operation
// by operation and second by second; and which faults were about then.
//
// What is tried counts in the second in which it was begun. A second is a fault's if the fault may
// have touched what was begun in it: from a second before it strikes until 5 s after it is over.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "sim/scenario/scenario.hpp"

namespace hubbub::sim {

enum class Operation : std::uint8_t {
  connect,  ///< from wanting a connection, or losing one, to the welcome
  sync,     ///< from the welcome to being told that one holds everything
  send,     ///< from writing a message to its final answer
  history,  ///< from asking for a page to having it
  change,   ///< from asking for a group, or a change of one, to the final answer
};
inline constexpr std::array<std::string_view, 5> operations{"connect", "sync", "send", "history",
                                                            "change"};

class Availability {
 public:
  static constexpr Duration interval = 1s;
  /// Answered within this, it was available.
  static constexpr Duration in_time(Operation operation) {
    return operation <= Operation::sync ? 5s : 1s;
  }

  void tried(Operation operation, Duration begun);
  /// Answered for good, if only with a refusal. REQUIRES: tried, and not answered before.
  void answered(Operation operation, Duration begun, Duration now);
  /// Whoever tried it did not wait for the end. REQUIRES: as above.
  void withdrawn(Operation operation, Duration begun) { --cell(operation, begun).tried; }
  /// A fault took effect from `from` on, and is over at `until`.
  void struck(FaultKind kind, Duration from, Duration until);

  /// What `struck` was told, in order.
  struct Strike {
    FaultKind kind;
    Duration from;
    Duration until;
  };
  const std::vector<Strike>& strikes() const { return strikes_; }

  struct Count {
    std::uint64_t tried = 0;
    std::uint64_t in_time = 0;
  };
  struct Span {
    std::uint64_t seconds = 0;
    std::array<Count, operations.size()> counts{};
  };
  struct Table {
    Span all, calm, faulty;                 ///< calm: no fault
    std::array<Span, fault_kinds> during{};  ///< a second counts for each kind that it is touched by
  };
  /// Of the whole seconds in [from, until).
  Table table(Duration from, Duration until) const;
  /// Of one second; 0 of those in which nothing was tried.
  Count at(std::size_t second, Operation operation) const;

 private:
  struct Cell {
    std::uint32_t tried = 0;
    std::uint32_t in_time = 0;
  };
  using Second = std::array<Cell, operations.size()>;

  Cell& cell(Operation operation, Duration begun);

  std::vector<Second> seconds_;
  std::vector<Strike> strikes_;
};

}  // namespace hubbub::sim
