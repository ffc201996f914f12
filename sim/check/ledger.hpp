// What all checks share: who is who, the latest events, how much was compared, what was found.
#pragma once

#include <array>
#include <vector>

#include "sim/check/checker.hpp"
#include "sim/check/entities.hpp"
#include "sim/check/names.hpp"

namespace hubbub::sim {

/// An event as it is remembered for a while, so that a violation can say what came before it.
struct PastEvent {
  enum class What : std::uint8_t {
    sent,
    acknowledged,
    refused,
    abandoned,
    changed,
    attached,
    shown,
    declared,
    reset,
    synced,
    paged,
  };
  Duration at{};
  What what{};
  std::uint32_t device = no_entity;
  std::uint32_t conversation = no_entity;
  /// By `what`: a message's number and sequence; a cursor's positions; a page's head and count.
  std::uint64_t a = 0;
  std::uint64_t b = 0;
};

/// The entities a violation is about.
struct Touched {
  std::uint32_t device = no_entity;
  std::uint32_t conversation = no_entity;
};

class Ledger {
 public:
  static constexpr std::size_t kept_per_invariant = 5;

  Entities entities;

  void remember(const PastEvent& event) { past_[past_count_++ % past_.size()] = event; }

  void compared(Invariant invariant, std::uint64_t count = 1) {
    counts_[static_cast<std::size_t>(invariant)].compared += count;
  }

  /// `sentence` makes the text; it is called only for the violations that are kept.
  template <class Sentence>
  void violated(Invariant invariant, Duration at, Touched touched, Sentence&& sentence) {
    Count& count = counts_[static_cast<std::size_t>(invariant)];
    if (++count.violated <= kept_per_invariant) keep(invariant, at, touched, sentence());
  }

  /// The same where a caller chooses which sentences are worth keeping.
  template <class Sentence>
  void violated_again(Invariant invariant, Duration at, bool kept, Sentence&& sentence) {
    ++counts_[static_cast<std::size_t>(invariant)].violated;
    if (kept) keep(invariant, at, {}, sentence());
  }

  std::vector<InvariantResult> results() const;
  const std::vector<Violation>& violations() const { return violations_; }
  std::size_t memory() const { return entities.memory() + sizeof past_; }

  std::string device(std::uint32_t device) const { return to_text(entities.device_id(device)); }
  std::string conversation(std::uint32_t c) const {
    return hubbub::to_text(entities.conversation_id(c));
  }

 private:
  struct Count {
    std::uint64_t compared = 0;
    std::uint64_t violated = 0;
  };

  void keep(Invariant invariant, Duration at, Touched touched, std::string what);
  std::vector<std::string> events_before(Touched touched) const;
  std::string to_text(const PastEvent& event) const;
  static std::string to_text(DeviceId id) { return hubbub::sim::to_text(id); }

  std::array<Count, invariant_count> counts_{};
  std::vector<Violation> violations_;
  std::array<PastEvent, 1024> past_{};
  std::uint64_t past_count_ = 0;
};

}  // namespace hubbub::sim
