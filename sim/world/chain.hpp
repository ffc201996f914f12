// The run's hash: one chain per entity, closed once per window of virtual time. Two runs are the
// same if their last hashes are; if not, the first window in which an entity differs says where to
// look.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/hash.hpp"
#include "core/base/time.hpp"

namespace hubbub::sim {

class Chain {
 public:
  static constexpr Duration window = 1s;

  explicit Chain(std::vector<std::string> entities)
      : names_(std::move(entities)), now_(names_.size(), 0) {}

  void add(std::size_t entity, std::uint64_t fact) { now_[entity] = mix64(now_[entity] ^ fact); }
  /// For an entity that keeps a chain of its own.
  void set(std::size_t entity, std::uint64_t hash) { now_[entity] = hash; }
  void close_window() { windows_.insert(windows_.end(), now_.begin(), now_.end()); }

  std::uint64_t hash() const {
    std::uint64_t h = 0;
    for (const std::uint64_t at_end : windows_) h = mix64(h ^ at_end);
    return h;
  }

  struct Difference {
    Duration from;
    std::string entity;
  };
  /// The first window, and in it the first entity, in which the two runs part.
  static std::optional<Difference> first_difference(const Chain& a, const Chain& b) {
    const std::size_t width = a.names_.size();
    const std::size_t both = std::min(a.windows_.size(), b.windows_.size());
    for (std::size_t i = 0; i < both; ++i)
      if (a.windows_[i] != b.windows_[i])
        return Difference{static_cast<std::int64_t>(i / width) * window, a.names_[i % width]};
    if (a.windows_.size() == b.windows_.size()) return {};
    return Difference{static_cast<std::int64_t>(both / width) * window, "the end of the run"};
  }

 private:
  std::vector<std::string> names_;
  std::vector<std::uint64_t> now_;
  std::vector<std::uint64_t> windows_;
};

}  // namespace hubbub::sim
