// One 64-bit word for each sequence 1, 2, 3 …; 0 where nothing is known.
//
// Sequences have no gaps, so the words lie in a row. One far beyond the row (a stream that is
// watched from its middle, or a server's mistake) is kept apart, so that no number that was merely
// claimed makes memory of its size.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/ids.hpp"

namespace hubbub::sim {

class SequenceWords {
 public:
  /// The word of `seq`, made if it is not there. REQUIRES: seq > 0. Valid until the next call.
  std::uint64_t& at(Sequence seq) {
    HUBBUB_CHECK(seq > 0);
    const std::uint64_t index = seq - 1;
    if (index < row_.size()) return row_[index];
    if (index >= 2 * row_.size() + row_ahead) {
      if (!apart_) apart_ = std::make_unique<Apart>();
      return (*apart_)[seq];
    }
    grow(index + 1);
    return row_[index];
  }

  /// 0 if nothing is known of `seq`.
  std::uint64_t get(Sequence seq) const {
    if (seq == 0) return 0;
    if (seq <= row_.size()) return row_[seq - 1];
    if (!apart_) return 0;
    const auto found = apart_->find(seq);
    return found == apart_->end() ? 0 : found->second;
  }

  /// The greatest sequence up to which words lie in a row.
  Sequence row_end() const { return row_.size(); }

  /// Calls `visit(seq, word)` for every word that is not 0, in ascending order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t i = 0; i < row_.size(); ++i)
      if (row_[i] != 0) visit(Sequence{i + 1}, row_[i]);
    if (!apart_) return;
    std::vector<std::pair<Sequence, std::uint64_t>> others(apart_->begin(), apart_->end());
    std::ranges::sort(others);
    for (const auto& [seq, word] : others)
      if (word != 0) visit(seq, word);
  }

  void clear() {
    row_.clear();
    apart_.reset();
  }

  std::size_t memory() const {
    return row_.capacity() * sizeof(std::uint64_t) +
           (apart_ ? sizeof(Apart) + apart_->capacity() * (sizeof(Apart::value_type) + 1) : 0);
  }

 private:
  using Apart = absl::flat_hash_map<Sequence, std::uint64_t>;
  static constexpr std::uint64_t row_ahead = 256;

  void grow(std::size_t size) {
    row_.resize(size);
    if (!apart_) return;
    absl::erase_if(*apart_, [this](const auto& item) {
      if (item.first > row_.size()) return false;
      row_[item.first - 1] = item.second;
      return true;
    });
  }

  std::vector<std::uint64_t> row_;
  std::unique_ptr<Apart> apart_;
};

}  // namespace hubbub::sim
