// Residency: what is in memory of one kind of record, what is being loaded, and what waits for it.
//
// A record is absent, loading, or ready. Asking for an absent one starts a load; what needs it is
// parked with it and handled again, in order, once the rows are in: nothing that comes later may
// overtake it. Records that nobody used for a while are given up, oldest first.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/hash/hash.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/check.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits.hpp"
#include "core/base/stable_vector.hpp"
#include "core/base/time.hpp"

namespace hubbub {

/// A peer message that waits for a record.
struct Parked {
  NodeId from;
  Duration received{};  ///< monotonic
  std::string bytes;
};

template <class Key, class Record>
class Resident {
 public:
  using Slot = std::uint32_t;
  static constexpr Slot none = UINT32_MAX;

  /// There is one for every user who is there and every conversation that is used, so what few need is
  /// kept elsewhere and times are coarse.
  struct Entry {
    Key key{};
    Record record{};
    Slot older = none;
    Slot newer = none;
    std::uint32_t ticks = 0;  ///< of the last use
    std::uint32_t use : 29 = 0;  ///< raised when the slot is given up
    bool loaded : 1 = false;
    bool in_use : 1 = false;
    bool waited_for : 1 = false;  ///< messages are parked
    bool ready() const { return loaded && !waited_for; }
    /// When it was last used, or a little later.
    Duration touched() const { return tick * ticks; }
  };

  Resident() : index_(0, Hash{&entries_}, Equal{&entries_}) {}
  Resident(const Resident&) = delete;
  Resident& operator=(const Resident&) = delete;

  Slot find(const Key& key) const {
    const auto at = index_.find(key);
    return at == index_.end() ? none : *at;
  }

  /// Makes a record that is not loaded. REQUIRES: find(key) == none.
  Slot add(const Key& key, Duration now) {
    Slot slot = free_;
    if (slot == none) {
      slot = static_cast<Slot>(entries_.size());
      entries_.emplace_back();
    } else {
      free_ = entries_[slot].newer;
    }
    Entry& e = entries_[slot];
    e.key = key;
    e.in_use = true;
    e.ticks = ticks(now);
    link_newest(slot);
    index_.insert(slot);
    return slot;
  }

  Entry& operator[](Slot slot) { return entries_[slot]; }
  const Entry& operator[](Slot slot) const { return entries_[slot]; }
  bool is(Slot slot, std::uint32_t use) const {
    return slot < entries_.size() && entries_[slot].in_use && entries_[slot].use == use;
  }

  // --- What waits for a record ---------------------------------------------------------------------
  std::deque<Parked>& park(Slot slot) {
    entries_[slot].waited_for = true;
    return parked_[slot];
  }
  /// REQUIRES: it is waited for.
  std::deque<Parked>& parked(Slot slot) { return parked_.at(slot); }
  /// Nothing waits for it any more.
  void unpark(Slot slot) {
    entries_[slot].waited_for = false;
    parked_.erase(slot);
  }

  void touch(Slot slot, Duration now) {
    entries_[slot].ticks = ticks(now);
    if (newest_ == slot) return;
    unlink(slot);
    link_newest(slot);
  }

  /// The record that was not used for longest; `none` if there is none.
  Slot oldest() const { return oldest_; }

  void remove(Slot slot) {
    Entry& e = entries_[slot];
    HUBBUB_CHECK(e.in_use && !e.waited_for);
    index_.erase(slot);
    unlink(slot);
    std::destroy_at(&e.record);
    std::construct_at(&e.record);
    e.loaded = e.in_use = false;
    ++e.use;
    e.newer = free_;
    free_ = slot;
  }

  std::size_t size() const { return index_.size(); }
  /// All slots ever made lie below this.
  Slot end() const { return static_cast<Slot>(entries_.size()); }

 private:
  /// In 32 bits it goes for 17 years.
  static constexpr Duration tick = std::chrono::milliseconds(125);
  static std::uint32_t ticks(Duration now) {
    return static_cast<std::uint32_t>((now + tick - Duration{1}) / tick);
  }

  void link_newest(Slot slot) {
    entries_[slot].older = newest_;
    entries_[slot].newer = none;
    if (newest_ != none) entries_[newest_].newer = slot;
    newest_ = slot;
    if (oldest_ == none) oldest_ = slot;
  }
  void unlink(Slot slot) {
    Entry& e = entries_[slot];
    (e.older == none ? oldest_ : entries_[e.older].newer) = e.newer;
    (e.newer == none ? newest_ : entries_[e.newer].older) = e.older;
  }

  // The index holds slots alone, of 4 bytes: the keys are in the records, which whoever asks for one
  // reads anyway.
  struct Hash {
    using is_transparent = void;
    const StableVector<Entry>* entries;
    std::size_t operator()(const Key& key) const { return absl::Hash<Key>{}(key); }
    std::size_t operator()(Slot slot) const { return (*this)((*entries)[slot].key); }
  };
  struct Equal {
    using is_transparent = void;
    const StableVector<Entry>* entries;
    bool operator()(Slot a, Slot b) const { return a == b; }
    bool operator()(Slot a, const Key& b) const { return (*entries)[a].key == b; }
    bool operator()(const Key& a, Slot b) const { return (*entries)[b].key == a; }
  };

  StableVector<Entry> entries_;
  absl::flat_hash_set<Slot, Hash, Equal> index_;
  absl::flat_hash_map<Slot, std::deque<Parked>> parked_;
  Slot free_ = none;
  Slot oldest_ = none;
  Slot newest_ = none;
};

}  // namespace hubbub
